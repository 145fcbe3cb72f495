"""Lists of transfers: which ones, and in which order."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.ledger import access
from backend.ledger.models import Entry, User
from backend.ledger.selectors import users
from backend.ledger.selectors.pages import Link

from . import filters, ids, orders

NEWEST_FIRST = ("-effective_at", "-seq")


def by_leg(**conditions: Any) -> Link:
    """That a transfer hangs on a budget by a leg that is such."""
    legs = Entry.objects.filter(transaction=None, **conditions)
    return Link(parent="budget", through=legs, row="transfer", same={"effective_at": "effective_at"})


EITHER_WAY, OUT, IN = by_leg(), by_leg(amount__lt=0), by_leg(amount__gt=0)


@strawberry.input(description="Which transfers; each that is given narrows the list.")
class TransferFilters(filters.Filters):
    budget: strawberry.ID | None = strawberry.field(default=None, description="Out of that budget or into it.")
    budgets: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Out of one of those budgets or into one."
    )
    source: strawberry.ID | None = strawberry.field(default=None, description="Out of that budget.")
    target: strawberry.ID | None = strawberry.field(default=None, description="Into that budget.")
    actor: str | None = strawberry.field(default=None, description="Made by the user of that name, in any case.")
    by_engine: bool | None = strawberry.field(
        default=None, description="Those that scheduled funding made, or those that people made."
    )
    since: datetime | None = strawberry.field(default=None, description="Dated at that instant or later.")
    before: datetime | None = strawberry.field(default=None, description="Dated before that instant.")
    on: filters.DayRange | None = strawberry.field(default=None, description="Dated on those days.")
    amount: filters.AmountRange | None = strawberry.field(default=None, description="With an amount in that range.")

    def conditions(self, *, user: User) -> Q:
        found = filters.between("effective_at", since=self.since, before=self.before)
        if (wanted := self.budget_keys()) is not None:
            found &= Q(Exists(Entry.objects.filter(transfer=OuterRef("pk"), budget__in=wanted)))
        if self.source is not None:
            found &= Q(source=self._key("source"))
        if self.target is not None:
            found &= Q(target=self._key("target"))
        if self.actor is not None:
            found &= Q(actor__username__iexact=self.actor) if "\0" not in self.actor else Q(pk__in=())
        if self.by_engine is not None:
            engine = Q(actor__username=users.SYSTEM_USER)
            found &= engine if self.by_engine else ~engine
        if self.on is not None:
            found &= self.on.of("effective_at")
        return found & self.amount.of("amount") if self.amount is not None else found

    def budget_keys(self) -> list[UUID] | None:
        return filters.keys(self.budget, self.budgets, kind="Budget", field="budget", plural="budgets")

    def within(self, rows: QuerySet[Any], *, user: User) -> filters.Hanging:
        """By budgets, if only transfers of some of them are asked for: they have an index of their own."""
        rows, accounts, link = super().within(rows, user=user)
        budgets = access.budgets(user).filter(bank_account__in=accounts)
        if self.source is not None:
            return rows, budgets.filter(pk=self._key("source")), OUT
        if self.target is not None:
            return rows, budgets.filter(pk=self._key("target")), IN
        wanted = self.budget_keys()
        return (rows, accounts, link) if wanted is None else (rows, budgets.filter(pk__in=wanted), EITHER_WAY)

    def _key(self, field: str) -> UUID:
        return ids.key(getattr(self, field), "Budget", field=field)


@strawberry.enum(description="What transfers can be ordered by.")
class TransferOrderField(Enum):
    EFFECTIVE_AT = orders.by("effective_at", "seq", says="Its date, and then when it was entered.")
    AMOUNT = orders.by("amount", says="Its amount.")
    CREATED_AT = orders.by("created_at", "seq", says="When it was entered.")


@strawberry.input(description="In which order transfers come.")
class TransferOrder(orders.By):
    field: TransferOrderField = strawberry.field(description="By what.")


def listed(description: str, *, link: Link | None = None) -> Any:
    """A list of transfers, the latest first."""
    return filters.listed(description, order=NEWEST_FIRST, filters=TransferFilters, order_by=TransferOrder, link=link)
