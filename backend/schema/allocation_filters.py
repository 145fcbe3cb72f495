"""Lists of allocations: which ones, and in which order."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import Q, QuerySet

from backend.ledger import access
from backend.ledger.models import User
from backend.ledger.selectors.pages import Link, Order

from . import filters, ids, orders

NEWEST_FIRST = ("-effective_at", "-seq")
OLDEST_FIRST = ("seq",)
BY_BUDGET = Link(parent="budget")
BY_TRANSACTION = Link(parent="transaction")


@strawberry.input(description="Which allocations; each that is given narrows the list.")
class AllocationFilters(filters.Filters):
    budget: strawberry.ID | None = strawberry.field(default=None, description="On that budget.")
    budgets: list[strawberry.ID] | None = strawberry.field(default=None, description="On one of those budgets.")
    transaction: strawberry.ID | None = strawberry.field(default=None, description="Of that transaction.")
    unallocated: bool | None = strawberry.field(default=None, description="Those on Unallocated, or the others.")
    categories: list[str] | None = strawberry.field(default=None, description="Of one of those categories.")
    category_groups: list[str] | None = strawberry.field(
        default=None, description="Of a category of one of those groups."
    )
    pending: bool | None = strawberry.field(default=None, description="Of pending transactions, or of the others.")
    since: datetime | None = strawberry.field(default=None, description="Posted at that instant or later.")
    before: datetime | None = strawberry.field(default=None, description="Posted before that instant.")
    posted_on: filters.DayRange | None = strawberry.field(default=None, description="Posted on those days.")
    amount: filters.AmountRange | None = strawberry.field(
        default=None, description="With an amount in that range; money out is negative."
    )
    size: filters.AmountRange | None = strawberry.field(
        default=None, description="With an amount in that range when its sign is disregarded."
    )
    search: str | None = strawberry.field(
        default=None,
        description=f"With all these words in the memo, or in the transaction's description, raw description or party. "
        f"{filters.SEARCH}",
    )

    def conditions(self, *, user: User) -> Q:
        found = filters.between("effective_at", since=self.since, before=self.before)
        if (wanted := self.budget_keys()) is not None:
            found &= Q(budget__in=wanted)
        if self.transaction is not None:
            found &= Q(transaction=ids.key(self.transaction, "Transaction", field="transaction"))
        if self.unallocated is not None:
            found &= Q(budget__is_unallocated=self.unallocated)
        if self.pending is not None:
            found &= Q(transaction__pending=self.pending)
        if self.posted_on is not None:
            found &= self.posted_on.of("effective_at")
        if self.amount is not None:
            found &= self.amount.of("amount")
        if self.size is not None:
            found &= self.size.of_size("amount")
        names = ("description", "raw_description", "party")
        found &= filters.searched(self.search, "memo", *(f"transaction__{name}" for name in names))
        return found & filters.categories_of(self.categories, self.category_groups)

    def budget_keys(self) -> list[UUID] | None:
        return filters.keys(self.budget, self.budgets, kind="Budget", field="budget", plural="budgets")

    def within(self, rows: QuerySet[Any], *, user: User) -> filters.Hanging:
        """By budgets or a transaction, if only theirs are asked for: they have indexes of their own."""
        rows, accounts, link = super().within(rows, user=user)
        if self.transaction is not None:
            key = ids.key(self.transaction, "Transaction", field="transaction")
            return rows, access.transactions(user).filter(pk=key, bank_account__in=accounts), BY_TRANSACTION
        if (wanted := self.budget_keys()) is not None:
            return rows, access.budgets(user).filter(pk__in=wanted, bank_account__in=accounts), BY_BUDGET
        return rows, accounts, link


@strawberry.enum(description="What allocations can be ordered by.")
class AllocationOrderField(Enum):
    POSTED_DATE = orders.by("effective_at", "seq", says="When the bank booked the transaction.")
    AMOUNT = orders.by("amount", says="The amount; money out is negative.")
    CATEGORY = orders.by("category", "effective_at", "seq", says="The category, and then the day.")
    CREATED_AT = orders.by("created_at", "seq", says="When it was made.")


@strawberry.input(description="In which order allocations come.")
class AllocationOrder(orders.By):
    field: AllocationOrderField = strawberry.field(description="By what.")


def listed(description: str, *, order: Order = NEWEST_FIRST, link: Link | None = None) -> Any:
    """A list of allocations."""
    return filters.listed(description, order=order, filters=AllocationFilters, order_by=AllocationOrder, link=link)
