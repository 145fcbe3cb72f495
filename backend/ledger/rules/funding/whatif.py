"""An account as it would be if its budgets were changed now: what the services do to rows, done to a state."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from . import terms
from .envelopes import DEFERRED, FUND, RECUR, Change, Deferred, Envelope, Skip, State
from .intents import Intent
from .plan import plan

Recorded = Mapping[tuple[UUID, str], date]
"""By budget and kind: the last day from today on of which an event is settled already."""


class Draft:
    """A state that is changed bit by bit; `state` is what came of it.

    `counts_on`: the day on which an entry of `now` counts, today or tomorrow.
    """

    def __init__(self, state: State, *, now: datetime, counts_on: date, recorded: Recorded) -> None:
        self._state = state
        self._now = now
        self._counts_on = counts_on
        self._recorded = recorded
        self._unallocated = state.unallocated
        self._envelopes = {envelope.id: envelope for envelope in state.envelopes}
        self._changes: list[Change] = []

    @property
    def state(self) -> State:
        """The account as it is now."""
        found = replace(
            self._state,
            unallocated=self._unallocated,
            envelopes=tuple(self._envelopes.values()),
            changes=(*self._state.changes, *self._changes),
        )
        return replace(found, skips=tuple(skip for skip in found.skips if self._stands(skip)))

    def __getitem__(self, budget_id: UUID) -> Envelope:
        return self._envelopes[budget_id]

    def put(self, envelope: Envelope) -> None:
        """Add a budget, or give one another plan."""
        self._envelopes[envelope.id] = envelope

    def settle_past(self, budget_ids: Collection[UUID]) -> None:
        """Events of before today keep the terms they were due by; those of today on follow what is put afterwards."""
        today = self._state.today
        chosen = [self._envelopes[budget_id] for budget_id in budget_ids]
        if any(min(envelope.fund_from, envelope.recur_from) < today for envelope in chosen):
            for intent in self._due_before(today, chosen):
                self._record(intent)
        for envelope in chosen:
            starts = {kind: self._start(envelope, kind) for kind in (FUND, RECUR)}
            self.put(replace(envelope, fund_from=starts[FUND], recur_from=starts[RECUR]))
        self._state = replace(
            self._state,
            deferred=tuple(
                row for row in self._state.deferred if row.key.on < today or row.key.budget_id not in budget_ids
            ),
            skips=tuple(
                replace(skip, terms=None)
                if skip.key.budget_id in budget_ids
                and skip.key.on >= self._envelopes[skip.key.budget_id].since(skip.key.kind)
                else skip
                for skip in self._state.skips
            ),
        )

    def detach(self, fillup_id: UUID) -> None:
        """No budget delegates to this fill-up any more; its Recurring is funded itself, from the next event on."""
        for envelope in list(self._envelopes.values()):
            if envelope.fillup_id == fillup_id:
                self.put(replace(envelope, fillup_id=None, fund_from=self._state.today + terms.DAY))

    def retire(self, budget_id: UUID) -> None:
        """Give the balance, also a negative one, to Unallocated, and take the budget out of use."""
        envelope = self._envelopes[budget_id]
        amount = envelope.balance
        if amount:
            self._unallocated = _moved(self._unallocated, amount)
            envelope = _moved(envelope, -amount)
            for each, signed in ((self._unallocated, amount), (envelope, -amount)):
                self._changes.append(
                    Change(budget_id=each.id, day=self._counts_on, amount=signed, transfer=True, at=self._now)
                )
        self.put(replace(envelope, gone=True))

    def _start(self, envelope: Envelope, kind: str) -> date:
        recorded = self._recorded.get((envelope.id, kind))
        return self._state.today if recorded is None else recorded + terms.DAY

    def _due_before(self, today: date, chosen: list[Envelope]) -> list[Intent]:
        ids = {envelope.id for envelope in chosen}
        parents = [e for e in self._envelopes.values() if e.fillup_id in ids and e.id not in ids]
        state = State(
            today=today,
            decimals=self._state.decimals,
            unallocated=self._unallocated,
            envelopes=(*chosen, *parents),
            skips=[skip for skip in self._state.skips if skip.key.budget_id in ids],
            active=self._state.active,
        )
        due = plan(state, through=today - terms.DAY, closing=False)
        return [intent for intent in due if intent.key.budget_id in ids]

    def _record(self, intent: Intent) -> None:
        """Note an event that the engine did not come to in time; one that is settled so tops nothing up any more."""
        key, known = intent.key, None if intent.facts is None else intent.facts.terms
        state = self._state
        if intent.revocable:
            skips = [skip for skip in state.skips if skip.key != key]
            self._state = replace(state, skips=(*skips, Skip(key=key, terms=known)))
        elif intent.status == DEFERRED:
            assert known is not None, "an event is deferred with its terms"
            self._state = replace(state, deferred=(*state.deferred, Deferred(key=key, terms=known)))
        elif key.kind == FUND:
            shorts = [row for row in state.shorts if row.key.budget_id != key.budget_id or row.key.on > key.on]
            self._state = replace(state, shorts=shorts)

    def _stands(self, skip: Skip) -> bool:
        """Whether a skip is behind the engine, or its day is still one of the schedule's."""
        envelope = self._envelopes.get(skip.key.budget_id)
        if envelope is None or skip.key.on < envelope.since(skip.key.kind):
            return True
        try:
            return terms.next_date(envelope, skip.key.kind, start=skip.key.on) == skip.key.on
        except terms.UNREADABLE:
            return False


def _moved(envelope: Envelope, amount: Decimal) -> Envelope:
    return replace(envelope, balance=envelope.balance + amount, net_funding=envelope.net_funding + amount)
