"""Amounts as people of many countries write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.ledger.statements import fields, numbers


@pytest.mark.parametrize(
    ("texts", "currency", "mark"),
    [
        (["1,234.56"], "USD", "."),
        (["1.234,56"], "EUR", ","),
        (["12.5"], "USD", "."),
        (["12,5"], "EUR", ","),
        (["1,234", "5.00"], "USD", "."),
        (["1.234", "-5,00"], "EUR", ","),
        (["1,234,567"], "USD", "."),
        (["1.234.567"], "EUR", ","),
        (["1,234"], "JPY", "."),
        (["1.234"], "JPY", ","),
        (["1234.567"], "KWD", "."),
        (["0,500"], "KWD", ","),
        (["12", "-5"], "USD", None),
        ([], "USD", None),
        (["1'234.56"], "CHF", "."),
        (["1 234,56 €"], "EUR", ","),
        (["(1.234,56)"], "EUR", ","),
        (["nonsense", "5,00"], "EUR", ","),
    ],
)
def test_a_column_shows_its_decimal_mark(texts: list[str], currency: str, mark: str | None):
    assert numbers.mark(texts, currency=currency) == mark


@pytest.mark.parametrize("texts", [["1.234"], ["12", "1,234"], ["-999.000"]])
def test_three_digits_alone_may_be_either(texts: list[str]):
    with pytest.raises(fields.Unclear, match="`decimal` mark"):
        numbers.mark(texts, currency="EUR")


def test_a_column_with_both_marks_is_refused():
    with pytest.raises(ValueError, match="the same decimal mark"):
        numbers.mark(["1.50", "2,50"], currency="EUR")


@pytest.mark.parametrize(
    ("text", "mark", "currency", "expected"),
    [
        ("1,234.56", ".", "USD", "1234.56"),
        ("-1.234,56", ",", "EUR", "-1234.56"),
        ("1 234,56", ",", "EUR", "1234.56"),
        ("1\u00a0234,56", ",", "EUR", "1234.56"),
        ("1\u202f234,56", ",", "EUR", "1234.56"),
        ("1'234.56", ".", "CHF", "1234.56"),
        ("1\u2019234.56", ".", "CHF", "1234.56"),
        ("12,34,567.00", ".", "INR", "1234567.00"),
        ("(12.00)", ".", "USD", "-12.00"),
        ("($12.00)", ".", "USD", "-12.00"),
        ("12.00-", ".", "USD", "-12.00"),
        ("- 12.00", ".", "USD", "-12.00"),
        ("-$12.00", ".", "USD", "-12.00"),
        ("$-12.00", ".", "USD", "-12.00"),
        ("\u221212.00", ".", "USD", "-12.00"),
        ("\u201312.00", ".", "USD", "-12.00"),
        ("+12.00", ".", "USD", "12.00"),
        ("12.00 CR", ".", "USD", "12.00"),
        ("12.00DR", ".", "USD", "-12.00"),
        ("12,00 \u20ac", ",", "EUR", "12.00"),
        ("EUR 12,00", ",", "EUR", "12.00"),
        ("12,00 zł", ",", "PLN", "12.00"),
        ("R$ 12,00", ",", "BRL", "12.00"),
        ("Fr. 12.00", ".", "CHF", "12.00"),
        ("12", None, "USD", "12.0"),
        (".5", ".", "USD", "0.5"),
        ("-0.00", ".", "USD", "0"),
        ("1,234", ".", "JPY", "1234.0"),
        ("1.234", ".", "KWD", "1.234"),
    ],
)
def test_an_amount_is_read(text: str, mark: str | None, currency: str, expected: str):
    assert str(numbers.amount(text, mark=mark, currency=currency)) == expected


@pytest.mark.parametrize(
    ("text", "mark", "why"),
    [
        ("1e9", ".", "not an amount"),
        ("NaN", ".", "not an amount"),
        ("", ".", "not an amount"),
        ("-", ".", "not an amount"),
        ("12.00.", ".", "not an amount"),
        ("1,2,3", ".", "groups of three"),
        ("1,23", ".", "groups of three"),
        ("1234,567.00", ".", "groups of three"),
        ("1,234 567.00", ".", "several kinds"),
        ("--5", ".", "more than one sign"),
        ("-5-", ".", "more than one sign"),
        ("(-5)", ".", "more than one sign"),
        ("(5", ".", "not an amount"),
        ("5)", ".", "not an amount"),
        ("5.123", ".", "more decimals|thousands separator"),
        ("5.1234", ".", "more decimals"),
        ("EUR 5.00", ".", "the amount is in EUR"),
        ("\u20ac5.00", ".", "the amount is in EUR"),
        ("1" * 13, ".", "more than 12 digits"),
        ("\u0661", ".", "not an amount"),
        ("=1+1", ".", "not an amount"),
        ("5 USD USD", ".", "not an amount"),
    ],
)
def test_an_amount_that_is_not_certain_is_refused(text: str, mark: str, why: str):
    with pytest.raises(ValueError, match=why):
        numbers.amount(text, mark=mark, currency="USD")


@given(cents=st.integers(-(10**13), 10**13), style=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]))
def test_every_amount_is_read_as_it_was_written(cents: int, style: tuple[str, str]):
    group, mark = style
    text = f"{Decimal(cents) / 100:,.2f}".replace(",", "G").replace(".", mark).replace("G", group)
    assert numbers.amount(text, mark=mark, currency="EUR") == Decimal(cents) / 100
    if abs(cents) >= 100_000:
        assert numbers.mark([text], currency="EUR") == mark


@given(st.text(max_size=70))
def test_any_text_is_an_amount_or_refused(text: str):
    try:
        value = numbers.amount(text, mark=".", currency="EUR")
    except ValueError as error:
        assert str(error)  # noqa: PT017 (either outcome is good)
    else:
        assert abs(value) < 10**12
