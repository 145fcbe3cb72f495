"""Funding events: what scheduled funding did and why, and what it will do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, models
from backend.ledger.models import User
from backend.ledger.selectors import funding_events as selectors

from . import base, context, costs, funding_event_filters, ids, pages
from .accounts import BankAccount
from .budgets import Budget
from .funding_event_filters import FundingEventKind, FundingEventStatus
from .funding_inputs import FundingInputs
from .money import Money, of_account
from .transfers import Transfer

MOST = selectors.MOST


@strawberry_django.type(models.FundingEvent, description="One scheduled movement of one budget on one day.")
class FundingEvent(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account whose money it moves.")
    budget: Budget | None = base.reference("The budget whose schedule names it; null if that was deleted since.")
    on: date = strawberry.field(description="The day that the schedule names.")
    kind: FundingEventKind = strawberry.field(description="What it does.")
    status: FundingEventStatus = strawberry.field(description="What became of it.")
    intended: Money = base.money("intended", "What it was to move.")
    moved: Money = base.money("moved", "What it moved so far.")
    transfers: pages.Connection[Transfer] = pages.page(
        ("seq",), "What moved it, oldest first; more than one where it was topped up."
    )
    skipped_by: str | None = base.optional_user_name(
        "skipped_by", "User name of whoever skipped it; null if nobody did."
    )
    revocable: bool = strawberry.field(description="Whether an owner skipped it and it can still be taken back.")
    created_at: datetime = strawberry.field(description="When it was recorded.")
    modified_at: datetime = strawberry.field(description="When that was last changed.")

    @strawberry_django.field(
        only=["reason", "inputs", "kind", "on", "status", "intended", "moved", "budget", "bank_account"],
        description="Why it moved what it moved, as a sentence.",
    )
    def reason(self, info: Info) -> str:
        row: Any = self
        return selectors.reason(row, currency=context.of(info).currencies[row.bank_account_id])

    @strawberry_django.field(only=["inputs", "bank_account"], description="What that was computed from.")
    def inputs(self, info: Info) -> FundingInputs:
        row: Any = self
        return FundingInputs.of(row.inputs, currency=context.of(info).currencies[row.bank_account_id])

    @staticmethod
    def rows(user: User) -> QuerySet[models.FundingEvent]:
        return access.funding_events(user)


@strawberry.type(description="A funding event to come, as things look now.")
class UpcomingFundingEvent:
    budget: Budget = strawberry.field(description="The budget whose schedule names it.")
    kind: FundingEventKind = strawberry.field(description="What it does.")
    on: date = strawberry.field(description="The day that the schedule names; past while it waits for the bank's rows.")
    status: FundingEventStatus = strawberry.field(description="Planned, deferred, skipped, or failed.")
    intended: Money = strawberry.field(description="What it is to move.")
    moved: Money = strawberry.field(description="What it will move; less where that will be missing.")
    reason: str = strawberry.field(description="Why, as a sentence.")
    inputs: FundingInputs = strawberry.field(description="What that is computed from.")
    revocable: bool = strawberry.field(description="Whether an owner skipped it and it can still be taken back.")
    event: FundingEvent | None = strawberry.field(description="Its record, if it has one.")


def shown(info: Info, found: Sequence[selectors.Upcoming]) -> list[UpcomingFundingEvent]:
    """Events to come with the rows that they name, which are looked up for all of them at once."""
    budgets = _rows(Budget, models.Budget, {each.budget_id for each in found}, info)
    events = _rows(FundingEvent, models.FundingEvent, {each.event_id for each in found if each.event_id}, info)
    return [
        UpcomingFundingEvent(
            budget=budgets[each.budget_id],
            kind=FundingEventKind(each.kind),
            on=each.on,
            status=FundingEventStatus(each.status),
            intended=of_account(info, each.account_id, each.intended),
            moved=of_account(info, each.account_id, each.moved),
            reason=each.reason,
            inputs=FundingInputs.of(each.inputs, currency=context.of(info).currencies[each.account_id]),
            revocable=each.revocable,
            event=events.get(each.event_id),
        )
        for each in found
        if each.budget_id in budgets
    ]


def _rows(kind: type[base.Visible], model: type[Any], keys: set[Any], info: Info) -> Mapping[Any, Any]:
    if not keys:
        return {}
    return {row.pk: row for row in kind.get_queryset(model._base_manager.filter(pk__in=keys), info)}


@strawberry.type
class FundingEventQueries:
    funding_events: pages.Connection[FundingEvent] = funding_event_filters.listed(
        "Funding events of the user's accounts that were recorded so far, the latest first."
    )

    @strawberry.field(
        description=f"The events to come of an account, at most {MOST}, as the forecast has them: if every bank row "
        "comes in time.",
        metadata=costs.metadata(length=MOST),
    )
    def upcoming_funding_events(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(description="The account.")],
        until: Annotated[date, strawberry.argument(description="The last day; at most two years ahead.")],
        since: Annotated[
            date | None, strawberry.argument(description="The first day; else that of the oldest event that waits.")
        ] = None,
        budget: Annotated[strawberry.ID | None, strawberry.argument(description="Of that budget only.")] = None,
    ) -> list[UpcomingFundingEvent]:
        request = context.of(info)
        row = access.one(access.accounts(request.user), ids.key(account, BankAccount, field="account"), field="account")
        key = None if budget is None else ids.key(budget, Budget, field="budget")
        found = selectors.events_to_come(row, until=until, since=since, budget_id=key, now=request.now)
        return shown(info, found)
