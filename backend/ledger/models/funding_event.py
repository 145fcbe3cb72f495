from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .account import BankAccount
from .budget import Budget
from .fields import AmountField, Stamped


class FundingEvent(Stamped):
    """One scheduled movement of one budget on one date: at most one row, whoever runs the engine and how often.

    One that an owner skipped may lie ahead: `revocable` until the engine settled its day, and until then not a fact of
    the past.
    """

    class Kind(models.TextChoices):
        FUND = "fund", "Fund"
        RECUR = "recur", "Recur"

    class Status(models.TextChoices):
        DEFERRED = "deferred", "Deferred"
        DONE = "done", "Done"
        SHORT = "short", "Short"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="funding_events")
    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="funding_events")
    kind = models.CharField(max_length=8, choices=Kind)
    on = models.DateField(help_text="The day the schedule names.")
    status = models.CharField(max_length=8, choices=Status)
    intended = AmountField(default=0)
    moved = AmountField(default=0)
    reason = models.CharField(max_length=512, blank=True)
    inputs = models.JSONField(default=dict, blank=True, help_text="What the amount was computed from.")
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revocable = models.BooleanField(default=False, help_text="Skipped by an owner, who can still take that back.")

    class Meta:
        indexes = (
            models.Index(fields=("bank_account", "status", "on"), name="event_by_status"),
            models.Index(fields=("bank_account", "on"), name="event_by_date"),
            models.Index(fields=("bank_account",), condition=Q(revocable=True), name="event_revocable"),
        )
        constraints = (
            models.UniqueConstraint(fields=("budget", "kind", "on"), name="one_event_per_budget_kind_and_date"),
            models.CheckConstraint(
                name="event_moves_no_more_than_intended", condition=Q(moved__gte=0, moved__lte=F("intended"))
            ),
            models.CheckConstraint(
                name="event_is_skipped_by_somebody", condition=Q(skipped_by=None) | Q(status="skipped")
            ),
            models.CheckConstraint(
                name="event_that_can_still_take_place_moved_nothing",
                condition=Q(revocable=False) | Q(skipped_by__isnull=False, intended=0, moved=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} on {self.on}"
