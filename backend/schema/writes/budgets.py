"""Writes to budgets."""

from datetime import date
from typing import Annotated, cast

import strawberry
from strawberry.types import Info

from backend.ledger.services import budgets
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.auto_spend import AutoSpendRuleInput, rule_of
from backend.schema.budgets import Budget
from backend.schema.enums import BudgetType, FundingType
from backend.schema.errors import Problem
from backend.schema.money import Amount
from backend.schema.mutations import mutation

from .given import Expected, optional, said
from .results import Deleted

NULLABLE = ("funding_amount", "target_date", "recurrence_schedule", "memo")
NAMES = {"recurrence_schedule": "recurrance_schedule"}


@strawberry.input(description="A budget to make, with a balance of zero.")
class CreateBudgetInput:
    bank_account: strawberry.ID = strawberry.field(name="account", description="The account whose money it is.")
    name: str = strawberry.field(description="What it is for; at most 200 characters.")
    budget_type: BudgetType = strawberry.field(
        default=BudgetType.GOAL, description="How it saves; never changes. A fill-up comes with its recurring budget."
    )
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
    memo: str | None = optional("A note of at most 512 characters.")
    auto_spend: list[AutoSpendRuleInput] | None = optional("Rules by which it claims new debits; at most 100.")


@strawberry.input(description="What is to be changed of a budget; what is left out stays.")
class UpdateBudgetInput:
    name: str | None = optional("What it is for; at most 200 characters.")
    funding_type: FundingType | None = optional("How much an event moves.")
    target_balance: Amount | None = optional("What it saves up to, in the account's currency.")
    funding_amount: Amount | None = optional("What an event moves if that is fixed; null for none.")
    target_date: date | None = optional("The day on which a goal is to be reached; null for none.")
    funding_schedule: str | None = optional("When money comes in, as RFC 5545 text; empty for never.")
    recurrence_schedule: str | None = optional("When a new cycle starts, as RFC 5545 text; null for never.")
    with_fillup_goal: bool | None = optional("Whether another budget saves for its next cycle.")
    paused: bool | None = optional("Whether its events are skipped.")
    memo: str | None = optional("A note of at most 512 characters; null for none.")
    auto_spend: list[AutoSpendRuleInput] | None = optional(
        "All of the rules by which it claims new debits; at most 100."
    )


BudgetResult = Annotated[
    Budget | Problem, strawberry.union("BudgetResult", description="The budget as it is now, or why nothing changed.")
]
DeleteBudgetResult = Annotated[
    Deleted | Problem,
    strawberry.union("DeleteBudgetResult", description="What was deleted, or why nothing was."),
]
Which = Annotated[strawberry.ID, strawberry.argument(name="id", description="The budget.")]


def fields_of(given: CreateBudgetInput | UpdateBudgetInput) -> budgets.Fields:
    found = said(given, names=NAMES, nullable=NULLABLE, keys={"bank_account": BankAccount})
    if "auto_spend" in found:
        found["auto_spend"] = [rule_of(each) for each in found["auto_spend"]]
    return cast(budgets.Fields, found)


@strawberry.type
class BudgetMutations:
    @mutation("Make a budget; a recurring one with `withFillupGoal` gets its fill-up.")
    def create_budget(
        self,
        info: Info,
        given: Annotated[CreateBudgetInput, strawberry.argument(name="input", description="The budget.")],
    ) -> BudgetResult:
        request = context.of(info)
        fields = fields_of(given)
        return budgets.create(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user, account_id=fields["bank_account"], fields=fields, now=request.now
        )

    @mutation("Change a budget; its fill-up follows. What concerns funding takes effect from the next event.")
    def update_budget(
        self,
        info: Info,
        budget: Which,
        given: Annotated[UpdateBudgetInput, strawberry.argument(name="input", description="What to change.")],
        expected_version: Expected = None,
    ) -> BudgetResult:
        request = context.of(info)
        return budgets.update(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            budget_id=ids.key(budget, Budget, field="id"),
            fields=fields_of(given),
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Settle the balance with Unallocated and take the budget out of use, its fill-up first.")
    def archive_budget(self, info: Info, budget: Which) -> BudgetResult:
        request = context.of(info)
        return budgets.archive(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user, budget_id=ids.key(budget, Budget, field="id"), now=request.now
        )

    @mutation("Take an archived budget into use again, empty; its schedules go on from today.")
    def unarchive_budget(self, info: Info, budget: Which) -> BudgetResult:
        request = context.of(info)
        return budgets.unarchive(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user, budget_id=ids.key(budget, Budget, field="id"), now=request.now
        )

    @mutation("Settle a budget that no transaction ever touched with Unallocated and remove it.")
    def delete_budget(self, info: Info, budget: Which) -> DeleteBudgetResult:
        request = context.of(info)
        key = ids.key(budget, Budget, field="id")
        budgets.delete(actor=request.user, budget_id=key, now=request.now)
        return Deleted.of(Budget, key)
