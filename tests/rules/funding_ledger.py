"""An account in plain Python that the funding rules can be run on: no database, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from backend.ledger.rules.funding import Change, Deferred, Envelope, Intent, Key, Short, Skip, State

START = date(2026, 6, 1)
"""A Monday, on which every budget of these tests is created."""

UNALLOCATED = UUID(int=0)
_numbers = count(1)


def day(offset: int) -> date:
    return START + timedelta(days=offset)


def amount(value: str | int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def envelope(
    kind: str = kinds.GOAL,
    *,
    target: str | int | Decimal = 100,
    fixed: str | int | Decimal | None = None,
    by: date | None = None,
    schedule: str = "RRULE:FREQ=WEEKLY",
    recurrence: str = "",
    priority: int = 0,
    fillup: Envelope | None = None,
    paused: bool = False,
    created: date = START,
) -> Envelope:
    """A budget; `fixed` is its funding amount and makes it one of fixed funding, `by` is its target date."""
    number = next(_numbers)
    return Envelope(
        id=UUID(int=number),
        kind=kind,
        fixed=fixed is not None,
        target=Decimal(target),
        funding_amount=amount(fixed),
        target_date=by,
        funding_schedule=schedule,
        recurrence_schedule=recurrence,
        anchor=created,
        created_at=datetime(created.year, created.month, created.day, tzinfo=UTC) + timedelta(seconds=number),
        priority=priority,
        paused=paused,
        fillup_id=None if fillup is None else fillup.id,
        fund_from=created,
        recur_from=created,
    )


NOWHERE = replace(envelope(schedule=""), id=UNALLOCATED)
"""The budget that holds what nobody assigned; of it only the balance counts."""


@dataclass
class Row:
    """A recorded event."""

    status: str
    intended: Decimal
    moved: Decimal
    inputs: dict[str, str | int | bool]
    reason: str
    revocable: bool = False


@dataclass
class Account:
    """Budgets, entries and events; `run` does what the service does, one event after the other."""

    envelopes: list[Envelope]
    opening: Decimal = Decimal(0)
    gated: bool = False
    posted_through: date | None = None
    active: bool = True
    decimals: int = 2
    entries: list[Change] = field(default_factory=list)
    events: dict[Key, Row] = field(default_factory=dict)

    def enter(self, on: date, value: str | int | Decimal, *, budget: Envelope | None = None) -> None:
        """A bank row of that day on a budget, Unallocated by default."""
        budget_id = UNALLOCATED if budget is None else budget.id
        self._book(Change(budget_id=budget_id, day=on, amount=Decimal(value)))

    def transfer(self, on: date, value: str | int | Decimal, *, to: Envelope) -> None:
        """A transfer by hand from Unallocated."""
        for budget_id, signed in ((UNALLOCATED, -Decimal(value)), (to.id, Decimal(value))):
            self._book(Change(budget_id=budget_id, day=on, amount=signed, transfer=True))

    def _book(self, entry: Change) -> None:
        self.entries.append(entry)
        if entry.budget_id == UNALLOCATED:
            return
        budget = self._envelope(entry.budget_id)
        net_funding = budget.net_funding + entry.amount if entry.transfer else budget.net_funding
        self.change(budget, balance=budget.balance + entry.amount, net_funding=net_funding)

    def balance(self, budget: Envelope | None = None) -> Decimal:
        budget_id = UNALLOCATED if budget is None else budget.id
        opening = self.opening if budget is None else Decimal(0)
        return opening + sum((each.amount for each in self.entries if each.budget_id == budget_id), Decimal(0))

    def now(self, budget: Envelope) -> Envelope:
        """The budget as it is now."""
        return self._envelope(budget.id)

    def _envelope(self, budget_id: UUID) -> Envelope:
        return next(each for each in self.envelopes if each.id == budget_id)

    def change(self, budget: Envelope, **fields: object) -> None:
        self.envelopes = [
            replace(each, **fields) if each.id == budget.id else each  # type: ignore[arg-type]
            for each in self.envelopes
        ]

    def skip(self, key: Key) -> None:
        """An owner skips an event that is to come, or that is deferred."""
        row = self.events.setdefault(key, Row(funding.SKIPPED, Decimal(0), Decimal(0), {}, ""))
        row.status, row.reason, row.revocable = funding.SKIPPED, funding.BY_OWNER, True

    def skipped(self) -> list[Key]:
        """The skips that can be taken back."""
        return [key for key, row in self.events.items() if row.revocable]

    def take_back(self, key: Key) -> None:
        """An owner takes a skip back."""
        row = self.events.pop(key)
        assert row.revocable
        budget = next(each for each in self.envelopes if each.id == key.budget_id)
        if key.on < budget.since(key.kind):
            row.status, row.reason, row.revocable = funding.DEFERRED, funding.NOT_IN_YET, False
            self.events[key] = row

    def state(self, today: date) -> State:
        latest: dict[tuple[UUID, str], date] = {}
        for key, row in self.events.items():
            if row.status == funding.DEFERRED or row.revocable:
                continue
            latest[key.budget_id, key.kind] = max(key.on, latest.get((key.budget_id, key.kind), key.on))
        return State(
            today=today,
            decimals=self.decimals,
            unallocated=replace(NOWHERE, balance=self.balance()),
            envelopes=self.envelopes,
            changes=self.entries,
            deferred=[
                Deferred(key=key, terms=funding.from_plain(row.inputs))
                for key, row in self.events.items()
                if row.status == funding.DEFERRED
            ],
            skips=[
                Skip(key=key, terms=funding.from_plain(row.inputs) if "target" in row.inputs else None)
                for key, row in self.events.items()
                if row.revocable
            ],
            shorts=[
                Short(
                    key=key,
                    intended=row.intended,
                    moved=row.moved,
                    facts=funding.facts_from_plain(row.inputs, decimals=self.decimals),
                )
                for key, row in self.events.items()
                if row.status == funding.SHORT
                and key.kind == funding.FUND
                and latest[key.budget_id, key.kind] == key.on
            ],
            gated=self.gated,
            posted_through=self.posted_through,
            active=self.active,
        )

    def run(
        self, today: date, *, as_of: date | None = None, most: int = 10_000, going_on: bool = False
    ) -> list[Intent]:
        """Carry out what is due, `most` events, as if then came a crash.

        Each event by a fresh look at the account, or `going_on` with one plan, as the service does while nobody writes.
        """
        done: list[Intent] = []
        plan: Iterator[Intent] = iter(())
        while len(done) < most:
            if not (going_on and done):
                plan = funding.plan(self.state(today), through=as_of or today)
            intent = next(plan, None)
            if intent is None:
                break
            self.carry_out(intent)
            done.append(intent)
        return done

    def carry_out(self, intent: Intent) -> None:
        assert intent.known == (intent.key in self.events), "an event is recorded once"
        self.events[intent.key] = Row(
            status=intent.status,
            intended=intent.intended,
            moved=intent.moved,
            inputs=(self.events[intent.key].inputs if intent.known else {}) | intent.inputs,
            reason=intent.reason,
            revocable=intent.revocable,
        )
        if intent.amount:
            for budget_id, signed in ((intent.source_id, -intent.amount), (intent.target_id, intent.amount)):
                assert budget_id is not None
                self._book(
                    Change(budget_id=budget_id, day=intent.key.on, amount=signed, transfer=True, event=intent.key)
                )
        fields: dict[str, object] = {}
        if intent.goes_on is not None:
            fields["fund_from" if intent.key.kind == funding.FUND else "recur_from"] = intent.goes_on
        if intent.complete is not None:
            fields["complete"] = intent.complete
        if fields:
            self.change(self._envelope(intent.key.budget_id), **fields)

    def moved(self, budget: Envelope, kind: str = funding.FUND) -> dict[date, str]:
        """What each event of the budget moved, as text without needless zeros."""
        return {
            key.on: f"{row.moved.normalize():f}"
            for key, row in sorted(self.events.items(), key=lambda pair: pair[0].on)
            if key.budget_id == budget.id and key.kind == kind
        }

    def statuses(self, budget: Envelope, kind: str = funding.FUND) -> list[str]:
        found = sorted(
            (key.on, row.status) for key, row in self.events.items() if (key.budget_id, key.kind) == (budget.id, kind)
        )
        return [status for _, status in found]
