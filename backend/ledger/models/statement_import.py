from django.conf import settings
from django.db import models
from django.db.models import Q

from .account import BankAccount
from .fields import AmountField, Stamped
from .sealed import SealedField


class StatementImport(Stamped):
    """One bank statement that was shown to an owner, and what became of it.

    `statement` and `decisions` are plain data (`statements/plain.py`), row by row in the same order; a row's place in
    them is its name. What it entered knows it by `Transaction.statement_import` and `statement_place`.
    """

    class Status(models.TextChoices):
        PREVIEWED = "previewed", "Previewed"
        COMMITTED = "committed", "Committed"
        REVERTED = "reverted", "Reverted"
        EXPIRED = "expired", "Expired"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="statement_imports")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PREVIEWED)
    source = models.CharField(max_length=8, help_text="The format, by which the bank's ids are known.")
    file_name = models.CharField(max_length=255, blank=True)
    file_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file.")
    account_number = SealedField(max_length=64, blank=True, help_text="The account that the file names.")
    starts_on = models.DateField(null=True, help_text="The first day that the file says it covers.")
    ends_on = models.DateField(null=True)

    statement = models.JSONField(default=dict, help_text="What the file says, but for the account's numbers.")
    decisions = models.JSONField(default=list, help_text="What was decided over each row, and why.")
    choices = models.JSONField(default=dict, help_text="What an owner chose instead, by the row's place.")
    left_out = models.JSONField(default=list, help_text="Keys of rows that an owner left out of a committed import.")
    undo = models.JSONField(default=list, help_text="What each pending row was before it was settled.")
    last_change = models.BigIntegerField(default=0, help_text="The last line of the history at the commit.")

    row_count = models.PositiveIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    suspicious = models.PositiveIntegerField(default=0)
    zeros = models.PositiveIntegerField(default=0)

    stated_balance = AmountField(null=True, help_text="The bank's closing balance.")
    stated_on = models.DateField(null=True)
    balance_before = AmountField(default=0, help_text="Our posted balance at the end of that day, or the last one.")
    balance_after = AmountField(default=0)

    committed_at = models.DateTimeField(null=True)
    committed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reverted_at = models.DateTimeField(null=True)
    reverted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "statement import"
        indexes = (
            models.Index(fields=("bank_account", "created_at"), name="import_by_age"),
            models.Index(fields=("created_at",), condition=Q(status="previewed"), name="import_waiting"),
        )
        constraints = (
            models.CheckConstraint(
                name="import_is_committed_by_somebody",
                condition=Q(status__in=("previewed", "expired"), committed_at=None, committed_by=None)
                | Q(status__in=("committed", "reverted"), committed_at__isnull=False, committed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="import_is_reverted_by_somebody",
                condition=Q(status="reverted", reverted_at__isnull=False, reverted_by__isnull=False)
                | (~Q(status="reverted") & Q(reverted_at=None, reverted_by=None)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.file_name or self.source} {self.created_at:%Y-%m-%d}"
