"""The forecast tells what the engine does when the days pass, whatever the account and its history."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from backend.ledger.rules.funding import Envelope, Flow, Intent, Key
from tests.rules.funding_ledger import UNALLOCATED, Account, day, envelope
from tests.rules.test_funding_properties import DAYS, families

D = Decimal
values = st.integers(min_value=-30_000, max_value=30_000).map(lambda cents: Decimal(cents) / 100)


class Ledger(Account):
    """An account that notes with each write when a goal is complete, as the ledger does."""

    def enter(self, on: date, value: str | int | Decimal, *, budget: Envelope | None = None) -> None:
        super().enter(on, value, budget=budget)
        self.judge()

    def carry_out(self, intent: Intent) -> None:
        super().carry_out(intent)
        self.judge()

    def judge(self) -> None:
        for each in [each for each in self.envelopes if each.kind == kinds.GOAL and not each.complete]:
            moved = sum((entry.amount for entry in self.entries if entry.transfer and entry.budget_id == each.id), D(0))
            if 0 < each.target <= max(self.balance(each), moved):
                self.change(each, complete=True)


@dataclass
class Lived:
    """What was seen of an account while the days passed, each with its flows and then one run."""

    account: Account
    first: int
    start: dict[UUID, Decimal] = field(default_factory=dict)
    days: dict[date, dict[UUID, Decimal]] = field(default_factory=dict)
    events: dict[Key, Any] = field(default_factory=dict)
    shortfalls: dict[Key, tuple[Decimal, date | None]] = field(default_factory=dict)

    def pass_days(self, flows: list[Flow], *, last: int) -> None:
        budgets: dict[UUID, Envelope | None] = {UNALLOCATED: None, **{each.id: each for each in self.account.envelopes}}
        before: dict[UUID, Decimal] = {}
        for offset in range(self.first, last + 1):
            for flow in [flow for flow in flows if flow.on == day(offset)]:
                self.account.enter(flow.on, flow.amount, budget=budgets[flow.budget_id])
            waiting = {key for key, row in self.account.events.items() if row.status != funding.DEFERRED}
            decided = set()
            for intent in funding.plan(self.account.state(day(offset)), through=day(offset)):
                self.account.carry_out(intent)
                if intent.key not in waiting:
                    decided.add(intent.key)
                self.events[intent.key] = None
            self.note_shorts(decided, day(offset))
            balances = {key: self.balance(key, day(offset)) for key in budgets}
            changed = {key: value for key, value in balances.items() if value != before.get(key)}
            if offset == self.first:
                self.start = balances
            elif changed:
                self.days[day(offset)] = changed
            before = balances
        for key in self.events:
            row = self.account.events[key]
            self.events[key] = (row.status, row.intended, row.moved, row.reason)

    def balance(self, budget_id: UUID, today: date) -> Decimal:
        """What is in a budget at the end of a day: without what is entered for later days."""
        ahead = [
            e.amount for e in self.account.entries if e.budget_id == budget_id and e.event is None and e.day > today
        ]
        budget = next((each for each in self.account.envelopes if each.id == budget_id), None)
        return self.account.balance(budget) - sum(ahead, D(0))

    def note_shorts(self, decided: set[Key], today: date) -> None:
        for key, row in self.account.events.items():
            missing = row.intended - row.moved
            if key in decided and row.status == funding.SHORT:
                self.shortfalls[key] = (missing, None)
            elif key in self.shortfalls and row.status == funding.DONE and self.shortfalls[key][1] is None:
                self.shortfalls[key] = (self.shortfalls[key][0], today)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """An account with some history, run on some of its days, and rows of before and after them."""
    budgets = [each for family in draw(st.lists(families(), min_size=1, max_size=4)) for each in family]
    account = Ledger(budgets, opening=draw(values), gated=draw(st.booleans()))
    when = st.integers(0, DAYS)
    rows = draw(st.lists(st.tuples(when, values, st.integers(0, len(budgets))), max_size=8))
    runs = draw(st.sets(st.integers(0, DAYS // 2), max_size=6))
    gate = draw(st.integers(0, DAYS // 2))
    for offset in range(DAYS // 2):
        for on, value, index in rows:
            if on == offset:
                account.enter(day(on), value, budget=None if index == 0 else budgets[index - 1])
        if offset == gate:
            account.posted_through = day(offset)
        if offset in runs:
            account.run(day(offset))
    for on, value, index in rows:
        if on >= DAYS // 2:
            account.enter(day(on), value, budget=None if index == 0 else budgets[index - 1])
    return account


def agree(found: funding.Forecast, lived: Lived) -> None:
    """The forecast told all that was seen."""
    assert found.start == lived.start
    assert found.days == lived.days
    assert [(each.key, each.status, each.intended, each.moved, each.reason) for each in found.events] == [
        (key, *row) for key, row in lived.events.items()
    ]
    assert {
        Key(budget_id=each.budget_id, kind=each.kind, on=each.on): (each.missing, each.covered_on)
        for each in found.shortfalls
    } == lived.shortfalls
    ends = {day(lived.first): found.start, **found.days}
    assert found.empty_on == next((on for on, changed in ends.items() if changed.get(UNALLOCATED, 1) <= 0), None)


def check(account: Account, flows: list[Flow], *, first: int, last: int) -> funding.Forecast:
    """The forecast of the account, which then lives through the same days."""
    found = funding.forecast(account.state(day(first)), until=day(last), flows=flows)
    account.gated = False
    lived = Lived(account, first=first)
    lived.pass_days(flows, last=last)
    agree(found, lived)
    return found


def flow(offset: int, value: str | int, budget: Envelope | None = None) -> Flow:
    return Flow(budget_id=UNALLOCATED if budget is None else budget.id, on=day(offset), amount=D(value))


@settings(max_examples=50, deadline=None)
@given(data=st.data(), account=accounts())
def test_the_forecast_is_what_the_engine_then_does(data: st.DataObject, account: Account) -> None:
    first, last = DAYS // 2, 2 * DAYS
    targets = st.sampled_from([UNALLOCATED, UNALLOCATED, *(each.id for each in account.envelopes)])
    drawn = data.draw(st.lists(st.tuples(st.integers(first, last), targets, values), max_size=12))
    flows = [Flow(budget_id=target, on=day(offset), amount=value) for offset, target, value in drawn]

    check(account, flows, first=first, last=last)


def test_it_tells_balances_per_day_and_what_will_be_missing() -> None:
    goal = envelope(target=100, fixed=40)
    account = Account([goal], opening=D(50))
    account.enter(day(10), 15)
    found = check(account, [], first=0, last=20)

    assert found.start == {UNALLOCATED: 10, goal.id: 40}
    assert found.days == {
        day(7): {UNALLOCATED: 0, goal.id: 50},
        day(10): {goal.id: 65},
    }
    assert [(each.on, each.missing, each.covered_on) for each in found.shortfalls] == [
        (day(7), 30, None),
        (day(14), 35, None),
    ]
    assert found.empty_on == day(7)


def test_expected_income_pays_the_events_of_its_day_at_its_end_and_tops_up_what_was_short() -> None:
    goal = envelope(target=100, fixed=40)
    found = check(Account([goal]), [flow(7, 60), flow(14, 10)], first=0, last=20)

    assert found.days == {
        day(7): {UNALLOCATED: 20, goal.id: 40},
        day(14): {UNALLOCATED: 0, goal.id: 70},
    }
    assert [(each.on, each.missing, each.covered_on) for each in found.shortfalls] == [
        (day(0), 40, None),
        (day(14), 10, None),
    ]


def test_a_shortfall_is_covered_when_it_is_paid_in_full() -> None:
    goal = envelope(target=100, fixed=40, schedule="RRULE:FREQ=MONTHLY")
    found = check(Account([goal]), [flow(3, 10), flow(5, 50)], first=0, last=20)

    assert [(each.on, each.missing, each.covered_on) for each in found.shortfalls] == [(day(0), 40, day(5))]
    assert [(each.status, each.moved) for each in found.events] == [("done", 40)]


def test_expected_spending_may_take_a_budget_below_zero() -> None:
    capped = envelope(kinds.CAPPED, target=50)
    found = check(Account([capped], opening=D(60)), [flow(1, -70, capped)], first=0, last=7)

    assert found.days == {day(1): {capped.id: -20}, day(7): {UNALLOCATED: 0, capped.id: -10}}


def test_a_goal_that_expected_money_completes_is_funded_no_more() -> None:
    goal = envelope(target=100, fixed=40)
    found = check(Ledger([goal], opening=D(500)), [flow(2, 80, goal), flow(3, -80, goal)], first=0, last=14)

    assert [each.status for each in found.events] == ["done", "skipped", "skipped"]


def test_money_that_comes_gives_short_events_another_chance_on_the_days_past() -> None:
    """On the eighth there was room and money, though less was left then than had been spent ahead."""
    goal = envelope(kinds.CAPPED, target=50, schedule=f"RDATE:{day(7):%Y%m%d}")
    account = Account([goal])
    account.enter(day(9), -570)
    account.enter(day(50), 500)
    flows = [flow(6, 70), flow(8, 100, goal), flow(8, 60), flow(10, -100, goal)]
    found = check(account, flows, first=0, last=20)

    assert found.days[day(10)] == {UNALLOCATED: -490, goal.id: 50}


def test_what_an_owner_skipped_ahead_stays_skipped() -> None:
    goal = envelope(target=100, fixed=40)
    account = Account([goal], opening=D(500))
    account.skip(Key(budget_id=goal.id, kind=funding.FUND, on=day(7)))
    found = check(account, [], first=0, last=14)

    assert [each.status for each in found.events] == ["done", "skipped", "done"]


def test_a_balance_of_thirteen_digits_is_refused() -> None:
    with pytest.raises(errors.OutOfRange, match="2026-06-03"):
        funding.forecast(Account([]).state(day(0)), until=day(5), flows=[flow(1, 10**12 - 1), flow(2, 1)])


def test_too_many_events_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("backend.ledger.rules.funding.forecast"), "MOST_EVENTS", 12)
    goals = [envelope(schedule="RRULE:FREQ=DAILY") for _ in range(2)]
    state = Account(goals).state(day(0))
    assert len(funding.forecast(state, until=day(5)).events) == 12
    with pytest.raises(errors.InvalidValue, match="More than 12 events") as refused:
        funding.forecast(state, until=day(6))
    assert refused.value.field == "until"
