"""Writes to webhooks."""

from typing import Annotated, cast

import strawberry
from strawberry.types import Info

from backend.ledger.rules import webhooks as rules
from backend.ledger.services import webhooks
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.errors import Problem
from backend.schema.mutations import mutation
from backend.schema.webhooks import Webhook, WebhookDelivery, WebhookEventKind

from .given import Text, optional, said
from .results import Deleted

TEXTS = {"url": Text(most=rules.LONGEST_URL)}


@strawberry.input(description="A webhook to make.")
class CreateWebhookInput:
    url: str = strawberry.field(
        description="Where messages are sent: https, a public address, no user name, no fragment; up to 500 characters."
    )
    kinds: list[WebhookEventKind] = strawberry.field(description="The kinds of events that it is told of.")


@strawberry.input(description="What is to be changed of a webhook; what is left out stays.")
class UpdateWebhookInput:
    url: str | None = optional("Where messages are sent; whoever changes it owns the webhook.")
    kinds: list[WebhookEventKind] | None = optional("The kinds of events that it is told of.")
    active: bool | None = optional("Whether anything is sent; what waits is given up when it is switched off.")


@strawberry.type
class WithSecret:
    """The base of the answers that are the only ones to show a secret."""

    webhook: Webhook = strawberry.field(description="The webhook.")
    secret: str = strawberry.field(description="What its messages are signed with. Keep it: it is never shown again.")


@strawberry.type(description="A webhook that was just made.")
class CreatedWebhook(WithSecret):
    pass


@strawberry.type(description="A webhook that has another secret.")
class RotatedWebhook(WithSecret):
    pass


CreateWebhookResult = Annotated[
    CreatedWebhook | Problem,
    strawberry.union("CreateWebhookResult", description="The webhook with its secret, or why there is none."),
]
RotateWebhookSecretResult = Annotated[
    RotatedWebhook | Problem,
    strawberry.union("RotateWebhookSecretResult", description="The webhook with its new secret, or why it has none."),
]
WebhookResult = Annotated[
    Webhook | Problem,
    strawberry.union("WebhookResult", description="The webhook as it is now, or why nothing was changed."),
]
DeleteWebhookResult = Annotated[
    Deleted | Problem, strawberry.union("DeleteWebhookResult", description="What was deleted, or why nothing was.")
]
WebhookDeliveryResult = Annotated[
    WebhookDelivery | Problem,
    strawberry.union("WebhookDeliveryResult", description="The message that will be sent, or why none will."),
]
Which = Annotated[strawberry.ID, strawberry.argument(name="id", description="The webhook.")]


@strawberry.type
class WebhookMutations:
    @mutation("Have a URL told of events of an account, from now on, by signed messages.")
    def create_webhook(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(name="id", description="The account.")],
        given: Annotated[CreateWebhookInput, strawberry.argument(name="input", description="The webhook.")],
    ) -> CreateWebhookResult:
        request = context.of(info)
        fields = said(given, texts=TEXTS)
        row = webhooks.create(
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="id"),
            url=fields["url"],
            kinds=[kind.value for kind in fields["kinds"]],
            now=request.now,
        )
        return CreatedWebhook(webhook=cast(Webhook, row), secret=row.secret)

    @mutation(
        "Change where a webhook leads, what it is told of, or switch it off and on. While it is off it is told "
        "nothing, nor later of what happened meanwhile."
    )
    def update_webhook(
        self,
        info: Info,
        webhook: Which,
        given: Annotated[UpdateWebhookInput, strawberry.argument(name="input", description="What to change.")],
    ) -> WebhookResult:
        request = context.of(info)
        changes = said(given, texts=TEXTS)
        if "kinds" in changes:
            changes["kinds"] = [kind.value for kind in changes["kinds"]]
        return webhooks.update(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            webhook_id=ids.key(webhook, Webhook, field="id"),
            changes=cast(webhooks.Changes, changes),
            now=request.now,
        )

    @mutation(
        "Have another secret sign the messages of a webhook; for 24 hours they bear signatures by the secret before it "
        "too. Only whoever gave the webhook its URL may."
    )
    def rotate_webhook_secret(self, info: Info, webhook: Which) -> RotateWebhookSecretResult:
        request = context.of(info)
        key = ids.key(webhook, Webhook, field="id")
        row = webhooks.rotate(actor=request.user, webhook_id=key, now=request.now)
        return RotatedWebhook(webhook=cast(Webhook, row), secret=row.secret)

    @mutation("Delete a webhook with its log.")
    def delete_webhook(self, info: Info, webhook: Which) -> DeleteWebhookResult:
        request = context.of(info)
        key = ids.key(webhook, Webhook, field="id")
        webhooks.delete(actor=request.user, webhook_id=key, now=request.now)
        return Deleted.of(Webhook, key)

    @mutation("Send a webhook a message of the kind ping within a minute, to try it out.")
    def test_webhook(self, info: Info, webhook: Which) -> WebhookDeliveryResult:
        request = context.of(info)
        key = ids.key(webhook, Webhook, field="id")
        return webhooks.ping(actor=request.user, webhook_id=key, now=request.now)  # type: ignore[return-value]  # a row stands for its type

    @mutation("Send a message again within a minute, whatever became of it, under the same Webhook-Id.")
    def replay_webhook_delivery(
        self,
        info: Info,
        delivery: Annotated[strawberry.ID, strawberry.argument(name="id", description="The message.")],
    ) -> WebhookDeliveryResult:
        request = context.of(info)
        key = ids.key(delivery, WebhookDelivery, field="id")
        return webhooks.replay(actor=request.user, delivery_id=key, now=request.now)  # type: ignore[return-value]  # a row stands for its type
