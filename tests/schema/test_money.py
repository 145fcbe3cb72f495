"""Amounts as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money
from moneyed.l10n import format_money

from backend.ledger import currencies
from backend.schema import money


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234.50", "USD", "$1,234.50"),
        ("-0.05", "USD", "-$0.05"),
        ("-300", "JPY", "-¥300"),
        ("1", "CHF", "CHF1.00"),
        ("1234567.891", "KWD", "KWD1,234,567.891"),
        ("0", "EUR", "€0.00"),
    ],
)
def test_amounts_are_written_in_english(amount: str, currency: str, shown: str) -> None:
    assert money.formatted(Decimal(amount), currency) == shown


@given(
    value=st.decimals(min_value=-(10**12), max_value=10**12, places=3),
    currency=st.sampled_from(sorted(currencies.CODES)),
)
def test_they_are_written_as_the_library_writes_them(value: Decimal, currency: str) -> None:
    for each in (value, Decimal("-0.00")):
        assert money.formatted(each, currency) == format_money(Money(each, currency), locale=money.LOCALE)


def test_those_of_all_currencies_are() -> None:
    for currency in currencies.CODES:
        for value in (Decimal("-1234.567"), Decimal(0), Decimal("0.005"), Decimal("999999999999.99")):
            assert money.formatted(value, currency) == format_money(Money(value, currency), locale=money.LOCALE)
