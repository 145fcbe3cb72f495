"""Writes of transfers: made, and made the other way round; never changed."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.types import Info

from backend.ledger.services import transfers
from backend.schema import base, context, ids
from backend.schema.budgets import Budget
from backend.schema.errors import Problem
from backend.schema.money import Amount
from backend.schema.mutations import mutation
from backend.schema.transfers import Transfer


@strawberry.input(description="A transfer to make.")
class CreateTransferInput:
    source: strawberry.ID = strawberry.field(description="The budget to take from.")
    target: strawberry.ID = strawberry.field(description="The budget of the same account to give to.")
    amount: Amount = strawberry.field(description="More than zero, in the account's currency.")
    effective_at: datetime | None = strawberry.field(
        default=None, description="Its date in the order of the ledger; now if left out. Without a zone it is in UTC."
    )


TransferResult = Annotated[
    Transfer | Problem,
    strawberry.union("TransferResult", description="The transfer that was made, or why none was."),
]


@strawberry.type
class TransferMutations:
    @mutation("Move money between two budgets of one account. A balance may go below zero.")
    def create_transfer(
        self, info: Info, given: Annotated[CreateTransferInput, strawberry.argument(name="input", description="What.")]
    ) -> TransferResult:
        request = context.of(info)
        return transfers.create(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            source_id=ids.key(given.source, Budget, field="src_budget"),
            target_id=ids.key(given.target, Budget, field="dst_budget"),
            amount=given.amount,
            effective_at=base.aware(given.effective_at, field="effective_date") if given.effective_at else request.now,
            now=request.now,
        )

    @mutation("Move the amount of a transfer back, by another one dated now.")
    def reverse_transfer(
        self,
        info: Info,
        transfer: Annotated[strawberry.ID, strawberry.argument(name="id", description="The transfer to reverse.")],
    ) -> TransferResult:
        request = context.of(info)
        return transfers.reverse(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user, transfer_id=ids.key(transfer, Transfer, field="id"), now=request.now
        )
