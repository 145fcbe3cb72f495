"""Funding events of an account: what scheduled funding did, when and why, and what owners can do about it."""

from typing import Any, cast
from uuid import UUID

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access, errors
from backend.ledger.models import FundingEvent
from backend.ledger.selectors import funding_events as selectors
from backend.ledger.services import funding_events

from . import fields, filters, funding_inputs, views

UPCOMING_STATUSES = [(word, word.capitalize()) for word in (selectors.PLANNED, "deferred", "skipped", "failed")]


class UpcomingFundingEventSerializer(serializers.Serializer[Any]):
    """A funding event to come; `id` is null while nothing is recorded of it."""

    id = fields.Id(source="event_id", read_only=True, allow_null=True)
    bank_account = fields.Id(source="account_id", read_only=True)
    budget = fields.Id(source="budget_id", read_only=True)
    kind = fields.Choice(FundingEvent.Kind.choices, read_only=True)
    date = fields.Day(source="on", read_only=True)
    status = fields.Choice(UPCOMING_STATUSES, read_only=True)
    intended = serializers.SerializerMethodField()
    intended_currency = serializers.SerializerMethodField()
    moved = serializers.SerializerMethodField(help_text="What it will move as things look now.")
    moved_currency = serializers.SerializerMethodField()
    reason = serializers.CharField(read_only=True)
    inputs = serializers.SerializerMethodField()

    def get_intended(self, event: selectors.Upcoming) -> str:
        return fields.amount_text(event.intended, currency=self.context["currency"])

    def get_moved(self, event: selectors.Upcoming) -> str:
        return fields.amount_text(event.moved, currency=self.context["currency"])

    def get_intended_currency(self, event: selectors.Upcoming) -> str:
        return str(self.context["currency"])

    def get_moved_currency(self, event: selectors.Upcoming) -> str:
        return str(self.context["currency"])

    @extend_schema_field(funding_inputs.FundingInputsSerializer)
    def get_inputs(self, event: selectors.Upcoming) -> Any:
        return funding_inputs.shown(event.inputs, currency=self.context["currency"])


class FundingEventSerializer(serializers.Serializer[FundingEvent]):
    """One scheduled movement of a budget on one day: what it was to move, what it moved, and why."""

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id", read_only=True)
    budget = fields.Id(source="budget_id", read_only=True)
    kind = fields.Choice(
        FundingEvent.Kind.choices, read_only=True, help_text="fund: from Unallocated; recur: from the fill-up."
    )
    date = fields.Day(source="on", read_only=True)
    status = fields.Choice(FundingEvent.Status.choices, read_only=True)
    intended = fields.Amount(read_only=True)
    intended_currency = fields.Currency()
    moved = fields.Amount(read_only=True)
    moved_currency = fields.Currency()
    reason = serializers.SerializerMethodField(help_text="Why it moved what it moved, as a sentence.")
    inputs = serializers.SerializerMethodField()
    internal_transactions = serializers.SerializerMethodField(
        help_text="What moved it, oldest first; more than one where it was topped up."
    )
    skipped_by = serializers.CharField(
        source="skipped_by.username", read_only=True, allow_null=True, default=None, help_text="Who skipped it."
    )
    revocable = serializers.BooleanField(read_only=True, help_text="Whether that can still be taken back.")
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)

    def get_reason(self, event: FundingEvent) -> str:
        return selectors.reason(event, currency=fields.currency_of(event))

    @extend_schema_field(funding_inputs.FundingInputsSerializer)
    def get_inputs(self, event: FundingEvent) -> Any:
        return funding_inputs.shown(event.inputs, currency=fields.currency_of(event))

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_internal_transactions(self, event: FundingEvent) -> list[str]:
        return [str(transfer.pk) for transfer in sorted(event.transfers.all(), key=lambda transfer: transfer.seq)]


class FundingCountsSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField(read_only=True)
    short = serializers.IntegerField(read_only=True)
    deferred = serializers.IntegerField(read_only=True)
    skipped = serializers.IntegerField(read_only=True)
    failed = serializers.IntegerField(read_only=True)


class FundingRunSerializer(serializers.Serializer[Any]):
    """What a run did: how many steps came to what, what it moved, and the events as they are now."""

    counts = FundingCountsSerializer(read_only=True)
    moved = serializers.CharField(read_only=True)
    moved_currency = serializers.CharField(read_only=True)
    events = FundingEventSerializer(many=True, read_only=True)
    more = serializers.BooleanField(read_only=True, help_text="Whether it stopped before all was done: run it again.")


