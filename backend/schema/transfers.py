"""Transfers: money moved between two budgets of one account."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, models
from backend.ledger.models import User
from backend.ledger.services import transfers

from . import base, context, ids
from .accounts import BankAccount
from .budgets import Budget
from .errors import Problem
from .money import Amount, Money
from .mutations import mutation


@strawberry_django.type(models.Transfer, description="Money moved between two budgets of one account; never changed.")
class Transfer(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account of both budgets.")
    source: Budget | None = base.reference("Where it came from; null if that was deleted since.")
    target: Budget | None = base.reference("Where it went; null if that was deleted since.")
    amount: Money = base.money("amount", "More than zero.")
    effective_at: datetime = strawberry.field(description="Its date in the order of the ledger.")
    created_at: datetime = strawberry.field(description="When it was entered.")

    @strawberry_django.field(
        select_related=["actor"], only=["actor__username"], description="User name of whoever moved it."
    )
    def actor(self) -> str:
        return self.actor.username

    @staticmethod
    def rows(user: User) -> QuerySet[models.Transfer]:
        return access.transfers(user)


@strawberry.input(description="A transfer to make.")
class CreateTransferInput:
    source: strawberry.ID = strawberry.field(description="The budget to take from.")
    target: strawberry.ID = strawberry.field(description="The budget of the same account to give to.")
    amount: Amount = strawberry.field(description="More than zero, in the account's currency.")
    effective_at: datetime | None = strawberry.field(
        default=None, description="Its date in the order of the ledger; now if left out. Without a zone it is in UTC."
    )


CreateTransferResult = Annotated[
    Transfer | Problem,
    strawberry.union("CreateTransferResult", description="The transfer that was made, or why none was."),
]


@strawberry.type
class TransferMutations:
    @mutation("Move money between two budgets of one account. A balance may go below zero.")
    def create_transfer(
        self, info: Info, given: Annotated[CreateTransferInput, strawberry.argument(name="input", description="What.")]
    ) -> CreateTransferResult:
        request = context.of(info)
        return transfers.create(  # type: ignore[return-value]
            actor=request.user,
            source_id=ids.key(given.source, Budget, field="src_budget"),
            target_id=ids.key(given.target, Budget, field="dst_budget"),
            amount=given.amount,
            effective_at=base.aware(given.effective_at) if given.effective_at else request.now,
            now=request.now,
        )
