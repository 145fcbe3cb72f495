"""What can be read of the ledger at the root: a list and a single thing of each noun."""

from typing import Annotated, Any, cast

import strawberry
from strawberry.types import Info

from . import (
    account_filters,
    allocation_filters,
    banks,
    budget_filters,
    context,
    ids,
    pages,
    transaction_filters,
    transfer_filters,
)
from .accounts import BankAccount
from .allocations import Allocation
from .banks import Bank
from .budgets import Budget
from .transactions import Transaction
from .transfers import Transfer
from .users import Me

Id = Annotated[strawberry.ID, strawberry.argument(description="Its `id`, or its UUID.")]


def one(info: Info, kind: type[Any], key: str) -> Any:
    """The row of that type; None for one that is absent or somebody else's, and for what is no id of it."""
    found = ids.parse(key)
    if found is None or found[0] not in (None, kind.__name__):
        return None
    return kind.resolve_node(str(found[1]), info=info, required=False)


@strawberry.type
class LedgerQueries:
    banks: pages.Connection[Bank] = banks.listed("All banks, by name.")
    bank_accounts: pages.Connection[BankAccount] = account_filters.listed("The user's accounts, by name.")
    budgets: pages.Connection[Budget] = budget_filters.listed(
        "The budgets of all the user's accounts, Unallocated ones first and then by age."
    )
    transactions: pages.Connection[Transaction] = transaction_filters.listed(
        "The transactions of all the user's accounts, the latest posted first."
    )
    allocations: pages.Connection[Allocation] = allocation_filters.listed(
        "The allocations of all the user's transactions, the latest posted first."
    )
    transfers: pages.Connection[Transfer] = transfer_filters.listed(
        "The transfers between budgets of all the user's accounts, the latest first."
    )

    @strawberry.field(description="Who asks.")
    def me(self, info: Info) -> Me:
        return cast(Me, context.of(info).user)

    @strawberry.field(description="The bank of that id; null if there is none.")
    def bank(self, info: Info, id: Id) -> Bank | None:  # noqa: A002  the API's word
        return cast(Bank | None, one(info, Bank, id))

    @strawberry.field(description="The bank account of that id; null if the user has none such.")
    def bank_account(self, info: Info, id: Id) -> BankAccount | None:  # noqa: A002  the API's word
        return cast(BankAccount | None, one(info, BankAccount, id))

    @strawberry.field(description="The budget of that id; null if the user has none such.")
    def budget(self, info: Info, id: Id) -> Budget | None:  # noqa: A002  the API's word
        return cast(Budget | None, one(info, Budget, id))

    @strawberry.field(description="The transaction of that id; null if the user has none such.")
    def transaction(self, info: Info, id: Id) -> Transaction | None:  # noqa: A002  the API's word
        return cast(Transaction | None, one(info, Transaction, id))

    @strawberry.field(description="The allocation of that id; null if the user has none such.")
    def allocation(self, info: Info, id: Id) -> Allocation | None:  # noqa: A002  the API's word
        return cast(Allocation | None, one(info, Allocation, id))

    @strawberry.field(description="The transfer of that id; null if the user has none such.")
    def transfer(self, info: Info, id: Id) -> Transfer | None:  # noqa: A002  the API's word
        return cast(Transfer | None, one(info, Transfer, id))
