"""Refunds and the purchases that they give money back of: which could belong together, and why."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from backend.ledger import errors
from backend.ledger.selectors import refunds

from . import base, context, costs, ids, reasons
from .money import Money, of_account
from .reasons import MatchReason
from .transactions import Transaction

FIRST = 5


@strawberry.type(description="A credit that may be a refund of a purchase.")
class RefundCandidate:
    refund: Transaction = strawberry.field(description="The money that came in.")
    purchase: Transaction = strawberry.field(description="The money that went out before.")
    left: Money = strawberry.field(description="What of the purchase was not refunded yet, above zero.")
    score: int = strawberry.field(description="How well they fit, from 1 to 100.")
    reasons: list[MatchReason] = strawberry.field(description="Why.")


@strawberry.type
class RefundQueries:
    @strawberry.field(
        description="Of a credit the purchases that it may be a refund of, of a debit the credits that may be refunds "
        "of it, the likeliest first: within 90 days, no more than is left, with the party or the amount in common.",
        metadata=costs.metadata(length=refunds.MOST, once=costs.COUNT),
    )
    def refund_candidates(
        self,
        info: Info,
        transaction: Annotated[strawberry.ID, strawberry.argument(description="The credit or the debit.")],
        first: Annotated[int, strawberry.argument(description=f"How many; {refunds.MOST} at most.")] = FIRST,
    ) -> list[RefundCandidate]:
        key = ids.key(transaction, Transaction, field="transaction")
        try:
            found = refunds.candidates(context.of(info).user, key, limit=first)
        except errors.NotFound:
            raise errors.NotFound("There is no such Transaction.", field="transaction") from None
        rows = base.by_key(Transaction, {row.pk for each in found for row in (each.refund, each.purchase)}, info)
        return [
            RefundCandidate(
                refund=rows[each.refund.pk],
                purchase=rows[each.purchase.pk],
                left=of_account(info, each.purchase.bank_account_id, each.left),
                score=each.match.score,
                reasons=reasons.shown(each.match),
            )
            for each in found
        ]
