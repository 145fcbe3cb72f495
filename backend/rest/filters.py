"""What a list can be asked for: its documented filters, a search, an order. Nothing else reaches the database.

Unknown parameters, unknown orders and booleans that are neither true nor false are ignored; a bad id, date or choice is
a 400 that names the parameter; an id that names none of the user's things finds nothing.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django_filters import rest_framework as kinds
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.filters import OrderingFilter, search_smart_split
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.ledger.models import (
    BankAccount,
    Budget,
    FundingEvent,
    StatementImport,
    Transaction,
    WebhookDelivery,
)
from backend.ledger.selectors import search

from . import fields

LONGEST_SEARCH = 100


class Filters(kinds.DjangoFilterBackend):
    """The filters of a view's `filterset_class`."""


class Ordering(OrderingFilter):
    """By the view's `ordering_fields` or else its `ordering`.

    Rows of one instant or day come in the order in which they were made, where that is known; then by `id`.
    """

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Sequence[str] | None:
        asked = super().get_ordering(request, queryset, view) or ()
        numbered = any(field.name == "seq" for field in queryset.model._meta.get_fields())
        order: list[str] = []
        for name in asked:
            order.append(name)
            if numbered and name in {"created_at", "-created_at"}:
                order.append(name.replace("created_at", "seq"))
            if name in {"date", "-date"}:
                order.append(name.replace("date", "created_at"))
        return [*order, "id"]


class MomentField(forms.Field):
    """A date-time, or a date that stands for its first or last instant in UTC."""

    default_error_messages: ClassVar = {"invalid": "Enter a valid date or date and time."}

    def __init__(self, *, at_end: bool, **options: Any) -> None:
        super().__init__(**options)
        self.at_end = at_end

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        day = fields.day_of(value)
        if day is not None:
            return datetime.combine(day, time.max if self.at_end else time.min, tzinfo=UTC)
        try:
            found = fields.instant_of(value)
        except OverflowError:
            found = None
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found.astimezone(UTC)  # PostgreSQL takes offsets of less than 16 hours


class DayField(forms.Field):
    """A date, and nothing else."""

    default_error_messages: ClassVar = {"invalid": "Enter a valid date."}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        day = fields.day_of(value)
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


@extend_schema_field(OpenApiTypes.DATE)
class Day(kinds.Filter):
    """Rows of that day, or by the lookup of those before or after it."""

    field_class = DayField


@extend_schema_field(OpenApiTypes.DATETIME)
class Since(kinds.Filter):
    """Rows at or after a date-time, or from a date on."""

    field_class = MomentField

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name, lookup_expr="gte", at_end=False)


@extend_schema_field(OpenApiTypes.DATETIME)
class Until(kinds.Filter):
    """Rows at or before a date-time, or up to and including a date."""

    field_class = MomentField

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name, lookup_expr="lte", at_end=True)


def words(text: str) -> list[str]:
    """What a search asks for: parted by blanks and commas, unless quotes keep it together."""
    return search_smart_split(text) if text else []  # type: ignore[arg-type]  # the stubs are wrong


@extend_schema_field(OpenApiTypes.STR)
class Search(kinds.CharFilter):
    """Rows in which each word occurs, in any case, in one of the columns; quotes keep words together."""

    def __init__(self, *columns: str) -> None:
        super().__init__(max_length=LONGEST_SEARCH)
        self.columns = columns

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(search.matching(dict.fromkeys(words(value)), self.columns))


@extend_schema_field(OpenApiTypes.UUID)
class OnEitherSide(kinds.UUIDFilter):
    """Transfers out of a budget or into it."""

    def filter(self, qs: QuerySet[Any], value: UUID | None) -> QuerySet[Any]:
        return qs.filter(Q(source=value) | Q(target=value)) if value else qs


class BankAccountFilters(kinds.FilterSet):
    account_type = kinds.ChoiceFilter(choices=BankAccount.Type.choices)


class BudgetFilters(kinds.FilterSet):
    bank_account = kinds.UUIDFilter("bank_account_id")
    budget_type = kinds.ChoiceFilter(choices=Budget.Type.choices)
    archived = kinds.BooleanFilter()
    paused = kinds.BooleanFilter()
    search = Search("name")


class TransactionFilters(kinds.FilterSet):
    """`date_from` and `date_to` mean the transaction date."""

    bank_account = kinds.UUIDFilter("bank_account_id")
    pending = kinds.BooleanFilter()
    transaction_type = kinds.ChoiceFilter(choices=[("", "---------"), *Transaction.Type.choices])
    date_from = Since("transaction_date")
    date_to = Until("transaction_date")
    posted_date_from = Since("posted_date")
    posted_date_to = Until("posted_date")
    search = Search("description", "raw_description", "party")


class AllocationFilters(kinds.FilterSet):
    bank_account = kinds.UUIDFilter("bank_account_id")
    transaction = kinds.UUIDFilter("transaction_id")
    budget = kinds.UUIDFilter("budget_id")
    category = kinds.CharFilter()


class InternalTransactionFilters(kinds.FilterSet):
    """`budget` is on either side; `date_from` and `date_to` mean the effective date."""

    bank_account = kinds.UUIDFilter("bank_account_id")
    budget = OnEitherSide()
    src_budget = kinds.UUIDFilter("source_id")
    dst_budget = kinds.UUIDFilter("target_id")
    date_from = Since("effective_at")
    date_to = Until("effective_at")


class FundingEventFilters(kinds.FilterSet):
    """`date_from` and `date_to` mean the day that the schedule names."""

    status = kinds.ChoiceFilter(choices=FundingEvent.Status.choices)
    kind = kinds.ChoiceFilter(choices=FundingEvent.Kind.choices)
    budget = kinds.UUIDFilter("budget_id")
    date_from = Day("on", lookup_expr="gte")
    date_to = Day("on", lookup_expr="lte")


class WebhookDeliveryFilters(kinds.FilterSet):
    webhook = kinds.UUIDFilter("webhook_id")
    status = kinds.ChoiceFilter(choices=WebhookDelivery.Status.choices)
    kind = kinds.CharFilter()


class StatementImportFilters(kinds.FilterSet):
    status = kinds.ChoiceFilter(choices=StatementImport.Status.choices)
