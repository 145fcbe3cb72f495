"""What is asked of the future: what to expect, and what to change in thought."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from backend.ledger.selectors import forecast, whatif

from . import ids
from .budgets import Budget
from .enums import BudgetType, FundingType
from .money import Amount
from .writes.budgets import NAMES, NULLABLE
from .writes.given import optional, said

NOT_FIELDS = ("budget", "key", "priority")


@strawberry.input(description="Money that you expect to come in or to spend: on one day, or by a schedule.")
class ForecastFlowInput:
    name: str = strawberry.field(default="", description="What it is; at most 200 characters.")
    amount: Amount = strawberry.field(description="In the account's currency; below zero for spending.")
    budget: strawberry.ID | None = strawberry.field(
        default=None,
        description="The budget that it comes to or is spent from, or the key of one that is added; Unallocated if "
        "left out. Spending may take it below zero.",
    )
    on: date | None = strawberry.field(default=None, description="Its only day, today or later.")
    schedule: str | None = strawberry.field(
        default=None, description="Its days as RFC 5545 text; counted from today where it names no first day."
    )


@strawberry.input(description="What would be different about a budget; what is left out stays.")
class ForecastBudgetChangeInput:
    budget: strawberry.ID = strawberry.field(description="The budget.")
    funding_type: FundingType | None = optional("How much an event moves.")
    target_balance: Amount | None = optional("What it saves up to, in the account's currency.")
    funding_amount: Amount | None = optional("What an event moves if that is fixed; null for none.")
    target_date: date | None = optional("The day on which a goal is to be reached; null for none.")
    funding_schedule: str | None = optional("When money comes in, as RFC 5545 text; empty for never.")
    recurrence_schedule: str | None = optional("When a new cycle starts, as RFC 5545 text; null for never.")
    with_fillup_goal: bool | None = optional("Whether another budget saves for its next cycle.")
    paused: bool | None = optional("Whether its events are skipped.")
    priority: int | None = strawberry.field(
        default=None, description="Higher is funded first among the events of one day: -1000 to 1000."
    )


@strawberry.input(description="A budget that there would be, from today on, with a balance of zero.")
class ForecastBudgetInput:
    key: str = strawberry.field(description="What flows and the answer call it, such as its name.")
    name: str = strawberry.field(description="What it is for; at most 200 characters.")
    budget_type: BudgetType = strawberry.field(default=BudgetType.GOAL, description="How it saves.")
    funding_type: FundingType = strawberry.field(
        default=FundingType.TARGET_DATE, description="How much an event moves."
    )
    target_balance: Amount = strawberry.field(description="What it saves up to, in the account's currency.")
    funding_amount: Amount | None = optional("What an event moves if that is fixed.")
    target_date: date | None = optional("The day on which a goal is to be reached.")
    funding_schedule: str | None = optional("When money comes in, as RFC 5545 text; empty for never.")
    recurrence_schedule: str | None = optional("When a new cycle starts, as RFC 5545 text.")
    with_fillup_goal: bool | None = optional("Whether another budget saves for its next cycle.")
    paused: bool | None = optional("Whether its events are skipped.")
    priority: int = strawberry.field(
        default=0, description="Higher is funded first among the events of one day: -1000 to 1000."
    )


@strawberry.input(description="How far to look, what to expect, and which budgets to change in thought.")
class ForecastInput:
    until: date = strawberry.field(description="The last day; at most 731 days, two years, after today.")
    flows: list[ForecastFlowInput] = strawberry.field(
        default_factory=list, description="What you expect; at most 100, on at most 10,000 days in all."
    )
    regular: bool = strawberry.field(
        default=False, description="Whether to expect what came back regularly in the account's past, too."
    )
    without_parties: list[str] = strawberry.field(
        default_factory=list, description="Parties of the past that are not to be expected."
    )
    change_budgets: list[ForecastBudgetChangeInput] = strawberry.field(
        default_factory=list, description="Budgets that would be different from now on; at most 100."
    )
    remove_budgets: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Budgets that would be archived now, fill-ups with them; at most 100."
    )
    add_budgets: list[ForecastBudgetInput] = strawberry.field(
        default_factory=list, description="Budgets that would be made now; at most 100."
    )


def question(given: ForecastInput) -> forecast.Question:
    """The same for the ledger. Raises InvalidValue and NotFound naming the input."""
    keys = {each.key for each in given.add_budgets}
    return forecast.Question(
        until=given.until,
        flows=[_flow(each, number, keys) for number, each in enumerate(given.flows)],
        with_regular=given.regular,
        without=given.without_parties,
        changes=whatif.WhatIf(
            alter=[_alteration(each, number) for number, each in enumerate(given.change_budgets)],
            remove=[_removal(each, number) for number, each in enumerate(given.remove_budgets)],
            add=[_addition(each, number) for number, each in enumerate(given.add_budgets)],
        ),
    )


def _flow(given: ForecastFlowInput, number: int, keys: Collection[str]) -> forecast.Expected:
    with whatif.within("flows", number):
        budget: UUID | str | None = given.budget
        if given.budget is not None and given.budget not in keys:
            budget = ids.key(given.budget, Budget, field="budget")
    return forecast.Expected(
        name=given.name, amount=given.amount, budget=budget, on=given.on, schedule=given.schedule or ""
    )


def _alteration(given: ForecastBudgetChangeInput, number: int) -> whatif.Alteration:
    with whatif.within("alter", number):
        key = ids.key(given.budget, Budget, field="budget")
        return whatif.Alteration(budget_id=key, fields=_fields(given), priority=given.priority)


def _removal(given: str, number: int) -> UUID:
    with whatif.within("remove", number):
        return ids.key(given, Budget, field="budget")


def _addition(given: ForecastBudgetInput, number: int) -> whatif.Addition:
    with whatif.within("add", number):
        return whatif.Addition(key=given.key, fields=_fields(given), priority=given.priority)


def _fields(given: ForecastBudgetChangeInput | ForecastBudgetInput) -> dict[str, Any]:
    found = said(given, names=NAMES, nullable=(*NULLABLE, "priority"))
    return {name: value for name, value in found.items() if name not in NOT_FIELDS}
