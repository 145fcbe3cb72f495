"""Budget against actual, by the cycles of a recurring budget."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import errors
from backend.ledger.selectors import budget_cycles

from . import context, peers
from .money import Money

COLUMNS = ["bank_account", "budget_type", "recurrance_schedule", "anchor", "target_balance", "balance"]


@strawberry.type(description="A cycle of a recurring budget, planned and actual.")
class BudgetCycle:
    start: date = strawberry.field(description="Its first day.")
    end: date | None = strawberry.field(description="Its last day; null where the schedule names no further one.")
    planned: Money = strawberry.field(description="The present target.")
    funded: Money = strawberry.field(description="Transfers in less transfers out.")
    spent: Money = strawberry.field(description="What was spent, less refunds.")
    over: Money = strawberry.field(description="What was spent above the plan; at least zero.")
    left: Money = strawberry.field(description="The balance at its end; now for the present one.")


def of(budget: Any, info: Info, *, last: int) -> list[BudgetCycle]:
    """The latest cycles of a budget; those of the budgets that were loaded with it are looked up at once."""
    if not 1 <= last <= budget_cycles.MOST:
        raise errors.InvalidValue(f"From 1 to {budget_cycles.MOST} cycles are shown.", field="last")
    request = context.of(info)

    def find(budgets: list[Any]) -> dict[UUID, list[budget_cycles.Actual]]:
        return budget_cycles.actuals(budgets, now=request.now, most=last)

    found = peers.of(budget).share(("cycles", last), find)[budget.pk]
    return [_shown(each, currency=request.currencies[budget.bank_account_id]) for each in found]


def _shown(found: budget_cycles.Actual, *, currency: str) -> BudgetCycle:
    return BudgetCycle(
        start=found.start,
        end=found.end,
        planned=Money(value=found.planned, currency=currency),
        funded=Money(value=found.funded, currency=currency),
        spent=Money(value=found.spent, currency=currency),
        over=Money(value=found.over, currency=currency),
        left=Money(value=found.left, currency=currency),
    )
