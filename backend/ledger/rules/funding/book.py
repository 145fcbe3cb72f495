"""Balances in the course of a simulation: as they stood at each point of the ledger, and as they are now."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from .envelopes import FUND, ZERO, Change, Envelope, Key, State

Position = tuple[Any, ...]
"""A point in the order of events: date, then fund before recur, then priority, then age (of one age: by name)."""

_RANK = {FUND: 0}


def start_of(day: date) -> Position:
    """Before the events of that day, after all that is dated before it."""
    return (day, -1)


def end_of(day: date) -> Position:
    """After all that is dated that day."""
    return (day, 10)


def position(key: Key, envelopes: Mapping[UUID, Envelope]) -> Position:
    """Where an event comes in the order."""
    rank = _RANK.get(key.kind, 1)
    envelope = envelopes.get(key.budget_id)
    if envelope is None:
        return (key.on, rank)
    return (key.on, rank, -envelope.priority, envelope.created_at, envelope.name, envelope.id.int)


class Book:
    """Two balances per budget: `then`, at the point that `go` came to, and now.

    Both follow the moves of the simulation. Nothing is moved that is not there at both times: money that came later
    was not there then, and money that was spent since is not there any more. A book can be kept for a later run, as if
    that one had read all anew: what was moved has its place among the changes, and the point may go back.
    """

    def __init__(self, state: State) -> None:
        every = (state.unallocated, *state.envelopes)
        self._known = {envelope.id: envelope for envelope in every}
        self._now = {envelope.id: [envelope.balance, envelope.net_funding] for envelope in every}
        self._then = {envelope.id: [envelope.balance, envelope.net_funding] for envelope in every}
        changes = [change for change in state.changes if change.budget_id in self._known]
        self._line = sorted(((self._counts_after(change), change) for change in changes), key=_first)
        self._counted = len(self._line)
        self._point: Position = end_of(date.max)

    def go(self, to: Position) -> None:
        """Let `then` be that point."""
        self._point = to
        line = self._line
        while self._counted < len(line) and line[self._counted][0] < to:
            change = line[self._counted][1]
            _add(self._then[change.budget_id], change.amount, transfer=change.transfer)
            self._counted += 1
        while self._counted and not line[self._counted - 1][0] < to:
            self._counted -= 1
            change = line[self._counted][1]
            _add(self._then[change.budget_id], -change.amount, transfer=change.transfer)

    def enter(self, change: Change) -> None:
        """Something comes in: it is there now, and then as soon as it counts."""
        _add(self._now[change.budget_id], change.amount, transfer=change.transfer)
        position = self._counts_after(change)
        self._line.insert(bisect_right(self._line, position, key=_first), (position, change))
        if position < self._point:
            _add(self._then[change.budget_id], change.amount, transfer=change.transfer)
            self._counted += 1

    def move(self, *, source: UUID, target: UUID, amount: Decimal, event: Key) -> None:
        """Move what the event moves; it counts for whatever comes after that event."""
        for budget_id, signed in ((source, -amount), (target, amount)):
            self.enter(Change(budget_id=budget_id, day=event.on, amount=signed, transfer=True, event=event))

    def balances(self, budget_id: UUID) -> tuple[Decimal, Decimal]:
        """The balance then, and now."""
        return self._then[budget_id][0], self._now[budget_id][0]

    def present(self, budget_id: UUID) -> tuple[Decimal, Decimal]:
        """Balance and net funding now."""
        balance, net_funding = self._now[budget_id]
        return balance, net_funding

    def available(self, budget_id: UUID) -> Decimal:
        """What the budget can pay: the smaller of its balances then and now, at least zero."""
        return max(ZERO, min(self._then[budget_id][0], self._now[budget_id][0]))

    def gathered(self, envelope: Envelope) -> tuple[Decimal, Decimal]:
        """What counted towards the target then, and what does now."""
        then, now = self._then[envelope.id], self._now[envelope.id]
        return (
            envelope.gathered(balance=then[0], net_funding=then[1]),
            envelope.gathered(balance=now[0], net_funding=now[1]),
        )

    def _counts_after(self, change: Change) -> Position:
        return (change.day, 9) if change.event is None else position(change.event, self._known)


def _first(placed: tuple[Position, Change]) -> Position:
    return placed[0]


def _add(balances: list[Decimal], amount: Decimal, *, transfer: bool) -> None:
    balances[0] += amount
    if transfer:
        balances[1] += amount
