"""What the engine would do in the days to come, if nothing happened but what is entered already and what is expected.

Each day is lived as it will be: what is expected of it comes in, then the engine runs once. It is the same engine, told
what it would find in the ledger by then; nothing is decided here.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from backend.ledger import errors
from backend.ledger.rules import budgets, money

from . import terms
from .book import Book
from .envelopes import DONE, FUND, RECUR, SHORT, ZERO, Change, Envelope, Key, Short, State
from .intents import Intent
from .plan import plan

MOST_EVENTS = 10_000
"""Two years of 13 budgets that are funded each day, or of 95 each week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Money that is expected: it comes to a budget on that day, or below zero is spent from it."""

    budget_id: UUID
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A fund event for which Unallocated, or a recur event for which the fill-up, lacks `missing` on its day.

    `covered_on`: the day on which it was topped up in full, None if that is never.
    """

    budget_id: UUID
    kind: str
    on: date
    missing: Decimal
    covered_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`start`: the balance of each budget at the end of today, funding that is due included.

    `days`: for each later day on which balances change, in order, the balances of those budgets at its end. `events`:
    all that are settled or topped up, in the order in which that begins, each as it was left in the end. `empty_on`:
    the first day that Unallocated ends with nothing, or less.
    """

    start: dict[UUID, Decimal]
    days: dict[date, dict[UUID, Decimal]] = field(default_factory=dict)
    events: tuple[Intent, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    empty_on: date | None = None


def forecast(state: State, *, until: date, flows: Sequence[Flow] = (), now: datetime | None = None) -> Forecast:
    """Simulate the engine from today to `until`, as if every bank row came in time and each day was run once.

    What is entered for later days shows on these, unless its instant is past by `now`.
    Flows of one day come in in the order given; those of other days do not count. Raises InvalidValue (more than
    MOST_EVENTS events), OutOfRange (a balance would pass twelve digits).
    """
    return _Future(state, flows, now=now).lived(until=until)


class _Future:
    def __init__(self, state: State, flows: Iterable[Flow], *, now: datetime | None) -> None:
        self.state = replace(state, gated=False, changes=())
        self.book = Book(state)
        self.envelopes = {envelope.id: envelope for envelope in state.envelopes}
        self.shorts = {short.key.budget_id: short for short in state.shorts}
        self.recorded = {short.key for short in state.shorts}
        self.balances = {e.id: e.balance for e in (state.unallocated, *state.envelopes) if not e.gone}
        self.moves: dict[date, dict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.flows: dict[date, list[Flow]] = defaultdict(list)
        self.events: dict[Key, Intent] = {}
        self.shortfalls: dict[Key, Shortfall] = {}
        self.freed = True  # whether something gave short events another chance, on days past too
        self.news = {state.today}  # the days on which short events find something new in what is entered ahead
        self.due = [day for e in state.envelopes for kind in (FUND, RECUR) if (day := _first(e, kind)) is not None]
        heapq.heapify(self.due)
        for flow in flows:
            self.flows[flow.on].append(flow)
        for change in state.changes:
            day = change.day if change.event is None else change.event.on
            self.news.add(day)
            past = now is not None and change.at is not None and change.at <= now
            if day > state.today and not past and change.budget_id in self.balances:
                self.balances[change.budget_id] -= change.amount
                self.moves[day][change.budget_id] += change.amount

    def lived(self, *, until: date) -> Forecast:
        today, unallocated_id = self.state.today, self.state.unallocated.id
        start: dict[UUID, Decimal] = {}
        days: dict[date, dict[UUID, Decimal]] = {}
        empty_on = None
        for ordinal in range(today.toordinal(), until.toordinal() + 1):
            day = date.fromordinal(ordinal)
            self._live(day)
            changed = self._close(day)
            if day == today:
                start = dict(self.balances)
            elif changed:
                days[day] = changed
            if empty_on is None and self.balances[unallocated_id] <= 0:
                empty_on = day
        return Forecast(
            start=start,
            days=days,
            events=tuple(self.events.values()),
            shortfalls=tuple(self.shortfalls.values()),
            empty_on=empty_on,
        )

    def _live(self, day: date) -> None:
        for flow in self.flows.get(day, ()):
            self._enter(flow)
        if not self._finds_work(day):
            return
        looked = None if self.freed else day - terms.DAY
        self.freed = False
        self.state = replace(
            self.state, today=day, envelopes=tuple(self.envelopes.values()), shorts=tuple(self.shorts.values())
        )
        decided = [
            intent.key
            for intent in plan(self.state, through=day, book=self.book, looked=looked)
            if self._carry_out(intent, day)
        ]
        skips = tuple(skip for skip in self.state.skips if skip.key not in self.events)
        self.state = replace(self.state, deferred=(), skips=skips)
        self._note_shortfalls(decided)
        if len(self.events) > MOST_EVENTS:
            message = f"More than {MOST_EVENTS:,} events take place until then; ask for fewer days."
            raise errors.InvalidValue(message, field="until")

    def _finds_work(self, day: date) -> bool:
        due = day in self.news and (bool(self.shorts) or day == self.state.today)
        while self.due and self.due[0] <= day:
            heapq.heappop(self.due)
            due = True
        skipped = any(skip.key.on <= day for skip in self.state.skips)
        return due or skipped or (self.freed and bool(self.shorts))

    def _close(self, day: date) -> dict[UUID, Decimal]:
        """Book the day's moves; the new balances of the budgets that they changed."""
        changed = {}
        for budget_id, amount in self.moves.pop(day, {}).items():
            if amount:
                self.balances[budget_id] += amount
                changed[budget_id] = self.balances[budget_id]
                if abs(self.balances[budget_id]) >= money.MAX:
                    raise errors.OutOfRange(f"A balance would pass 999,999,999,999.99 on {day}.")
        return changed

    # What happens

    def _enter(self, flow: Flow) -> None:
        self.book.enter(Change(budget_id=flow.budget_id, day=flow.on, amount=flow.amount))
        self.moves[flow.on][flow.budget_id] += flow.amount
        self._judge(flow.budget_id)
        if (flow.amount > 0) == (flow.budget_id == self.state.unallocated.id):
            self.freed = True

    def _carry_out(self, intent: Intent, day: date) -> bool:
        """Note what the engine does; whether that decides the event, rather than tops it up."""
        key = intent.key
        decides = key not in self.events and key not in self.recorded
        self.events[key] = intent
        if intent.source_id is not None and intent.target_id is not None and intent.amount:
            self.moves[day][intent.source_id] -= intent.amount
            self.moves[day][intent.target_id] += intent.amount
            self._judge(intent.target_id)
        self._go_on(intent)
        if key.kind == RECUR:
            self.freed = True
        elif intent.status == SHORT:
            self.shorts[key.budget_id] = Short(
                key=key, intended=intent.intended, moved=intent.moved, facts=intent.facts
            )
        else:
            self.shorts.pop(key.budget_id, None)
        if key in self.shortfalls and intent.status == DONE:
            self.shortfalls[key] = replace(self.shortfalls[key], covered_on=day)
        return decides

    def _go_on(self, intent: Intent) -> None:
        envelope = self.envelopes[intent.key.budget_id]
        if intent.goes_on is not None:
            heapq.heappush(self.due, intent.goes_on)
            if intent.key.kind == FUND:
                envelope = replace(envelope, fund_from=intent.goes_on)
            else:
                envelope = replace(envelope, recur_from=intent.goes_on)
        if intent.complete is not None and intent.complete != envelope.complete:
            envelope = replace(envelope, complete=intent.complete)
        self.envelopes[envelope.id] = envelope

    def _judge(self, budget_id: UUID) -> None:
        """A goal is complete as soon as it holds its target, as the ledger notes with each of its writes."""
        envelope = self.envelopes.get(budget_id)
        if envelope is None or envelope.kind != budgets.GOAL or envelope.complete:
            return
        balance, net_funding = self.book.present(budget_id)
        if budgets.complete(
            kind=envelope.kind,
            was=False,
            balance=balance,
            net_funding=net_funding,
            target=envelope.target,
            may_clear=False,
        ):
            self.envelopes[budget_id] = replace(envelope, complete=True)

    def _note_shortfalls(self, decided: Iterable[Key]) -> None:
        """Of the events that a day's run decided, those that are short even at its end."""
        for key in decided:
            event = self.events[key]
            missing = event.intended - event.moved
            if event.status == SHORT and missing > ZERO:
                self.shortfalls[key] = Shortfall(budget_id=key.budget_id, kind=key.kind, on=key.on, missing=missing)


def _first(envelope: Envelope, kind: str) -> date | None:
    """The day on which the engine has to look at that schedule."""
    if not envelope.schedule(kind):
        return None
    try:
        return terms.next_date(envelope, kind, start=envelope.since(kind))
    except terms.UNREADABLE:
        return envelope.since(kind)
