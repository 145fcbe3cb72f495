"""Dates as people of many countries write them, by the order that a whole column shares."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from . import fields

ORDERS = ("DMY", "MDY", "YMD")
CLOSE = timedelta(days=400)
SCATTERED = timedelta(days=1000)

_ZONE = r"(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?"
_CLOCK = r"[0-9]{1,2}(?:[:.h][0-9]{2}){1,2}(?:[.,][0-9]{1,9})?(?: ?[AaPp]\.?[Mm]\.?)?"
_TIME = rf"(?:(?:[T ,]|, | - )[ ]?{_CLOCK}{_ZONE})?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/. ])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})([-/. ])[ ]?([0-9]{{1,2}})([-/. ']|\.? ?')[ ]?([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_COMPACT = re.compile(rf"([0-9]{{8}}){_TIME}")
_DAY_MONTH = re.compile(rf"([0-9]{{1,2}})\.?[ -]?([^\W\d_]{{3,12}})\.?,?[ -]?([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_MONTH_DAY = re.compile(rf"([^\W\d_]{{3,12}})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}}){_TIME}")

_MONTHS = """
    jan january januar jänner janvier janv enero ene janeiro januari gennaio gen styczeń stycznia sty
    feb february februar février févr fév febrero fevereiro fev februari febbraio luty lutego lut
    mar march märz mrz mär mars marzo março maart mrt marzec marca
    apr april avril avr abril abr aprile kwiecień kwietnia kwi
    may mai mayo maio mei maggio mag maj maja
    jun june juni juin junio junho giugno giu czerwiec czerwca cze
    jul july juli juillet juil julio julho luglio lug lipiec lipca lip
    aug august août aoû agosto ago augustus sierpień sierpnia sie
    sep sept september septembre septiembre setiembre setembro set settembre wrzesień września wrz
    oct october oktober okt octobre octubre outubro out ottobre ott październik października paź
    nov november novembre noviembre novembro listopad listopada lis
    dec december dezember dez décembre déc diciembre dic dezembro dicembre grudzień grudnia gru
"""
MONTHS = {
    word: number
    for number, line in enumerate(filter(None, map(str.strip, _MONTHS.splitlines())), start=1)
    for word in line.split()
}

Parts = tuple[str, str, str]


def order(texts: Iterable[str], *, hint: str | None = None) -> str:
    """The order of day, month and year that all the dates of a column can have: one of ORDERS.

    Where day and month could be either, `hint` decides; without one, Unclear asks for it. A text that is no date
    in any order raises ValueError too.
    """
    possible = set(ORDERS)
    found = []
    for text in texts:
        fits = _orders(text)
        if not fits:
            raise ValueError(f"{_shown(text)} is not a date")
        if not possible & set(fits):
            raise ValueError(f"{_shown(text)} has day and month in another order than the dates before it")
        possible &= set(fits)
        found.append((text, fits))
    if len(possible) > 1 and "YMD" in possible:
        possible = _not_scattered(possible, [fits for _, fits in found])
    differs = next((text for text, fits in found if len({fits[each] for each in possible}) > 1), None)
    if differs is None:
        return min(possible, key=ORDERS.index)
    if hint in possible and "YMD" not in possible:
        return hint
    raise fields.Unclear(
        f"nothing tells whether {_shown(differs)} has the day or the month first; say the `date_format`"
    )


def _not_scattered(possible: set[str], found: list[dict[str, date]]) -> set[str]:
    """Without the orders by which the dates would be spread over years, if by others they are close together."""
    spans = {each: max(fits[each] for fits in found) - min(fits[each] for fits in found) for each in possible if found}
    close = {each for each, span in spans.items() if span <= CLOSE}
    return close if close and all(span > SCATTERED for each, span in spans.items() if each not in close) else possible


@lru_cache(maxsize=1024)  # a statement has many rows of a day
def day(text: str, *, order: str) -> date:
    """The date of a text, whose time of day is disregarded. Raises ValueError with a text for people."""
    fits = _orders(text)
    if order not in fits:
        raise ValueError(f"{_shown(text)} is not a date" + (f" in the order {order}" if fits else ""))
    return fits[order]


def _orders(text: str) -> dict[str, date]:
    """The dates that a text can mean, by order. One with the month's name has any order."""
    text = text.strip()[:60]
    if match := _YEAR_FIRST.fullmatch(text):
        return _valid({"YMD": (match[1], match[3], match[4])})
    if match := _COMPACT.fullmatch(text):
        return _compact(match[1])
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(*match.groups())
    if match := _DAY_MONTH.fullmatch(text):
        return _named(match[3], match[2], match[1])
    match = _MONTH_DAY.fullmatch(text)
    return _named(match[3], match[1], match[2]) if match else {}


def _compact(digits: str) -> dict[str, date]:
    return _valid(
        {
            "YMD": (digits[:4], digits[4:6], digits[6:]),
            "DMY": (digits[4:], digits[2:4], digits[:2]),
            "MDY": (digits[4:], digits[:2], digits[2:4]),
        }
    )


def _year_last(one: str, separator: str, two: str, _: str, last: str) -> dict[str, date]:
    """Nobody puts the month first where points are between; the year may come first in two digits between dashes."""
    found: dict[str, Parts] = {"DMY": (_century(last), two, one)}
    if separator != ".":
        found["MDY"] = (_century(last), one, two)
    if separator == "-" and len(one) == len(last) == 2:
        found["YMD"] = (_century(one), two, last)
    return _valid(found)


def _named(year: str, month: str, day: str) -> dict[str, date]:
    number = MONTHS.get(month.casefold())
    return _valid(dict.fromkeys(ORDERS, (_century(year), str(number), day))) if number else {}


def _valid(given: dict[str, Parts]) -> dict[str, date]:
    found = {}
    for each, (year, month, day_) in given.items():
        try:
            value = date(int(year), int(month), int(day_))
        except ValueError:
            continue
        if value.year in fields.YEARS:
            found[each] = value
    return found


def _century(year: str) -> str:
    return year if len(year) == 4 else f"{'20' if int(year) < 70 else '19'}{year}"


def from_newest(found: Iterable[date]) -> bool:
    """Whether dates run from the newest to the oldest."""
    steps = [later < earlier for earlier, later in pairwise(found) if later != earlier]
    return bool(steps) and all(steps)


def _shown(text: str) -> str:
    return f"“{text[:40]}”"
