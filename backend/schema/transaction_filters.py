"""Lists of transactions: which ones, and in which order."""

from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.ledger import access
from backend.ledger.models import Entry, User
from backend.ledger.selectors.pages import Link

from . import filters, orders
from .enums import TransactionType

NEWEST_FIRST = ("-posted_date", "-seq")
ALLOCATIONS = Entry.objects.filter(transfer=None)
BY_BUDGET = Link(
    parent="budget",
    through=ALLOCATIONS,
    row="transaction",
    same={"posted_date": "effective_at"},
)
BY_ALLOCATION = replace(BY_BUDGET, parent="bank_account", repeated=True)


@strawberry.input(description="Which transactions; each that is given narrows the list.")
class TransactionFilters(filters.Filters):
    budget: strawberry.ID | None = strawberry.field(default=None, description="That touched that budget.")
    budgets: list[strawberry.ID] | None = strawberry.field(
        default=None, description="That touched one of those budgets."
    )
    unallocated: bool | None = strawberry.field(
        default=None, description="Those of which something lies on Unallocated, or those of which nothing does."
    )
    categories: list[str] | None = strawberry.field(
        default=None, description="With an allocation of one of those categories."
    )
    category_groups: list[str] | None = strawberry.field(
        default=None, description="With an allocation of a category of one of those groups."
    )
    types: list[TransactionType] | None = strawberry.field(default=None, description="Of one of those kinds.")
    pending: bool | None = strawberry.field(default=None, description="Pending ones, or the others.")
    linked: bool | None = strawberry.field(
        default=None, description="Those whose other end in another account of the user's is known, or the others."
    )
    since: datetime | None = strawberry.field(default=None, description="Posted at that instant or later.")
    before: datetime | None = strawberry.field(default=None, description="Posted before that instant.")
    posted_on: filters.DayRange | None = strawberry.field(default=None, description="Posted on those days.")
    made_on: filters.DayRange | None = strawberry.field(
        default=None, description="Made on those days, by the transaction date."
    )
    amount: filters.AmountRange | None = strawberry.field(
        default=None, description="With an amount in that range; money out is negative."
    )
    size: filters.AmountRange | None = strawberry.field(
        default=None, description="With an amount in that range when its sign is disregarded."
    )
    search: str | None = strawberry.field(
        default=None, description=f"With all these words in description, raw description or party. {filters.SEARCH}"
    )

    def conditions(self, *, user: User) -> Q:
        found, wanted = self._own(user) & self._of_allocations(), self.budget_keys()
        return found if wanted is None else found & _allocated(Q(budget__in=wanted))

    def budget_keys(self) -> list[UUID] | None:
        return filters.keys(self.budget, self.budgets, kind="Budget", field="budget", plural="budgets")

    def within(self, rows: QuerySet[Any], *, user: User) -> filters.Hanging:
        """By budgets, if only transactions on some of them are asked for: they have an index of their own.

        By allocations, if it is about their categories: to look at an account's allocations one after the other takes
        a tenth of the time that it takes to look for those of each of its transactions.
        """
        every, accounts, link = super().within(rows, user=user)
        wanted, categories = self.budget_keys(), self._categories()
        if wanted is not None:
            rows = rows.filter(self._own(user) & self._of_allocations())
            return rows, access.budgets(user).filter(pk__in=wanted, bank_account__in=accounts), BY_BUDGET
        if categories:
            rows = rows.filter(self._own(user) & self._on_unallocated())
            return rows, accounts, replace(BY_ALLOCATION, through=ALLOCATIONS.filter(categories))
        return every, accounts, link

    def _own(self, user: User) -> Q:
        found = filters.between("posted_date", since=self.since, before=self.before)
        if self.types is not None:
            found &= Q(transaction_type__in=[each.value for each in self.types])
        if self.pending is not None:
            found &= Q(pending=self.pending)
        if self.linked is not None:
            known = Q(linked_transaction__bank_account__in=access.account_ids(user))
            found &= known if self.linked else ~known
        if self.posted_on is not None:
            found &= self.posted_on.of("posted_date")
        if self.made_on is not None:
            found &= self.made_on.of("transaction_date")
        if self.amount is not None:
            found &= self.amount.of("amount")
        if self.size is not None:
            found &= self.size.of_size("amount")
        return found & filters.searched(self.search, "description", "raw_description", "party")

    def _of_allocations(self) -> Q:
        categories = self._categories()
        return self._on_unallocated() & _allocated(categories) if categories else self._on_unallocated()

    def _on_unallocated(self) -> Q:
        if self.unallocated is None:
            return Q()
        lies = _allocated(Q(budget__is_unallocated=True))
        return lies if self.unallocated else ~lies

    def _categories(self) -> Q:
        return filters.categories_of(self.categories, self.category_groups)


def _allocated(condition: Q) -> Q:
    """That one of a transaction's allocations is such."""
    return Q(Exists(Entry.objects.filter(condition, transaction=OuterRef("pk"))))


@strawberry.enum(description="What transactions can be ordered by.")
class TransactionOrderField(Enum):
    POSTED_DATE = orders.by("posted_date", "seq", says="When the bank booked it, and then when it was entered.")
    TRANSACTION_DATE = orders.by("transaction_date", "seq", says="When it was made.")
    AMOUNT = orders.by("amount", says="Its amount; money out is negative.")
    CREATED_AT = orders.by("created_at", "seq", says="When it was entered.")


@strawberry.input(description="In which order transactions come.")
class TransactionOrder(orders.By):
    field: TransactionOrderField = strawberry.field(description="By what.")


def listed(description: str, *, link: Link | None = None) -> Any:
    """A list of transactions, the latest posted first."""
    return filters.listed(
        description, order=NEWEST_FIRST, filters=TransactionFilters, order_by=TransactionOrder, link=link
    )
