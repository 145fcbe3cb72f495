"""The cycles of a recurring budget: from one recurrence to the day before the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from . import schedule

DAY = timedelta(days=1)
BACK = timedelta(days=3_660)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The days from `start` to `end`, both included; `end` is None where the schedule names no further day."""

    start: date
    end: date | None


def latest(text: str, *, anchor: date, today: date, most: int) -> list[Cycle]:
    """The cycle of today and those before it, at most `most` in all, oldest first; none for an empty schedule.

    The first one begins on `anchor`, if no recurrence falls on it. Raises InvalidSchedule for a text that is none.
    """
    if not text:
        return []
    parsed = schedule.parse(text)
    since = max(anchor, today - BACK)
    starts = list(schedule.occurrences(parsed, anchor=anchor, start=since, end=today))
    if not starts or starts[0] > since:
        starts.insert(0, since)
    starts = starts[-most:]
    following = schedule.next_on_or_after(parsed, anchor=anchor, start=today + DAY)
    return [Cycle(start=start, end=None if end is None else end - DAY) for start, end in _pairs(starts, following)]


def _pairs(starts: list[date], last: date | None) -> Iterable[tuple[date, date | None]]:
    return zip(starts, [*starts[1:], last], strict=True)
