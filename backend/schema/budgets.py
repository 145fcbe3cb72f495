"""Budgets: what an account's money is set aside for."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, models
from backend.ledger.models import User

from . import (
    allocation_filters,
    auto_spend,
    base,
    context,
    cycles,
    funding_event_filters,
    pages,
    transaction_filters,
    transfer_filters,
)
from .auto_spend import AutoSpendRule
from .balances import BudgetBalances
from .cycles import BudgetCycle
from .enums import BudgetType, FundingType
from .funding import NextFunding
from .money import Money

if TYPE_CHECKING:
    from .accounts import BankAccount
    from .allocations import Allocation
    from .funding_events import FundingEvent
    from .transactions import Transaction
    from .transfers import Transfer

Transactions = pages.Connection[Annotated["Transaction", strawberry.lazy("backend.schema.transactions")]]
Allocations = pages.Connection[Annotated["Allocation", strawberry.lazy("backend.schema.allocations")]]
Transfers = pages.Connection[Annotated["Transfer", strawberry.lazy("backend.schema.transfers")]]


# Two aliases of a field with different arguments load no column for it: what such fields need is loaded always.
@strawberry_django.type(models.Budget, only=["bank_account"], description="A named part of one account's money.")
class Budget(BudgetBalances, base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: Annotated["BankAccount", strawberry.lazy("backend.schema.accounts")] = base.reference(
        "The account whose money it is."
    )
    name: str = strawberry.field(description="What it is for.")
    is_unallocated: bool = strawberry.field(description="Whether it is the one that holds what nobody assigned.")
    budget_type: BudgetType = strawberry.field(description="How it saves.")
    funding_type: FundingType = strawberry.field(description="How much an event moves.")
    balance: Money = base.money("balance", "What is in it; below zero if too much was spent.")
    target_balance: Money = base.money("target_balance", "What it saves up to; zero for none.")
    net_funding: Money = base.money("net_funding", "Transfers in less transfers out, over its whole life.")
    funding_amount: Money | None = base.optional_money("funding_amount", "What an event moves if that is fixed.")
    target_date: date | None = strawberry.field(description="The day on which the target is to be reached.")
    funding_schedule: str = strawberry.field(description="When money comes in, as RFC 5545 text; empty for never.")
    recurrence_schedule: str | None = strawberry_django.field(
        field_name="recurrance_schedule", description="When a new cycle starts, as RFC 5545 text."
    )
    with_fillup_goal: bool = strawberry.field(description="Whether another budget saves for its next cycle.")
    fillup_goal: Annotated["Budget", strawberry.lazy("backend.schema.budgets")] | None = base.reference(
        "That other budget."
    )
    fills_up: Annotated["Budget", strawberry.lazy("backend.schema.budgets")] | None = base.reference_back(
        "The recurring budget for whose next cycle this one saves."
    )
    paused: bool = strawberry.field(description="Whether its events are skipped.")
    priority: int = strawberry.field(description="Higher is funded first among the events of one day.")
    complete: bool = strawberry.field(description="Whether it has what it is to have.")
    funding_events: pages.Connection[Annotated["FundingEvent", strawberry.lazy("backend.schema.funding_events")]] = (
        funding_event_filters.listed("Its funding events that were recorded so far, the latest first.")
    )
    archived: bool = strawberry.field(description="Whether it takes no more money.")
    archived_at: datetime | None = strawberry.field(description="Since when.")
    memo: str | None = strawberry.field(description="A note.")
    auto_spend: list[AutoSpendRule] = auto_spend.rules()
    transactions: Transactions = transaction_filters.listed(
        "The transactions that touched it, the latest posted first.", link=transaction_filters.BY_BUDGET
    )
    allocations: Allocations = allocation_filters.listed(
        "The parts of transactions that lie on it, the latest first.", link=allocation_filters.BY_BUDGET
    )
    transfers: Transfers = transfer_filters.listed(
        "The transfers into it and out of it, the latest first.", link=transfer_filters.EITHER_WAY
    )
    transfers_in: Transfers = transfer_filters.listed("The transfers into it.", link=transfer_filters.IN)
    transfers_out: Transfers = transfer_filters.listed("The transfers out of it.", link=transfer_filters.OUT)
    created_at: datetime = strawberry.field(description="When it was made.")
    version: int = strawberry.field(description="Grows with each edit; see `expectedVersion`. Balances do not count.")
    modified_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry_django.field(
        only=["bank_account"], description="The next funding by schedule; null if there is none to come."
    )
    def next_funding(self, info: Info) -> NextFunding | None:
        request = context.of(info)
        found = request.upcoming.of_budget(self)
        if found is None:
            return None
        return NextFunding.of(found, currency=request.currencies[self.bank_account_id])  # type: ignore[attr-defined]  # a row stands for its type

    @strawberry_django.field(
        only=cycles.COLUMNS, description="Planned and actual of a recurring budget, cycle by cycle, oldest first."
    )
    def cycles(
        self,
        info: Info,
        last: Annotated[int, strawberry.argument(description="How many, the present one included; 24 at most.")] = 6,
    ) -> list[BudgetCycle]:
        return cycles.of(self, info, last=last)

    existing = Q(deleted_at=None)

    @staticmethod
    def rows(user: User) -> QuerySet[models.Budget]:
        return access.budgets(user)
