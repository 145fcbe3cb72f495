from django.db import models
from django.db.models import Q

from .account import BankAccount
from .budget import Budget
from .fields import AmountField, Stamped, in_range
from .transaction import Transaction
from .transfer import Transfer


class Entry(Stamped):
    """One signed amount on one budget: a part of a transaction (an allocation) or a leg of a transfer.

    `effective_at` and `balance` (the budget's balance after this entry, in ledger order) are written by `posting`.
    """

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="entries")
    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="entries")
    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, null=True, blank=True, related_name="allocations"
    )
    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, null=True, blank=True, related_name="entries")
    seq = models.BigIntegerField(help_text="Creation order within the account.")
    effective_at = models.DateTimeField(help_text="The parent's date; with `seq`, the ledger's order.")
    amount = AmountField()
    balance = AmountField()
    category = models.CharField(max_length=64, blank=True)
    memo = models.CharField(max_length=512, null=True, blank=True)  # noqa: DJ001 (the API says null)

    class Meta:
        verbose_name_plural = "entries"
        indexes = (
            models.Index(fields=("budget", "effective_at", "seq"), name="entry_in_ledger_order"),
            models.Index(fields=("bank_account", "effective_at"), name="entry_by_date"),
        )
        constraints = (
            models.UniqueConstraint(fields=("bank_account", "seq"), name="entry_seq_is_unique"),
            models.UniqueConstraint(fields=("transaction", "budget"), name="one_allocation_per_budget"),
            models.UniqueConstraint(fields=("transfer", "budget"), name="one_leg_per_budget"),
            models.CheckConstraint(name="entry_amount_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="entry_has_one_parent",
                condition=Q(transaction__isnull=False, transfer__isnull=True)
                | Q(transaction__isnull=True, transfer__isnull=False),
            ),
            in_range("amount", "entry_amount_in_range"),
            in_range("balance", "entry_balance_in_range"),
        )

    def __str__(self) -> str:
        return f"{self.effective_at:%Y-%m-%d} {self.amount}"
