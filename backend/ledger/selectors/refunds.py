"""Refunds and purchases: what is tied, what is left, and which purchase a credit may be a refund of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from backend.ledger import access, errors
from backend.ledger.models import Transaction, User
from backend.ledger.rules import refunds as rules
from backend.ledger.rules.reasons import Match

ZERO = Decimal(0)
MOST = 20
NEAR = timedelta(days=rules.NEAR)
LOOKED_AT = 2_000
"""Debits before a refund, the latest first, or credits after a purchase, that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What ties a transaction: `refund_of` if it is a refund; of a purchase its refunds, their sum, what is left."""

    transaction: Transaction
    refund_of: UUID | None
    refunds: list[UUID]
    refunded: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A credit and a purchase that it may be a refund of; `left` of the purchase was not refunded yet."""

    refund: Transaction
    purchase: Transaction
    left: Decimal
    match: Match


def state(user: User, transaction_id: UUID) -> State:
    """What ties the transaction; two queries. Raises NotFound."""
    row = access.one(access.transactions(user).select_related("bank_account"), transaction_id)
    rows = list(Transaction.objects.filter(refund_of=row).order_by("seq").values_list("pk", "amount"))
    refunded = sum((amount for _, amount in rows), ZERO)
    return State(
        transaction=row,
        refund_of=row.refund_of_id,
        refunds=[key for key, _ in rows],
        refunded=refunded,
        left=max(ZERO, -row.amount - refunded),
    )


def candidates(user: User, transaction_id: UUID, *, limit: int = 5) -> list[Candidate]:
    """The purchases that a credit may be a refund of, or the credits that may be refunds of a debit; likeliest first.

    A refund lies in the account of the purchase, at most 90 days after it, is no more than what is left of it, and has
    the same party, one that begins alike, or exactly the amount. None for what cannot be tied; two queries or three.
    Raises NotFound, InvalidValue (`first`).
    """
    if not 1 <= limit <= MOST:
        raise errors.InvalidValue(f"From 1 to {MOST} candidates are shown.", field="first")
    row = access.one(access.transactions(user).select_related("bank_account"), transaction_id)
    if row.pending or row.linked_transaction_id or row.refund_of_id:
        return []
    rows = Transaction.objects.filter(
        bank_account=row.bank_account_id, pending=False, linked_transaction=None
    ).select_related("bank_account")
    pairs = _purchases(row, rows) if row.amount > 0 else _refunds(row, rows)
    found = [each for pair in pairs if (each := _candidate(*pair)) is not None]
    found.sort(key=lambda each: -each.match.score)
    return found[:limit]


def _purchases(refund: Transaction, rows: QuerySet[Transaction]) -> Iterator[tuple[Transaction, Transaction, Decimal]]:
    """The refund with each debit before it, and what is left of that."""
    debits = rows.filter(posted_date__range=(refund.posted_date - NEAR, refund.posted_date), amount__lte=-refund.amount)
    for debit in debits.annotate(back=Sum("refunds__amount")).order_by("-posted_date", "-seq")[:LOOKED_AT]:
        yield refund, debit, -debit.amount - (debit.back or ZERO)


def _refunds(purchase: Transaction, rows: QuerySet[Transaction]) -> Iterator[tuple[Transaction, Transaction, Decimal]]:
    """Each credit after the purchase that is tied to none, with it, and what is left of it."""
    back = Transaction.objects.filter(refund_of=purchase).aggregate(back=Sum("amount"))["back"]
    left = -purchase.amount - (back or ZERO)
    later = (purchase.posted_date, purchase.posted_date + NEAR)
    credits_ = rows.filter(posted_date__range=later, amount__gt=0, amount__lte=left, refund_of=None)
    for credit in credits_.order_by("posted_date", "seq")[:LOOKED_AT]:
        yield credit, purchase, left


def _candidate(refund: Transaction, purchase: Transaction, left: Decimal) -> Candidate | None:
    match = rules.match(
        amount=refund.amount,
        size=-purchase.amount,
        left=left,
        refund_party=refund.party,
        party=purchase.party,
        days=(refund.posted_date.date() - purchase.posted_date.date()).days,
    )
    return None if match is None else Candidate(refund=refund, purchase=purchase, left=left, match=match)
