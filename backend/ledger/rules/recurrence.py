"""The days of one recurrence rule: RFC 5545 over calendar dates, at a cost that is bounded by construction.

Days are walked year by year, from the period that holds the window's first day to the one that holds its last, so
neither an old anchor nor a rule that never matches costs more than the window asked for. A period is what FREQ says:
a day, a week from WKST on, a month, a year; the one that holds the anchor has number 0, and INTERVAL picks every n-th.
Which days of a year match depends on the shape of the year alone, and there are 28 shapes.
"""

import bisect
import calendar
import enum
import functools
import itertools
from collections.abc import Collection, Iterator
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
_LONGEST_PERIOD = {Frequency.DAILY: 1, Frequency.WEEKLY: 7, Frequency.MONTHLY: 31, Frequency.YEARLY: 366}


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
    if rule.positions and min(map(abs, rule.positions)) > _LONGEST_PERIOD[rule.frequency]:
        return iter(())
    rule = _anchored(rule, anchor)
    match rule.frequency:
        case Frequency.YEARLY:
            days = _yearly(rule, anchor, lower, upper)
        case Frequency.MONTHLY:
            days = _monthly(rule, anchor, lower, upper)
        case _:
            days = _by_days(rule, anchor, lower, upper)
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


def _yearly(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[int]:
    first, last = _year(lower), _year(upper)
    for year in range(first + (anchor.year - first) % rule.interval, last + 1, rule.interval):
        new_year = _new_year(year)
        for group in _days_of(rule, year):
            yield from (new_year + day for day in group)


def _monthly(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[int]:
    for year in range(_year(lower), _year(upper) + 1):
        new_year = _new_year(year)
        passed = (year - anchor.year) * 12 + 1 - anchor.month
        for group in _days_of(rule, year)[-passed % rule.interval :: rule.interval]:
            yield from (new_year + day for day in group)


def _by_days(rule: Rule, anchor: date, lower: int, upper: int) -> Iterator[int]:
    """Days and weeks. BYSETPOS counts in whole weeks, but in the anchor's own from the anchor, as dateutil does."""
    size, earliest = _PERIOD_DAYS[rule.frequency], anchor.toordinal()
    origin = earliest if size == 1 else _week_start(earliest, rule.week_start)
    if rule.interval == 1 and (size == 1 or not rule.positions):
        for year in range(_year(lower), _year(upper) + 1):
            new_year, (days,) = _new_year(year), _days_of(rule, year)
            yield from (new_year + day for day in days[bisect.bisect_left(days, lower - new_year) :])
        return
    # Only the days of the periods that count are looked at: with a long interval there are few.
    stride = size * rule.interval
    first = origin - (origin + size - 1 - lower) // stride * stride  # the first period that does not end before lower
    year = _year(max(min(first, upper), earliest))
    marks, zero = bytearray(), _new_year(year)
    for start in range(first, upper + 1, stride):
        end = min(start + size, _LAST_ORDINAL + 1)
        while zero + len(marks) < end:
            marks += _marks(rule, year)
            year += 1
        passing = [day for day in range(max(start, earliest), end) if marks[day - zero]]
        yield from _chosen(passing, rule.positions) if rule.positions and size > 1 else passing


def _days_of(rule: Rule, year: int) -> tuple[tuple[int, ...], ...]:
    """The year's days that pass the BY parts, counted from 1 January = 0: for MONTHLY a group per month, else one.

    BYSETPOS has been applied to months and years, not to weeks.
    """
    return _days_of_shape(rule, _MODELS[_shape(year)])


def _marks(rule: Rule, year: int) -> bytearray:
    """The same as a byte per day of the year, 1 for those that pass."""
    marks = bytearray(_new_year(year + 1) - _new_year(year))
    for day in itertools.chain.from_iterable(_days_of(rule, year)):
        marks[day] = 1
    return marks


@functools.lru_cache(maxsize=512)
def _days_of_shape(rule: Rule, model: int) -> tuple[tuple[int, ...], ...]:
    months = [_days_of_month(rule, model, month) for month in range(1, 13)]
    groups = months if rule.frequency is Frequency.MONTHLY else [list(itertools.chain.from_iterable(months))]
    if rule.positions and rule.frequency in (Frequency.MONTHLY, Frequency.YEARLY):
        groups = [_chosen(days, rule.positions) for days in groups]
    new_year = _new_year(model)
    return tuple(tuple(day - new_year for day in days) for days in groups)


def _chosen(days: list[int], positions: Collection[int]) -> list[int]:
    """What BYSETPOS leaves of a period."""
    places = {position - 1 if position > 0 else position + len(days) for position in positions}
    return [days[place] for place in sorted(places) if 0 <= place < len(days)]


def _days_of_month(rule: Rule, year: int, month: int) -> list[int]:
    """The month's days that pass BYMONTH, BYMONTHDAY, BYDAY, BYYEARDAY and BYWEEKNO, as ordinals."""
    if rule.months and month not in rule.months:
        return []
    first, length = date(year, month, 1).toordinal(), calendar.monthrange(year, month)[1]
    days = list(range(first, first + length))
    if rule.month_days:
        wanted = rule.month_days
        days = [day for day in days if day - first + 1 in wanted or day - first - length in wanted]
    if rule.weekdays or rule.numbered_weekdays:
        numbered = _numbered(rule, year, month)
        days = [day for day in days if _weekday(day) in rule.weekdays or day in numbered]
    if rule.year_days:
        before, after = _new_year(year) - 1, _new_year(year + 1)
        days = [day for day in days if day - before in rule.year_days or day - after in rule.year_days]
    if rule.weeks:
        weeks = _weeks(rule.weeks, rule.week_start, year)
        days = [day for day in days if _week_start(day, rule.week_start) in weeks]
    return days


def _numbered(rule: Rule, year: int, month: int) -> set[int]:
    """The days that the numbered weekdays of BYDAY mean, in this month or in the whole year."""
    if rule.frequency is Frequency.YEARLY and not rule.months:
        first, last = _new_year(year), _new_year(year + 1) - 1
    else:
        first = date(year, month, 1).toordinal()
        last = first + calendar.monthrange(year, month)[1] - 1
    found = set()
    for number, weekday in rule.numbered_weekdays:
        if number > 0:
            found.add(first + (weekday - _weekday(first)) % 7 + 7 * (number - 1))
        else:
            found.add(last - (_weekday(last) - weekday) % 7 + 7 * (number + 1))
    return {day for day in found if first <= day <= last}


@functools.lru_cache(maxsize=64)
def _weeks(weeks: frozenset[int], week_start: int, year: int) -> set[int]:
    """First days of the weeks of BYWEEKNO that touch `year`; a week belongs to the year of its fourth day.

    Kept, as every month of the year asks.
    """
    starts = set()
    for owner in (year - 1, year, year + 1):
        first, after = (_week_start(_new_year(start) + 3, week_start) for start in (owner, owner + 1))
        numbered = {first + 7 * (number - 1) if number > 0 else after + 7 * number for number in weeks}
        starts |= {start for start in numbered if first <= start < after}
    return starts


def _weekday(day: int) -> int:
    return (day + 6) % 7


def _week_start(day: int, week_start: int) -> int:
    return day - (day + 6 - week_start) % 7


def _new_year(year: int) -> int:
    """Ordinal of 1 January; unlike `date`, for the years 0 and 10000 too, which weeks at the edges belong to."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400 + 1


def _year(day: int) -> int:
    return date.fromordinal(day).year


def _shape(year: int) -> tuple[bool, bool, bool, int]:
    """All that the calendar of a year, and the week numbers at its edges, depend on."""
    return calendar.isleap(year - 1), calendar.isleap(year), calendar.isleap(year + 1), _weekday(_new_year(year))


_MODELS = {_shape(year): year for year in range(2000, 2400)}
