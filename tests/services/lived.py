"""An account that lives through days: each brings its flows as transactions, then the engine runs once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import accounts, forecast, whatif
from backend.ledger.services import accounts as account_services
from backend.ledger.services import funding
from tests import build

Event = tuple[UUID, str, date, str, Decimal, Decimal, str]
"""Budget, kind, day, status, intended, moved, reason."""


@dataclass
class Life:
    """What was seen at the end of each day, the first of which is today."""

    account: BankAccount
    now: datetime
    gated: bool = False
    start: dict[UUID, Decimal] = field(default_factory=dict)
    days: dict[date, dict[UUID, Decimal]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    shortfalls: dict[tuple[UUID, str, date], tuple[Decimal, date | None]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return accounts.zone(self.account.pk)

    def pass_days(self, flows: Sequence[rules.Flow], *, until: date) -> None:
        before = self.rows()
        balances: dict[UUID, Decimal] = {}
        now, today = self.now, self.now.astimezone(self.zone).date()
        while today <= until:
            for flow in [flow for flow in flows if flow.on == today]:
                self.enter(flow, now=now)
            if self.gated:
                owner = build.first_owner(self.account)
                account_services.mark_imported(
                    actor=owner, account_id=self.account.pk, last_posted_through=today, now=now
                )
            else:
                funding.run(account_id=self.account.pk, now=now)
            self.note(today, before)
            present = self.balances(today, now=now)
            changed = {key: amount for key, amount in present.items() if amount != balances.get(key)}
            if not self.start:
                self.start = present
            elif changed:
                self.days[today] = changed
            balances = present
            now += timedelta(days=1)
            today = now.astimezone(self.zone).date()
        self.events = [
            (*key, row.status, row.intended, row.moved, row.reason)
            for key, row in self.rows().items()
            if key not in before or row.modified_at != before[key].modified_at
        ]

    def enter(self, flow: rules.Flow, *, now: datetime) -> None:
        budget = Budget.objects.get(pk=flow.budget_id)
        on = datetime.combine(flow.on, time(), tzinfo=UTC)  # as banks date their rows
        splits = None if budget.is_unallocated else {budget: abs(flow.amount)}
        build.transaction(self.account, amount=flow.amount, posted_date=on, splits=splits, now=now)

    def rows(self) -> dict[tuple[UUID, str, date], FundingEvent]:
        found = FundingEvent.objects.filter(bank_account=self.account)
        return {(row.budget_id, row.kind, row.on): row for row in found}

    def balances(self, today: date, *, now: datetime) -> dict[UUID, Decimal]:
        """Without what is entered for later."""
        budgets = Budget.objects.filter(bank_account=self.account, archived=False, deleted_at=None)
        found = {budget.pk: budget.balance for budget in budgets}
        ahead = Entry.objects.filter(bank_account=self.account, effective_at__gt=now, transfer__funding_event=None)
        for entry in ahead:
            local = entry.effective_at.astimezone(self.zone).date()
            if max(local, entry.effective_at.astimezone(UTC).date()) > today:
                found[entry.budget_id] -= entry.amount
        return found

    def note(self, today: date, before: dict[Any, FundingEvent]) -> None:
        for key, row in self.rows().items():
            if row.status == "short" and (key not in before or before[key].status == "deferred"):
                self.shortfalls.setdefault(key, (row.intended - row.moved, None))
            elif row.status == "done" and self.shortfalls.get(key, (0, today))[1] is None:
                self.shortfalls[key] = (self.shortfalls[key][0], today)


def same(found: forecast.Outlook, life: Life) -> None:
    """The forecast told all that was seen."""
    told = found.forecast
    assert told.start == life.start
    assert told.days == life.days
    events = [
        (each.key.budget_id, each.key.kind, each.key.on, each.status, each.intended, each.moved, each.reason)
        for each in told.events
    ]
    assert sorted(events) == sorted(life.events)
    assert {
        (each.budget_id, each.kind, each.on): (each.missing, each.covered_on) for each in told.shortfalls
    } == life.shortfalls
    unallocated = build.unallocated(life.account).pk
    ends = {found.today: told.start, **told.days}
    assert told.empty_on == next((on for on, changed in ends.items() if changed.get(unallocated, 1) <= 0), None)


def check(
    account: BankAccount,
    *,
    days: int,
    now: datetime = build.NOW,
    flows: Sequence[forecast.Expected] = (),
    changes: whatif.WhatIf | None = None,
    **more: Any,
) -> forecast.Outlook:
    """The outlook, after which the account lives through the same days."""
    account.refresh_from_db()
    until = now.astimezone(accounts.zone(account.pk)).date() + timedelta(days=days)
    question = forecast.Question(until=until, flows=flows, changes=changes or whatif.WhatIf(), **more)
    found = forecast.outlook(account, question, now=now)
    expected = [
        rules.Flow(budget_id=budget_id, on=day, amount=amount)
        for stream in found.streams
        for day in stream.days
        for budget_id, amount in stream.parts.items()
    ]
    life = Life(account, now=now, gated=account.import_gate)
    life.pass_days(expected, until=until)
    same(found, life)
    return found
