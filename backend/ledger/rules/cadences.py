"""Cadences that payments have: the days that each names, and how they are written as a schedule.

A rhythm is a cadence with its days: each Friday, the 1st and the 15th. Its days are numbered, so that one that was
missed shows as a gap. A day of the month that a month lacks is its last one.
"""

import calendar
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

LAST = 31
"""The day of the month that stands for its last one."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PAIRED = 6
"""Days of the month, the most usual, of which pairs are tried."""


class Cadence(Enum):
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def days(self) -> float:
        """How long a period is on average."""
        return _DAYS[self]

    @property
    def tolerance(self) -> int:
        """By how many days a payment may be early or late."""
        return _TOLERANCE[self]


_DAYS = {
    Cadence.WEEKLY: 7,
    Cadence.BIWEEKLY: 14,
    Cadence.SEMIMONTHLY: 15.22,
    Cadence.MONTHLY: 30.44,
    Cadence.QUARTERLY: 91.31,
    Cadence.YEARLY: 365.25,
}
_TOLERANCE = {
    Cadence.WEEKLY: 1,
    Cadence.BIWEEKLY: 2,
    Cadence.SEMIMONTHLY: 3,
    Cadence.MONTHLY: 4,
    Cadence.QUARTERLY: 8,
    Cadence.YEARLY: 12,
}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3, Cadence.YEARLY: 12}


@dataclass(frozen=True, slots=True)
class Rhythm(ABC):
    """The days of one cadence, numbered without a gap."""

    cadence: Cadence

    @abstractmethod
    def day(self, number: int) -> date:
        """The day of that number."""

    @abstractmethod
    def around(self, on: date) -> range:
        """Numbers among which is that of the day nearest to `on`."""

    @abstractmethod
    def rule(self, first: date) -> str:
        """The days from `first` on as an RRULE, whose intervals count from there."""

    def nearest(self, on: date) -> int:
        """The number of the day nearest to `on`, the earlier of two."""
        return min(self.around(on), key=lambda number: abs((self.day(number) - on).days))

    def schedule(self, first: date) -> str:
        """The days from `first` on, which is one of them, as RFC 5545 text."""
        return f"DTSTART:{first:%Y%m%d}\nRRULE:{self.rule(first)}"


@dataclass(frozen=True, slots=True)
class Weeks(Rhythm):
    """Each week or each other; `origin` is the ordinal of one of the days."""

    origin: int

    @property
    def _step(self) -> int:
        return 14 if self.cadence is Cadence.BIWEEKLY else 7

    def day(self, number: int) -> date:
        return date.fromordinal(self.origin + number * self._step)

    def around(self, on: date) -> range:
        before = (on.toordinal() - self.origin) // self._step
        return range(before, before + 2)

    def rule(self, first: date) -> str:
        interval = ";INTERVAL=2" if self.cadence is Cadence.BIWEEKLY else ""
        return f"FREQ=WEEKLY{interval};BYDAY={_WEEKDAYS[first.weekday()]}"


@dataclass(frozen=True, slots=True)
class Months(Rhythm):
    """One day each month, quarter or year; `phase` is the month among those of the period, counted from 0."""

    phase: int
    on: int

    def day(self, number: int) -> date:
        return _in_month(number * _MONTHS[self.cadence] + self.phase, self.on)

    def around(self, on: date) -> range:
        number = (_month(on) - self.phase) // _MONTHS[self.cadence]
        return range(number - 1, number + 2)

    def rule(self, first: date) -> str:
        days = f"BYMONTHDAY={_month_days(self.on)}" + (";BYSETPOS=-1" if 28 < self.on < LAST else "")
        if self.cadence is Cadence.YEARLY:
            return f"FREQ=YEARLY;BYMONTH={first.month};{days}"
        interval = ";INTERVAL=3" if self.cadence is Cadence.QUARTERLY else ""
        return f"FREQ=MONTHLY{interval};{days}"


@dataclass(frozen=True, slots=True)
class TwiceAMonth(Rhythm):
    """Two days of each month, the earlier one before the 29th."""

    on: tuple[int, int]

    def day(self, number: int) -> date:
        return _in_month(number // 2, self.on[number % 2])

    def around(self, on: date) -> range:
        number = _month(on) * 2
        return range(number - 2, number + 4)

    def rule(self, first: date) -> str:
        early, late = self.on
        days = f"BYMONTHDAY={early},{_month_days(late)}" + (";BYSETPOS=1,-1" if 28 < late < LAST else "")
        return f"FREQ=MONTHLY;{days}"


def candidates(cadence: Cadence, days: Sequence[date]) -> Iterator[Rhythm]:
    """The rhythms of that cadence that name some of the days."""
    if cadence in (Cadence.WEEKLY, Cadence.BIWEEKLY):
        step = int(cadence.days)
        for origin in dict.fromkeys(day.toordinal() % step for day in days):
            yield Weeks(cadence, origin or step)  # there is no day 0
    elif cadence is Cadence.SEMIMONTHLY:
        usual = sorted(
            day for day, _ in Counter(number for day in days for number in _numbers(day)).most_common(_PAIRED)
        )
        for early in usual:
            for late in usual:
                if early < 29 and 10 <= late - early <= 20:
                    yield TwiceAMonth(cadence, (early, late))
    else:
        months = _MONTHS[cadence]
        for phase, on in dict.fromkeys((_month(day) % months, number) for day in days for number in _numbers(day)):
            yield Months(cadence, phase, on)


def _numbers(day: date) -> list[int]:
    """What a day may be called in its month."""
    last = calendar.monthrange(day.year, day.month)[1]
    return [day.day, LAST] if day.day == last < LAST else [day.day]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _in_month(month: int, on: int) -> date:
    year, index = divmod(month, 12)
    return date(year, index + 1, min(on, calendar.monthrange(year, index + 1)[1]))


def _month_days(on: int) -> str:
    """The days of which that one is the last that a month has."""
    return "-1" if on == LAST else ",".join(map(str, range(28, on + 1))) if on > 28 else str(on)
