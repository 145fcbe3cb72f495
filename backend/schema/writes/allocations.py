"""Writes to allocations: which budget, which category, which note."""

from collections.abc import Sequence
from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import errors
from backend.ledger.services import allocations, transactions
from backend.ledger.services.shares import Share
from backend.schema import context, ids
from backend.schema.allocations import Allocation
from backend.schema.budgets import Budget
from backend.schema.errors import Problem
from backend.schema.money import Amount
from backend.schema.mutations import mutation
from backend.schema.transactions import Transaction

from .given import Expected, optional, said
from .results import TransactionResult


@strawberry.input(description="The share of a budget in a transaction.")
class ShareInput:
    budget: strawberry.ID = strawberry.field(description="A budget of the transaction's account.")
    amount: Amount = strawberry.field(description="More than zero; the sign is the transaction's.")
    category: str | None = strawberry.field(
        default=None, description="What kind of spending it is; what is there stays if left out."
    )
    memo: str | None = strawberry.field(
        default=None, description="A note of at most 512 characters; what is there stays if left out."
    )


@strawberry.input(description="What is to be changed of an allocation; what is left out stays.")
class UpdateAllocationInput:
    budget: strawberry.ID | None = optional("Another budget of the account, to which all of it goes.")
    category: str | None = optional('What kind of spending it is, such as "Food & Drink:Groceries".')
    memo: str | None = optional("A note of at most 512 characters; null for none.")


AllocationResult = Annotated[
    Allocation | Problem,
    strawberry.union("AllocationResult", description="The allocation as it is now, or why nothing was changed."),
]


@strawberry.type
class AllocationMutations:
    @mutation("Say how a transaction lies on budgets; what the shares leave falls to Unallocated.")
    def split_transaction(
        self,
        info: Info,
        transaction: Annotated[strawberry.ID, strawberry.argument(name="id", description="The transaction.")],
        shares: Annotated[
            list[ShareInput], strawberry.argument(description="A positive share for each budget; at most 200.")
        ],
        expected_version: Expected = None,
    ) -> TransactionResult:
        request = context.of(info)
        return transactions.split(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            shares=shares_of(shares),
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Move an allocation to another budget, or give it another category or note.")
    def update_allocation(
        self,
        info: Info,
        allocation: Annotated[strawberry.ID, strawberry.argument(name="id", description="The allocation.")],
        given: Annotated[UpdateAllocationInput, strawberry.argument(name="input", description="What to change.")],
    ) -> AllocationResult:
        request = context.of(info)
        changes = said(given, keys={"budget": Budget}, nullable=("memo",))
        return allocations.update(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            allocation_id=ids.key(allocation, Allocation, field="id"),
            changes=cast(allocations.Changes, changes),
            now=request.now,
        )


def shares_of(given: Sequence[ShareInput]) -> dict[UUID, Share]:
    """Shares as the ledger takes them. Raises NotFound, InvalidSplit."""
    found: dict[UUID, Share] = {}
    for each in given:
        key = ids.key(each.budget, Budget, field="splits")
        if key in found:
            raise errors.InvalidSplit(f"A budget occurs twice: {key}", field="splits")
        found[key] = Share(amount=each.amount, category=each.category, memo=each.memo)
    return found
