"""The days of one recurrence rule: RFC 5545 over calendar dates, at a cost that is bounded by construction.

Days are walked month by month, from the period that holds the window's first day to the one that holds its last, so
neither an old anchor nor a rule that never matches costs more than the window asked for. A period is what FREQ says:
a day, a week from WKST on, a month, a year; the one that holds the anchor has number 0, and INTERVAL picks every n-th.
"""

import calendar
import enum
import functools
import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

HORIZON_YEARS = 100
"""A rule that gives no date, or does not use up its COUNT, this long after its anchor counts as never doing so."""

_LAST_ORDINAL = date.max.toordinal()
_NONE: frozenset[int] = frozenset()


class Frequency(enum.Enum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


_PERIOD_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}
_PERIOD_MONTHS = {Frequency.MONTHLY: 1, Frequency.YEARLY: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One RRULE. Weekdays count from Monday = 0; an empty set means that the part was not given.

    `numbered_weekdays` holds (number, weekday): (-1, 4) is the last Friday of the month, or of the year where a
    YEARLY rule has no `months`. Together with `weekdays` they are a union: `BYDAY=1MO,FR`.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    months: frozenset[int] = _NONE
    month_days: frozenset[int] = _NONE
    year_days: frozenset[int] = _NONE
    weeks: frozenset[int] = _NONE
    weekdays: frozenset[int] = _NONE
    numbered_weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: frozenset[int] = _NONE


def dates(rule: Rule, *, anchor: date, start: date, end: date) -> Iterator[date]:
    """The rule's days in [start, end], ascending, each once; none before `anchor`.

    `anchor` numbers the periods, starts COUNT, and gives the weekday or the day of the month that the rule leaves
    open. A month that lacks the day is skipped. A COUNT that is not used up within the horizon ends there.
    """
    lower = max(start, anchor)
    upper = min(end, _last_day(rule, anchor))
    if lower > upper:
        return
    for day in _walk(rule, anchor, lower.toordinal(), upper.toordinal()):
        yield date.fromordinal(day)


def horizon(anchor: date) -> date:
    """The day HORIZON_YEARS after `anchor`, or the calendar's last one."""
    year = anchor.year + HORIZON_YEARS
    return date.max if year > date.max.year else date(year, anchor.month, min(anchor.day, 28))


def gives_a_date(rule: Rule, *, anchor: date) -> bool:
    """Whether the rule, were it without UNTIL and COUNT, has a day within the horizon."""
    return next(_walk(rule, anchor, anchor.toordinal(), horizon(anchor).toordinal()), None) is not None


@functools.lru_cache(maxsize=1024)
def counted_end(rule: Rule, anchor: date) -> date | None:
    """The day on which COUNT is used up, or None if the horizon comes first. Kept, as every reading asks for it."""
    assert rule.count is not None
    days = _walk(rule, anchor, anchor.toordinal(), horizon(anchor).toordinal())
    last = next(itertools.islice(days, rule.count - 1, None), None)
    return None if last is None else date.fromordinal(last)


def _last_day(rule: Rule, anchor: date) -> date:
    if rule.count is not None:
        return counted_end(rule, anchor) or horizon(anchor)
    return rule.until or date.max


def _walk(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[int]:
    """The rule's days (as ordinals) in [lower, upper], whatever its UNTIL and COUNT say; `lower` >= anchor."""
    candidates = _candidates(_anchored(rule, anchor), anchor, lower, upper)
    days = _positioned(candidates, rule.positions) if rule.positions else (day for _, day in candidates)
    return (day for day in days if lower <= day <= upper)


def _anchored(rule: Rule, anchor: date) -> Rule:
    """The rule with what it leaves open taken from the anchor."""
    if rule.month_days or rule.year_days or rule.weeks or rule.weekdays or rule.numbered_weekdays:
        return rule
    match rule.frequency:
        case Frequency.WEEKLY:
            return replace(rule, weekdays=frozenset({anchor.weekday()}))
        case Frequency.MONTHLY:
            return replace(rule, month_days=frozenset({anchor.day}))
        case Frequency.YEARLY:
            months = rule.months or frozenset({anchor.month})
            return replace(rule, months=months, month_days=frozenset({anchor.day}))
    return rule


def _candidates(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[tuple[int, int]]:
    """(number of the period, day) for the days that pass every BY part, ascending; BYSETPOS is yet to come.

    Covers each period that touches [lower, upper] from its first day to its last, for BYSETPOS counts in whole
    periods. Only the week of the anchor begins with the anchor, as dateutil and its ports read it.
    """
    if rule.frequency in _PERIOD_MONTHS:
        return _candidates_by_month(rule, anchor, lower, upper)
    return _candidates_by_day(rule, anchor, lower, upper)


def _candidates_by_month(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[tuple[int, int]]:
    size = _PERIOD_MONTHS[rule.frequency]
    origin = _month_index(anchor.toordinal()) // size
    first, last = _month_index(lower) // size, _month_index(upper) // size
    for index in range(first * size, last * size + size):
        period = index // size - origin
        if period % rule.interval == 0:
            for day in _matching(rule, index, _listed_days(rule, index)):
                yield period, day


def _candidates_by_day(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[tuple[int, int]]:
    size, earliest = _PERIOD_DAYS[rule.frequency], anchor.toordinal()
    origin = earliest if size == 1 else _week_start(earliest, rule.week_start)
    first = max(lower - (lower - origin) % size, earliest)
    last = min(upper + size - 1 - (upper - origin) % size, _LAST_ORDINAL)
    for index in range(_month_index(first), _month_index(last) + 1):
        days = [
            day
            for day in _listed_days(rule, index)
            if first <= day <= last and (day - origin) // size % rule.interval == 0
        ]
        for day in _matching(rule, index, days):
            yield (day - origin) // size, day


def _positioned(candidates: Iterable[tuple[int, int]], positions: Collection[int]) -> Iterator[int]:
    """What BYSETPOS leaves of each period."""
    for _, group in itertools.groupby(candidates, key=lambda candidate: candidate[0]):
        days = [day for _, day in group]
        chosen = {position - 1 if position > 0 else position + len(days) for position in positions}
        yield from (day for place, day in enumerate(days) if place in chosen)


def _listed_days(rule: Rule, index: int) -> Iterable[int]:
    """The month's days as BYMONTH and BYMONTHDAY have them, ascending."""
    year, month = index // 12, index % 12 + 1
    if rule.months and month not in rule.months:
        return ()
    first, length = date(year, month, 1).toordinal(), calendar.monthrange(year, month)[1]
    if not rule.month_days:
        return range(first, first + length)
    numbers = {number if number > 0 else length + 1 + number for number in rule.month_days}
    return [first + number - 1 for number in sorted(numbers) if 1 <= number <= length]


def _matching(rule: Rule, index: int, days: Iterable[int]) -> Iterable[int]:
    """Those of the month's `days` that BYDAY, BYYEARDAY and BYWEEKNO let through."""
    if days and (rule.weekdays or rule.numbered_weekdays):
        numbered = _numbered(rule, index)
        days = [day for day in days if _weekday(day) in rule.weekdays or day in numbered]
    if days and rule.year_days:
        year = index // 12
        before, after = _new_year(year) - 1, _new_year(year + 1)
        listed = {before + number if number > 0 else after + number for number in rule.year_days}
        days = [day for day in days if day in listed and before < day < after]
    if days and rule.weeks:
        weeks = _weeks(rule.weeks, rule.week_start, index // 12)
        days = [day for day in days if _week_start(day, rule.week_start) in weeks]
    return days


def _numbered(rule: Rule, index: int) -> set[int]:
    """The days that the numbered weekdays of BYDAY mean, in this month or in its whole year."""
    if rule.frequency is Frequency.YEARLY and not rule.months:
        first, last = _new_year(index // 12), _new_year(index // 12 + 1) - 1
    else:
        first = date(index // 12, index % 12 + 1, 1).toordinal()
        last = first + calendar.monthrange(index // 12, index % 12 + 1)[1] - 1
    found = set()
    for number, weekday in rule.numbered_weekdays:
        if number > 0:
            day = first + (weekday - _weekday(first)) % 7 + 7 * (number - 1)
        else:
            day = last - (_weekday(last) - weekday) % 7 + 7 * (number + 1)
        if first <= day <= last:
            found.add(day)
    return found


@functools.lru_cache(maxsize=64)
def _weeks(numbers: frozenset[int], week_start: int, year: int) -> frozenset[int]:
    """First days of the weeks with those numbers that touch `year`; a week belongs to the year of its fourth day."""
    starts = set()
    for owner in (year - 1, year, year + 1):
        first = _week_start(_new_year(owner) + 3, week_start)
        after = _week_start(_new_year(owner + 1) + 3, week_start)
        for number in numbers:
            start = first + 7 * (number - 1) if number > 0 else after + 7 * number
            if first <= start < after:
                starts.add(start)
    return frozenset(starts)


def _weekday(day: int) -> int:
    return (day + 6) % 7


def _week_start(day: int, week_start: int) -> int:
    return day - (day + 6 - week_start) % 7


def _new_year(year: int) -> int:
    """Ordinal of 1 January; unlike `date`, for the years 0 and 10000 too, which weeks at the edges belong to."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400 + 1


def _month_index(day: int) -> int:
    found = date.fromordinal(day)
    return found.year * 12 + found.month - 1
