"""Allocations: the parts of transactions, each on one budget."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User

from . import base
from .money import Money

if TYPE_CHECKING:
    from .accounts import BankAccount
    from .budgets import Budget
    from .transactions import Transaction


@strawberry_django.type(models.Entry, description="The part of a transaction that falls to one budget.")
class Allocation(base.Visible, relay.Node):
    uuid: UUID = base.key()
    transaction: Annotated["Transaction", strawberry.lazy("backend.schema.transactions")] = base.reference(
        "What it is a part of."
    )
    budget: Annotated["Budget", strawberry.lazy("backend.schema.budgets")] = base.reference("The budget it falls to.")
    bank_account: Annotated["BankAccount", strawberry.lazy("backend.schema.accounts")] = base.reference(
        "The account of both."
    )
    posted_date: datetime = strawberry_django.field(
        field_name="effective_at", description="When the bank booked the transaction; the order of the ledger."
    )
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
