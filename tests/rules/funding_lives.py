"""Generated accounts and what happens to them from outside, hour by hour; and engines that run now and then."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import Account, envelope

DAYS = 30
"""So long something happens from outside."""

ZONES = (
    "UTC",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Havana",
    "Pacific/Auckland",
)
STARTS = (date(2026, 6, 1), date(2026, 10, 20), date(2027, 12, 15), date(2028, 2, 10), date(2026, 3, 1))
"""In the middle of a year, at a change of the clocks, at a year's end, before 29 February."""

HOUR = timedelta(hours=1)

amounts = st.integers(min_value=0, max_value=30_000).map(lambda cents: Decimal(cents) / 100)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A bank row that is entered at that hour, on a budget or on Unallocated."""

    hour: int
    amount: Decimal
    budget: int | None = None


Happening = Row | date
"""A row that is entered, or the day through which the bank's rows are in from now on."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """An account, opened at noon UTC, and what happens to it. `imports`: how many days are in from which hour on."""

    start: date
    zone: str
    families: tuple[tuple[funding.Envelope, ...], ...]
    opening: Decimal
    rows: tuple[Row, ...] = ()
    imports: dict[int, int] | None = None
    pause: int = 0
    """Days after DAYS in which nothing runs."""

    @property
    def opened(self) -> datetime:
        return datetime(self.start.year, self.start.month, self.start.day, 12, tzinfo=UTC)

    @property
    def budgets(self) -> list[funding.Envelope]:
        return [each for family in self.families for each in family]

    @property
    def spenders(self) -> list[funding.Envelope]:
        return [each for each in self.budgets if each.kind != kinds.FILLUP]

    @property
    def end(self) -> int:
        return (DAYS + self.pause) * 24

    def at(self, hour: int) -> datetime:
        return self.opened + hour * HOUR

    def today(self, hour: int) -> date:
        return self.at(hour).astimezone(ZoneInfo(self.zone)).date()

    def day(self, hour: int) -> date:
        """To whose end a row that is entered then belongs."""
        return max(self.at(hour).date(), self.today(hour))

    def account(self) -> Account:
        return Account(list(self.budgets), opening=self.opening, gated=self.imports is not None)

    def happenings(self) -> list[tuple[int, Happening]]:
        """Rows, and the days through which the bank's rows are in, by the hour."""
        found: list[tuple[int, Happening]] = [(row.hour, row) for row in self.rows]
        through = date.min
        for hour, days in sorted((self.imports or {}).items()):
            through = max(through, min(self.start + timedelta(days=days), self.today(hour)))
            found.append((hour, through))
        return sorted(found, key=lambda each: each[0])

    def enter(self, account: Account, happening: Happening) -> None:
        if isinstance(happening, date):
            account.posted_through = happening
            return
        spender = None if happening.budget is None else self.spenders[happening.budget % len(self.spenders)]
        account.enter(self.day(happening.hour), happening.amount, budget=spender)


# What is generated


def schedules(start: date, *, sparse: bool) -> st.SearchStrategy[str]:
    def day(offset: int) -> str:
        return f"{start + timedelta(days=offset):%Y%m%d}"

    rare = [
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=5,31",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
        f"DTSTART:{day(9)}\nRRULE:FREQ=WEEKLY;COUNT=3",
        f"RRULE:FREQ=DAILY;INTERVAL=2;UNTIL={day(11)}",
        f"RDATE:{day(3)},{day(19)}",
        f"RRULE:FREQ=WEEKLY\nEXDATE:{day(7)}",
        "",
    ]
    often = ["RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY;INTERVAL=3", "RRULE:FREQ=WEEKLY"]
    return st.sampled_from(rare if sparse else often + rare)


@st.composite
def families(draw: st.DrawFn, start: date, *, sparse: bool = False) -> tuple[funding.Envelope, ...]:
    """A budget, or a Recurring with its fill-up."""
    kind = draw(st.sampled_from((kinds.GOAL, kinds.CAPPED, kinds.RECURRING, kinds.FILLUP)))
    dates = schedules(start, sparse=sparse)
    common: dict[str, Any] = {
        "target": draw(amounts),
        "fixed": draw(st.none() | amounts),
        "schedule": draw(dates),
        "priority": draw(st.integers(-1, 1)),
        "paused": draw(st.integers(0, 9)) == 0,
        "created": start,
    }
    if kind == kinds.FILLUP:
        fillup = envelope(kinds.FILLUP, **common)
        return envelope(kinds.RECURRING, **common, recurrence=draw(dates), fillup=fillup), fillup
    by = start + timedelta(days=draw(st.integers(-5, 2 * DAYS)))
    return (envelope(kind, **common, by=by, recurrence=draw(dates)),)


