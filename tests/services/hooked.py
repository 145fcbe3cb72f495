"""Webhooks for tests, and what they are told."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.ledger.models import BankAccount, User, Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules
from backend.ledger.services import webhooks
from tests import build

URL = "https://receiver.example/hook"


def hook(
    account: BankAccount,
    *kinds: str,
    url: str = URL,
    actor: User | None = None,
    now: datetime = build.NOW,
) -> Webhook:
    """A webhook that is told of those kinds of events, of all if none is named."""
    actor = actor or build.first_owner(account)
    return webhooks.create(actor=actor, account_id=account.pk, url=url, kinds=kinds or rules.KINDS, now=now)


def change(webhook: Webhook, *, actor: User | None = None, now: datetime = build.NOW, **changes: Any) -> Webhook:
    actor = actor or build.first_owner(webhook.bank_account)
    return webhooks.update(actor=actor, webhook_id=webhook.pk, changes=changes, now=now)  # type: ignore[arg-type]


def rows(webhook: Webhook) -> list[WebhookDelivery]:
    return list(WebhookDelivery.objects.filter(webhook=webhook).order_by("created_at", "kind", "pk"))


def told(webhook: Webhook) -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of each message, in the order of the writes, those of one write by kind."""
    found = [json.loads(row.payload) for row in rows(webhook)]
    assert {each["data"].pop("bank_account") for each in found} <= {str(webhook.bank_account_id)}
    return [(each["type"], each["data"]) for each in found]


def kinds(webhook: Webhook) -> list[str]:
    return [kind for kind, _ in told(webhook)]


def status(delivery_id: UUID) -> str:
    return WebhookDelivery.objects.values_list("status", flat=True).get(pk=delivery_id)


def copied(account: BankAccount) -> Iterable[str]:
    """What the account's row says that its webhooks are told of."""
    return BankAccount.objects.values_list("webhook_kinds", flat=True).get(pk=account.pk).split()
