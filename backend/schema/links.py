"""Which transactions may be the two sides of one movement between the user's own accounts, and why."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from backend.ledger.selectors import linking

from . import base, context, costs, ids, reasons
from .accounts import BankAccount
from .reasons import MatchReason
from .transactions import Transaction

FIRST = 20


@strawberry.type(description="Two transactions that may be one movement between two of the user's accounts.")
class LinkCandidate:
    debit: Transaction = strawberry.field(description="The money that went out of one account.")
    credit: Transaction = strawberry.field(description="The money that came into the other.")
    days_apart: int = strawberry.field(description="Days between them, ten at most.")
    rivals: int = strawberry.field(description="How many other candidates have one of the two in them.")
    score: int = strawberry.field(description="How well they fit, from 1 to 100.")
    reasons: list[MatchReason] = strawberry.field(description="Why, and what speaks against it.")


@strawberry.type
class LinkQueries:
    @strawberry.field(
        description="Pairs that could be linked, the likeliest first: of opposite amounts, in two of the user's "
        "accounts of one currency, within ten days, not rejected before. `linkTransactions` confirms one, `rejectLink` "
        "rejects it for good.",
        metadata=costs.metadata(length=linking.MOST, once=costs.SCAN),
    )
    def link_candidates(
        self,
        info: Info,
        account: Annotated[strawberry.ID | None, strawberry.argument(description="With that account.")] = None,
        transaction: Annotated[strawberry.ID | None, strawberry.argument(description="With that transaction.")] = None,
        first: Annotated[int, strawberry.argument(description=f"How many; {linking.MOST} at most.")] = FIRST,
    ) -> list[LinkCandidate]:
        found = linking.candidates(
            context.of(info).user,
            account_id=None if account is None else ids.key(account, BankAccount, field="account"),
            transaction_id=None if transaction is None else ids.key(transaction, Transaction, field="transaction"),
            limit=first,
        )
        rows = base.by_key(Transaction, {row.pk for each in found for row in (each.debit, each.credit)}, info)
        return [
            LinkCandidate(
                debit=rows[each.debit.pk],
                credit=rows[each.credit.pk],
                days_apart=each.days,
                rivals=each.rivals,
                score=each.match.score,
                reasons=reasons.shown(each.match),
            )
            for each in found
        ]
