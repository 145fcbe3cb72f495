"""Writes that tie refunds to their purchases."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from backend.ledger.services import refunds
from backend.schema import context, ids
from backend.schema.errors import Problem  # noqa: F401 (the result's union names it)
from backend.schema.mutations import mutation
from backend.schema.transactions import Transaction

from .allocations import ShareInput, shares_of
from .given import Expected
from .results import TransactionResult

Refund = Annotated[strawberry.ID, strawberry.argument(name="id", description="The money that came back.")]


@strawberry.type
class RefundMutations:
    @mutation(
        "Say that a credit gives money back of a purchase: it goes to the budgets that the purchase took it from, pro "
        "rata, under the purchase's categories."
    )
    def tie_refund(
        self,
        info: Info,
        transaction: Refund,
        purchase: Annotated[strawberry.ID, strawberry.argument(description="A debit of the same account.")],
        shares: Annotated[
            list[ShareInput] | None,
            strawberry.argument(description="Where the money goes instead; what they leave falls to Unallocated."),
        ] = None,
        expected_version: Expected = None,
    ) -> TransactionResult:
        request = context.of(info)
        return refunds.tie(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            purchase_id=ids.key(purchase, Transaction, field="purchase"),
            shares=None if shares is None else shares_of(shares),
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Untie a refund from its purchase; it lies as before, unless an owner laid it elsewhere since.")
    def untie_refund(self, info: Info, transaction: Refund, expected_version: Expected = None) -> TransactionResult:
        request = context.of(info)
        return refunds.untie(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            now=request.now,
            expected_version=expected_version,
        )
