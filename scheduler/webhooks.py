"""Sends what webhooks are to be told: found by query, claimed row by row, several receivers at a time."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.conf import settings

from backend.ledger.models import WebhookDelivery
from backend.ledger.rules import webhooks as rules
from backend.ledger.selectors import webhooks as selectors
from backend.ledger.services import webhook_deliveries, webhooks
from backend.ledger.services.webhook_deliveries import Claim

from . import receivers
from .receivers import Answer

log = logging.getLogger(__name__)

MOST = 200
"""Messages that one look finds."""

AT_ONCE = 8
ENOUGH = 20.0
"""Seconds after which no more is begun: funding waits for nobody's receiver. What is left is due at the next minute."""

GRACE = 2.0
"""Seconds beside receivers.TOTAL that a try may take, for the look-up of the name."""


def send(*, now: datetime, clock: Callable[[], datetime]) -> int:
    """Send what is due; how many messages arrived. A receiver that fails gets no more of this round.

    What was found and not tried is put last, so that a receiver with much to be told keeps no other waiting.
    """
    started, arrived = time.monotonic(), 0
    due = selectors.due(now=now, most=MOST)
    queues, tried = _by_webhook(due), set()
    while queues and time.monotonic() - started < ENOUGH:
        claims = list(_claimed(queues, clock=clock))
        tried |= {claim.id for claim in claims}
        for claim, answer in _sent(claims, at=clock()):
            if _noted(claim, answer, now=clock()):
                arrived += 1
            else:
                queues.pop(claim.webhook_id, None)
    webhook_deliveries.put_last({row.pk for row in due} - tried, now=clock())
    return arrived


def _by_webhook(due: Iterable[WebhookDelivery]) -> dict[object, list[WebhookDelivery]]:
    """The messages to each webhook, the last one first."""
    found: dict[object, list[WebhookDelivery]] = {}
    for row in due:
        found.setdefault(row.webhook_id, []).insert(0, row)
    return found


def _claimed(queues: dict[object, list[WebhookDelivery]], *, clock: Callable[[], datetime]) -> Iterator[Claim]:
    """The next message to each of some webhooks, claimed; those that were taken or may not be sent are left out."""
    for key in list(queues)[:AT_ONCE]:
        row = queues[key].pop()
        if not queues[key]:
            del queues[key]
        else:
            queues[key] = queues.pop(key)  # to the end: all get their turn
        if not row.allowed:  # type: ignore[attr-defined]  # an annotation of the query
            queues.pop(key, None)
            webhooks.switch_off(
                account_id=row.bank_account_id, webhook_id=row.webhook_id, reason=webhooks.LEFT, now=clock()
            )
            continue
        claim = webhook_deliveries.claim(row, now=clock())
        if claim is not None:
            yield claim


def _sent(claims: Iterable[Claim], *, at: datetime) -> Iterator[tuple[Claim, Answer]]:
    """What each receiver answered, as it comes in; after a while those that did not answer."""
    answers: queue.SimpleQueue[tuple[Claim, Answer]] = queue.SimpleQueue()
    waiting = {claim.id: claim for claim in claims}
    for claim in waiting.values():
        # A daemon: a consumer that is told to end does not wait for receivers.
        threading.Thread(target=lambda claim=claim: answers.put((claim, _try(claim, at=at))), daemon=True).start()
    deadline = time.monotonic() + receivers.TOTAL + GRACE
    while waiting:
        try:
            claim, answer = answers.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            break
        del waiting[claim.id]
        yield claim, answer
    yield from ((claim, Answer(error=receivers.TIMED_OUT)) for claim in waiting.values())


def _try(claim: Claim, *, at: datetime) -> Answer:
    timestamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "mibudge",
        "Webhook-Id": str(claim.event_id),
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": rules.signatures(
            claim.secrets, message_id=str(claim.event_id), timestamp=timestamp, body=claim.body
        ),
    }
    try:
        return receivers.post(claim.url, headers=headers, body=claim.body, private=settings.WEBHOOKS_PRIVATE)
    except Exception:
        log.exception("A message to a webhook could not be sent. Webhook %s", claim.webhook_id)
        return Answer(error="Something went wrong here; it was noted.")


def _noted(claim: Claim, answer: Answer, *, now: datetime) -> bool:
    """Note what became of the message; whether it arrived."""
    if answer.status is not None and not answer.error:
        webhook_deliveries.delivered(claim, answer=answer.status, now=now)
        return True
    log.info("A message did not arrive, try %s. Webhook %s: %s", claim.tries, claim.webhook_id, answer.error)
    webhook_deliveries.failed(claim, answer=answer.status, error=answer.error, now=now)
    return False
