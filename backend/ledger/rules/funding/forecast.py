"""What the engine would do in the days to come, if nothing happened but what is entered already."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from .envelopes import SHORT, ZERO, State
from .plan import plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A fund event for which Unallocated, or a recur event for which the fill-up, lacks `missing` on its day."""

    budget_id: UUID
    kind: str
    on: date
    missing: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`start`: the balance of each budget at the end of today, funding that is due included.

    `days`: for each later day on which balances change, in order, the balances of those budgets at its end.
    """

    start: dict[UUID, Decimal]
    days: dict[date, dict[UUID, Decimal]] = field(default_factory=dict)
    shortfalls: tuple[Shortfall, ...] = ()


def forecast(state: State, *, until: date) -> Forecast:
    """Simulate the engine from today to `until`, as if every bank row came in time."""
    moves: dict[date, dict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    balances = {
        envelope.id: envelope.balance for envelope in (state.unallocated, *state.envelopes) if not envelope.gone
    }
    for change in state.changes:
        day = change.day if change.event is None else change.event.on
        if day > state.today and change.budget_id in balances:
            balances[change.budget_id] -= change.amount
            moves[day][change.budget_id] += change.amount
    shortfalls = []
    for intent in plan(replace(state, gated=False), through=until, closing=False):
        first = intent.day == intent.key.on
        if intent.status == SHORT and first:
            missing = intent.intended - intent.moved
            shortfalls.append(
                Shortfall(budget_id=intent.key.budget_id, kind=intent.key.kind, on=intent.key.on, missing=missing)
            )
        if intent.source_id is not None and intent.target_id is not None and intent.amount:
            moves[intent.day][intent.source_id] -= intent.amount
            moves[intent.day][intent.target_id] += intent.amount
    return Forecast(
        start=_settle(balances, moves, through=state.today),
        days=_run(balances, moves, after=state.today, until=until),
        shortfalls=tuple(shortfalls),
    )


def _settle(
    balances: dict[UUID, Decimal], moves: dict[date, dict[UUID, Decimal]], *, through: date
) -> dict[UUID, Decimal]:
    for day in [day for day in moves if day <= through]:
        for budget_id, amount in moves[day].items():
            balances[budget_id] += amount
    return dict(balances)


def _run(
    balances: dict[UUID, Decimal], moves: dict[date, dict[UUID, Decimal]], *, after: date, until: date
) -> dict[date, dict[UUID, Decimal]]:
    days: dict[date, dict[UUID, Decimal]] = {}
    for day in sorted(day for day in moves if after < day <= until):
        changed = [budget_id for budget_id, amount in moves[day].items() if amount != ZERO]
        for budget_id in changed:
            balances[budget_id] += moves[day][budget_id]
        if changed:
            days[day] = {budget_id: balances[budget_id] for budget_id in changed}
    return days
