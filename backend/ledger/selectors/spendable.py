"""What an account can spend before money comes in again, with everything that is promised kept."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent
from backend.ledger.rules import funding

from . import accounts, forecast, funding_state

HORIZON = timedelta(days=62)
"""How far ahead income is looked for; two months and a bit."""

WITHOUT_INCOME = timedelta(days=30)
"""How many days must be got through where no income is to be expected."""

ZERO = Decimal(0)
SHORT = FundingEvent.Status.SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """Money that is to be expected, since it came regularly before."""

    party: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Spendable:
    """`amount` is `unallocated` less `pending` less `funding_due`, below zero if too much is promised.

    `unallocated`: what nobody assigned, with pending debits not taken off yet. `pending`: debits that the bank has only
    noted, as far as they fall to Unallocated. `funding_due`: what scheduled funding is meant to take out of it up to
    `until`, the day before `income` or the last of thirty days.
    """

    unallocated: Decimal
    pending: Decimal
    funding_due: Decimal
    until: date
    income: Income | None

    @property
    def amount(self) -> Decimal:
        return self.unallocated - self.pending - self.funding_due


def spendable(account: BankAccount, *, now: datetime) -> Spendable:
    """What the account can spend; a constant number of queries."""
    today = accounts.today(account, now=now)
    outlook = forecast.outlook(account, forecast.Question(until=today + HORIZON, with_regular=True), now=now)
    unallocated = next(row for row in outlook.budgets if row.is_unallocated)
    income = _next_income(outlook, today=today)
    until = today + WITHOUT_INCOME if income is None else income.on - timedelta(days=1)
    pending = _pending(unallocated)
    return Spendable(
        unallocated=unallocated.balance + pending,
        pending=pending,
        funding_due=_due(outlook.forecast.events, account=account, until=until),
        until=until,
        income=income,
    )


def _next_income(outlook: forecast.Outlook, *, today: date) -> Income | None:
    """The first money after today that usually comes and falls to Unallocated."""
    found = [
        Income(party=stream.name, on=day, amount=stream.amount)
        for stream in outlook.streams
        for day in stream.days
        if stream.amount > 0 and day > today
    ]
    return min(found, key=lambda income: (income.on, -income.amount), default=None)


def _pending(unallocated: Budget) -> Decimal:
    """Debits that are pending and lie on Unallocated, as a sum above zero."""
    debits = Entry.objects.filter(budget=unallocated.pk, transaction__pending=True, amount__lt=0)
    summed: Decimal | None = debits.aggregate(sum=Sum("amount"))["sum"]
    return -(summed or ZERO)


def _due(events: tuple[funding.Intent, ...], *, account: BankAccount, until: date) -> Decimal:
    """What fund events up to that day are meant to move and have not moved yet.

    A short one that waits for money counts for as long as no later event of its budget takes its place.
    """
    short = funding_state.unsettled(FundingEvent.objects.filter(bank_account=account)).filter(status=SHORT)
    waiting = {row.budget_id: row for row in short}
    due = ZERO
    for event in events:
        if event.key.kind == funding.FUND and event.key.on <= until:
            row = waiting.get(event.key.budget_id)
            if row is None or event.key.on > row.on:
                waiting.pop(event.key.budget_id, None)
                due += event.intended
    return due + sum((row.intended - row.moved for row in waiting.values()), ZERO)
