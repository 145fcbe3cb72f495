"""The engine: which event moves what, simulated day by day.

Whoever carries the intents out one after the other, and asks again after any of them, gets the same events: what is
recorded by then counts as if this simulation had just done it.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from backend.ledger.rules import budgets

from . import book as books
from . import terms as rules
from .envelopes import (
    DEFERRED,
    DONE,
    FAILED,
    FUND,
    RECUR,
    SHORT,
    SKIPPED,
    ZERO,
    Deferred,
    Envelope,
    Key,
    Short,
    State,
    Terms,
)

UNREADABLE = "The schedule cannot be evaluated: {}"

REPLAYED = timedelta(days=400)
"""How far back it is looked whether a short event could have been topped up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What becomes of one event: `amount` goes from `source_id` to `target_id` now; `moved` is all it moved so far.

    `known`: the event has a row already. `goes_on`: where the budget's schedule of that kind goes on, None where the
    event does not concern it. `complete`: what the budget's flag becomes, None to leave it. `day`: the simulated day.
    """

    key: Key
    status: str
    day: date
    intended: Decimal = ZERO
    moved: Decimal = ZERO
    amount: Decimal = ZERO
    source_id: UUID | None = None
    target_id: UUID | None = None
    known: bool = False
    goes_on: date | None = None
    complete: bool | None = None
    reason: str = ""
    inputs: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """An event whose day has come: recorded as deferred (then with its terms), or by schedule, which then goes on."""

    key: Key
    envelope: Envelope
    terms: Terms | None = None
    goes_on: date | None = None
    problem: str = ""


def plan(
    state: State,
    *,
    through: date,
    closing: bool = True,
    book: books.Book | None = None,
    looked: date | None = None,
) -> Iterator[Intent]:
    """What is to be done up to and including that day, in order. Lazy: who needs one event pays for one.

    Order: by date; fund before recur; higher priority first; older budget first. At the start of each day, before its
    events, short events are topped up. `closing`: at the end they are once more, from what came in today.

    `book`: the one that earlier runs kept, of which this plan is the next; the state's own balances do not count then.
    `looked`: up to that day short events need not be looked at again, since nothing gave them another chance.
    """
    return _Simulation(state, through, book=book, looked=looked).intents(closing=closing)


def earliest(state: State, *, through: date) -> date:
    """The day from whose start on a simulation looks at balances: no later than `through`."""
    days = [through]
    days += [e.since(kind) for e in state.envelopes for kind in (FUND, RECUR) if e.schedule(kind)]
    days += [row.key.on for row in state.deferred]
    days += [max(short.key.on, through - REPLAYED) for short in state.shorts]
    return min(days)


class _Simulation:
    def __init__(self, state: State, through: date, *, book: books.Book | None, looked: date | None) -> None:
        self.state = state
        self.through = through
        self.envelopes = {envelope.id: envelope for envelope in state.envelopes}
        self.parents = {e.fillup_id: e for e in state.envelopes if e.fillup_id is not None}
        self.book = books.Book(state) if book is None else book
        self.open = {short.key.budget_id: short for short in state.shorts if short.key.budget_id in self.envelopes}
        self.full: set[UUID] = set()
        self.held_back = False
        self.day = looked
        if self.open and looked is None:
            self.day = max(min(short.key.on for short in self.open.values()), through - REPLAYED)

    def intents(self, *, closing: bool) -> Iterator[Intent]:
        for position, due in self._agenda():
            yield from self._top_up_until(due.key.on)
            self.book.go(position)
            if due.key.kind == FUND:
                self.open.pop(due.key.budget_id, None)
            intent = self._decide(due)
            if intent is not None:
                yield intent
        yield from self._top_up_until(self.through)
        if closing and not self.held_back:
            # What is entered today may bear tomorrow's date: in UTC, or where the owner lives.
            last = self.through + rules.DAY if self.through >= self.state.today else self.through
            self.book.go(books.end_of(last))
            yield from self._top_up(self.through, self.open.values())

    # When

    def _agenda(self) -> Iterator[tuple[books.Position, _Due]]:
        waiting = [
            self._placed(_Due(key=row.key, envelope=envelope, terms=row.terms)) for row, envelope in self._deferred()
        ]
        waiting.sort(key=lambda pair: pair[0])
        streams = [
            self._scheduled(envelope, kind)
            for envelope in self.state.envelopes
            for kind in (FUND, RECUR)
            if envelope.since(kind) <= self.through and envelope.schedule(kind)
        ]
        return heapq.merge(waiting, *streams, key=lambda pair: pair[0])

    def _deferred(self) -> Iterator[tuple[Deferred, Envelope]]:
        for row in self.state.deferred:
            envelope = self.envelopes.get(row.key.budget_id)
            if envelope is not None and row.key.on <= self.through:
                yield row, envelope

    def _scheduled(self, envelope: Envelope, kind: str) -> Iterator[tuple[books.Position, _Due]]:
        day = envelope.since(kind)
        try:
            day = rules.next_date(envelope, kind, start=day)
            while day <= self.through:
                goes_on = rules.following(envelope, kind, on=day)
                yield self._placed(
                    _Due(key=Key(budget_id=envelope.id, kind=kind, on=day), envelope=envelope, goes_on=goes_on)
                )
                day = goes_on
        except rules.UNREADABLE as error:
            key = Key(budget_id=envelope.id, kind=kind, on=day)
            yield self._placed(
                _Due(key=key, envelope=envelope, goes_on=self.through + rules.DAY, problem=UNREADABLE.format(error))
            )

    def _placed(self, due: _Due) -> tuple[books.Position, _Due]:
        return books.position(due.key, self.envelopes), due

    # What

    def _decide(self, due: _Due) -> Intent | None:
        """The intent of an event on its day; None if it is recorded as deferred and stays so."""
        base = Intent(key=due.key, status=DONE, day=due.key.on, known=due.terms is not None, goes_on=due.goes_on)
        if due.envelope.gone:
            return replace(base, status=SKIPPED, reason="The budget is not in use any more.")
        if due.problem:
            return replace(base, status=FAILED, reason=due.problem)
        try:
            terms = due.terms or self._terms(due)
        except rules.UNREADABLE as error:
            return replace(base, status=FAILED, reason=UNREADABLE.format(error))
        base = replace(base, inputs=rules.to_plain(terms))
        if terms.skip:
            return replace(base, status=SKIPPED, reason=terms.skip)
        if self.state.held_back(due.key.on):
            self.held_back = True
            waits = replace(base, status=DEFERRED, reason="The bank's rows of that day are not in yet.")
            return None if due.terms is not None else waits
        return self._fund(base, due.envelope, terms) if due.key.kind == FUND else self._recur(base, due.envelope, terms)

    def _terms(self, due: _Due) -> Terms:
        parent = self.parents.get(due.envelope.id)
        return rules.terms_of(due.envelope, due.key.kind, on=due.key.on, parent=parent, active=self.state.active)

    def _fund(self, base: Intent, envelope: Envelope, terms: Terms) -> Intent:
        if envelope.kind == budgets.GOAL and (envelope.complete or envelope.id in self.full):
            return replace(base, status=SKIPPED, reason="The goal is complete.")
        then, now = self.book.gathered(envelope)
        wanted = rules.wanted(terms, gap=terms.target - then, decimals=self.state.decimals)
        intended = max(ZERO, min(wanted, terms.target - now))
        reason = terms.hindrance or ("" if intended else "Nothing is missing.")
        intent = self._move(
            replace(base, intended=intended, reason=reason), self.state.unallocated.id, envelope, gathered=then
        )
        if intent.status == SHORT:
            self.open[envelope.id] = Short(key=intent.key, intended=intended, moved=intent.moved)
            return replace(intent, reason="Unallocated did not hold enough.")
        return intent

    def _recur(self, base: Intent, envelope: Envelope, terms: Terms) -> Intent:
        if envelope.fillup_id is None or envelope.fillup_id not in self.envelopes:
            return replace(base, complete=False, reason="A new cycle starts.")
        then, now = self.book.gathered(envelope)
        intended = max(ZERO, min(terms.target - then, terms.target - now))
        intent = self._move(replace(base, intended=intended), envelope.fillup_id, envelope, gathered=then)
        reason = "The fill-up did not hold enough." if intent.status == SHORT else "A new cycle starts."
        return replace(intent, complete=ZERO < envelope.target <= then + intent.amount, reason=reason)

    def _move(self, base: Intent, source_id: UUID, envelope: Envelope, *, gathered: Decimal) -> Intent:
        """As much of what is intended and not moved yet as the source can pay."""
        rest = base.intended - base.moved
        available = self.book.available(source_id)
        amount = min(rest, available)
        if amount:
            self.book.move(source=source_id, target=envelope.id, amount=amount, event=base.key)
        return replace(
            base,
            status=DONE if amount == rest else SHORT,
            moved=base.moved + amount,
            amount=amount,
            source_id=source_id,
            target_id=envelope.id,
            complete=self._reached(envelope, gathered + amount),
            inputs=base.inputs | {"gathered": rules.text(gathered), "available": rules.text(available)},
        )

    def _reached(self, envelope: Envelope, gathered: Decimal) -> bool | None:
        """True where funding completes the budget: a goal for good, a Recurring for this cycle."""
        if envelope.kind not in (budgets.GOAL, budgets.RECURRING) or not ZERO < envelope.target <= gathered:
            return None
        if envelope.kind == budgets.GOAL:
            self.full.add(envelope.id)
        return True

    # Top-ups

    def _top_up_until(self, day: date) -> Iterator[Intent]:
        """At the start of each day up to that one that was not looked at yet.

        No day after an event that is held back: what is to be had then is decided when that event is.
        """
        current = day if self.day is None else self.day + rules.DAY
        self.day = day if self.day is None else max(day, self.day)
        while current <= day and self.open and not self.held_back:
            self.book.go(books.start_of(current))
            yield from self._top_up(current, [short for short in self.open.values() if short.key.on < current])
            current += rules.DAY

    def _top_up(self, day: date, shorts: Iterable[Short]) -> Iterator[Intent]:
        for short in sorted(shorts, key=lambda short: books.position(short.key, self.envelopes)):
            envelope = self.envelopes[short.key.budget_id]
            blocked = envelope.paused or envelope.gone or not self.state.active
            complete = envelope.kind == budgets.GOAL and (envelope.complete or envelope.id in self.full)
            if blocked or complete or not self.book.available(self.state.unallocated.id):
                continue
            intent = self._more(short, envelope, day)
            if intent is not None:
                yield intent

    def _more(self, short: Short, envelope: Envelope, day: date) -> Intent | None:
        """More money for a short event, if there is some and the budget still needs it."""
        then, now = self.book.gathered(envelope)
        room = min(envelope.target - then, envelope.target - now, short.intended - short.moved)
        amount = min(room, self.book.available(self.state.unallocated.id))
        if amount <= 0:
            return None
        self.book.move(source=self.state.unallocated.id, target=envelope.id, amount=amount, event=short.key)
        moved = short.moved + amount
        done = moved == short.intended
        if done:
            del self.open[envelope.id]
        else:
            self.open[envelope.id] = replace(short, moved=moved)
        return Intent(
            key=short.key,
            status=DONE if done else SHORT,
            day=day,
            intended=short.intended,
            moved=moved,
            amount=amount,
            source_id=self.state.unallocated.id,
            target_id=envelope.id,
            known=True,
            complete=self._reached(envelope, then + amount),
            reason="Topped up." if done else "Unallocated did not hold enough.",
        )
