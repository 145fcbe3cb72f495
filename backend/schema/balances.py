"""Balances of past days, and how they went."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, cast

import strawberry
import strawberry_django
from strawberry.types import Info

from backend.ledger import models
from backend.ledger.selectors import balances

from . import context, costs, peers
from .money import Money

Day = Annotated[date, strawberry.argument(description="The day, in UTC: all that is dated on it counts.")]
Since = Annotated[date, strawberry.argument(name="from", description="The first day, in UTC.")]
Until = Annotated[date, strawberry.argument(description="No day after this one.")]


@strawberry.enum(description="How far the points of a history lie apart.")
class BalanceStep(Enum):
    DAY = strawberry.enum_value(balances.DAY, description="A day.")
    WEEK = strawberry.enum_value(balances.WEEK, description="Seven days.")
    MONTH = strawberry.enum_value(balances.MONTH, description="A month; where it has no such day, its last.")


Apart = Annotated[BalanceStep, strawberry.argument(description="How far they lie apart.")]
HISTORY = f"The balance at the end of each of those days; at most {balances.MOST_POINTS}."
AS_OF = "What was in it at the end of a day, as the rows that are known now tell."


@strawberry.type(description="What an account held at the end of a day.")
class AccountBalance:
    on: date = strawberry.field(description="The day, in UTC.")
    posted: Money = strawberry.field(description="What the bank had booked.")
    available: Money = strawberry.field(description="The same with pending transactions.")

    @classmethod
    def of(cls, found: balances.AccountBalance, *, currency: str) -> "AccountBalance":
        posted, available = (Money(value=amount, currency=currency) for amount in (found.posted, found.available))
        return cls(on=found.on, posted=posted, available=available)


@strawberry.type(description="What a budget held at the end of a day.")
class BudgetBalance:
    on: date = strawberry.field(description="The day, in UTC.")
    balance: Money = strawberry.field(description="What was in it.")

    @classmethod
    def of(cls, found: balances.BudgetBalance, *, currency: str) -> "BudgetBalance":
        return cls(on=found.on, balance=Money(value=found.balance, currency=currency))


def _points(given: Any) -> int:
    """How many points a history is reckoned to have."""
    try:
        since, until = (date.fromisoformat(given[name]) for name in ("from", "until"))
        return len(balances.days(since=since, until=until, step=str(given["step"]).lower()))
    except Exception:  # noqa: BLE001  whatever is wrong with it, it is refused later
        return balances.MOST_POINTS


@strawberry.type
class AccountBalances:
    """The fields of an account about its past."""

    @strawberry_django.field(only=["currency"], description=AS_OF)
    def balance_as_of(self, date: Day) -> AccountBalance:
        return _of_account(self, [date])[0]

    @strawberry_django.field(only=["currency"], description=HISTORY, metadata=costs.metadata(length=_points))
    def balance_history(self, since: Since, until: Until, step: Apart) -> list[AccountBalance]:
        return _of_account(self, balances.days(since=since, until=until, step=str(step.value)))


@strawberry.type
class BudgetBalances:
    """The fields of a budget about its past."""

    @strawberry_django.field(only=["bank_account"], description=AS_OF)
    def balance_as_of(self, info: Info, date: Day) -> BudgetBalance:
        return _of_budget(self, info, [date])[0]

    @strawberry_django.field(only=["bank_account"], description=HISTORY, metadata=costs.metadata(length=_points))
    def balance_history(self, info: Info, since: Since, until: Until, step: Apart) -> list[BudgetBalance]:
        return _of_budget(self, info, balances.days(since=since, until=until, step=str(step.value)))


def _of_account(row: Any, on: list[date]) -> list[AccountBalance]:
    found = peers.of(row).share(("balances", *on), lambda rows: balances.of_accounts([each.pk for each in rows], on=on))
    currency = str(cast(models.BankAccount, row).currency)
    return [AccountBalance.of(each, currency=currency) for each in found[row.pk]]


def _of_budget(row: Any, info: Info, on: list[date]) -> list[BudgetBalance]:
    found = peers.of(row).share(("balances", *on), lambda rows: balances.of_budgets([each.pk for each in rows], on=on))
    currency = context.of(info).currencies[row.bank_account_id]
    return [BudgetBalance.of(each, currency=currency) for each in found[row.pk]]
