"""Writes that say which transactions are the two sides of one movement."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from backend.ledger.services import linking
from backend.schema import context, ids
from backend.schema.mutations import mutation
from backend.schema.transactions import Transaction

from .results import TransactionResult

Which = Annotated[strawberry.ID, strawberry.argument(name="id", description="The transaction.")]
Other = Annotated[strawberry.ID, strawberry.argument(description="The other side.")]


@strawberry.type
class LinkMutations:
    @mutation("Say that two transactions, of opposite amounts in two of your accounts, are one movement.")
    def link_transactions(self, info: Info, transaction: Which, other: Other) -> TransactionResult:
        request = context.of(info)
        return linking.link(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            other_id=ids.key(other, Transaction, field="other"),
            now=request.now,
        )

    @mutation(
        "Say that two transactions that look like one movement are none: they are neither linked of themselves nor "
        "listed as candidates any more. If they are linked, the link is cut."
    )
    def reject_link(self, info: Info, transaction: Which, other: Other) -> TransactionResult:
        request = context.of(info)
        return linking.reject(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            other_id=ids.key(other, Transaction, field="other"),
            now=request.now,
        )

    @mutation("Cut the link of a transaction; the two are not linked again of themselves.")
    def unlink_transaction(self, info: Info, transaction: Which) -> TransactionResult:
        request = context.of(info)
        return linking.unlink(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user, transaction_id=ids.key(transaction, Transaction, field="id"), now=request.now
        )
