"""Bank accounts."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access
from backend.ledger.models import BankAccount
from backend.ledger.selectors import accounts as selectors
from backend.ledger.services import accounts
from backend.ledger.services import funding_events as services

from . import fields, filters, funding, funding_events, views


class Unallocated(fields.Id):
    """The key of an account's Unallocated, of which the context tells."""

    def get_attribute(self, instance: BankAccount) -> UUID:
        return cast(selectors.Beside, self.context["beside"][instance.pk]).unallocated_id


class BankAccountSerializer(serializers.Serializer[BankAccount]):
    """A bank account. After creation only `name` and `account_number` can change."""

    id = fields.Id(read_only=True)
    name = fields.Text(max_length=200)
    bank = fields.Id(source="bank_id")
    owners = serializers.SerializerMethodField()
    account_type = fields.Choice(BankAccount.Type.choices, required=False)
    account_number = fields.Text(max_length=32, required=False, allow_null=True, allow_blank=True)
    currency = fields.Text(max_length=3, required=False, help_text="ISO 4217 currency code (e.g. USD, EUR, GBP).")
    posted_balance = fields.Amount(required=False)
    posted_balance_currency = fields.Currency()
    available_balance = fields.Amount(required=False)
    available_balance_currency = fields.Currency()
    unallocated_budget = Unallocated(read_only=True, allow_null=True)
    last_imported_at = fields.Instant(
        read_only=True,
        allow_null=True,
        help_text="Wall-clock time of the most recent completed import for this account.",
    )
    last_posted_through = fields.Day(
        read_only=True,
        allow_null=True,
        help_text="Latest posted_date seen in the most recent import batch. "
        "The funding engine will not process events dated after this value.",
    )
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)

    def get_owners(self, account: BankAccount) -> list[str]:
        return cast(selectors.Beside, self.context["beside"][account.pk]).owners


class MarkImportedSerializer(serializers.Serializer[BankAccount]):
    last_posted_through = fields.Day()


def context(rows: Iterable[BankAccount]) -> dict[str, Any]:
    """What the serializer of those accounts has to be told beside."""
    return {"beside": selectors.beside(row.pk for row in rows)}


class BankAccounts(views.View):
    noun = "BankAccount"
    serializer_class = BankAccountSerializer
    filterset_class = filters.BankAccountFilters
    ordering_fields = ("name", "created_at")
    ordering = ("name", "created_at")

    def rows(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    def one(self, key: UUID) -> Any:
        return access.pick(self.actor, access.accounts, key)

    def represented(self, rows: list[Any], **more: Any) -> list[dict[str, Any]]:
        return super().represented(rows, **context(rows), **more)

    def list(self, request: Request) -> Response:
        """Return bank accounts owned by the authenticated user.

        Filterable by account_type. Orderable by name or created_at; by name unless told otherwise.
        """
        return self.page()

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return a single bank account by UUID."""
        return self.answer(self.key)

    def create(self, request: Request) -> Response:
        """Create a new bank account, owned by the authenticated user, with its 'Unallocated' budget.

        posted_balance, available_balance and currency are immutable after creation; the currency defaults to the
        bank's.
        """
        account = accounts.create(actor=self.actor, now=clock.now(), **self.given())
        return self.answer(account.pk, status=status.HTTP_201_CREATED)

    def update(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Full update of a bank account. Another bank, account_type, currency or balance is refused."""
        return self._change(partial=False)

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Partial update of a bank account. Only 'name' and 'account_number' are mutable after creation."""
        return self._change(partial=True)

    def _change(self, *, partial: bool) -> Response:
        given = self.given(partial=partial)
        if "bank_id" in given:
            given["bank"] = given.pop("bank_id")
        accounts.update(actor=self.actor, account_id=self.key, changes=cast(accounts.Changes, given), now=clock.now())
        return self.answer(self.key)

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Delete a bank account and all associated budgets, transactions, and allocations."""
        accounts.delete(actor=self.actor, account_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=funding.FundingSummarySerializer)
    def funding_summary(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the total amounts that will be funded at the next event of each funding schedule of this account.

        Paused, archived and complete budgets and those that delegate to a fill-up goal are left out. Sorted by date.
        """
        account = self.one(self.key)
        return Response(funding.summary(account, now=clock.now()))

    @extend_schema(request=MarkImportedSerializer, responses=BankAccountSerializer)
    def mark_imported(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Record that a transaction import has been completed for this account.

        Sets last_imported_at to now and advances last_posted_through to the given date; it never goes back. A date
        after tomorrow is refused.
        """
        given = self.given(MarkImportedSerializer)
        accounts.mark_imported(actor=self.actor, account_id=self.key, now=clock.now(), **given)
        return self.answer(self.key)

    @extend_schema(request=funding_events.RunFundingSerializer, responses=funding_events.FundingRunSerializer)
    def run_funding(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Carry out the scheduled funding of this account that is due up to as_of (today unless told otherwise).

        Events are carried out at most once, whoever runs them. Nothing to do is a success with zeros.
        """
        given = self.given(funding_events.RunFundingSerializer)
        report = services.run(actor=self.actor, account_id=self.key, as_of=given.get("as_of"), now=clock.now())
        return Response(funding_events.run_report(report))
