"""Amounts that a caller gives, held against the currency of the account they are for."""

from decimal import Decimal

from backend.ledger import currencies, errors
from backend.ledger.rules import money


def exact(amount: Decimal, *, currency: str, field: str) -> Decimal:
    """`amount`, if the currency has that many decimals and the ledger that many digits; else InvalidAmount."""
    if not amount.is_finite():
        raise errors.InvalidAmount("A valid number is required.", field=field)
    if abs(amount) >= money.MAX:
        message = "Ensure that there are no more than 12 digits before the decimal point."
        raise errors.InvalidAmount(message, field=field)
    places = currencies.decimals(currency)
    if amount != round(amount, places):
        raise errors.InvalidAmount(f"Ensure that there are no more than {places} decimal places.", field=field)
    return amount + 0


def not_negative(amount: Decimal, *, currency: str, field: str) -> Decimal:
    """`exact`, and not below zero."""
    if exact(amount, currency=currency, field=field) < 0:
        raise errors.InvalidAmount("Ensure this value is greater than or equal to 0.", field=field)
    return amount


def not_zero(amount: Decimal, *, currency: str, field: str) -> Decimal:
    if not exact(amount, currency=currency, field=field):
        raise errors.InvalidAmount("The amount must not be zero.", field=field)
    return amount


def same_currency(given: str | None, *, account_currency: str, field: str) -> None:
    """Refuse a currency that is not the account's; none given means the account's."""
    if given is not None and given.upper() != account_currency:
        raise errors.InvalidCurrency(f"The account's currency is {account_currency}.", field=field)
