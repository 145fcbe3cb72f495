"""Helpers of the schedule tests: dates as text, and dateutil as the oracle."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time

from dateutil import rrule

from backend.ledger.rules import schedule


def day(text: str) -> date:
    return date.fromisoformat(text)


def dates(text: str, *, anchor: str = "2026-01-01", start: str = "2026-01-01", end: str = "2027-12-31") -> list[str]:
    """The schedule's dates in [start, end], as ISO text."""
    found = schedule.occurrences(schedule.parse(text), anchor=day(anchor), start=day(start), end=day(end))
    return [each.isoformat() for each in found]


def by_dateutil(rule: str, *, anchor: date, with_first: bool) -> Iterator[date]:
    """What existing clients make of one RRULE line: dateutil's dates from the anchor, and the anchor if it was given.

    May run for ever; ask for no more dates than there are.
    """
    start = datetime.combine(anchor, time())
    dates = rrule.rruleset()
    parsed = rrule.rrulestr(rule, dtstart=start)
    assert isinstance(parsed, rrule.rrule)
    dates.rrule(parsed)
    if with_first:
        dates.rdate(start)
    return (each.date() for each in dates)


def first(count: int, dates: Iterator[date]) -> list[date]:
    return list(itertools.islice(dates, count))
