"""Scheduled funding, as accounts and budgets show it."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from backend.ledger.models import BankAccount, Budget
from backend.ledger.selectors import funding

from . import fields


class FundingScheduleSerializer(serializers.Serializer[Any]):
    """What one schedule moves at its next event, all its budgets together."""

    schedule = serializers.CharField(read_only=True)
    next_date = serializers.DateField(read_only=True)
    total_amount = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)
    budget_count = serializers.IntegerField(read_only=True)


class FundingSummarySerializer(serializers.Serializer[Any]):
    """What the next event of each schedule of an account moves, and all of them together."""

    schedules = FundingScheduleSerializer(many=True, read_only=True)
    total_amount = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)


class NextFundingSerializer(serializers.Serializer[Any]):
    """The next event that is not yet done; `deferred` while it waits for the bank's rows."""

    date = serializers.DateField(read_only=True)
    amount = serializers.CharField(read_only=True)
    amount_currency = serializers.CharField(read_only=True)
    deferred = serializers.BooleanField(read_only=True)


def summary(account: BankAccount, *, now: datetime) -> dict[str, Any]:
    """The body of a funding summary."""
    found = funding.summary(account, now=now)
    currency = fields.currency_of(account)
    schedules = [
        {
            "schedule": each.schedule,
            "next_date": each.next_date,
            "total_amount": fields.amount_text(each.total_amount, currency=currency),
            "currency": currency,
            "budget_count": each.budget_count,
        }
        for each in found.schedules
    ]
    total = fields.amount_text(found.total_amount, currency=currency)
    return {"schedules": schedules, "total_amount": total, "currency": currency}


def next_fundings(budgets: list[Budget], *, now: datetime) -> dict[Any, dict[str, Any]]:
    """What budgets, loaded with their accounts, show as their next funding; one without is left out."""
    currencies = {budget.pk: fields.currency_of(budget) for budget in budgets}
    accounts = {budget.bank_account_id: budget.bank_account for budget in budgets}
    return {
        key: {
            "date": event.on,
            "amount": fields.amount_text(event.amount, currency=currencies[key]),
            "amount_currency": currencies[key],
            "deferred": event.deferred,
        }
        for key, event in funding.next_fundings(budgets, now=now, of=accounts).items()
    }
