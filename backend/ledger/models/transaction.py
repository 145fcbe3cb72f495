from django.db import models
from django.db.models import Q

from .account import BankAccount
from .fields import AmountField, Versioned, in_range
from .statement_import import StatementImport


class Transaction(Versioned):
    """One movement on the real account.

    The two account balances after it, in ledger order, are written by `posting`.
    """

    class Type(models.TextChoices):
        SIGNATURE_PURCHASE = "signature_purchase", "Signature Purchase"
        ACH = "ach", "ACH"
        ROUND_UP_TRANSFER = "round-up_transfer", "Round-up Transfer"
        PROTECTED_GOAL = "protected_goal_account_transfer", "Protected Goal Account Transfer"
        FEE = "fee", "Fee"
        PIN_PURCHASE = "pin_purchase", "Pin Purchase"
        SIGNATURE_CREDIT = "signature_credit", "Signature Credit"
        INTEREST_CREDIT = "interest_credit", "Interest Credit"
        SHARED_TRANSFER = "shared_transfer", "Shared Transfer"
        COURTESY_CREDIT = "courtesy_credit", "Courtesy Credit"
        ATM_WITHDRAWAL = "atm_withdrawal", "ATM Withdrawal"
        BILL_PAYMENT = "bill_payment", "Bill Payment"
        BANK_CREDIT = "bank_generated_credit", "Bank Generated Credit"
        WIRE_TRANSFER = "wire_transfer", "Wire Transfer"
        CHECK_DEPOSIT = "check_deposit", "Check Deposit"
        CHECK = "check", "Check"
        C2C = "c2c", "c2c"
        MIGRATION = "migration_interbank_transfer", "Migration Interbank Transfer"
        BALANCE_SWEEP = "balance_sweep", "Balance Sweep"
        ACH_REVERSAL = "ach_reversal", "ACH Reversal"
        ADJUSTMENT = "adjustment", "Adjustment"
        SIGNATURE_RETURN = "signature_return", "Signature return"
        FX_ORDER = "fx_order", "FX Order"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="transactions")
    seq = models.BigIntegerField(help_text="Creation order within the account.")
    amount = AmountField(help_text="Negative is money out.")
    posted_date = models.DateTimeField(help_text="The bank's date; the ledger's order.")
    transaction_date = models.DateTimeField(null=True, blank=True)
    transaction_type = models.CharField(max_length=40, choices=Type, blank=True)
    pending = models.BooleanField(default=False)
    raw_description = models.CharField(max_length=512)
    description = models.CharField(max_length=512, blank=True)
    party = models.CharField(max_length=512, null=True, blank=True)  # noqa: DJ001 (the API says null)
    memo = models.CharField(max_length=512, null=True, blank=True)  # noqa: DJ001 (the API says null)
    linked_transaction = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="linked_from"
    )
    refused_links = models.JSONField(
        default=list, blank=True, help_text="Ids of transactions that an owner said are not the other end."
    )
    refund_of = models.ForeignKey(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="refunds",
        help_text="The purchase, of the same account, that this gives money back of.",
    )
    refund_undo = models.JSONField(
        null=True, blank=True, help_text="How a refund lay on budgets before it was tied, and how tying laid it."
    )
    image = models.FileField(max_length=200, null=True, blank=True)
    document = models.FileField(max_length=200, null=True, blank=True)
    import_key = models.CharField(  # noqa: DJ001 (null: not imported; unique among the imported)
        max_length=80, null=True, blank=True, help_text="What the bank's row is known by."
    )
    statement_import = models.ForeignKey(
        StatementImport, on_delete=models.SET_NULL, null=True, blank=True, related_name="transactions"
    )
    statement_place = models.PositiveIntegerField(null=True, blank=True, help_text="Its place among the import's rows.")

    posted_balance = AmountField(help_text="The account's posted balance after this row.")
    available_balance = AmountField(help_text="The account's available balance after this row.")

    class Meta:
        indexes = (
            models.Index(fields=("bank_account", "posted_date", "seq"), name="transaction_in_ledger_order"),
            models.Index(fields=("bank_account", "transaction_date"), name="transaction_by_date"),
        )
        constraints = (
            models.UniqueConstraint(fields=("bank_account", "seq"), name="transaction_seq_is_unique"),
            models.UniqueConstraint(fields=("bank_account", "import_key"), name="bank_row_is_imported_once"),
            models.CheckConstraint(name="transaction_amount_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(name="refund_is_money_in", condition=Q(refund_of=None) | Q(amount__gt=0)),
            in_range("amount", "transaction_amount_in_range"),
            in_range("posted_balance", "transaction_posted_balance_in_range"),
            in_range("available_balance", "transaction_available_balance_in_range"),
        )

    def __str__(self) -> str:
        return f"{self.posted_date:%Y-%m-%d} {self.description}"
