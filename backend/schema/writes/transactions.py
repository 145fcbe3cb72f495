"""Writes to bank transactions, one or many, and how they lie on budgets."""

from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
from strawberry.types import Info

from backend.ledger.services import transactions
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.enums import TransactionType
from backend.schema.errors import Problem
from backend.schema.money import Amount
from backend.schema.mutations import mutation
from backend.schema.transactions import Transaction

from .given import Expected, optional, said
from .results import Deleted, TransactionResult

NULLABLE = ("transaction_type", "transaction_date", "memo")


@strawberry.input(description="A transaction to enter.")
class NewTransactionInput:
    amount: Amount = strawberry.field(description="In the account's currency, not zero; negative is money out.")
    posted_date: datetime = strawberry.field(
        description="When the bank booked it; the order of the ledger. Without a zone it is in UTC."
    )
    raw_description: str = strawberry.field(description="The bank's words; at most 512 characters.")
    transaction_type: TransactionType | None = optional("Its kind, where the bank says one.")
    transaction_date: datetime | None = optional(
        "When it was made; else the day that the bank's words name, or that of the posted date."
    )
    pending: bool | None = optional("Whether the bank has only noted it so far.")
    description: str | None = optional("Your words; the bank's if left out.")
    memo: str | None = optional("A note of at most 512 characters.")


@strawberry.input(description="A transaction to enter, with its account.")
class CreateTransactionInput(NewTransactionInput):
    bank_account: strawberry.ID = strawberry.field(name="account", description="The account that it moved.")


@strawberry.input(description="What is to be changed of a transaction; what is left out stays.")
class UpdateTransactionInput:
    transaction_type: TransactionType | None = optional("Its kind; null for none.")
    description: str | None = optional("Your words; the bank's if empty.")
    memo: str | None = optional("A note of at most 512 characters; null for none.")


DeleteTransactionResult = Annotated[
    Deleted | Problem,
    strawberry.union("DeleteTransactionResult", description="What was deleted, or why nothing was."),
]


def fields_of(given: NewTransactionInput) -> dict[str, Any]:
    """A new transaction as the ledger takes it. Raises InvalidValue, NotFound."""
    found = said(given, nullable=NULLABLE, keys={"bank_account": BankAccount})
    if found.get("transaction_type", "") is None:
        del found["transaction_type"]
    return found


Which = Annotated[strawberry.ID, strawberry.argument(name="id", description="The transaction.")]


@strawberry.type
class TransactionMutations:
    @mutation("Enter a transaction, on Unallocated or on the budget whose rule claims it.")
    def create_transaction(
        self,
        info: Info,
        given: Annotated[CreateTransactionInput, strawberry.argument(name="input", description="The transaction.")],
    ) -> TransactionResult:
        request = context.of(info)
        fields = fields_of(given)
        account_id = fields.pop("bank_account")
        return transactions.create(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user, account_id=account_id, now=request.now, **fields
        )

    @mutation("Change the kind, the words or the note of a transaction.")
    def update_transaction(
        self,
        info: Info,
        transaction: Which,
        given: Annotated[UpdateTransactionInput, strawberry.argument(name="input", description="What to change.")],
        expected_version: Expected = None,
    ) -> TransactionResult:
        request = context.of(info)
        changes = said(given, nullable=NULLABLE)
        if "transaction_type" in changes:
            changes["transaction_type"] = changes["transaction_type"] or ""
        return transactions.update(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            changes=cast(transactions.Changes, changes),
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("A pending transaction has posted, with its amount or another one, which its allocations follow.")
    def settle_transaction(
        self,
        info: Info,
        transaction: Which,
        amount: Annotated[
            Amount | None, strawberry.argument(description="The final amount; the present one if left out.")
        ] = None,
        expected_version: Expected = None,
    ) -> TransactionResult:
        request = context.of(info)
        changes: transactions.Changes = {"pending": False}
        if amount is not None:
            changes["amount"] = amount
        return transactions.update(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            transaction_id=ids.key(transaction, Transaction, field="id"),
            changes=changes,
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Remove a transaction with its allocations; balances are as if it had never been.")
    def delete_transaction(self, info: Info, transaction: Which) -> DeleteTransactionResult:
        request = context.of(info)
        key = ids.key(transaction, Transaction, field="id")
        transactions.delete(actor=request.user, transaction_id=key, now=request.now)
        return Deleted.of(Transaction, key)