@st.composite
def lives(draw: st.DrawFn, *, gated: bool, most: int = 4, pauses: Sequence[int] = (0,)) -> Life:
    """Where funding comes from only gains, and other budgets only spend: a late run cannot move what is gone again.

    Nor is anything spent on a day after money came in: a run between the two would have found a Recurring filled up, of
    which a later one cannot tell.
    """
    zone, start = draw(st.sampled_from(ZONES)), draw(st.sampled_from(STARTS))
    pause = draw(st.sampled_from(pauses))
    born = datetime(start.year, start.month, start.day, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    budgets = draw(st.lists(families(born, sparse=pause > DAYS), min_size=1, max_size=most))
    hour = st.integers(0, DAYS * 24 - 1)
    gains = st.builds(Row, hour=hour, amount=amounts)
    spent = st.builds(Row, hour=hour, amount=amounts.map(lambda value: -value), budget=st.integers(0, 9))
    rows = draw(st.lists(gains | spent, max_size=10, unique_by=lambda row: row.hour))
    imports = draw(st.dictionaries(hour, st.integers(0, DAYS), max_size=5)) if gated else None
    life = Life(
        start=start,
        zone=zone,
        families=tuple(budgets),
        opening=draw(amounts),
        imports=imports if imports is None else imports | {(DAYS + pause) * 24 + 1: DAYS + pause},
        pause=pause,
    )
    return replace(life, rows=tuple(_apart(life, [row for row in rows if row.amount])))


def _apart(life: Life, rows: list[Row]) -> Iterator[Row]:
    gained: set[date] = set()
    for row in sorted(rows, key=lambda row: row.hour):
        if row.amount > 0:
            gained.add(life.day(row.hour))
        if row.amount > 0 or life.day(row.hour) not in gained:
            yield row


# Engines


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that is killed after `most` events. `back`: as of so many days before its day."""

    hour: int
    most: int = 10_000
    back: int = 0


def always_on(life: Life) -> list[Run]:
    """A run in the first hour of each day, and after whatever happens."""
    hours = first_hours(life.opened, life.zone, life.end) | {hour + 1 for hour, _ in life.happenings()}
    return [Run(hour=hour) for hour in sorted(hours)]


@functools.lru_cache(maxsize=256)
def first_hours(opened: datetime, zone: str, end: int) -> frozenset[int]:
    """The hours in which the date is another one than an hour before."""
    dates = [(opened + hour * HOUR).astimezone(ZoneInfo(zone)).date() for hour in range(end + 1)]
    return frozenset({0, *(hour for hour in range(1, end + 1) if dates[hour] != dates[hour - 1])})


runs = st.builds(Run, hour=st.integers(0, DAYS * 24), most=st.integers(0, 6), back=st.sampled_from((0, 0, 0, 1, 2, 5)))
erratic = st.lists(runs, max_size=12)
"""Runs now and then, several in an hour, as of the past, and dying in the middle; then none for the whole pause."""


def lived(
    life: Life,
    runs: Sequence[Run],
    *,
    account: Account | None = None,
    meanwhile: Callable[[Account, int], object] = lambda account, hour: None,
) -> Account:
    """The account after all its days. In each hour the runs come first; at last one goes to the end.

    `meanwhile` is called after each run, with the hour.
    """
    account = account or life.account()
    steps: list[tuple[int, Run | Happening]] = [*((run.hour, run) for run in runs), *life.happenings()]
    for hour, step in sorted(steps, key=lambda each: (each[0], not isinstance(each[1], Run))):
        if isinstance(step, Run):
            today = life.today(hour)
            as_of = today - timedelta(days=step.back) if step.back else None
            account.run(today, as_of=as_of, most=step.most, going_on=True)
            meanwhile(account, hour)
        else:
            life.enter(account, step)
    account.run(life.today(life.end + 26), going_on=True)
    return account


def outcome(account: Account) -> tuple[Any, ...]:
    """All that can be told from outside."""
    return (
        {key: (row.status, row.intended, row.moved, row.reason) for key, row in account.events.items()},
        {
            each.id: (account.balance(each), each.complete, each.fund_from, each.recur_from)
            for each in account.envelopes
        },
        account.balance(),
    )
