from django.conf import settings
from django.db import models
from django.db.models import Q

from .account import BankAccount
from .fields import Stamped


class AutoSpendRun(Stamped):
    """One time that the rules of an account's budgets were applied to transactions of the past.

    `created_at` is when. Each row names transaction, allocation and budget, the amount, and the category before and
    after; before it, the transaction lay on Unallocated whole.
    """

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="auto_spend_runs")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rows = models.JSONField(default=list, help_text="What it did, transaction by transaction.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = (models.Index(fields=("bank_account", "created_at"), name="auto_spend_run_by_age"),)
        constraints = (
            models.CheckConstraint(
                name="auto_spend_is_undone_by_somebody",
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {len(self.rows)} rows"
