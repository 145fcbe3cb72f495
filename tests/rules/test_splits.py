"""How a declared split, or another final amount, lies on budgets."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import splits

REST = "unallocated"


def amounts(**parts: str) -> dict[str, Decimal]:
    return {key: Decimal(part) for key, part in parts.items()}


@pytest.mark.parametrize(
    ("amount", "shares", "expected"),
    [
        ("-100.00", {}, {"unallocated": "-100.00"}),
        ("-100.00", {"food": "30.00"}, {"food": "-30.00", "unallocated": "-70.00"}),
        ("100.00", {"food": "30.00"}, {"food": "30.00", "unallocated": "70.00"}),
        ("-100.00", {"food": "60.00", "fun": "40.00"}, {"food": "-60.00", "fun": "-40.00"}),
        ("-100.00", {"unallocated": "40.00"}, {"unallocated": "-100.00"}),
        ("-100.00", {"unallocated": "40.00", "food": "30.00"}, {"food": "-30.00", "unallocated": "-70.00"}),
        ("-100.00", {"unallocated": "70.00", "food": "30.00"}, {"food": "-30.00", "unallocated": "-70.00"}),
        ("-100.00", {"unallocated": "100.00"}, {"unallocated": "-100.00"}),
        ("-0.01", {"food": "0.01"}, {"food": "-0.01"}),
        ("-1.234", {"food": "1.233"}, {"food": "-1.233", "unallocated": "-0.001"}),
        ("0", {}, {}),
    ],
)
def test_shares_take_the_sign_and_the_rest_is_unallocated(
    amount: str, shares: dict[str, str], expected: dict[str, str]
) -> None:
    assert splits.divide(amount=Decimal(amount), shares=amounts(**shares), unallocated=REST) == amounts(**expected)


def test_the_parts_keep_the_order_of_the_shares() -> None:
    parts = splits.divide(amount=Decimal(-9), shares=amounts(fun="1", unallocated="1", food="2"), unallocated=REST)
    assert list(parts) == ["fun", "food", REST]


@pytest.mark.parametrize(
    ("amount", "shares", "message"),
    [
        ("-100", {"food": "100.01"}, "Split total (100.01) exceeds transaction amount (100.00)."),
        ("100.00", {"food": "60", "fun": "40.1"}, "Split total (100.10) exceeds transaction amount (100.00)."),
        ("-100.00", {"food": "60", "unallocated": "41"}, "Split total (101.00) exceeds transaction amount (100.00)."),
        ("-1.233", {"food": "1.234"}, "Split total (1.234) exceeds transaction amount (1.233)."),
        ("0.00", {"food": "1E+2"}, "Split total (100.00) exceeds transaction amount (0.00)."),
        ("-100.00", {"food": "0.00"}, "Amount for budget food must be positive."),
        ("-100.00", {"fun": "1", "food": "-1.00"}, "Amount for budget food must be positive."),
        ("-100.00", {"unallocated": "-1.00"}, "Amount for budget unallocated must be positive."),
    ],
)
def test_an_impossible_split_is_refused(amount: str, shares: dict[str, str], message: str) -> None:
    with pytest.raises(errors.InvalidSplit) as caught:
        splits.divide(amount=Decimal(amount), shares=amounts(**shares), unallocated=REST)
    assert caught.value.message == message
    assert caught.value.field == "splits"


@pytest.mark.parametrize(
    ("old", "amount", "expected"),
    [
        ({"food": "-10.00"}, "-12.00", {"food": "-12.00"}),
        ({"unallocated": "-10.00"}, "-12.00", {"unallocated": "-12.00"}),
        ({"food": "-10.00"}, "12.00", {"food": "12.00"}),
        ({"food": "-6.00", "unallocated": "-4.00"}, "-12.00", {"food": "-6.00", "unallocated": "-6.00"}),
        ({"food": "-6.00", "unallocated": "-4.00"}, "-6.01", {"food": "-6.00", "unallocated": "-0.01"}),
        ({"food": "-6.00", "unallocated": "-4.00"}, "-6.00", {"food": "-6.00"}),
        ({"food": "-6.00", "unallocated": "-4.00"}, "-5.99", {"unallocated": "-5.99"}),
        ({"food": "-6.00", "fun": "-4.00"}, "-10.00", {"food": "-6.00", "fun": "-4.00"}),
        ({"food": "-6.00", "fun": "-4.00"}, "-12.00", {"unallocated": "-12.00"}),
        ({"food": "-6.00", "fun": "-4.00"}, "-8.00", {"unallocated": "-8.00"}),
        ({"food": "-6.00", "unallocated": "-4.00"}, "12.00", {"unallocated": "12.00"}),
        ({"food": "6.00", "unallocated": "4.00"}, "12.00", {"food": "6.00", "unallocated": "6.00"}),
        ({"food": "6.00", "unallocated": "4.00"}, "3.00", {"unallocated": "3.00"}),
        ({}, "-3.00", {"unallocated": "-3.00"}),
        ({"food": "-6.00"}, "0.00", {}),
        ({"food": "-6.00", "unallocated": "-4.00"}, "0.00", {}),
    ],
)
def test_only_another_final_amount_is_absorbed_by_unallocated(
    old: dict[str, str], amount: str, expected: dict[str, str]
) -> None:
    assert splits.rescale(old=amounts(**old), amount=Decimal(amount), unallocated=REST) == amounts(**expected)


signed_cents = st.integers(-(10**14) + 1, 10**14 - 1).map(lambda cents: Decimal(cents) / 100)
some_shares = st.dictionaries(
    st.sampled_from(["a", "b", "c", REST]), st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100)
)


@given(amount=signed_cents | st.integers(-(10**6), 10**6).map(lambda cents: Decimal(cents) / 100), shares=some_shares)
def test_parts_sum_exactly_and_none_has_the_opposite_sign(amount: Decimal, shares: dict[str, Decimal]) -> None:
    if sum(shares.values()) > abs(amount):
        with pytest.raises(errors.InvalidSplit):
            splits.divide(amount=amount, shares=shares, unallocated=REST)
        return
    parts = splits.divide(amount=amount, shares=shares, unallocated=REST)
    assert fits(parts, amount)
    assert {key: abs(part) for key, part in parts.items() if key != REST} == {
        key: share for key, share in shares.items() if key != REST
    }


@given(first=signed_cents.filter(bool), shares=some_shares, second=signed_cents)
def test_a_settled_amount_is_divided_exactly(first: Decimal, shares: dict[str, Decimal], second: Decimal) -> None:
    if sum(shares.values()) > abs(first):
        shares = {}
    old = splits.divide(amount=first, shares=shares, unallocated=REST)
    assert fits(splits.rescale(old=old, amount=second, unallocated=REST), second)
    assert splits.rescale(old=old, amount=first, unallocated=REST) == old


def fits(parts: Mapping[str, Decimal], amount: Decimal) -> bool:
    return sum(parts.values()) == amount and all(part * amount > 0 for part in parts.values())
