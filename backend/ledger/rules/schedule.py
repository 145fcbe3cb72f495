"""A schedule: RFC 5545 text as clients send it, read into calendar dates.

Grammar: lines `RRULE:…`, `RDATE:…`, `EXDATE:…` and at most one `DTSTART:…`, parted by line breaks (LF or CRLF), in
any order, names and parts in capitals. A date is `20260131`, alone or with a time of day (`20260131T090000`, with or
without `Z`) that is checked and then disregarded: a schedule means the calendar date as written, whatever `TZID` says.
`RDATE` and `EXDATE` take several dates parted by commas.

How the dates are found:

- The first date that counts (the anchor) is DTSTART, or where the text has none the day the caller gives.
- DTSTART itself is always a date, also where no rule hits it, and then it is not one of those that COUNT counts: so
  read the clients that already store such texts. `EXDATE` removes it like any other.
- The dates are the union of DTSTART, all RDATEs and all RRULEs, less the EXDATEs.
- What RFC 5545 calls invalid but dateutil reads as a filter (BYMONTHDAY in a WEEKLY rule) is a filter here too.
  BYWEEKNO without BYDAY means each day of the week, as dateutil has it.
- BYHOUR, BYMINUTE and BYSECOND are refused, whatever their value: a schedule has no time of day.
"""

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.ledger import errors
from backend.ledger.rules import recurrence

MAX_LENGTH = 1_000
MAX_RULES = 5
MAX_COUNT = 10_000
MAX_INTERVAL = 366

_WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_FINER_THAN_DAYS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_SIGNED_LISTS = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}

