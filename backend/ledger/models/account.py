from django.conf import settings
from django.db import models
from djmoney.models.fields import CurrencyField

from .fields import AmountField, Stamped, Versioned, in_range
from .sealed import SealedField


class Bank(Stamped):
    """Shared reference data, kept by the operator."""

    name = models.CharField(max_length=200)
    routing_number = models.CharField(max_length=32, null=True, blank=True)  # noqa: DJ001 (the API says null)
    default_currency = CurrencyField(default="USD")

    def __str__(self) -> str:
        return self.name


class BankAccount(Versioned):
    """A real account at a bank; the unit of ownership, of locking and of distribution.

    The balances are copies: `posting` alone writes them, `verify_ledger` recomputes them.
    """

    class Type(models.TextChoices):
        CHECKING = "C", "Checking"
        SAVINGS = "S", "Savings"
        CREDIT_CARD = "X", "Credit Card"

    name = models.CharField(max_length=200)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="accounts")
    owners = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="bank_accounts")
    account_type = models.CharField(max_length=1, choices=Type, default=Type.CHECKING)
    account_number = SealedField(max_length=32, null=True, blank=True)
    currency = CurrencyField(default="USD")
    link_aliases = models.JSONField(default=list, blank=True, help_text="Other names banks give this account.")

    opening_posted = AmountField(default=0)
    opening_available = AmountField(default=0)
    posted_balance = AmountField(default=0)
    available_balance = AmountField(default=0)
    last_seq = models.BigIntegerField(default=0, help_text="The last number given in creation order.")

    last_imported_at = models.DateTimeField(null=True, blank=True)
    last_posted_through = models.DateField(null=True, blank=True)
    import_gate = models.BooleanField(default=True, help_text="Hold funding back until the bank's rows are in.")
    auto_funding = models.BooleanField(default=True)
    funding_due_on = models.DateField(
        null=True, blank=True, db_index=True, help_text="First day on which a funding run has something to do."
    )

    webhook_kinds = models.CharField(
        max_length=200,
        default="",
        db_default="",
        help_text="What its active webhooks are told of: a copy, so that a write need not look; kept by their service.",
    )

    class Meta:
        constraints = (
            in_range("posted_balance", "account_posted_balance_in_range"),
            in_range("available_balance", "account_available_balance_in_range"),
        )

    def __str__(self) -> str:
        return self.name
