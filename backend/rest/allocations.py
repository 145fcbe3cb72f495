"""Allocations: the parts of a transaction, each on one budget. Splits set them; here they are read."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.ledger import access, categories
from backend.ledger.models import Entry, User

from . import fields, filters, views

CATEGORIES = [
    (name, "-------" if name == categories.UNASSIGNED else name.partition(":")[2].strip()) for name in categories.ALL
]


class TransactionAllocationSerializer(serializers.Serializer[Entry]):
    """An allocation maps a portion of a transaction's amount to a budget of the same account.

    `budget_balance` is the budget's balance after it, by date.
    """

    id = fields.Id(read_only=True)
    transaction = fields.Id(source="transaction_id")
    budget = fields.Id(source="budget_id", required=False, allow_null=True)
    amount = fields.Amount()
    amount_currency = fields.Currency()
    budget_balance = fields.Amount(source="balance", read_only=True)
    budget_balance_currency = fields.Currency()
    category = fields.Choice(CATEGORIES, required=False)
    memo = fields.Text(max_length=512, required=False, allow_blank=True, allow_null=True)
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)


def shown(user: User) -> QuerySet[Entry]:
    """The user's allocations with what is shown of them."""
    return fields.with_account(access.allocations(user))


class Allocations(views.View):
    noun = "TransactionAllocation"
    serializer_class = TransactionAllocationSerializer
    filterset_class = filters.AllocationFilters
    ordering_fields = ("created_at",)
    ordering = ("created_at", "seq")

    def rows(self) -> QuerySet[Any]:
        return shown(self.actor)

    def one(self, key: UUID) -> Any:
        return access.pick(self.actor, shown, key)

    def list(self, request: Request) -> Response:
        """Return allocations belonging to the authenticated user's transactions.

        Filterable by transaction, budget, and category. Orderable by created_at; oldest first unless told otherwise.
        """
        return self.page()

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return a single transaction allocation by UUID."""
        return self.answer(self.key)
