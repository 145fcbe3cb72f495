"""Messages to webhooks that are to be sent."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from backend.ledger.models import BankAccount, WebhookDelivery


def due(*, now: datetime, most: int) -> Sequence[WebhookDelivery]:
    """Messages whose time has come, those that waited longest first, with their webhooks; one query.

    `allowed` of each: whether whoever said where it goes still owns the account, and may sign in.
    """
    owns = BankAccount.owners.through.objects.filter(
        bankaccount=OuterRef("bank_account"), user=OuterRef("webhook__owner"), user__is_active=True
    )
    rows = WebhookDelivery.objects.filter(next_try_at__lte=now).select_related("webhook")
    return list(rows.annotate(allowed=Exists(owns)).order_by("next_try_at", "created_at")[:most])