class RunFundingSerializer(serializers.Serializer[Any]):
    as_of = fields.Day(required=False, allow_null=True, help_text="Up to that day; not after today, which it is else.")


class SkipFundingEventSerializer(serializers.Serializer[Any]):
    budget = fields.Id(help_text="A budget of the account.")
    date = fields.Day(help_text="A day that its schedule names, within two years, or of a deferred event.")
    kind = fields.Choice(FundingEvent.Kind.choices, required=False)


def with_all_they_show(rows: QuerySet[FundingEvent]) -> QuerySet[FundingEvent]:
    return rows.select_related("bank_account", "skipped_by").prefetch_related("transfers")


def run_report(report: funding_events.Report) -> dict[str, Any]:
    """The body that tells of a run."""
    currency = fields.currency_of(report.account)
    rows = {
        row.pk: row for row in with_all_they_show(FundingEvent.objects.filter(pk__in=[e.pk for e in report.events]))
    }
    events = [rows[event.pk] for event in report.events if event.pk in rows]
    return {
        "counts": {status: report.counts[status] for status in FundingEvent.Status.values},
        "moved": fields.amount_text(report.moved, currency=currency),
        "moved_currency": currency,
        "events": FundingEventSerializer(cast(Any, events), many=True).data,
        "more": report.more,
    }


class FundingEvents(views.View):
    noun = "BankAccount"
    serializer_class = FundingEventSerializer
    filterset_class = filters.FundingEventFilters
    ordering_fields = ("date",)
    ordering = ("-on", "-created_at")

    def rows(self) -> QuerySet[Any]:
        found = access.funding_events(self.actor).filter(bank_account=self.key).annotate(date=F("on"))
        return with_all_they_show(found)

    def named(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    def get_queryset(self) -> QuerySet[Any]:
        return access.funding_events(self.actor)

    def list(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the funding events of a bank account that were recorded so far, skips that lie ahead included.

        Filterable by status, kind, budget, and the range of their day (date_from/date_to, both included). Orderable by
        date; the latest first unless told otherwise.
        """
        access.one(self.named(), self.key)
        return self.page()

    @extend_schema(request=SkipFundingEventSerializer, responses=FundingEventSerializer)
    def skip(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Skip the funding event of a budget on a day to come, or one that is deferred. Skipping twice is fine."""
        given = self.given(SkipFundingEventSerializer)
        event = funding_events.skip(
            actor=self.actor,
            account_id=self.key,
            budget_id=given["budget"],
            on=given["date"],
            kind=given.get("kind", FundingEvent.Kind.FUND),
            now=clock.now(),
        )
        return self.answer(event.pk)


class FundingEventActions(views.View):
    noun = "FundingEvent"
    serializer_class = FundingEventSerializer

    @property
    def key(self) -> UUID:
        found = fields.uuid_of(self.kwargs["event_id"])
        if found is None:
            raise errors.NotFound("There is no such thing.")
        return found

    def rows(self) -> QuerySet[Any]:
        return with_all_they_show(access.funding_events(self.actor).filter(bank_account=super().key))

    @extend_schema(request=None, responses=FundingEventSerializer)
    def retry(self, request: Request, id: str, event_id: str) -> Response:  # noqa: A002  the API's word
        """Give a short fund event at once what the unallocated budget can pay, and return the event as it is then.

        Refused if it is not short, or if nothing can go to it: a later event has taken its place, the budget is paused
        or archived, or earlier events wait for the bank's rows.
        """
        self.check_ignored_body()
        event = access.one(self.rows(), self.key)
        funding_events.retry(actor=self.actor, event_id=event.pk, now=clock.now())
        return self.answer(event.pk)

    @extend_schema(request=None, responses=UpcomingFundingEventSerializer)
    def take_back(self, request: Request, id: str, event_id: str) -> Response:  # noqa: A002  the API's word
        """Take a skip back while its day is not settled, and return the event that will take place."""
        self.check_ignored_body()
        event = access.one(self.rows(), self.key)
        coming = funding_events.take_back(actor=self.actor, event_id=event.pk, now=clock.now())
        context = {"currency": fields.currency_of(event)}
        return Response(UpcomingFundingEventSerializer(coming, context=context).data)
