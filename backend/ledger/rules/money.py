"""Amounts as text, by the documented pattern, and back."""

import re
from decimal import Decimal

from backend.ledger.errors import InvalidAmount

SHAPE = re.compile(r"-?([0-9]*)(?:\.([0-9]*))?", re.ASCII)


def parse(text: str, *, decimals: int) -> Decimal:
    """The amount that `text` says, with at most max(2, decimals) digits after the point and 12 before it."""
    text = text.strip(" \t\r\n")
    match = SHAPE.fullmatch(text)
    if not match or not (match[1] or match[2]):
        raise InvalidAmount("A valid number is required.")
    if len(match[1]) > 12:
        raise InvalidAmount("Ensure that there are no more than 12 digits before the decimal point.")
    amount = Decimal(text)
    if len(match[2] or "") > max(2, decimals) or amount != round(amount, decimals):
        raise InvalidAmount(f"Ensure that there are no more than {decimals} decimal places.")
    return amount + 0
