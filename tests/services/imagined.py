"""An account whose budgets are changed, in thought and by the services."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, cast

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import forecast
from backend.ledger.selectors.forecast import Question
from backend.ledger.selectors.whatif import Addition, Alteration, WhatIf
from backend.ledger.services import budgets
from tests import build, worlds
from tests.services import funded
from tests.services.funded import at, on

D = Decimal


class Household:
    """An account with a goal that was short, a Recurring with its fill-up, and a Capped one."""

    def __init__(self, account: BankAccount, *, offset: int, gated: bool) -> None:
        self.account, self.now = account, at(offset)
        if not gated:
            funded.free(account)
        self.goal = funded.goal(account, amount="300", target_balance="2000")
        self.rent, self.fillup = funded.rent(account, balance="20")
        self.capped = build.budget(
            account, name="Food", budget_type="C", target_balance=150, funding_schedule=funded.WEEKLY, balance=40
        )
        self.goal_by_day = funded.goal(account, name="Trip", funding_type="D", target_date=on(40), balance="15")
        funded.run(account, min(offset, 22))
        build.transaction(account, amount="-60.55", posted_date=3, splits={self.goal_by_day: "60.55"})
        for budget in (self.goal, self.rent, self.fillup, self.capped, self.goal_by_day):
            budget.refresh_from_db()

    @property
    def actor(self) -> User:
        return build.first_owner(self.account)

    def outlook(self, changes: WhatIf | None = None, **more: Any) -> forecast.Outlook:
        account = BankAccount.objects.get(pk=self.account.pk)
        question = Question(until=on(75), changes=changes or WhatIf(), **more)
        return forecast.outlook(account, question, now=self.now)

    # What the services do

    def update(self, budget: Budget, **fields: object) -> None:
        budgets.update(actor=self.actor, budget_id=budget.pk, fields=cast(budgets.Fields, fields), now=self.now)

    def archive(self, budget: Budget) -> None:
        budgets.archive(actor=self.actor, budget_id=budget.pk, now=self.now)

    def create(self, **fields: object) -> Budget:
        given = cast(budgets.Fields, fields)
        return budgets.create(actor=self.actor, account_id=self.account.pk, fields=given, now=self.now)


def household(*, offset: int = 0, gated: bool = False) -> Household:
    """One in a database that has nothing else; the first of its kind is made, the others are copies."""
    return worlds.once(_maker(offset, gated))


@cache
def _maker(offset: int, gated: bool) -> Callable[[], Household]:
    def make() -> Household:
        account = build.account(owner=build.user("owner"), balance="1000.00")
        return Household(account, offset=offset, gated=gated)

    return make


def alter(budget: Budget, *, priority: int | None = None, **fields: Any) -> WhatIf:
    return WhatIf(alter=[Alteration(budget_id=budget.pk, fields=fields, priority=priority)])


def add(**fields: Any) -> WhatIf:
    return WhatIf(add=[Addition(key="new", fields=fields)])


NEW_GOAL = {
    "name": "New",
    "target_balance": D(500),
    "funding_type": "F",
    "funding_amount": D("33.30"),
    "funding_schedule": "RRULE:FREQ=DAILY;INTERVAL=5",
}
NEW_BILL = {
    "name": "New",
    "budget_type": "R",
    "target_balance": D(120),
    "funding_schedule": funded.WEEKLY,
    "recurrance_schedule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=20",
}
