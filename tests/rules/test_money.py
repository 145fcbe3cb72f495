"""Amounts as text and back, and rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import money

NO_NUMBER = "A valid number is required."
DECIMALS = st.sampled_from([0, 2, 3])


def places(count: int) -> str:
    return f"Ensure that there are no more than {count} decimal places."


@pytest.mark.parametrize(
    ("text", "decimals", "amount"),
    [
        ("5", 2, "5.00"),
        ("5.5", 2, "5.50"),
        ("5.", 2, "5.00"),
        (".5", 2, "0.50"),
        ("-.5", 2, "-0.50"),
        ("-12.34", 2, "-12.34"),
        ("0012", 2, "12.00"),
        (" 5.00 ", 2, "5.00"),
        ("\t5.00\r\n", 2, "5.00"),
        ("0", 2, "0.00"),
        ("-0", 2, "0.00"),
        ("-0.00", 2, "0.00"),
        ("999999999999.99", 2, "999999999999.99"),
        ("-999999999999.99", 2, "-999999999999.99"),
        ("100", 0, "100"),
        ("100.", 0, "100"),
        ("100.0", 0, "100"),
        ("100.00", 0, "100"),
        ("999999999999.00", 0, "999999999999"),
        ("1.234", 3, "1.234"),
        ("1.2", 3, "1.200"),
        ("999999999999.999", 3, "999999999999.999"),
    ],
)
def test_an_amount_is_read(text: str, decimals: int, amount: str) -> None:
    assert str(money.parse(text, decimals=decimals)) == amount


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            " ",
            "-",
            ".",
            "-.",
            "--1",
            "+5",
            "- 5",
            "1 0",
            "1.2.3",
            "1,000.00",
            "1_000",
            "1e3",
            "1E3",
            "0x10",
            "5\0",
        ],
        *[
            "abc",
            "true",
            "NaN",
            "sNaN",
            "Infinity",
            "-inf",
            "$5",
            "5 USD",
            "½",
            "\u0661\u0662",
            "\uff11\uff12",
            "\u22125",
        ],
        *["\xa05", "5\u2028"],
    ],
)
@pytest.mark.parametrize("decimals", [0, 2, 3])
def test_what_is_no_plain_number_is_refused(text: str, decimals: int) -> None:
    refused(text, decimals, NO_NUMBER)


@pytest.mark.parametrize(
    ("text", "decimals", "message"),
    [
        ("1.005", 2, places(2)),
        ("0.001", 2, places(2)),
        ("1.000", 2, places(2)),
        ("100.50", 0, places(0)),
        ("0.01", 0, places(0)),
        ("100.000", 0, places(0)),
        ("1.2345", 3, places(3)),
        ("1.0000", 3, places(3)),
        ("1000000000000", 2, "Ensure that there are no more than 12 digits before the decimal point."),
        ("-1000000000000", 0, "Ensure that there are no more than 12 digits before the decimal point."),
        ("0000000000001.0", 2, "Ensure that there are no more than 12 digits before the decimal point."),
        ("1000000000000.00", 2, "Ensure that there are no more than 14 digits in total."),
        ("999999999999.999", 2, "Ensure that there are no more than 14 digits in total."),
        ("9" * 100_000, 2, "Ensure that there are no more than 14 digits in total."),
        ("0." + "0" * 100_000, 2, "Ensure that there are no more than 14 digits in total."),
        ("9" * 16, 3, "Ensure that there are no more than 15 digits in total."),
    ],
)
def test_too_many_digits_are_refused(text: str, decimals: int, message: str) -> None:
    refused(text, decimals, message)


def refused(text: str, decimals: int, message: str) -> None:
    with pytest.raises(errors.InvalidAmount) as caught:
        money.parse(text, decimals=decimals)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        ("12.5", 2, "12.50"),
        ("-12.5", 2, "-12.50"),
        ("0", 2, "0.00"),
        ("-0", 2, "0.00"),
        ("-0.00", 2, "0.00"),
        ("1E+2", 2, "100.00"),
        ("12.5000", 2, "12.50"),
        ("100", 0, "100.00"),
        ("1.234", 3, "1.234"),
        ("1", 3, "1.000"),
        ("-999999999999.99", 2, "-999999999999.99"),
    ],
)
def test_an_amount_is_shown_with_at_least_two_decimals(amount: str, decimals: int, text: str) -> None:
    assert money.text(Decimal(amount), decimals=decimals) == text


def test_an_amount_is_never_shown_rounded() -> None:
    with pytest.raises(AssertionError):
        money.text(Decimal("1.005"), decimals=2)


@given(st.data(), DECIMALS)
def test_what_is_shown_reads_as_it_was(data: st.DataObject, decimals: int) -> None:
    most = money.MAX - money.quantum(decimals)
    amount = data.draw(st.decimals(-most, most, places=decimals))
    shown = money.text(amount, decimals=decimals)
    assert money.parse(shown, decimals=decimals) == amount
    assert not shown.startswith("-0.") or amount


@given(st.text(max_size=30) | st.text("0123456789.- ", max_size=20), DECIMALS)
def test_what_is_read_fits_into_the_ledger(text: str, decimals: int) -> None:
    try:
        amount = money.parse(text, decimals=decimals)
    except errors.InvalidAmount:
        return
    assert abs(amount) < money.MAX
    assert amount == round(amount, decimals)
    assert str(amount) != "-0"


@pytest.mark.parametrize(
    ("amount", "decimals", "rounded"),
    [("1.999", 2, "1.99"), ("-1.999", 2, "-1.99"), ("-0.001", 2, "0.00"), ("33.3333", 0, "33"), ("1.2345", 3, "1.234")],
)
def test_rounding_down_goes_towards_zero(amount: str, decimals: int, rounded: str) -> None:
    assert str(money.round_down(Decimal(amount), decimals=decimals)) == rounded


@pytest.mark.parametrize(
    ("amount", "decimals", "rounded"),
    [
        ("41.6666", 2, "41.67"),
        ("0.125", 2, "0.12"),
        ("-0.125", 2, "-0.12"),
        ("-0.001", 2, "0.00"),
        ("0.5", 0, "0"),
        ("1.51", 0, "2"),
    ],
)
def test_rounding_to_the_nearest_leaves_half_a_unit_out(amount: str, decimals: int, rounded: str) -> None:
    assert str(money.round_nearest(Decimal(amount), decimals=decimals)) == rounded


@given(units=st.lists(st.none() | st.integers(-(10**16) + 1, 10**16 - 1)), decimals=DECIMALS)
def test_many_amounts_are_shown_like_each_of_them(units: list[int | None], decimals: int) -> None:
    finer = 10 ** (4 - max(2, decimals))
    whole = [each and each // finer * finer for each in units]
    shown = [None if each is None else money.text(Decimal(each).scaleb(-4), decimals=decimals) for each in whole]

    assert money.texts(whole, scale=4, decimals=decimals) == shown


def test_amounts_finer_than_they_are_shown_are_not_cut() -> None:
    with pytest.raises(AssertionError):
        money.texts([100, 101], scale=4, decimals=2)
