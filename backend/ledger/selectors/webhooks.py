"""Messages to webhooks that are to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from backend.ledger.models import BankAccount, WebhookDelivery

LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Messages to be sent or tried again, and those of them that no sender looked at since their time came."""

    waiting: int
    late: int


def backlog(*, now: datetime) -> Backlog:
    """How many wait; one look in their index."""
    late = Count("pk", filter=Q(next_try_at__lt=now - LATE))
    found = WebhookDelivery.objects.filter(next_try_at__isnull=False).aggregate(waiting=Count("pk"), late=late)
    return Backlog(waiting=found["waiting"], late=found["late"])


def due(*, now: datetime, most: int) -> Sequence[WebhookDelivery]:
    """Messages whose time has come, those that waited longest first, with their webhooks; one query.

    `allowed` of each: whether whoever said where it goes still owns the account, and may sign in.
    """
    owns = BankAccount.owners.through.objects.filter(
        bankaccount=OuterRef("bank_account"), user=OuterRef("webhook__owner"), user__is_active=True
    )
    rows = WebhookDelivery.objects.filter(next_try_at__lte=now).select_related("webhook")
    return list(rows.annotate(allowed=Exists(owns)).order_by("next_try_at", "created_at")[:most])
