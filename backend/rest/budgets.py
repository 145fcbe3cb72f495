"""Budgets."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access
from backend.ledger.models import Budget, User
from backend.ledger.selectors import funding as selectors
from backend.ledger.services import budgets

from . import fields, filters, funding, views


class BudgetSerializer(serializers.Serializer[Budget]):
    """A budget. `bank_account` and `budget_type` are immutable; the currency is the account's.

    `fillup_goal` is made with its recurring budget and never taken from a client.
    """

    id = fields.Id(read_only=True)
    name = fields.Text(max_length=200)
    bank_account = fields.Id(source="bank_account_id")
    balance = fields.Amount(read_only=True)
    balance_currency = fields.Currency()
    target_balance = fields.Amount()
    target_balance_currency = fields.Currency()
    funding_amount = fields.Amount(required=False, allow_null=True)
    funding_amount_currency = fields.Currency()
    budget_type = fields.Choice(Budget.Type.choices, required=False)
    funding_type = fields.Choice(Budget.Funding.choices, required=False)
    target_date = fields.Day(required=False, allow_null=True)
    with_fillup_goal = fields.Flag(required=False)
    fillup_goal = fields.Id(source="fillup_goal_id", required=False, allow_null=True)
    archived = serializers.BooleanField(read_only=True)
    archived_at = fields.Instant(read_only=True, allow_null=True)
    complete = serializers.BooleanField(
        read_only=True, help_text="True when this budget has reached its target and should not be funded further."
    )
    paused = fields.Flag(required=False, help_text="A paused budget does not get automatically funded on its schedule.")
    funding_schedule = fields.Text(verbatim=True, required=False, allow_blank=True, help_text="RFC 5545, kept as sent.")
    recurrance_schedule = fields.Text(verbatim=True, required=False, allow_blank=True, allow_null=True)
    memo = fields.Text(max_length=512, required=False, allow_blank=True, allow_null=True)
    auto_spend = fields.Value(required=False, allow_null=True)
    next_funding = serializers.SerializerMethodField()
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)

    @extend_schema_field(funding.NextFundingSerializer(allow_null=True))
    def get_next_funding(self, budget: Budget) -> dict[str, Any] | None:
        return self.context["next_fundings"].get(budget.pk)


def shown(user: User) -> QuerySet[Budget]:
    """The user's budgets with what is shown of them."""
    return fields.with_account(access.budgets(user), also=selectors.OF_ACCOUNTS)


class Budgets(views.View):
    noun = "Budget"
    serializer_class = BudgetSerializer
    filterset_class = filters.BudgetFilters
    ordering_fields = ("name", "created_at", "balance")
    ordering = ("name", "created_at")

    def rows(self) -> QuerySet[Any]:
        return shown(self.actor)

    def one(self, key: UUID) -> Any:
        return access.pick(self.actor, shown, key)

    def represented(self, rows: list[Any], **more: Any) -> list[dict[str, Any]]:
        upcoming = funding.next_fundings(rows, now=clock.now())
        return super().represented(rows, next_fundings=upcoming)

    def list(self, request: Request) -> Response:
        """Return budgets belonging to the authenticated user's accounts, archived ones included.

        Filterable by bank_account, budget_type, archived, and paused. Searchable by name. Orderable by name,
        created_at, or balance; by name unless told otherwise.
        """
        return self.page()

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return a single budget by UUID."""
        return self.answer(self.key)

    def create(self, request: Request) -> Response:
        """Create a new budget under a bank account, with a balance of zero.

        bank_account and budget_type are immutable after creation. A Recurring budget with `with_fillup_goal` gets its
        fill-up goal.
        """
        given = self.given()
        row = budgets.create(
            actor=self.actor, account_id=given["bank_account_id"], fields=_fields(given), now=clock.now()
        )
        return self.answer(row.pk, status=status.HTTP_201_CREATED)

    def update(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Full update of a budget. bank_account and budget_type are immutable. Unallocated cannot be renamed."""
        return self._change(partial=False)

    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Partial update of a budget. bank_account and budget_type are immutable. Unallocated cannot be renamed."""
        return self._change(partial=True)

    def _change(self, *, partial: bool) -> Response:
        given = self.given(partial=partial)
        budgets.update(actor=self.actor, budget_id=self.key, fields=_fields(given), now=clock.now())
        return self.answer(self.key)

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Delete a budget; its balance goes to Unallocated.

        The unallocated budget cannot be deleted (403), nor one with transaction allocations (400): archive it instead.
        """
        budgets.delete(actor=self.actor, budget_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=BudgetSerializer, responses=BudgetSerializer)
    def archive(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Archive a budget. What is in the body is ignored.

        Its balance is settled with the account's unallocated budget, that of its fill-up goal, which is archived too,
        first. The unallocated budget cannot be archived (403).
        """
        self.check_ignored_body()
        budgets.archive(actor=self.actor, budget_id=self.key, now=clock.now())
        return self.answer(self.key)


def _fields(given: dict[str, Any]) -> budgets.Fields:
    """The ledger's names; `fillup_goal` is not for a client to say."""
    names = {"bank_account_id": "bank_account"}
    return cast(
        budgets.Fields, {names.get(name, name): value for name, value in given.items() if name != "fillup_goal_id"}
    )
