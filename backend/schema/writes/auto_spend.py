"""Writes that apply the rules of budgets to the past, and undo that."""

from typing import Annotated, cast

import strawberry
from strawberry.types import Info

from backend.ledger.services import auto_spend
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.auto_spend_runs import AutoSpendRun, OfBudget, Since, Until, asked
from backend.schema.errors import Problem
from backend.schema.mutations import mutation

AutoSpendRunResult = Annotated[
    AutoSpendRun | Problem,
    strawberry.union("AutoSpendRunResult", description="What was done, or undone, or why nothing was changed."),
]


@strawberry.type
class AutoSpendMutations:
    @mutation("Put past debits on the budgets whose rules claim them: exactly what `autoSpendPreview` showed.")
    def apply_auto_spend(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(name="id", description="The account.")],
        *,
        fingerprint: Annotated[str, strawberry.argument(description="That of the preview.")],
        budget: OfBudget = None,
        since: Since = None,
        until: Until = None,
    ) -> AutoSpendRunResult:
        request = context.of(info)
        run = auto_spend.apply(
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="id"),
            asked=asked(budget, since, until),
            fingerprint=fingerprint,
            now=request.now,
        )
        return cast(AutoSpendRun, run)

    @mutation("Lay what a run changed on Unallocated again, under the categories of before.")
    def undo_auto_spend(
        self,
        info: Info,
        run: Annotated[strawberry.ID, strawberry.argument(name="id", description="The run.")],
        partly: Annotated[
            bool, strawberry.argument(description="Undo what can be undone and leave what stands in the way.")
        ] = False,
    ) -> AutoSpendRunResult:
        request = context.of(info)
        found = auto_spend.undo(
            actor=request.user,
            run_id=ids.key(run, AutoSpendRun, field="id"),
            partly=partly,
            now=request.now,
        )
        return cast(AutoSpendRun, found)
