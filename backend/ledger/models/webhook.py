from django.conf import settings
from django.db import models
from django.db.models import Q

from .account import BankAccount
from .fields import Stamped
from .sealed import SealedField


class Webhook(Stamped):
    """Somewhere outside that is told of events of an account.

    The secret signs every message; the APIs show it once. For a while after it was exchanged, those before it sign too.
    They lie encrypted, and so does the URL: some services have secrets in theirs.
    """

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="webhooks")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Who said where it leads."
    )
    url = SealedField(max_length=500)
    secret = SealedField()
    old_secrets = SealedField(null=True, blank=True, help_text="Those that it had before, with spaces between them.")
    old_secrets_until = models.DateTimeField(null=True, blank=True, help_text="So long they sign too.")
    kinds = models.JSONField(help_text="The kinds of events that it is told of.")
    active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, default="", help_text="Why the service stopped it.")
    failing_since = models.DateTimeField(null=True, blank=True, help_text="When the first try after a success failed.")

    def __str__(self) -> str:
        return f"webhook {self.id}"


class WebhookDelivery(Stamped):
    """An event for a webhook: first a row of the outbox, written with what it tells of, then one of the log.

    Whoever sends it moves `next_try_at` first: that claims it, and should the sender die it is due again then.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="webhook_deliveries")
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField(help_text="The same for all webhooks that are told of the event.")
    kind = models.CharField(max_length=32)
    payload = models.TextField(help_text="The body that is sent, the same at each try.")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    answer = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status of the last answer.")
    error = models.CharField(max_length=200, blank=True, default="", help_text="Why the last try failed.")
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("next_try_at",), condition=Q(next_try_at__isnull=False), name="delivery_due"),
            models.Index(fields=("bank_account", "created_at"), name="delivery_by_age"),
            models.Index(fields=("webhook", "created_at"), name="delivery_of_webhook"),
        )
        constraints = (
            models.UniqueConstraint(fields=("webhook", "event_id"), name="one_delivery_per_webhook_and_event"),
            models.CheckConstraint(
                name="delivery_is_due_while_it_waits",
                condition=Q(status="waiting", next_try_at__isnull=False)
                | (~Q(status="waiting") & Q(next_try_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.webhook_id}"
