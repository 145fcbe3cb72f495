"""What whoever sends messages to webhooks notes of them: each claimed by one, tried again until it arrived."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from backend.ledger.models import Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules

from . import webhooks

LEASE = timedelta(minutes=2)
"""So long a claim holds: more than a try takes. A sender that died held it no longer."""

KEPT = timedelta(days=30)
Status = WebhookDelivery.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message that is to be sent now, by whoever holds this."""

    id: UUID
    account_id: UUID
    webhook_id: UUID
    url: str
    secrets: tuple[str, ...]
    event_id: UUID
    body: bytes
    tries: int
    until: datetime


def claim(due: WebhookDelivery, *, now: datetime) -> Claim | None:
    """Claim a message that is due, with its webhook; None if somebody else did, or it is to be sent no more."""
    until = now + LEASE
    free = WebhookDelivery.objects.filter(pk=due.pk, next_try_at=due.next_try_at)
    if not free.update(next_try_at=until, tries=F("tries") + 1, last_tried_at=now):
        return None
    return Claim(
        id=due.pk,
        account_id=due.bank_account_id,
        webhook_id=due.webhook_id,
        url=due.webhook.url,
        secrets=webhooks.signing(due.webhook, now=now),
        event_id=due.event_id,
        body=due.payload.encode(),
        tries=due.tries + 1,
        until=until,
    )


def delivered(claim: Claim, *, answer: int, now: datetime) -> None:
    """The message arrived, whoever else claimed it meanwhile."""
    WebhookDelivery.objects.filter(pk=claim.id).update(
        status=Status.DELIVERED, next_try_at=None, answer=answer, error="", delivered_at=now, modified_at=now
    )
    Webhook.objects.filter(pk=claim.webhook_id, failing_since__isnull=False).update(failing_since=None)


def failed(claim: Claim, *, answer: int | None, error: str, now: datetime) -> None:
    """The message did not arrive: it is tried again later, or given up. A webhook that stays dead is switched off."""
    again_at = rules.next_try(claim.tries, at=now)
    held = WebhookDelivery.objects.filter(pk=claim.id, next_try_at=claim.until)
    if not held.update(
        status=Status.FAILED if again_at is None else Status.WAITING,
        next_try_at=again_at,
        answer=answer,
        error=error,
        modified_at=now,
    ):
        return
    Webhook.objects.filter(pk=claim.webhook_id, failing_since=None).update(failing_since=now)
    since = Webhook.objects.filter(pk=claim.webhook_id).values_list("failing_since", flat=True).first()
    if answer == rules.GONE:
        _switch_off(claim, "The receiver wants no more: it answered 410.", now=now)
    elif since is not None and since <= now - rules.PATIENCE:
        _switch_off(claim, f"Nothing arrived since {since:%Y-%m-%d %H:%M} UTC. {error}", now=now)


def put_last(delivery_ids: Collection[UUID], *, now: datetime) -> None:
    """Messages that were due and not tried come after all others that are due by now."""
    if delivery_ids:
        WebhookDelivery.objects.filter(pk__in=delivery_ids, next_try_at__lte=now).update(next_try_at=now)


def forget(*, now: datetime) -> None:
    """Take what is over for a month out of the log, and secrets that sign no more out of the database."""
    WebhookDelivery.objects.filter(created_at__lt=now - KEPT, next_try_at=None).delete()
    Webhook.objects.filter(old_secrets_until__lte=now).update(old_secrets=None, old_secrets_until=None)


def _switch_off(claim: Claim, reason: str, *, now: datetime) -> None:
    webhooks.switch_off(account_id=claim.account_id, webhook_id=claim.webhook_id, reason=reason, now=now)
