"""Transactions of the bank, and the allocations that say which budgets they touched."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User

from . import base, ids, pages
from .accounts import BankAccount
from .budgets import Budget
from .enums import TransactionType
from .money import Money

NEWEST_FIRST = ("-posted_date", "-seq")
OLDEST_FIRST = ("seq",)


@strawberry_django.type(models.Entry, description="The part of a transaction that falls to one budget.")
class Allocation(base.Visible, relay.Node):
    uuid: UUID = base.key()
    transaction: Annotated["Transaction", strawberry.lazy("backend.schema.transactions")] = base.reference(
        "What it is a part of."
    )
    budget: Budget = base.reference("The budget it falls to.")
    amount: Money = base.money("amount", "The part, with the transaction's sign.")
    budget_balance: Money = base.money("balance", "The budget's balance after it, in the order of the ledger.")
    category: str = strawberry.field(description="What kind of spending it is; may be empty.")
    memo: str | None = strawberry.field(description="A note.")
    created_at: datetime = strawberry.field(description="When it was made.")
    modified_at: datetime = strawberry.field(description="When it was last changed.")

    existing = Q(transfer=None)

    @staticmethod
    def rows(user: User) -> QuerySet[models.Entry]:
        return access.allocations(user)


@strawberry_django.type(models.Transaction, description="One movement on the real account.")
class Transaction(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account it moved.")
    amount: Money = base.money("amount", "Negative is money out.")
    posted_date: datetime = strawberry.field(description="When the bank booked it; the order of the ledger.")
    transaction_date: datetime | None = strawberry.field(description="When it was made, as far as is known.")
    pending: bool = strawberry.field(description="Whether the bank has only noted it so far.")
    raw_description: str = strawberry.field(description="The bank's words.")
    description: str = strawberry.field(description="The owners' words.")
    party: str | None = strawberry.field(description="Who was paid, or paid.")
    memo: str | None = strawberry.field(description="A note.")
    posted_balance: Money = base.money("posted_balance", "The account's posted balance after it.")
    available_balance: Money = base.money("available_balance", "The account's available balance after it.")
    linked_transaction: Annotated["Transaction", strawberry.lazy("backend.schema.transactions")] | None = (
        base.reference("The other end, in another account of the same owner.")
    )
    created_at: datetime = strawberry.field(description="When it was entered.")
    version: int = strawberry.field(description="Grows with each edit; see `expectedVersion`. Balances do not count.")
    modified_at: datetime = strawberry.field(description="When it was last changed.")
    allocations: pages.Connection[Allocation] = pages.page(OLDEST_FIRST, "The budgets it touched, oldest first.")

    @strawberry_django.field(only=["transaction_type"], description="Its kind, where the bank says one.")
    def transaction_type(self) -> TransactionType | None:
        return self.transaction_type or None

    @staticmethod
    def rows(user: User) -> QuerySet[models.Transaction]:
        return access.transactions(user)


@strawberry.input(description="Which transactions; each that is given narrows it.")
class TransactionFilters:
    account: strawberry.ID | None = strawberry.field(default=None, description="Of that bank account.")
    budget: strawberry.ID | None = strawberry.field(default=None, description="That touched that budget.")
    pending: bool | None = strawberry.field(default=None, description="Pending ones, or the others.")
    since: datetime | None = strawberry.field(default=None, description="Posted at that instant or later.")
    before: datetime | None = strawberry.field(default=None, description="Posted before that instant.")


FILTERS = pages.argument("filters", TransactionFilters | None, "Which ones; without any, all of the user's.")


def narrow(rows: QuerySet[models.Transaction], *, filters: TransactionFilters | None) -> QuerySet[models.Transaction]:
    if filters is None:
        return rows
    if filters.account is not None:
        rows = rows.filter(bank_account=ids.key(filters.account, BankAccount, field="account"))
    if filters.budget is not None:
        rows = rows.filter(allocations__budget=ids.key(filters.budget, Budget, field="budget"))
    if filters.pending is not None:
        rows = rows.filter(pending=filters.pending)
    if filters.since is not None:
        rows = rows.filter(posted_date__gte=base.aware(filters.since))
    if filters.before is not None:
        rows = rows.filter(posted_date__lt=base.aware(filters.before))
    return rows
