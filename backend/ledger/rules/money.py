"""Amounts: as text and back, rounded by name.

`decimals` is always the number of digits of the currency's minor unit: JPY 0, USD 2, KWD 3.
"""

import re
import string
from collections.abc import Hashable, Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, Decimal
from functools import cache
from typing import TypeVar

from backend.ledger import errors

K = TypeVar("K", bound=Hashable)

MOST_DIGITS = 12
MAX = Decimal(10) ** MOST_DIGITS
"""The first amount that is too large; its negative is the first that is too small."""

_AMOUNT = re.compile(r"-?([0-9]*)(?:\.([0-9]*))?")


def parse(text: str, *, decimals: int) -> Decimal:
    r"""The amount that a client wrote, with `decimals` decimals.

    The pattern is `^-?\d{0,12}(?:\.\d{0,n})?$` with n = max(2, decimals), at least one digit, ASCII only, blanks
    around it disregarded. A yen may come as "100.00", as it is shown, but not as "100.50". Raises InvalidAmount.
    """
    text = text.strip(string.whitespace)
    match = _AMOUNT.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        raise errors.InvalidAmount("A valid number is required.")
    whole, places = len(match[1]), len(match[2] or "")
    shown = _shown_decimals(decimals)
    if whole + places > MOST_DIGITS + shown:
        raise errors.InvalidAmount(f"Ensure that there are no more than {MOST_DIGITS + shown} digits in total.")
    if whole > MOST_DIGITS:
        raise errors.InvalidAmount(f"Ensure that there are no more than {MOST_DIGITS} digits before the decimal point.")
    amount = Decimal(text)
    if places > shown or amount != round_down(amount, decimals=decimals):
        raise errors.InvalidAmount(f"Ensure that there are no more than {decimals} decimal places.")
    return round_down(amount, decimals=decimals)


def text(amount: Decimal, *, decimals: int) -> str:
    """The amount as it is shown: "12.50", yen as "100.00", dinars as "1.234"; never "-0.00"."""
    shown = amount.quantize(quantum(_shown_decimals(decimals))) + 0
    assert shown == amount
    return f"{shown:f}"


def texts(units: Iterable[int | None], *, scale: int, decimals: int) -> list[str | None]:
    """The same of many amounts, each so many units of which 10 to the power of `scale` are one; null stays null."""
    shown, found = _shown_decimals(decimals), list[str | None]()
    finer = 10 ** (scale - shown)
    for each in units:
        if each is None:
            found.append(None)
            continue
        whole, rest = divmod(abs(each), finer)
        assert not rest
        digits = str(whole).zfill(shown + 1)
        found.append(f"{'-' if each < 0 else ''}{digits[:-shown]}.{digits[-shown:]}")
    return found


@cache
def quantum(decimals: int) -> Decimal:
    """The smallest amount: the currency's minor unit."""
    return Decimal(1).scaleb(-decimals)


def round_down(amount: Decimal, *, decimals: int) -> Decimal:
    """The amount without what is less than a minor unit; never larger than it was, on either side of zero."""
    return amount.quantize(quantum(decimals), rounding=ROUND_DOWN) + 0


def round_nearest(amount: Decimal, *, decimals: int) -> Decimal:
    """The amount to the nearest minor unit; half of one is left out, on either side of zero."""
    return amount.quantize(quantum(decimals), rounding=ROUND_HALF_DOWN) + 0


def share(amount: Decimal, *, weights: Mapping[K, Decimal], decimals: int) -> dict[K, Decimal]:
    """The amount, not negative, divided by the weights, of which none is negative and one is more; it sums exactly.

    Each share is rounded down to a minor unit; those that are left go to the shares that lost most by that, the first
    ones first where several lost as much. So no share exceeds its weight unless the amount exceeds all of them.
    """
    unit, total = quantum(decimals), sum(weights.values(), Decimal(0))
    assert amount >= 0
    assert total > 0
    assert all(weight >= 0 for weight in weights.values())
    units = int(amount / unit)
    exact = {key: (units * int(weight / unit), int(total / unit)) for key, weight in weights.items()}
    shares = {key: numerator // whole for key, (numerator, whole) in exact.items()}
    left = units - sum(shares.values())
    for key in sorted(exact, key=lambda key: -(exact[key][0] % exact[key][1]))[:left]:
        shares[key] += 1
    found = {key: count * unit for key, count in shares.items()}
    assert sum(found.values(), Decimal(0)) == amount
    return found


def _shown_decimals(decimals: int) -> int:
    return max(2, decimals)
