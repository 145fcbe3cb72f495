"""Amounts and dates as banks write them -> exact values; what cannot be read for certain is refused."""

import re
from datetime import date
from decimal import Decimal

from backend.ledger import currencies

MAX_DIGITS = 12
YEARS = range(1950, 2200)
PLACEHOLDERS = frozenset({"NONE", "N/A", "NA", "NULL", "UNKNOWN", "NOTPROVIDED", "NONREF", "-"})

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:[.,]([0-9]*))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})+(?:[.,][0-9]*)?")
_TIME = re.compile(r"[0-9]{0,6}(?:[.,][0-9]{0,6})?[ \t]*(?:\[[^\]]{0,40}\])?")


class Unclear(ValueError):
    """It can be read in two ways, and nothing but a person can say in which."""


def amount(text: str, *, currency: str) -> Decimal:
    """`-12.34`, `+5`, `.5` or `-12,34`, in a currency that `currencies` knows.

    Raises ValueError, with a text for people, for all else: no exponent, no thousands separators, no more decimals
    than the currency has. Three decimals, where it has fewer, may be thousands (`1,000`), and are refused even as
    zeros.
    """
    match = _NUMBER.fullmatch(text)
    if not match or not (match[2] or match[3]):
        if _GROUPED.fullmatch(text):
            raise ValueError(f"{_shown(text)} has thousands separators; an amount is written like 1234.56")
        raise ValueError(f"{_shown(text)} is not an amount like 1234.56")
    sign, whole, decimals = match[1], match[2].lstrip("0"), match[3] or ""
    allowed = currencies.decimals(currency)
    if len(decimals) == 3 and allowed < 3:
        raise ValueError(f"{_shown(text)} may have a thousands separator, since {currency} has {allowed} decimals")
    if decimals[allowed:].strip("0"):
        raise ValueError(f"{_shown(text)} has more decimals than {currency}, which has {allowed}")
    if len(whole) > MAX_DIGITS:
        raise ValueError(f"the amount has more than {MAX_DIGITS} digits before the point")
    value = Decimal(f"{sign}{whole or '0'}.{decimals[:allowed] or '0'}")
    return value or Decimal(0)


def day(text: str) -> date:
    """The day as written in `20260314`, `20260314120000`, `20260314235959.000[-5:EST]`: never moved by a time zone.

    Raises ValueError with a text for people.
    """
    digits = text[:8]
    if not (len(digits) == 8 and digits.isascii() and digits.isdigit() and _TIME.fullmatch(text[8:])):
        raise ValueError(f"{_shown(text)} is not a date like 20260314")
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ValueError(f"{_shown(text)} is no day of the calendar") from None
    if found.year not in YEARS:
        raise ValueError(f"the year {found.year} is out of range")
    return found


def optional_day(text: str | None) -> date | None:
    """The same, but nothing, or zeros, is no date."""
    return day(text) if text and text.strip("0") else None


def bank_id(text: str | None) -> str | None:
    """A bank's id for a row, unless it only fills the place of one."""
    return text if text and text.upper() not in PLACEHOLDERS and text.strip("0") else None


def currency(text: str) -> str:
    """The ISO 4217 code of a currency that an account can have. Raises ValueError."""
    code = text.upper()
    if code not in currencies.CODES:
        raise ValueError(f"{_shown(text)} is not a known currency")
    return code


def _shown(text: str) -> str:
    return f"“{text[:40]}”"
