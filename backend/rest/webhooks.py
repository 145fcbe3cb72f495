"""Webhooks of an account: what is told of its events, and the log of what was told."""

import json
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access, errors
from backend.ledger.models import Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules
from backend.ledger.services import webhooks

from . import fields, filters, views


class Kinds(serializers.MultipleChoiceField):
    """Kinds of events, each once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[(kind, kind) for kind in rules.KINDS], **options)

    def to_representation(self, value: Any) -> Any:
        return list(value)


class WebhookSerializer(serializers.Serializer[Webhook]):
    """A URL that is told of events of a bank account by signed messages."""

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id", read_only=True)
    url = fields.Text(
        max_length=rules.LONGEST_URL,
        help_text="Where messages are sent: https, a public address, no user name, no fragment.",
    )
    kinds = Kinds(help_text="The kinds of events that it is told of.")
    active = fields.Flag(required=False, help_text="Whether anything is sent. A new webhook is active.")
    disabled_reason = serializers.CharField(read_only=True, help_text="Why the service switched it off; else empty.")
    failing_since = fields.Instant(
        read_only=True,
        allow_null=True,
        help_text="When the first try after a success failed; null if the last did not.",
    )
    old_secrets_until = fields.Instant(
        read_only=True,
        allow_null=True,
        help_text="Until then messages are signed with the secret before the present one too; null if there is none.",
    )
    owner = serializers.CharField(
        source="owner.username", read_only=True, help_text="Who said where it leads; with their ownership it stops."
    )
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)


class NewWebhookSerializer(WebhookSerializer):
    """A webhook with the new secret that signs its messages; it is never shown again."""

    secret = serializers.CharField(read_only=True, help_text="Keep it: receivers check signatures with it.")


class WebhookDeliverySerializer(serializers.Serializer[WebhookDelivery]):
    """A message to a webhook, and what became of it."""

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id", read_only=True)
    webhook = fields.Id(source="webhook_id", read_only=True)
    event = fields.Id(source="event_id", read_only=True, help_text="The header Webhook-Id, the same at each try.")
    kind = serializers.CharField(read_only=True, help_text="The kind of event, or ping.")
    payload = serializers.SerializerMethodField(help_text="What is sent.")
    status = serializers.ChoiceField(
        WebhookDelivery.Status.choices, read_only=True, help_text="failed: given up, not tried again."
    )
    tries = serializers.IntegerField(read_only=True)
    next_try_at = fields.Instant(read_only=True, allow_null=True)
    last_tried_at = fields.Instant(read_only=True, allow_null=True)
    answer = serializers.IntegerField(read_only=True, allow_null=True, help_text="HTTP status of the last answer.")
    error = serializers.CharField(read_only=True, help_text="Why the last try failed; else empty.")
    delivered_at = fields.Instant(read_only=True, allow_null=True)
    created_at = fields.Instant(read_only=True)

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_payload(self, row: WebhookDelivery) -> Any:
        return json.loads(row.payload)


class Webhooks(views.View):
    noun = "BankAccount"
    serializer_class = WebhookSerializer
    ordering_fields = ("created_at",)
    ordering = ("created_at", "id")

    def rows(self) -> QuerySet[Any]:
        return access.webhooks(self.actor).filter(bank_account=self.key).select_related("owner")

    def named(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    def get_queryset(self) -> QuerySet[Any]:
        return access.webhooks(self.actor)

    def list(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the webhooks of a bank account, the oldest first."""
        access.one(self.named(), self.key)
        return self.page()

    @extend_schema(request=WebhookSerializer, responses={201: NewWebhookSerializer})
    def create(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Have a URL told of events of this bank account from now on; the answer holds the signing secret, once."""
        given = self.given()
        given.pop("active", None)
        webhook = webhooks.create(actor=self.actor, account_id=self.key, now=clock.now(), **given)
        return Response(NewWebhookSerializer(webhook).data, status=status.HTTP_201_CREATED)


class OneWebhook(views.View):
    noun = "Webhook"
    serializer_class = WebhookSerializer

    @property
    def key(self) -> UUID:
        return _uuid(self.kwargs["webhook_id"])

    def rows(self) -> QuerySet[Any]:
        return access.webhooks(self.actor).filter(bank_account=super().key).select_related("owner")

    def retrieve(self, request: Request, id: str, webhook_id: str) -> Response:  # noqa: A002  the API's word
        """Return a webhook, without its secret."""
        return self.answer(self.key)

    def partial_update(self, request: Request, id: str, webhook_id: str) -> Response:  # noqa: A002  the API's word
        """Change where a webhook leads, what it is told of, or switch it off and on.

        While it is off it is told nothing, nor later of what happened meanwhile. It belongs to whoever gave it its URL:
        one whose owner has left the account needs another URL to be switched on.
        """
        given = self.given(partial=True)
        access.one(self.rows(), self.key)
        changes = cast(webhooks.Changes, given)
        webhooks.update(actor=self.actor, webhook_id=self.key, changes=changes, now=clock.now())
        return self.answer(self.key)

    def destroy(self, request: Request, id: str, webhook_id: str) -> Response:  # noqa: A002  the API's word
        """Delete a webhook and its log."""
        access.one(self.rows(), self.key)
        webhooks.delete(actor=self.actor, webhook_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=NewWebhookSerializer)
    def rotate(self, request: Request, id: str, webhook_id: str) -> Response:  # noqa: A002  the API's word
        """Have another secret sign the messages of a webhook; the answer holds it, once.

        For 24 hours messages bear signatures by the secret before it too. Only whoever gave the webhook its URL may.
        """
        self.check_ignored_body()
        access.one(self.rows(), self.key)
        webhook = webhooks.rotate(actor=self.actor, webhook_id=self.key, now=clock.now())
        return Response(NewWebhookSerializer(webhook).data)

    @extend_schema(request=None, responses=WebhookDeliverySerializer)
    def ping(self, request: Request, id: str, webhook_id: str) -> Response:  # noqa: A002  the API's word
        """Send a message of the kind ping within a minute, to try the webhook out; its delivery tells what came of it.

        Refused if the webhook is switched off.
        """
        self.check_ignored_body()
        access.one(self.rows(), self.key)
        row = webhooks.ping(actor=self.actor, webhook_id=self.key, now=clock.now())
        return Response(WebhookDeliverySerializer(row).data)


class WebhookDeliveries(views.View):
    noun = "BankAccount"
    serializer_class = WebhookDeliverySerializer
    filterset_class = filters.WebhookDeliveryFilters
    ordering_fields = ("created_at",)
    ordering = ("-created_at", "-id")

    def rows(self) -> QuerySet[Any]:
        return access.webhook_deliveries(self.actor).filter(bank_account=self.key)

    def named(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    def get_queryset(self) -> QuerySet[Any]:
        return access.webhook_deliveries(self.actor)

    def list(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the messages to the webhooks of a bank account, the latest first; what is over is kept 30 days.

        Filterable by webhook, status and kind. Orderable by created_at.
        """
        access.one(self.named(), self.key)
        return self.page()


class OneWebhookDelivery(views.View):
    noun = "WebhookDelivery"
    serializer_class = WebhookDeliverySerializer

    @property
    def key(self) -> UUID:
        return _uuid(self.kwargs["delivery_id"])

    def rows(self) -> QuerySet[Any]:
        return access.webhook_deliveries(self.actor).filter(bank_account=super().key)

    @extend_schema(request=None, responses=WebhookDeliverySerializer)
    def replay(self, request: Request, id: str, delivery_id: str) -> Response:  # noqa: A002  the API's word
        """Send a message again within a minute, whatever became of it, under the same Webhook-Id.

        Refused if the webhook is switched off.
        """
        self.check_ignored_body()
        access.one(self.rows(), self.key)
        webhooks.replay(actor=self.actor, delivery_id=self.key, now=clock.now())
        return self.answer(self.key)


def _uuid(text: str) -> UUID:
    found = fields.uuid_of(text)
    if found is None:
        raise errors.NotFound("There is no such thing.")
    return found
