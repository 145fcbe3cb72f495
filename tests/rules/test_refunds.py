"""Which budgets a refund goes back to, and which purchase it may be of."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ledger.rules import money, refunds

D = Decimal


def back(amount: str, took: dict[str, str], came: dict[str, str] | None = None, gone: str = "") -> dict[str, Decimal]:
    return refunds.returned(
        amount=D(amount),
        took={key: D(size) for key, size in took.items()},
        came_back={key: D(size) for key, size in (came or {}).items()},
        live={key for key in "abcu" if key not in gone},
        unallocated="u",
        decimals=2,
    )


@pytest.mark.parametrize(
    ("amount", "took", "came", "gone", "expected"),
    [
        ("100", {"a": "60", "b": "40"}, {}, "", {"a": "60", "b": "40"}),
        ("50", {"a": "60", "b": "40"}, {}, "", {"a": "30", "b": "20"}),
        ("0.01", {"a": "60", "b": "40"}, {}, "", {"a": "0.01"}),
        ("10", {"a": "1", "b": "1", "c": "1", "u": "7"}, {}, "", {"a": "1", "b": "1", "c": "1", "u": "7"}),
        ("1", {"a": "1", "b": "1", "c": "1"}, {}, "", {"a": "0.34", "b": "0.33", "c": "0.33"}),
        ("50", {"a": "60", "b": "40"}, {"a": "50"}, "", {"a": "10", "b": "40"}),
        ("30", {"a": "60", "b": "40"}, {"a": "60"}, "", {"b": "30"}),
        ("20", {"a": "60", "b": "40"}, {"a": "80"}, "", {"b": "20"}),
        ("100", {"a": "60", "b": "40"}, {}, "b", {"a": "60", "u": "40"}),
        ("50", {"a": "60", "b": "30", "u": "10"}, {}, "b", {"a": "30", "u": "20"}),
        ("50", {"a": "60", "b": "40"}, {"a": "30", "b": "20"}, "b", {"a": "30", "u": "20"}),
    ],
)
def test_the_money_goes_back_where_it_came_from(
    amount: str, took: dict[str, str], came: dict[str, str], gone: str, expected: dict[str, str]
) -> None:
    assert back(amount, took, came, gone) == {key: D(size) for key, size in expected.items()}


sizes = st.dictionaries(st.sampled_from("abcu"), st.integers(1, 9_999).map(lambda cents: D(cents) / 100), min_size=1)


@given(took=sizes, parts=st.lists(st.integers(1, 500), min_size=1, max_size=6), gone=st.sampled_from(["", "a", "ab"]))
def test_partial_refunds_give_back_all_and_never_more_than_was_taken(
    took: dict[str, Decimal], parts: list[int], gone: str
) -> None:
    whole = sum(took.values(), D(0))
    pieces = [size for size in money.share(whole, weights=dict(enumerate(map(D, parts))), decimals=2).values() if size]
    live = {key for key in "abcu" if key not in gone}
    came: dict[str, Decimal] = {}
    for piece in pieces:
        shares = refunds.returned(amount=piece, took=took, came_back=came, live=live, unallocated="u", decimals=2)
        assert sum(shares.values()) == piece
        assert set(shares) <= live
        for key, share in shares.items():
            came[key] = came.get(key, D(0)) + share
    expected = {key: size for key, size in took.items() if key in live}
    lost = sum((size for key, size in took.items() if key not in live), D(0))
    if lost:
        expected["u"] = expected.get("u", D(0)) + lost
    assert came == expected


@given(
    amount=st.integers(0, 10**9),
    weights=st.dictionaries(st.integers(), st.integers(0, 10**7), min_size=1).filter(lambda each: any(each.values())),
    decimals=st.sampled_from([0, 2, 3]),
)
def test_shares_sum_exactly_and_follow_their_weights(amount: int, weights: dict[int, int], decimals: int) -> None:
    unit = money.quantum(decimals)
    found = money.share(
        amount * unit, weights={key: weight * unit for key, weight in weights.items()}, decimals=decimals
    )
    assert sum(found.values()) == amount * unit
    for key, share in found.items():
        exact = amount * unit * weights[key] / sum(weights.values())
        assert abs(share - exact) < unit * D("1.0001")
        assert share == 0 or weights[key]


@pytest.mark.parametrize(
    ("amount", "left", "party", "days", "score", "codes"),
    [
        ("50", "50", "SHOP", 0, 100, ["same_party", "whole_amount", "days_later"]),
        ("50", "50", "shop", 90, 91, ["same_party", "whole_amount", "days_later"]),
        ("30", "50", "Shop", 10, 74, ["same_party", "part_of_amount", "days_later"]),
        ("30", "30", "Shop", 10, 94, ["same_party", "rest_of_amount", "days_later"]),
        ("50", "50", "Shop Refunds Dept", 10, 79, ["similar_party", "whole_amount", "days_later"]),
        ("50", "50", None, 10, 39, ["whole_amount", "days_later"]),
        ("30", "50", "Other", 10, None, []),
        ("51", "50", "Shop", 10, None, []),
        ("40", "39", "Shop", 10, None, []),
        ("50", "50", "Shop", 91, None, []),
        ("50", "50", "Shop", -1, None, []),
    ],
)
def test_how_well_a_purchase_of_50_fits(  # noqa: PLR0917 (a row of the table)
    amount: str, left: str, party: str | None, days: int, score: int | None, codes: list[str]
) -> None:
    found = refunds.match(amount=D(amount), size=D(50), left=D(left), refund_party=party, party="Shop", days=days)
    assert (found.score if found else None) == score
    assert [reason.code for reason in found.reasons] == codes if found else codes == []
    assert all(reason.text.endswith(".") for reason in found.reasons) if found else True
