"""Webhooks: what is told of events of an account, and the log of what was told."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User
from backend.ledger.rules import webhooks as rules

from . import base, filters, ids, pages
from .accounts import BankAccount
from .enums import word

OLDEST_FIRST = ("created_at",)
NEWEST_FIRST = ("-created_at",)
Status = models.WebhookDelivery.Status


@strawberry.enum(description="A kind of event that a webhook can be told of.")
class WebhookEventKind(Enum):
    FUNDING_DONE = strawberry.enum_value(rules.FUNDING_DONE, description="A funding event moved all it was to move.")
    FUNDING_SHORT = strawberry.enum_value(rules.FUNDING_SHORT, description="There was not enough for a funding event.")
    BUDGET_BELOW_ZERO = strawberry.enum_value(rules.BUDGET_BELOW_ZERO, description="A balance went below zero.")
    GOAL_REACHED = strawberry.enum_value(rules.GOAL_REACHED, description="A budget became complete.")
    IMPORT_COMMITTED = strawberry.enum_value(rules.IMPORT_COMMITTED, description="The bank's rows came in.")


@strawberry.enum(description="What became of a message to a webhook.")
class WebhookDeliveryStatus(Enum):
    WAITING = word(Status.WAITING, "It is to be sent, or to be tried again.")
    DELIVERED = word(Status.DELIVERED, "It arrived.")
    FAILED = word(Status.FAILED, "It was given up.")


@strawberry_django.type(
    models.Webhook,
    description="A URL that is told of events of an account by signed messages; its secret is not shown.",
)
class Webhook(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account that it is told of.")
    url: str = strawberry.field(description="Where messages are sent.")
    active: bool = strawberry.field(description="Whether anything is sent.")
    failing_since: datetime | None = strawberry.field(
        description="When the first try after a success failed; null if the last did not."
    )
    old_secrets_until: datetime | None = strawberry.field(
        description="Until then messages are signed with the secret before the present one too; null if there is none."
    )
    disabled_reason: str | None = base.filled("disabled_reason", "Why the service switched it off; else null.")
    owner: str = base.user_name(
        "owner", "User name of whoever said where it leads; with their ownership of the account it stops."
    )
    deliveries: pages.Connection[Annotated["WebhookDelivery", strawberry.lazy("backend.schema.webhooks")]] = pages.page(
        NEWEST_FIRST, "What it was and will be sent, the latest first; what is over is kept 30 days."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    modified_at: datetime = strawberry.field(description="When it was last changed.")

    @strawberry_django.field(only=["kinds"], description="The kinds of events that it is told of.")
    def kinds(self) -> list[WebhookEventKind]:
        row: Any = self
        return [WebhookEventKind(kind) for kind in row.kinds]

    @staticmethod
    def rows(user: User) -> QuerySet[models.Webhook]:
        return access.webhooks(user)


@strawberry_django.type(models.WebhookDelivery, description="A message to a webhook, and what became of it.")
class WebhookDelivery(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account that it tells of.")
    webhook: Webhook = base.reference("Where it goes.")
    event: UUID = strawberry_django.field(
        field_name="event_id", description="The header Webhook-Id: the same at each try."
    )
    kind: str = strawberry.field(description='The type in the payload, such as "budget.below_zero", or "ping".')
    payload: str = strawberry.field(description="What is sent, as JSON.")
    status: WebhookDeliveryStatus = strawberry.field(description="What became of it.")
    tries: int = strawberry.field(description="How often it was tried.")
    next_try_at: datetime | None = strawberry.field(description="When it is tried next; null when that is over.")
    last_tried_at: datetime | None = strawberry.field(description="When it was tried last.")
    error: str | None = base.filled("error", "Why the last try failed; else null.")
    answer: int | None = strawberry.field(description="HTTP status of the last answer.")
    delivered_at: datetime | None = strawberry.field(description="When it arrived.")
    created_at: datetime = strawberry.field(description="When what it tells of was written.")

    @staticmethod
    def rows(user: User) -> QuerySet[models.WebhookDelivery]:
        return access.webhook_deliveries(user)


@strawberry.input(description="Which webhooks; each that is given narrows the list.")
class WebhookFilters(filters.Filters):
    active: bool | None = strawberry.field(default=None, description="Those that are sent something, or the others.")

    def conditions(self, *, user: User) -> Q:
        return Q() if self.active is None else Q(active=self.active)


@strawberry.input(description="Which messages; each that is given narrows the list.")
class WebhookDeliveryFilters(filters.Filters):
    webhook: strawberry.ID | None = strawberry.field(default=None, description="To that webhook.")
    status: list[WebhookDeliveryStatus] | None = strawberry.field(default=None, description="Of one of these.")
    kind: WebhookEventKind | None = strawberry.field(default=None, description="Of that kind.")

    def conditions(self, *, user: User) -> Q:
        found = Q()
        if self.webhook is not None:
            found &= Q(webhook=ids.key(self.webhook, Webhook, field="webhook"))
        if self.status is not None:
            found &= Q(status__in=[each.value for each in filters.some(self.status, field="status")])
        return found if self.kind is None else found & Q(kind=self.kind.value)


def _listed(order: tuple[str, ...], description: str, given: type[Any]) -> Any:
    return pages.page(
        order,
        description,
        arguments=[pages.argument("filters", given | None, "Which of them; without any, all.")],
        narrow=filters.narrow,
        within=filters.within,
    )


@strawberry.type
class WebhookQueries:
    webhooks: pages.Connection[Webhook] = _listed(
        OLDEST_FIRST, "The webhooks of the user's accounts, the oldest first.", WebhookFilters
    )
    webhook_deliveries: pages.Connection[WebhookDelivery] = _listed(
        NEWEST_FIRST, "Messages to them, the latest first; what is over is kept 30 days.", WebhookDeliveryFilters
    )
