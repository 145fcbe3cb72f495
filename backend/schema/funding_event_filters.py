"""Lists of funding events: which ones, and in which order; and the words for what they are."""

from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import Q, QuerySet

from backend.ledger import access, models
from backend.ledger.models import User
from backend.ledger.selectors import funding_events
from backend.ledger.selectors.pages import Link

from . import filters, orders
from .enums import word

LATEST_FIRST = ("-on", "-created_at")
BY_BUDGET = Link(parent="budget")
Kind, Status = models.FundingEvent.Kind, models.FundingEvent.Status


@strawberry.enum(description="What a funding event does.")
class FundingEventKind(Enum):
    FUND = word(Kind.FUND, "Moves money from Unallocated to the budget, or to its fill-up.")
    RECUR = word(Kind.RECUR, "Starts a new cycle: moves money from the fill-up to the budget.")


@strawberry.enum(description="What became of a funding event.")
class FundingEventStatus(Enum):
    PLANNED = strawberry.enum_value(funding_events.PLANNED, description="It is to come.")
    DEFERRED = word(Status.DEFERRED, "It is due and waits for the bank's rows of its day.")
    DONE = word(Status.DONE, "It moved all that it was to move.")
    SHORT = word(Status.SHORT, "It moved what was there; a fund event is topped up until the next one comes.")
    SKIPPED = word(Status.SKIPPED, "It does not take place.")
    FAILED = word(Status.FAILED, "It could not be carried out; the reason says why.")


@strawberry.input(description="Which funding events; each that is given narrows the list.")
class FundingEventFilters(filters.Filters):
    budget: strawberry.ID | None = strawberry.field(default=None, description="Of that budget.")
    budgets: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of those budgets.")
    status: list[FundingEventStatus] | None = strawberry.field(default=None, description="Of one of these.")
    kind: FundingEventKind | None = strawberry.field(default=None, description="Of that kind.")
    since: date | None = strawberry.field(default=None, description="On that day or later.")
    until: date | None = strawberry.field(default=None, description="On that day or earlier.")

    def conditions(self, *, user: User) -> Q:
        found = Q()
        if (wanted := self.budget_keys()) is not None:
            found &= Q(budget__in=wanted)
        if self.status is not None:
            found &= Q(status__in=[each.value for each in filters.some(self.status, field="status")])
        if self.kind is not None:
            found &= Q(kind=self.kind.value)
        if self.since is not None:
            found &= Q(on__gte=self.since)
        return found & Q(on__lte=self.until) if self.until is not None else found

    def budget_keys(self) -> list[UUID] | None:
        return filters.keys(self.budget, self.budgets, kind="Budget", field="budget", plural="budgets")

    def within(self, rows: QuerySet[Any], *, user: User) -> filters.Hanging:
        """By budgets, if only events of some of them are asked for: they have an index of their own."""
        rows, accounts, link = super().within(rows, user=user)
        wanted = self.budget_keys()
        if wanted is None:
            return rows, accounts, link
        return rows, access.budgets(user).filter(bank_account__in=accounts, pk__in=wanted), BY_BUDGET


@strawberry.enum(description="What funding events can be ordered by.")
class FundingEventOrderField(Enum):
    ON = orders.by("on", "created_at", says="Its day, and then when it was recorded.")
    CREATED_AT = orders.by("created_at", says="When it was recorded.")


@strawberry.input(description="In which order funding events come.")
class FundingEventOrder(orders.By):
    field: FundingEventOrderField = strawberry.field(description="By what.")


def listed(description: str) -> Any:
    """A list of recorded funding events, the latest first."""
    return filters.listed(description, order=LATEST_FIRST, filters=FundingEventFilters, order_by=FundingEventOrder)
