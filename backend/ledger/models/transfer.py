from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .account import BankAccount
from .budget import Budget
from .fields import AmountField, Stamped, in_range
from .funding_event import FundingEvent


class Transfer(Stamped):
    """Money moved between two budgets of one account (the API's internal transaction). Never changed, never deleted."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="transfers")
    seq = models.BigIntegerField(help_text="Creation order within the account.")
    source = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="transfers_out")
    target = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="transfers_in")
    amount = AmountField(help_text="More than zero.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField(help_text="The ledger's order.")
    funding_event = models.ForeignKey(
        FundingEvent, on_delete=models.CASCADE, null=True, blank=True, related_name="transfers"
    )

    class Meta:
        indexes = (models.Index(fields=("bank_account", "effective_at", "seq"), name="transfer_in_ledger_order"),)
        constraints = (
            models.UniqueConstraint(fields=("bank_account", "seq"), name="transfer_seq_is_unique"),
            models.CheckConstraint(name="transfer_moves_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="transfer_between_two_budgets", condition=~Q(source=F("target"))),
            in_range("amount", "transfer_amount_in_range"),
        )

    def __str__(self) -> str:
        return f"{self.effective_at:%Y-%m-%d} {self.amount}"
