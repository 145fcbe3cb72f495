"""Transactions of the bank."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from django.urls import reverse
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User

from . import allocation_filters, base, pages
from .allocations import Allocation
from .enums import TransactionType
from .money import Money

if TYPE_CHECKING:
    from .accounts import BankAccount


def has_upload(column: str) -> Any:
    def resolve(root: models.Transaction) -> bool:
        return bool(getattr(root, column))

    return strawberry_django.field(resolver=resolve, only=[column], description=f"Whether it has an uploaded {column}.")


def upload_url(column: str) -> Any:
    def resolve(root: models.Transaction) -> str | None:
        return reverse(f"transaction-{column}", args=[root.pk]) if getattr(root, column) else None

    description = f"The path on this host at which its owners get the {column}, with their bearer token; null without."
    return strawberry_django.field(resolver=resolve, only=[column], description=description)


@strawberry_django.type(models.Transaction, description="One movement on the real account.")
class Transaction(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: Annotated["BankAccount", strawberry.lazy("backend.schema.accounts")] = base.reference(
        "The account it moved."
    )
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
    refund_of: Annotated["Transaction", strawberry.lazy("backend.schema.transactions")] | None = base.reference(
        "The purchase that it gives money back of, in the same account."
    )
    refunds: pages.Connection[Annotated["Transaction", strawberry.lazy("backend.schema.transactions")]] = pages.page(
        ("posted_date", "seq"), "The refunds that are tied to it, in the order of the ledger."
    )
    created_at: datetime = strawberry.field(description="When it was entered.")
    version: int = strawberry.field(description="Grows with each edit; see `expectedVersion`. Balances do not count.")
    modified_at: datetime = strawberry.field(description="When it was last changed.")
    has_image: bool = has_upload("image")
    image_url: str | None = upload_url("image")
    has_document: bool = has_upload("document")
    document_url: str | None = upload_url("document")
    allocations: pages.Connection[Allocation] = allocation_filters.listed(
        "How it lies on budgets, oldest part first unless ordered otherwise.", order=allocation_filters.OLDEST_FIRST
    )

    @strawberry_django.field(only=["transaction_type"], description="Its kind, where the bank says one.")
    def transaction_type(self) -> TransactionType | None:
        return self.transaction_type or None

    @staticmethod
    def rows(user: User) -> QuerySet[models.Transaction]:
        return access.transactions(user)
