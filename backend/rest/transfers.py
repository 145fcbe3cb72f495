"""Transfers between budgets: the API's internal transactions. Written once, never changed."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access
from backend.ledger.models import Transfer
from backend.ledger.services import transfers

from . import fields, filters, views


class LegBalance(fields.Amount):
    """The balance of one of a transfer's two budgets after it."""

    def __init__(self, budget: str) -> None:
        super().__init__(source="*", read_only=True)
        self.budget = budget

    def get_attribute(self, instance: Transfer) -> str:
        key: UUID = getattr(instance, self.budget)
        balance: Decimal = next(leg.balance for leg in instance.entries.all() if leg.budget_id == key)
        return fields.amount_text(balance, currency=fields.currency_of(instance))


class InternalTransactionSerializer(serializers.Serializer[Transfer]):
    """A budget-to-budget transfer. To reverse one, create another with source and destination swapped.

    The balances are those after it, by date.
    """

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id")
    amount = fields.Amount()
    amount_currency = fields.GivenCurrency()
    src_budget = fields.Id(source="source_id")
    dst_budget = fields.Id(source="target_id")
    actor = serializers.IntegerField(source="actor_id", read_only=True)
    effective_date = fields.Instant(source="effective_at", required=False)
    src_budget_balance = LegBalance("source_id")
    src_budget_balance_currency = fields.Currency()
    dst_budget_balance = LegBalance("target_id")
    dst_budget_balance_currency = fields.Currency()
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)


class InternalTransactions(views.View):
    noun = "InternalTransaction"
    serializer_class = InternalTransactionSerializer
    filterset_class = filters.InternalTransactionFilters
    ordering_fields = ("created_at",)
    ordering = ("-effective_at", "-created_at", "-seq")

    def rows(self) -> QuerySet[Any]:
        return fields.with_account(access.transfers(self.actor)).prefetch_related("entries")

    def list(self, request: Request) -> Response:
        """Return budget-to-budget transfers belonging to the authenticated user's accounts.

        Filterable by bank_account, src_budget, dst_budget, budget (on either side), and the range of their effective
        date (date_from/date_to, both included). Orderable by created_at; newest first unless told otherwise.
        """
        return self.page()

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return a single internal transaction by UUID."""
        return self.answer(self.key)

    def create(self, request: Request) -> Response:
        """Transfer money between two budgets in the same bank account.

        The authenticated user is recorded as the actor. Internal transactions are write-once: to reverse a transfer,
        create a new one with src and dst swapped. effective_date defaults to now.
        """
        given = self.given()
        now = clock.now()
        row = transfers.create(
            actor=self.actor,
            account_id=given["bank_account_id"],
            source_id=given["source_id"],
            target_id=given["target_id"],
            amount=given["amount"],
            currency=given.get("amount_currency"),
            effective_at=given.get("effective_at", now),
            now=now,
        )
        return self.answer(row.pk, status=status.HTTP_201_CREATED)
