"""The forecast tells what the engine does when the days pass, whatever the account and its history."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from backend.ledger.rules.funding import Change, Envelope, Flow, Intent, Key
from tests.rules.funding_ledger import UNALLOCATED, Account, amount, day, envelope
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
    start: dict[UUID, Decimal] = field(default_factory=dict)
    days: dict[date, dict[UUID, Decimal]] = field(default_factory=dict)
    events: dict[Key, Any] = field(default_factory=dict)
    shortfalls: dict[Key, tuple[Decimal, date | None]] = field(default_factory=dict)

    def pass_days(self, flows: list[Flow], *, first: int, last: int) -> None:
        budgets: dict[UUID, Envelope | None] = {UNALLOCATED: None, **{each.id: each for each in self.account.envelopes}}
        before: dict[UUID, Decimal] = {}
        for offset in range(first, last + 1):
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
            if offset == first:
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


@settings(max_examples=50, deadline=None)
@given(data=st.data(), account=accounts())
def test_the_forecast_is_what_the_engine_then_does(data: st.DataObject, account: Account) -> None:
    first, last = DAYS // 2, 2 * DAYS
    targets = st.sampled_from([UNALLOCATED, UNALLOCATED, *(each.id for each in account.envelopes)])
    drawn = data.draw(st.lists(st.tuples(st.integers(first, last), targets, values), max_size=12))
    flows = [Flow(budget_id=target, on=day(offset), amount=value) for offset, target, value in drawn]
    found = funding.forecast(account.state(day(first)), until=day(last), flows=flows)
    account.gated = False
    lived = Lived(account)
    lived.pass_days(flows, first=first, last=last)

    assert found.start == lived.start
    assert found.days == lived.days
    assert [(each.key, each.status, each.intended, each.moved, each.reason) for each in found.events] == [
        (key, *row) for key, row in lived.events.items()
    ]
    assert {
        Key(budget_id=each.budget_id, kind=each.kind, on=each.on): (each.missing, each.covered_on)
        for each in found.shortfalls
    } == lived.shortfalls
    empty = [on for on, changed in {day(first): found.start, **found.days}.items() if changed.get(UNALLOCATED, 1) <= 0]
    assert found.empty_on == (empty[0] if empty else None)
