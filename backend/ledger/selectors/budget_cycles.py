"""Budget against actual, cycle by cycle of a recurring budget."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import TruncDate

from backend.ledger.errors import LedgerError
from backend.ledger.models import Budget, Entry
from backend.ledger.rules import cycles as rules

from . import accounts

MOST = 24
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """One cycle: what was planned, what came in by transfers, what was spent less refunds, and what it ended with.

    `left` is the balance at the end of the cycle, or now for the present one; `over` is what was spent above the plan.
    """

    start: date
    end: date | None
    planned: Decimal
    funded: Decimal
    spent: Decimal
    left: Decimal

    @property
    def over(self) -> Decimal:
        return max(ZERO, self.spent - self.planned)


def actuals(budgets: Sequence[Budget], *, now: datetime, most: int) -> dict[UUID, list[Actual]]:
    """The latest cycles of each of the recurring budgets, oldest first; others have none. Two queries for all.

    The plan is the present target: earlier ones are in the history.
    """
    zones = accounts.zones({budget.bank_account_id for budget in budgets})
    found = {budget.pk: _cycles(budget, zones=zones, now=now, most=min(most, MOST)) for budget in budgets}
    starts = [cycles[0].start for cycles in found.values() if cycles]
    days = _days([key for key, cycles in found.items() if cycles], since=min(starts, default=now.date()))
    return {budget.pk: [_actual(budget, cycle, days[budget.pk]) for cycle in found[budget.pk]] for budget in budgets}


def _cycles(budget: Budget, *, zones: dict[UUID, ZoneInfo], now: datetime, most: int) -> list[rules.Cycle]:
    zone = zones.get(budget.bank_account_id, ZoneInfo(accounts.FIRST_OWNER_ZONE))
    if budget.budget_type != Budget.Type.RECURRING:
        return []
    try:
        return rules.latest(
            budget.recurrance_schedule or "", anchor=budget.anchor, today=now.astimezone(zone).date(), most=most
        )
    except LedgerError:
        return []  # a schedule that cannot be read has no cycles; the funding events say so


@dataclass(slots=True)
class _Day:
    funded: Decimal = ZERO
    spent: Decimal = ZERO


def _days(keys: list[UUID], *, since: date) -> dict[UUID, dict[date, _Day]]:
    """What each day of each budget moved since then, by transfers and by allocations."""
    found: dict[UUID, dict[date, _Day]] = defaultdict(dict)
    rows = (
        Entry.objects.filter(budget__in=keys, effective_at__gte=datetime.combine(since, time.min, tzinfo=UTC))
        .annotate(day=TruncDate("effective_at", tzinfo=UTC), allocated=Q(transfer=None))
        .order_by()
        .values_list("budget", "day", "allocated")
        .annotate(Sum("amount"))
    )
    for key, day, allocated, amount in rows:
        moved = found[key].setdefault(day, _Day())
        if allocated:
            moved.spent -= amount
        else:
            moved.funded += amount
    return found


def _actual(budget: Budget, cycle: rules.Cycle, days: dict[date, _Day]) -> Actual:
    within = [each for day, each in days.items() if cycle.start <= day and (cycle.end is None or day <= cycle.end)]
    after = [each for day, each in days.items() if cycle.end is not None and day > cycle.end]
    return Actual(
        start=cycle.start,
        end=cycle.end,
        planned=budget.target_balance,
        funded=sum((each.funded for each in within), ZERO),
        spent=sum((each.spent for each in within), ZERO),
        left=budget.balance - sum((each.funded - each.spent for each in after), ZERO),
    )
