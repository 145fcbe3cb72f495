"""Lists of budgets: which ones, and in which order."""

from enum import Enum
from typing import Any

import strawberry
from django.db.models import Q

from backend.ledger.models import User

from . import filters, orders
from .enums import BudgetType

BY_AGE = ("-is_unallocated", "created_at")


@strawberry.input(description="Which budgets; each that is given narrows the list.")
class BudgetFilters(filters.Filters):
    types: list[BudgetType] | None = strawberry.field(default=None, description="Of one of those types.")
    unallocated: bool | None = strawberry.field(
        default=None, description="Only those that hold what nobody assigned, or only the others."
    )
    archived: bool | None = strawberry.field(default=None, description="Archived ones, or the others.")
    paused: bool | None = strawberry.field(default=None, description="Paused ones, or the others.")
    complete: bool | None = strawberry.field(
        default=None, description="Those that have what they are to have, or the others."
    )
    search: str | None = strawberry.field(
        default=None, description=f"With all these words in the name. {filters.SEARCH}"
    )

    def conditions(self, *, user: User) -> Q:
        found = filters.searched(self.search, "name")
        if self.types is not None:
            found &= Q(budget_type__in=[each.value for each in self.types], is_unallocated=False)
        if self.unallocated is not None:
            found &= Q(is_unallocated=self.unallocated)
        for name in ("archived", "paused", "complete"):
            if getattr(self, name) is not None:
                found &= Q(**{name: getattr(self, name)})
        return found


@strawberry.enum(description="What budgets can be ordered by.")
class BudgetOrderField(Enum):
    NAME = orders.by("name", says="Its name.")
    BALANCE = orders.by("balance", says="What is in it, whatever its currency.")
    TARGET_BALANCE = orders.by("target_balance", says="What it saves up to, whatever its currency.")
    PRIORITY = orders.by("priority", says="Its priority among the events of a day.")
    CREATED_AT = orders.by("created_at", says="Its age.")


@strawberry.input(description="In which order budgets come.")
class BudgetOrder(orders.By):
    field: BudgetOrderField = strawberry.field(description="By what.")


def listed(description: str) -> Any:
    """A list of budgets, Unallocated first and then by age."""
    return filters.listed(description, order=BY_AGE, filters=BudgetFilters, order_by=BudgetOrder)
