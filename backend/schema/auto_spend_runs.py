"""Rules of budgets held against the past: what they would change, and what they changed when they were applied."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, errors, models
from backend.ledger.models import User
from backend.ledger.rules.reasons import Reason
from backend.ledger.selectors import auto_spend

from . import base, context, costs, ids
from .accounts import BankAccount
from .auto_spend import AutoSpendRuleInput, rule_of
from .budgets import Budget
from .money import Money, of_account
from .transactions import Transaction

FIRST = 20
MOST = 100

Account = Annotated[strawberry.ID, strawberry.argument(description="The account.")]
OfBudget = Annotated[strawberry.ID | None, strawberry.argument(description="Only what this budget would claim.")]
Since = Annotated[date | None, strawberry.argument(description="Booked on that day or later, in UTC.")]
Until = Annotated[date | None, strawberry.argument(description="Booked on that day or before.")]


@strawberry.type(description="A debit that lies on Unallocated whole, and the budget that would claim it.")
class AutoSpendChange:
    transaction: Transaction = strawberry.field(description="The debit.")
    budget: Budget = strawberry.field(description="The budget whose rule claims it.")
    rule: int = strawberry.field(description="Which of the budget's rules, counted from 1.")
    amount: Money = strawberry.field(description="The part that would move: all of it, below zero.")
    category_now: str = strawberry.field(description="The category that it has.")
    category_then: str = strawberry.field(description="The one that it would have; one that somebody gave stays.")


@strawberry.type(description="What all changes together do to a budget.")
class AutoSpendEffect:
    budget: Budget = strawberry.field(description="The budget; Unallocated comes first.")
    count: int = strawberry.field(description="Transactions that come to it, or leave Unallocated.")
    balance_now: Money = strawberry.field(description="What is in it.")
    balance_then: Money = strawberry.field(description="What would be in it.")


@strawberry.type(description="What the rules of an account's budgets would change of its past.")
class AutoSpendPreview:
    fingerprint: str = strawberry.field(description="Stands for exactly this; `applyAutoSpend` does it or refuses.")
    count: int = strawberry.field(description=f"Transactions that would change, at most {auto_spend.MOST} at once.")
    more: bool = strawberry.field(description="Whether a further run would find more.")
    effects: list[AutoSpendEffect] = strawberry.field(description="What becomes of the budgets.")
    found: strawberry.Private[auto_spend.Preview]

    @strawberry.field(
        description="The changes, the latest first.",
        metadata=costs.metadata(length=lambda given: _length(given.get("first"))),
    )
    def changes(
        self, info: Info, first: Annotated[int, strawberry.argument(description=f"How many; {MOST} at most.")] = FIRST
    ) -> list[AutoSpendChange]:
        rows = self.found.rows[: _checked(first)]
        transactions = base.by_key(Transaction, {row.transaction_id for row in rows}, info)
        budgets = base.by_key(Budget, {row.budget_id for row in rows}, info)
        return [
            AutoSpendChange(
                transaction=transactions[row.transaction_id],
                budget=budgets[row.budget_id],
                rule=row.number,
                amount=of_account(info, self.found.account.pk, row.entry.amount),
                category_now=row.entry.category,
                category_then=row.category,
            )
            for row in rows
        ]


@strawberry.type(description="What stands in the way of undoing a change.")
class AutoSpendObstacle:
    code: str = strawberry.field(description='What a program can act on: "deleted" or "changed".')
    text: str = strawberry.field(description="The same for people.")


@strawberry.type(description="A transaction that a run of the rules put on a budget.")
class AutoSpendDone:
    transaction: Transaction | None = strawberry.field(description="The transaction; null if it was deleted since.")
    budget: Budget | None = strawberry.field(description="Where it was put.")
    amount: Money = strawberry.field(description="What moved, below zero.")
    category_before: str = strawberry.field(description="The category that it had.")
    category_after: str = strawberry.field(description="The one that it got.")
    undone: bool = strawberry.field(description="Whether that was undone.")
    obstacle: AutoSpendObstacle | None = strawberry.field(description="What stands in the way of undoing it now.")


@strawberry_django.type(
    models.AutoSpendRun, description="One time that the rules of an account's budgets were applied to its past."
)
class AutoSpendRun(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account.")
    applied_at: datetime = strawberry_django.field(field_name="created_at", description="When.")
    undone_at: datetime | None = strawberry.field(description="When it was undone; null if it was not.")

    @strawberry_django.field(
        select_related=["actor"], only=["actor__username"], description="User name of whoever did it."
    )
    def applied_by(self) -> str:
        row: Any = self
        return str(row.actor.username)

    @strawberry_django.field(
        select_related=["undone_by"], only=["undone_by__username"], description="User name of whoever undid it."
    )
    def undone_by(self) -> str | None:
        row: Any = self
        return row.undone_by and row.undone_by.username

    @strawberry_django.field(only=["rows"], description="Transactions that it changed.")
    def count(self) -> int:
        row: Any = self
        return len(row.rows)

    @strawberry_django.field(
        only=["rows", "undone_at", "bank_account"],
        description="What it did, the latest transaction first.",
        metadata=costs.metadata(length=lambda given: _length(given.get("first"))),
    )
    def changes(
        self, info: Info, first: Annotated[int, strawberry.argument(description=f"How many; {MOST} at most.")] = FIRST
    ) -> list[AutoSpendDone]:
        row: Any = self
        done = auto_spend.done(row)[: _checked(first)]
        transactions = base.by_key(Transaction, {each.transaction_id for each in done}, info)
        budgets = base.by_key(Budget, {each.budget_id for each in done}, info)
        return [
            AutoSpendDone(
                transaction=transactions.get(each.transaction_id),
                budget=budgets.get(each.budget_id),
                amount=of_account(info, row.bank_account_id, each.amount),
                category_before=each.category_before,
                category_after=each.category_after,
                undone=each.undone,
                obstacle=_obstacle(each.obstacle),
            )
            for each in done
        ]

    @staticmethod
    def rows(user: User) -> QuerySet[models.AutoSpendRun]:
        return access.auto_spend_runs(user)


def asked(
    budget: str | None, since: date | None, until: date | None, rules: Sequence[AutoSpendRuleInput] | None = None
) -> auto_spend.Asked:
    """What a client asks, as the ledger takes it. Raises NotFound (`budget`)."""
    return auto_spend.Asked(
        budget_id=None if budget is None else ids.key(budget, Budget, field="budget"),
        candidate=None if rules is None else [rule_of(each) for each in rules],
        since=since,
        until=until,
    )


def listed(runs: Sequence[models.AutoSpendRun], info: Info) -> list[AutoSpendRun]:
    """The runs with what the client wants of them, in that order."""
    found = base.by_key(AutoSpendRun, [run.pk for run in runs], info)
    return [found[run.pk] for run in runs]


def _obstacle(found: Reason | None) -> AutoSpendObstacle | None:
    return None if found is None else AutoSpendObstacle(code=found.code, text=found.text)


def _checked(first: int) -> int:
    if not 1 <= first <= MOST:
        raise errors.InvalidValue(f"From 1 to {MOST} changes are shown.", field="first")
    return first


def _length(first: object) -> int:
    return first if isinstance(first, int) else FIRST


@strawberry.type
class AutoSpendQueries:
    @strawberry.field(
        description="What the rules would change of an account's past: debits that lie on Unallocated whole. A split "
        "that somebody made stays. With `rules`, as if the budget had those instead of its own.",
        metadata=costs.metadata(once=costs.SCAN),
    )
    def auto_spend_preview(
        self,
        info: Info,
        account: Account,
        *,
        budget: OfBudget = None,
        rules: Annotated[
            list[AutoSpendRuleInput] | None,
            strawberry.argument(
                description="Rules that the budget has in thought instead of its own; name the budget."
            ),
        ] = None,
        since: Since = None,
        until: Until = None,
    ) -> AutoSpendPreview:
        key = ids.key(account, BankAccount, field="account")
        found = auto_spend.preview(context.of(info).user, key, asked(budget, since, until, rules))
        budgets = base.by_key(Budget, {each.budget_id for each in found.effects}, info)
        return AutoSpendPreview(
            fingerprint=found.fingerprint,
            count=len(found.rows),
            more=found.more,
            effects=[
                AutoSpendEffect(
                    budget=budgets[each.budget_id],
                    count=each.count,
                    balance_now=of_account(info, key, each.now),
                    balance_then=of_account(info, key, each.then),
                )
                for each in found.effects
            ],
            found=found,
        )

    @strawberry.field(
        description="The times that the rules of an account were applied to its past, the latest first.",
        metadata=costs.metadata(length=lambda given: _length(given.get("first"))),
    )
    def auto_spend_runs(
        self,
        info: Info,
        account: Account,
        first: Annotated[int, strawberry.argument(description=f"How many; {auto_spend.MOST_RUNS} at most.")] = FIRST,
    ) -> list[AutoSpendRun]:
        key = ids.key(account, BankAccount, field="account")
        return listed(auto_spend.runs(context.of(info).user, key, limit=first), info)
