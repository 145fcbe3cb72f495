"""Many transactions at once."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry.types import Info

from backend.ledger import access, errors, models
from backend.ledger.services import batches
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.errors import Problem, problem
from backend.schema.mutations import mutation
from backend.schema.transactions import Transaction

from .transactions import NewTransactionInput, fields_of


@strawberry.type(description="What became of one of many transactions.")
class CreatedTransaction:
    uuid: UUID | None = strawberry.field(description="The id of the transaction, if it was entered.")
    problem: Problem | None = strawberry.field(description="Why it was not, if so.")


@strawberry.type(description="What became of many transactions.")
class CreatedTransactions:
    results: list[CreatedTransaction] = strawberry.field(description="For each, in the order in which they were sent.")
    created: int = strawberry.field(description="How many were entered.")

    @strawberry_django.field(description="Those that were entered, in the order of their creation.")
    def transactions(self, info: Info) -> list[Transaction]:
        keys = [each.uuid for each in self.results if each.uuid]
        rows: QuerySet[models.Transaction] = access.transactions(context.of(info).user).filter(pk__in=keys)
        return rows.order_by("seq")  # type: ignore[return-value]  # a row stands for its type


CreateTransactionsResult = Annotated[
    CreatedTransactions | Problem,
    strawberry.union("CreateTransactionsResult", description="An outcome for each, or why none was looked at."),
]


@strawberry.type
class BatchMutations:
    @mutation("Enter up to 500 transactions of one account, with an outcome for each.")
    def create_transactions(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(description="The account that they moved.")],
        given: Annotated[
            list[NewTransactionInput], strawberry.argument(name="transactions", description="At most 500 of them.")
        ],
        all_or_nothing: Annotated[
            bool, strawberry.argument(description="Whether one that is refused keeps all the others out.")
        ] = False,
    ) -> CreateTransactionsResult:
        request = context.of(info)
        outcomes = batches.create(
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="bank_account"),
            rows=[_row(each) for each in given],
            all_or_nothing=all_or_nothing,
            now=request.now,
        )
        found = _answer(outcomes)
        request.refused = not found.created
        return found


def _row(given: NewTransactionInput) -> batches.New | errors.LedgerError:
    try:
        return batches.New(**fields_of(given))
    except errors.LedgerError as refusal:
        return refusal


def _answer(outcomes: Sequence[batches.Outcome]) -> CreatedTransactions:
    results = [
        CreatedTransaction(uuid=None, problem=problem(each))
        if isinstance(each, errors.LedgerError)
        else CreatedTransaction(uuid=each.pk, problem=None)
        for each in outcomes
    ]
    return CreatedTransactions(results=results, created=sum(each.uuid is not None for each in results))
