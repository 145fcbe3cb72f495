"""Funding is a function of the calendar: when the engine runs, how often, and where it dies changes nothing.

The same generated accounts also live on the real ledger, in tests/services/test_funding_lives.py.
FUNDING_EXAMPLES=20000 makes it as long as before a release.
"""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests import servers
from tests.rules import funding_lives as lives
from tests.rules.funding_ledger import UNALLOCATED, Account, day, envelope
from tests.rules.funding_lives import DAYS, Life, Run, always_on, lived, outcome
from tests.rules.schedules import by_dateutil

EXAMPLES = int(os.environ.get("FUNDING_EXAMPLES") or servers.examples(1_900))


def share(percent: int) -> settings:
    return settings(max_examples=EXAMPLES * percent // 100, deadline=None)


@share(40)
@given(life=lives.lives(gated=False), runs=lives.erratic)
def test_late_doubled_reordered_and_broken_runs_end_like_an_engine_that_is_always_on(
    life: Life, runs: list[Run]
) -> None:
    assert outcome(lived(life, runs)) == outcome(lived(life, always_on(life)))


@share(25)
@given(life=lives.lives(gated=True), runs=lives.erratic)
def test_so_they_do_behind_the_import_gate(life: Life, runs: list[Run]) -> None:
    assert outcome(lived(life, runs)) == outcome(lived(life, always_on(life)))


@share(5)
@given(life=lives.lives(gated=False, most=3, pauses=(35, 365, 400)), runs=lives.erratic)
def test_so_they_do_after_more_than_a_year_of_downtime(life: Life, runs: list[Run]) -> None:
    assert outcome(lived(life, runs)) == outcome(lived(life, always_on(life)))


# What no run may do, whatever happens


class Watched(Account):
    """Looks at each move when it has been made."""

    def carry_out(self, intent: funding.Intent) -> None:
        super().carry_out(intent)
        if not intent.amount:
            return
        assert intent.amount == intent.amount.quantize(Decimal(1).scaleb(-self.decimals)) > 0
        assert (self.balance() if intent.source_id == UNALLOCATED else self._source(intent).balance) >= 0
        target = next(each for each in self.envelopes if each.id == intent.target_id)
        assert target.gathered(balance=target.balance, net_funding=target.net_funding) <= target.target
        assert intent.moved <= intent.intended
        if self.gated:
            assert self.posted_through is not None
            assert intent.key.on <= self.posted_through

    def _source(self, intent: funding.Intent) -> funding.Envelope:
        return next(each for each in self.envelopes if each.id == intent.source_id)


def moved(account: Account, key: funding.Key) -> Decimal:
    """What the entries of the event brought to its budget."""
    amounts = [e.amount for e in account.entries if e.event == key and e.budget_id == key.budget_id]
    return sum(amounts, Decimal(0))


@st.composite
def anything(draw: st.DrawFn) -> tuple[Life, list[tuple[int, int, Decimal, int | None]]]:
    """A life in which also Unallocated is spent from, and rows that come late: hour, days back, amount, budget."""
    life = draw(lives.lives(gated=draw(st.booleans())))
    row = st.tuples(
        st.integers(0, DAYS * 24 - 1),
        st.integers(0, 9),
        lives.amounts.flatmap(lambda value: st.sampled_from((value, -value))),
        st.none() | st.integers(0, 9),
    )
    return life, draw(st.lists(row, max_size=10))


@share(20)
@given(given_life=anything(), runs=lives.erratic)
def test_no_run_takes_what_is_not_there_overfills_a_target_or_moves_more_than_intended(
    given_life: tuple[Life, list[tuple[int, int, Decimal, int | None]]], runs: list[Run]
) -> None:
    life, late_rows = given_life
    account = Watched(life.budgets, opening=life.opening, gated=life.imports is not None)

    def enter_late(account: Account, hour: int) -> None:
        for at, back, amount, index in late_rows:
            if hour == at:
                budget = None if index is None else life.budgets[index % len(life.budgets)]
                account.enter(life.today(hour) - timedelta(days=back), amount, budget=budget)

    hours = [Run(hour=hour, most=0) for hour, *_ in late_rows]
    lived(life, [*runs, *hours], account=account, meanwhile=enter_late)

    for key, row in account.events.items():
        assert 0 <= row.moved == moved(account, key) <= row.intended
    entered = sum((entry.amount for entry in account.entries if entry.event is None), account.opening)
    assert account.balance() + sum(account.balance(each) for each in account.envelopes) == entered
    assert all(each.balance == account.balance(each) for each in account.envelopes)


@share(10)
@given(
    kind=st.sampled_from((kinds.GOAL, kinds.RECURRING, kinds.FILLUP)),
    target=st.integers(1, 10**7),
    decimals=st.sampled_from((0, 2, 3)),
    schedule=lives.schedules(day(0), sparse=False).filter(bool),
    length=st.integers(0, 2 * DAYS),
    runs=st.lists(st.integers(0, 2 * DAYS), max_size=8),
)
def test_parts_sum_to_the_whole(
    *, kind: str, target: int, decimals: int, schedule: str, length: int, runs: list[int]
) -> None:
    """What is saved by a date is there on the last fund event up to it, in parts that are as good as equal."""
    unit, deadline = Decimal(1).scaleb(-decimals), day(length)
    once = f"RDATE:{deadline:%Y%m%d}"
    budget = envelope(kind, target=target * unit, by=deadline, schedule=schedule, recurrence=once)
    budgets = [budget]
    if kind == kinds.FILLUP:
        budgets.append(envelope(kinds.RECURRING, target=target * unit, recurrence=once, fillup=budget))
    account = Watched(budgets, opening=Decimal(10**9), decimals=decimals)
    for offset in sorted(runs):
        account.run(day(min(offset, length)))
    account.run(deadline)

    parts = [row.moved for key, row in account.events.items() if key.kind == funding.FUND]
    if parts:
        assert sum(parts) == target * unit
        assert max(parts) - min(parts) <= unit


# Jumps of the clock


JUMPS = {"a day back": -24, "an hour back": -1, "an hour on": 1, "35 days on": 35 * 24, "400 days on": 400 * 24}
EDGES = {
    "29 February": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "the 31st": "RRULE:FREQ=MONTHLY;BYMONTHDAY=31",
    "last days": "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
    "ends of years": "RRULE:FREQ=YEARLY;BYYEARDAY=1,-1",
    "every other Friday": "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
    "until": "RRULE:FREQ=WEEKLY;UNTIL=20280310",
    "count": "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=30",
}


@pytest.mark.parametrize("stays", [True, False], ids=["for good", "for a moment"])
@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
@pytest.mark.parametrize("rule", EDGES.values(), ids=EDGES)
def test_a_clock_that_jumps_handles_each_date_once_and_loses_none(rule: str, jump: int, *, stays: bool) -> None:
    created = date(2027, 12, 20)
    goal = envelope(target=10_000, fixed=1, schedule=rule, created=created)
    account = Account([goal], opening=Decimal(10_000))
    noon, seen = datetime(2027, 12, 20, 12, tzinfo=UTC), created
    for hour in range(0, 120 * 24, 6):
        off = jump if hour == 70 * 24 or (stays and hour > 70 * 24) else 0
        today = (noon + timedelta(hours=hour + off)).date()
        account.run(today, going_on=True)
        seen = max(seen, today)

    expected = takewhile(lambda on: on <= seen, by_dateutil(rule, anchor=created, with_first=False))
    assert account.moved(goal) == dict.fromkeys(expected, "1")
    assert account.balance(goal) == len(account.events)
