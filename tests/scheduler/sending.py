"""Messages to webhooks for tests, and a round of sending them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.ledger.models import Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules
from backend.ledger.selectors import webhooks as selectors
from backend.ledger.services import webhooks
from scheduler import receivers
from scheduler import webhooks as sender
from scheduler.receivers import Answer
from tests import build

NOW = build.NOW
MINUTE = timedelta(minutes=1)
SOON = NOW + timedelta(seconds=1)
"""Rows of one write lie microseconds apart."""


def send(now: datetime = NOW) -> int:
    return sender.send(now=now, clock=lambda: now)


def ping(webhook: Webhook, *, now: datetime = NOW) -> WebhookDelivery:
    return webhooks.ping(actor=webhook.owner, webhook_id=webhook.pk, now=now)


def message(webhook: Webhook, *, now: datetime = NOW) -> WebhookDelivery:
    """A message of its own, unlike a ping, of which one waits at most."""
    row = ping(webhook, now=now)
    WebhookDelivery.objects.filter(pk=row.pk).update(kind=rules.FUNDING_DONE)
    return row


def state(row: WebhookDelivery) -> tuple[Any, ...]:
    row.refresh_from_db()
    return row.status, row.tries, row.answer, row.error


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], Answer]) -> list[str]:
    """Have receivers answer so, by their URL; those that were asked, in order."""
    asked: list[str] = []

    def post(url: str, **_: Any) -> Answer:
        asked.append(url)
        return answer(url)

    monkeypatch.setattr(receivers, "post", post)
    return asked


def due(now: datetime = NOW) -> list[WebhookDelivery]:
    return list(selectors.due(now=now, most=10))