_LINE_BREAK = re.compile(r"\r?\n")
_LINE = re.compile(r"(DTSTART|RRULE|RDATE|EXDATE)((?:;[^;:]*)*):(.*)", re.DOTALL)
_DATE_PARAMETER = re.compile(r"TZID=[A-Za-z0-9_+/-]{1,64}|VALUE=DATE(?:-TIME)?")
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9]|60)Z?)?")
_NATURAL = re.compile(r"[0-9]{1,9}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A text, understood. `first` is DTSTART; `dates` are the RDATEs, `exceptions` the EXDATEs."""

    first: date | None = None
    rules: tuple[recurrence.Rule, ...] = ()
    dates: frozenset[date] = frozenset()
    exceptions: frozenset[date] = frozenset()

    @property
    def fixed(self) -> frozenset[date]:
        """The dates that no rule is needed for."""
        return self.dates if self.first is None else self.dates | {self.first}


def parse(text: str) -> Schedule:
    """Read a schedule; "" is the empty one, which has no dates.

    Raises InvalidSchedule, whose message says which part is wrong. Says nothing about whether a date exists: `check`.
    """
    if not text:
        return Schedule()
    if len(text) > MAX_LENGTH:
        raise errors.InvalidSchedule(f"A schedule has no more than {MAX_LENGTH} characters.")
    starts: list[date] = []
    rules: list[recurrence.Rule] = []
    dates: set[date] = set()
    exceptions: set[date] = set()
    for line in filter(None, _LINE_BREAK.split(text)):
        name, value = _property(line)
        if name == "RRULE":
            rules.append(_rule(value))
        elif name == "DTSTART":
            starts.append(_date(value, part=name))
        else:
            (dates if name == "RDATE" else exceptions).update(_date(item, part=name) for item in value.split(","))
    if len(starts) > 1:
        raise errors.InvalidSchedule("DTSTART is given more than once.")
    if not (starts or rules or dates):
        raise errors.InvalidSchedule("A schedule needs a line such as RRULE:FREQ=MONTHLY.")
    if len(rules) > MAX_RULES:
        raise errors.InvalidSchedule(f"A schedule has no more than {MAX_RULES} RRULE lines.")
    if sum(rule.count or 0 for rule in rules) > MAX_COUNT:
        raise errors.InvalidSchedule(f"COUNT is more than {MAX_COUNT} over all RRULE lines.")
    return Schedule(
        first=starts[0] if starts else None,
        rules=tuple(dict.fromkeys(rules)),
        dates=frozenset(dates),
        exceptions=frozenset(exceptions),
    )


def check(text: str, *, anchor: date) -> Schedule:
    """Read a schedule and try it, as is done before one is stored.

    Raises InvalidSchedule also for a rule that gives no date within a hundred years of its anchor (30 February), or
    does not use up its COUNT in that time. Dates that are all past are fine.
    """
    schedule = parse(text)
    anchor = schedule.first or anchor
    for rule in schedule.rules:
        _check_rule(rule, anchor=anchor)
    if schedule.exceptions and not _survives(schedule, anchor=anchor):
        raise errors.InvalidSchedule("EXDATE removes every date.")
    return schedule


def occurrences(schedule: Schedule, *, anchor: date, start: date, end: date) -> Iterator[date]:
    """The dates in [start, end], ascending, each once.

    `anchor` (a budget's creation day) stands in for a missing DTSTART: rules are counted from it and give nothing
    before it. The cost grows with the window, not with its distance from the anchor.
    """
    anchor = schedule.first or anchor
    fixed = sorted(day for day in schedule.fixed if start <= day <= end)
    by_rule = (recurrence.dates(rule, anchor=anchor, start=start, end=end) for rule in schedule.rules)
    previous = None
    for day in heapq.merge(fixed, *by_rule):
        if day != previous and day not in schedule.exceptions:
            yield day
        previous = day


def next_on_or_after(schedule: Schedule, *, anchor: date, start: date, end: date | None = None) -> date | None:
    """The first date from `start` to `end`, both included; without `end` a hundred years ahead are searched."""
    end = recurrence.horizon(max(start, schedule.first or anchor)) if end is None else end
    return next(occurrences(schedule, anchor=anchor, start=start, end=end), None)


def _check_rule(rule: recurrence.Rule, *, anchor: date) -> None:
    years = recurrence.HORIZON_YEARS
    if rule.count is None:
        if not recurrence.gives_a_date(rule, anchor=anchor):
            raise errors.InvalidSchedule(f"RRULE falls on no day within {years} years.")
    elif recurrence.counted_end(rule, anchor) is None:
        raise errors.InvalidSchedule(f"RRULE falls on fewer than {rule.count} days within {years} years.")


def _survives(schedule: Schedule, *, anchor: date) -> bool:
    if schedule.fixed - schedule.exceptions:
        return True
    if next_on_or_after(schedule, anchor=anchor, start=anchor) is not None:
        return True
    # UNTIL before the anchor: the dates are past, not removed
    return any(rule.until is not None and rule.until < anchor for rule in schedule.rules)


def _property(line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise errors.InvalidSchedule(f"{_shown(line)} is no line that starts with DTSTART:, RRULE:, RDATE: or EXDATE:.")
    name, parameters, value = match.groups()
    given = parameters.split(";")[1:]
    for parameter in given:
        if name == "RRULE" or not _DATE_PARAMETER.fullmatch(parameter):
            raise errors.InvalidSchedule(f"{name}: unknown parameter {_shown(parameter)}.")
    if len({parameter.partition("=")[0] for parameter in given}) < len(given):
        raise errors.InvalidSchedule(f"{name}: a parameter is given more than once.")
    return name, value


def _rule(value: str) -> recurrence.Rule:
    """The value of one RRULE line."""
    parts: dict[str, str] = {}
    for item in value.split(";"):
        name, separator, content = item.partition("=")
        if not separator or not content:
            raise errors.InvalidSchedule(f"RRULE: {_shown(item)} is not of the form NAME=VALUE.")
        if name in parts:
            raise errors.InvalidSchedule(f"RRULE: {name} is given more than once.")
        if name in _FINER_THAN_DAYS:
            raise errors.InvalidSchedule(f"RRULE: {name} is not allowed, schedules have no time of day.")
        if name not in _READERS:
            raise errors.InvalidSchedule(f"RRULE: {_shown(name)} is no known part.")
        parts[name] = content
    if "FREQ" not in parts:
        raise errors.InvalidSchedule("RRULE: FREQ is missing.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise errors.InvalidSchedule("RRULE: COUNT and UNTIL exclude each other.")
    fields: dict[str, Any] = {}
    for name, content in parts.items():
        fields |= _READERS[name](content)
    rule = recurrence.Rule(**fields)
    if rule.numbered_weekdays and rule.frequency in (recurrence.Frequency.DAILY, recurrence.Frequency.WEEKLY):
        raise errors.InvalidSchedule(f"RRULE: a number in BYDAY does not go with FREQ={rule.frequency.value}.")
    return rule


def _frequency(value: str) -> recurrence.Frequency:
    try:
        return recurrence.Frequency(value)
    except ValueError:
        raise _out_of_range("FREQ", value, "DAILY, WEEKLY, MONTHLY or YEARLY") from None


def _natural(part: str, value: str, *, most: int) -> int:
    if not _NATURAL.fullmatch(value) or not 1 <= int(value) <= most:
        raise _out_of_range(part, value, f"a number from 1 to {most}")
    return int(value)


def _signed(part: str, value: str) -> frozenset[int]:
    most = _SIGNED_LISTS[part]
    items = value.split(",")
    for item in items:
        if not _INTEGER.fullmatch(item) or not 1 <= abs(int(item)) <= most:
            raise _out_of_range(part, item, f"a number from 1 to {most} or from -{most} to -1")
    return frozenset(int(item) for item in items)


def _months(value: str) -> frozenset[int]:
    return frozenset(_natural("BYMONTH", item, most=12) for item in value.split(","))


def _weekday(part: str, value: str) -> int:
    if value not in _WEEKDAYS:
        raise _out_of_range(part, value, "MO, TU, WE, TH, FR, SA or SU")
    return _WEEKDAYS[value]


def _weekdays(value: str) -> dict[str, Any]:
    plain: set[int] = set()
    numbered: set[tuple[int, int]] = set()
    for item in value.split(","):
        match = _WEEKDAY.fullmatch(item)
        if match is None:
            raise _out_of_range("BYDAY", item, "a weekday such as MO, 2MO or -1FR")
        if match[1] is None:
            plain.add(_WEEKDAYS[match[2]])
            continue
        number = int(match[1])
        if not 1 <= abs(number) <= 53:
            raise _out_of_range("BYDAY", item, "a weekday with a number from 1 to 53 or from -53 to -1")
        numbered.add((number, _WEEKDAYS[match[2]]))
    return {"weekdays": frozenset(plain), "numbered_weekdays": frozenset(numbered)}


_READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "FREQ": lambda value: {"frequency": _frequency(value)},
    "INTERVAL": lambda value: {"interval": _natural("INTERVAL", value, most=MAX_INTERVAL)},
    "COUNT": lambda value: {"count": _natural("COUNT", value, most=MAX_COUNT)},
    "UNTIL": lambda value: {"until": _date(value, part="UNTIL")},
    "WKST": lambda value: {"week_start": _weekday("WKST", value)},
    "BYMONTH": lambda value: {"months": _months(value)},
    "BYMONTHDAY": lambda value: {"month_days": _signed("BYMONTHDAY", value)},
    "BYYEARDAY": lambda value: {"year_days": _signed("BYYEARDAY", value)},
    "BYWEEKNO": lambda value: {"weeks": _signed("BYWEEKNO", value)},
    "BYDAY": _weekdays,
    "BYSETPOS": lambda value: {"positions": _signed("BYSETPOS", value)},
}


def _date(value: str, *, part: str) -> date:
    match = _DATE.fullmatch(value)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # 30 February, year 0: well formed, but no day
        pass
    raise _out_of_range(part, value, "a date such as 20260131 or 20260131T000000Z")


def _out_of_range(part: str, value: str, expected: str) -> errors.InvalidSchedule:
    return errors.InvalidSchedule(f"{part}: {_shown(value)} is not {expected}.")


def _shown(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")
