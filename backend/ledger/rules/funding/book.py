"""Balances in the course of a simulation: as they stood at each point of the ledger, and as they are now."""

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
    """Two balances per budget: `then`, at the point that `advance` came to, and now.

    Both follow the moves of the simulation. Nothing is moved that is not there at both times: money that came later
    was not there then, and money that was spent since is not there any more.
    """

    def __init__(self, state: State) -> None:
        every = (state.unallocated, *state.envelopes)
        known = {envelope.id: envelope for envelope in every}
        self._now = {envelope.id: [envelope.balance, envelope.net_funding] for envelope in every}
        self._then = {envelope.id: [envelope.balance, envelope.net_funding] for envelope in every}
        self._ahead = sorted(
            ((_counts_after(change, known), change) for change in state.changes if change.budget_id in known),
            key=lambda pair: pair[0],
            reverse=True,
        )
        for _, change in self._ahead:
            _add(self._then[change.budget_id], -change.amount, transfer=change.transfer)

    def advance(self, to: Position) -> None:
        """Let `then` be that point; it never goes back."""
        while self._ahead and self._ahead[-1][0] < to:
            _, change = self._ahead.pop()
            _add(self._then[change.budget_id], change.amount, transfer=change.transfer)

    def move(self, *, source: UUID, target: UUID, amount: Decimal) -> None:
        for balances in (self._now, self._then):
            _add(balances[source], -amount, transfer=True)
            _add(balances[target], amount, transfer=True)

    def balance(self, budget_id: UUID) -> Decimal:
        """The balance then."""
        return self._then[budget_id][0]

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


def _counts_after(change: Change, envelopes: Mapping[UUID, Envelope]) -> Position:
    return (change.day, 9) if change.event is None else position(change.event, envelopes)


def _add(balances: list[Decimal], amount: Decimal, *, transfer: bool) -> None:
    balances[0] += amount
    if transfer:
        balances[1] += amount
