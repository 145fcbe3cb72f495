"""The engine: which event moves what, simulated day by day.

Whoever carries the intents out one after the other, and asks again after any of them, gets the same events: what is
recorded by then counts as if this simulation had just done it.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
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
    Skip,
    State,
    Terms,
)
from .facts import BY_OWNER, NOT_IN_YET, Facts
from .intents import Due, Intent

UNREADABLE = "The schedule cannot be evaluated: {}"

REPLAYED = timedelta(days=800)
"""How far back it is looked whether a short event could have been topped up."""


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
        self.skips = {skip.key: skip for skip in state.skips}
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
            # West of Greenwich an evening's money bears tomorrow's date: it waits, for tomorrow's events may need it.
            self.book.go(books.end_of(self.through))
            yield from self._top_up(self.through, [s for s in self.open.values() if s.key.on <= self.through])

    # When

    def _agenda(self) -> Iterator[tuple[books.Position, Due]]:
        waiting = [self._placed(due) for due in self._recorded()]
        waiting.sort(key=lambda pair: pair[0])
        streams = [
            self._scheduled(envelope, kind)
            for envelope in self.state.envelopes
            for kind in (FUND, RECUR)
            if envelope.since(kind) <= self.through and envelope.schedule(kind)
        ]
        return heapq.merge(waiting, *streams, key=lambda pair: pair[0])

    def _recorded(self) -> Iterator[Due]:
        """The events that wait and that no schedule brings up again."""
        rows: tuple[Deferred | Skip, ...] = (*self.state.deferred, *self.state.skips)
        for row in rows:
            key, envelope = row.key, self.envelopes.get(row.key.budget_id)
            if envelope is None or key.on > self.through:
                continue
            skipped = key in self.skips
            if not (skipped and envelope.schedule(key.kind) and envelope.since(key.kind) <= key.on):
                yield Due(key=key, envelope=envelope, terms=row.terms, known=True, skipped=skipped)

    def _scheduled(self, envelope: Envelope, kind: str) -> Iterator[tuple[books.Position, Due]]:
        day = envelope.since(kind)
        try:
            day = rules.next_date(envelope, kind, start=day)
            while day <= self.through:
                goes_on = rules.following(envelope, kind, on=day)
                yield self._placed(self._due(envelope, kind, day, goes_on=goes_on))
                day = goes_on
        except rules.UNREADABLE as error:
            again = self.through + rules.DAY
            yield self._placed(self._due(envelope, kind, day, goes_on=again, problem=UNREADABLE.format(error)))

    def _due(self, envelope: Envelope, kind: str, day: date, *, goes_on: date, problem: str = "") -> Due:
        key = Key(budget_id=envelope.id, kind=kind, on=day)
        skipped = key in self.skips
        return Due(key=key, envelope=envelope, goes_on=goes_on, problem=problem, known=skipped, skipped=skipped)

    def _placed(self, due: Due) -> tuple[books.Position, Due]:
        return books.position(due.key, self.envelopes), due

    # What

    def _decide(self, due: Due) -> Intent | None:
        """The intent of an event on its day; None if it is recorded as one that waits and goes on waiting."""
        base = Intent(key=due.key, status=DONE, day=due.key.on, known=due.known, goes_on=due.goes_on)
        if due.envelope.gone:
            return replace(base, status=SKIPPED, note="The budget is not in use any more.")
        if due.problem:
            return replace(base, status=FAILED, note=due.problem)
        try:
            terms = due.terms or self._terms(due)
        except rules.UNREADABLE as error:
            return replace(base, status=FAILED, note=UNREADABLE.format(error))
        if not terms.skip and self.state.held_back(due.key.on):
            self.held_back = True
            return self._wait(replace(base, facts=self._facts(terms)), due)
        if due.skipped or terms.skip:
            note = BY_OWNER if due.skipped else terms.skip
            return replace(base, status=SKIPPED, note=note, facts=self._facts(terms))
        return self._fund(base, due.envelope, terms) if due.key.kind == FUND else self._recur(base, due.envelope, terms)

    def _wait(self, base: Intent, due: Due) -> Intent | None:
        if due.known and due.goes_on is None:
            return None
        if due.skipped:
            return replace(base, status=SKIPPED, revocable=True, note=BY_OWNER)
        return replace(base, status=DEFERRED, note=NOT_IN_YET)

    def _facts(self, terms: Terms, **amounts: Decimal) -> Facts:
        state = self.state
        return Facts(
            decimals=state.decimals, terms=terms, gated=state.gated, posted_through=state.posted_through, **amounts
        )

    def _terms(self, due: Due) -> Terms:
        parent = self.parents.get(due.envelope.id)
        return rules.terms_of(due.envelope, due.key.kind, on=due.key.on, parent=parent, active=self.state.active)

    def _fund(self, base: Intent, envelope: Envelope, terms: Terms) -> Intent:
        if envelope.kind == budgets.GOAL and (envelope.complete or envelope.id in self.full):
            return replace(base, status=SKIPPED, note="The goal is complete.", facts=self._facts(terms))
        gathered = then, now = self.book.gathered(envelope)
        wanted = rules.wanted(terms, gap=terms.target - then, decimals=self.state.decimals)
        intended = max(ZERO, min(wanted, terms.target - now))
        intent = self._move(base, terms, self.state.unallocated.id, envelope, intended=intended, gathered=gathered)
        if intent.status == SHORT:
            self.open[envelope.id] = Short(key=intent.key, intended=intended, moved=intent.moved, facts=intent.facts)
        return intent

    def _recur(self, base: Intent, envelope: Envelope, terms: Terms) -> Intent:
        if envelope.fillup_id is None or envelope.fillup_id not in self.envelopes:
            return replace(base, complete=False, facts=self._facts(terms))
        gathered = then, now = self.book.gathered(envelope)
        intended = max(ZERO, min(terms.target - then, terms.target - now))
        intent = self._move(base, terms, envelope.fillup_id, envelope, intended=intended, gathered=gathered)
        return replace(intent, complete=ZERO < envelope.target <= then + intent.amount)

    def _move(
        self,
        base: Intent,
        terms: Terms,
        source_id: UUID,
        envelope: Envelope,
        *,
        intended: Decimal,
        gathered: tuple[Decimal, Decimal],
    ) -> Intent:
        """As much of what is intended as the source can pay."""
        source, source_now = self.book.balances(source_id)
        available = self.book.available(source_id)
        amount = min(intended, available)
        if amount:
            self.book.move(source=source_id, target=envelope.id, amount=amount, event=base.key)
        return replace(
            base,
            status=DONE if amount == intended else SHORT,
            intended=intended,
            moved=amount,
            amount=amount,
            source_id=source_id,
            target_id=envelope.id,
            complete=self._reached(envelope, gathered[0] + amount),
            facts=self._facts(
                terms,
                gathered=gathered[0],
                gathered_now=gathered[1],
                source=source,
                source_now=source_now,
                available=available,
            ),
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
        if not self.book.available(self.state.unallocated.id):
            return
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
            topping_up=True,
            complete=self._reached(envelope, then + amount),
            facts=short.facts,
        )
