from django.conf import settings
from django.db import models

from .account import BankAccount


class Change(models.Model):
    """One row of an account that was created, changed or deleted: the history, written by `posting` and only added to.

    Its key grows in the order of the account's commits, since it is given under the account's lock.
    """

    class Noun(models.TextChoices):
        ACCOUNT = "account", "Bank account"
        BUDGET = "budget", "Budget"
        TRANSACTION = "transaction", "Transaction"
        ALLOCATION = "allocation", "Allocation"
        TRANSFER = "transfer", "Transfer"
        FUNDING_EVENT = "funding_event", "Funding event"
        STATEMENT_IMPORT = "statement_import", "Statement import"
        AUTO_SPEND_RUN = "auto_spend_run", "Run of the budgets' rules"

    class Action(models.TextChoices):
        CREATED = "created", "Created"
        CHANGED = "changed", "Changed"
        DELETED = "deleted", "Deleted"

    id = models.BigAutoField(primary_key=True)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(help_text="When it was written; rows of one write may be microseconds apart.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Null: the service."
    )
    door = models.CharField(max_length=12, help_text="Through which door it came in.")
    token = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="Name of the API token that the actor used."
    )
    noun = models.CharField(max_length=16, choices=Noun)
    row_id = models.UUIDField()
    action = models.CharField(max_length=8, choices=Action)
    dated = models.DateTimeField(null=True, help_text="The row's date in the order of the ledger, where it has one.")
    values = models.JSONField(default=dict, help_text="Old and new value of each field that differs.")

    class Meta:
        indexes = (
            models.Index(fields=("bank_account", "id"), name="change_in_order"),
            models.Index(fields=("row_id", "id"), name="change_of_row"),
        )

    def __str__(self) -> str:
        return f"{self.noun} {self.row_id} {self.action}"
