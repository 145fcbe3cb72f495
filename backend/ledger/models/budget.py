from django.db import models
from django.db.models import Q

from .account import BankAccount
from .fields import AmountField, Versioned, in_range


class Budget(Versioned):
    """A named part of one account's money. `balance`, `net_funding` and `complete` are written by `posting` alone.

    The funding engine says in addition when funding makes a Goal or a Recurring complete. `fund_from` and `recur_from`
    are its notes: the next event by schedule, or the last day of the calendar if there is none.
    """

    class Type(models.TextChoices):
        GOAL = "G", "Goal"
        RECURRING = "R", "Recurring"
        FILLUP = "A", "Associated Fill-up Goal"
        CAPPED = "C", "Capped"

    class Funding(models.TextChoices):
        TARGET_DATE = "D", "Target Date"
        FIXED = "F", "Fixed Amount"

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="budgets")
    name = models.CharField(max_length=200)
    is_unallocated = models.BooleanField(default=False, help_text="The one budget that holds what nobody assigned.")
    budget_type = models.CharField(max_length=1, choices=Type, default=Type.GOAL)
    funding_type = models.CharField(max_length=1, choices=Funding, default=Funding.TARGET_DATE)
    target_balance = AmountField(default=0)
    funding_amount = AmountField(null=True, blank=True)
    target_date = models.DateField(null=True, blank=True)
    with_fillup_goal = models.BooleanField(default=False)
    fillup_goal = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="fills_up"
    )
    funding_schedule = models.TextField(blank=True, default="")
    recurrance_schedule = models.TextField(null=True, blank=True)  # noqa: DJ001 (the API says null)
    paused = models.BooleanField(default=False)
    priority = models.IntegerField(default=0, help_text="Higher is funded first among the events of one day.")
    memo = models.CharField(max_length=512, null=True, blank=True)  # noqa: DJ001 (the API says null)
    auto_spend = models.JSONField(default=list, blank=True)

    opening = AmountField(default=0, help_text="What the account opened with; zero but for Unallocated.")
    balance = AmountField(default=0)
    net_funding = AmountField(default=0, help_text="Transfers in less transfers out.")
    complete = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="Gone from the APIs; its transfers remain.")

    anchor = models.DateField(help_text="Day of creation where the first owner lived; schedules count from it.")
    fund_from = models.DateField(help_text="Fund events before this day are recorded or never were.")
    recur_from = models.DateField(help_text="Recur events before this day are recorded or never were.")

    class Meta:
        indexes = (models.Index(fields=("bank_account", "created_at"), name="budget_by_age"),)
        constraints = (
            models.UniqueConstraint(
                fields=("bank_account",), condition=Q(is_unallocated=True), name="account_has_one_unallocated"
            ),
            models.CheckConstraint(
                name="unallocated_stays", condition=Q(is_unallocated=False) | Q(archived=False, deleted_at=None)
            ),
            models.CheckConstraint(name="budget_target_not_negative", condition=Q(target_balance__gte=0)),
            in_range("balance", "budget_balance_in_range"),
        )

    def __str__(self) -> str:
        return self.name
