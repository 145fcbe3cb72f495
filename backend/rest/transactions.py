"""Bank transactions."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import renderers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access
from backend.ledger.models import Transaction, User
from backend.ledger.selectors import counts, pages
from backend.ledger.services import transactions

from . import allocations, fields, filters, pagination, uploads, views
from .allocations import TransactionAllocationSerializer
from .splits import TransactionSplitsSerializer

FEW = 1_000
"""Rows of each account that are looked at for a page of all accounts."""

NAMES = {"bank_account_id": "bank_account"}


class TransactionSerializer(serializers.Serializer[Transaction]):
    """A bank transaction; negative is money out.

    After creation transaction_type, memo, description and the uploads can change; `pending` can become false, and the
    amount with it. The two account balances are those after it, by posted date.
    """

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id")
    amount = fields.Amount()
    amount_currency = fields.GivenCurrency()
    party = serializers.CharField(read_only=True, allow_null=True)
    posted_date = fields.Instant()
    transaction_date = fields.Instant(required=False, allow_null=True)
    transaction_type = fields.Choice(Transaction.Type.choices, allow_blank=True)
    pending = fields.Flag(required=False)
    memo = fields.Text(max_length=512, required=False, allow_blank=True, allow_null=True)
    raw_description = fields.Text(verbatim=True, max_length=512)
    description = fields.Text(max_length=512, required=False, allow_blank=True)
    linked_transaction = fields.Id(source="linked_transaction_id", read_only=True)
    bank_account_posted_balance = fields.Amount(
        source="posted_balance", read_only=True, help_text="Posted Balance does not include pending debits."
    )
    bank_account_posted_balance_currency = fields.Currency()
    bank_account_available_balance = fields.Amount(
        source="available_balance", read_only=True, help_text="Available Balance has pending debits deducted."
    )
    bank_account_available_balance_currency = fields.Currency()
    image = uploads.Upload()
    document = uploads.Upload()
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)


def shown(user: User) -> QuerySet[Transaction]:
    """The user's transactions with what is shown of them."""
    return fields.with_account(access.transactions(user))


class OfTransactions(views.View):
    """What views that show transactions share."""

    noun = "Transaction"
    serializer_class = TransactionSerializer

    def rows(self) -> QuerySet[Any]:
        return shown(self.actor)

    def one(self, key: UUID) -> Any:
        return access.pick(self.actor, shown, key)

    def represented(self, rows: list[Any], **more: Any) -> list[dict[str, Any]]:
        return super().represented(access.without_hidden_links(self.actor, rows), **more)


class Transactions(OfTransactions):
    filterset_class = filters.TransactionFilters
    ordering_fields = ("transaction_date", "amount", "created_at")
    ordering = ("-transaction_date", "-posted_date", "-created_at", "-seq")

    def count(self, rows: QuerySet[Any]) -> int:
        """How many the list has in all; those of a whole account need not be counted anew."""
        account = fields.uuid_of(self.request.query_params.get("bank_account"))
        whole = account is not None and self._asked() == {"bank_account"}
        return counts.transactions(self.actor, account) if account is not None and whole else rows.count()

    def read(self, rows: QuerySet[Any], first: int) -> QuerySet[Any]:
        """Those among which the first are: of all accounts each is read by its own index, as far as that is less."""
        if self._asked() or first > FEW:
            return rows
        all_rows = Transaction.objects.order_by(*rows.query.order_by)
        accounts, link = access.accounts(self.actor), pages.Link(parent="bank_account")
        return rows.filter(pk__in=pages.first_of_each(all_rows, limit=first, parents=accounts, link=link))

    def _asked(self) -> set[str]:
        """The filters that narrow the list."""
        return {name for name in filters.TransactionFilters.base_filters if self.request.query_params.get(name)}

    def list(self, request: Request) -> Response:
        """Return transactions belonging to the authenticated user's accounts.

        Filterable by bank_account, pending status, transaction_type, and the ranges of their transaction date
        (date_from/date_to) and posted date, both ends included; a bare date_to includes that day. Searchable by
        description, raw_description, and party. Orderable by transaction_date, amount, or created_at; newest first
        unless told otherwise.
        """
        return self.page()

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return a single transaction by UUID."""
        return self.answer(self.key)

    def create(self, request: Request) -> Response:
        """Create a new bank transaction, allocated to Unallocated unless a budget's `auto_spend` claims it.

        transaction_date defaults to the day that raw_description names, or else to that of posted_date.
        """
        given = self.given()
        account_id, currency = given.pop("bank_account_id"), given.pop("amount_currency", None)
        row = transactions.create(actor=self.actor, account_id=account_id, currency=currency, now=clock.now(), **given)
        return self.answer(row.pk, status=status.HTTP_201_CREATED)

    def update(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Full update of a transaction. A field that is immutable after creation must be as it is."""
        return self._change(partial=False)

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Partial update of a transaction. A field that is immutable after creation must be as it is."""
        return self._change(partial=True)

    def _change(self, *, partial: bool) -> Response:
        given = self.given(partial=partial)
        changes = {NAMES.get(name, name): value for name, value in given.items() if name != "amount_currency"}
        transactions.update(
            actor=self.actor,
            transaction_id=self.key,
            changes=cast(transactions.Changes, changes),
            now=clock.now(),
        )
        return self.answer(self.key)

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Delete a transaction with its allocations; balances are as if it had never been."""
        transactions.delete(actor=self.actor, transaction_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=TransactionSplitsSerializer, responses=TransactionAllocationSerializer(many=True))
    def splits(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Declaratively set how a transaction's amount is split across budgets of its account.

        Allocations are created, updated or deleted to match; the remainder goes to Unallocated. Returns all
        allocations of the transaction, oldest first. Of the parameters only page and page_size have a meaning here.
        """
        given = self.given(TransactionSplitsSerializer)
        row = transactions.split(actor=self.actor, transaction_id=self.key, shares=given["splits"], now=clock.now())
        parts = allocations.shown(self.actor).filter(transaction=row)
        nearest = pagination.NearestPage()
        found: Any = nearest.paginate_queryset(parts.order_by("created_at", "seq"), request)
        return nearest.get_paginated_response(TransactionAllocationSerializer(found, many=True).data)


class Uploads(Transactions):
    """The files of a transaction, for whoever may see it."""

    filter_backends = ()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        # A file has the type it has; what is refused is said in JSON.
        return renderers.JSONRenderer(), "application/json"

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def image(self, request: Request, id: str) -> FileResponse:  # noqa: A002  the API's word
        """Return the image of a transaction."""
        return uploads.download(self.one(self.key), "image")

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def document(self, request: Request, id: str) -> FileResponse:  # noqa: A002  the API's word
        """Return the document of a transaction."""
        return uploads.download(self.one(self.key), "document")
