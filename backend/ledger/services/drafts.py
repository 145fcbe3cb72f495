"""How a new bank row becomes a transaction with allocations; by hand and by import alike."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from backend.ledger import errors, posting
from backend.ledger.models import Transaction
from backend.ledger.rules import auto_spend, descriptions
from backend.ledger.selectors import claims


def transaction(
    *,
    amount: Decimal,
    posted_date: datetime,
    raw_description: str,
    transaction_type: str = "",
    transaction_date: datetime | None = None,
    pending: bool = False,
    memo: str | None = None,
    description: str = "",
    party: str | None = None,
) -> Transaction:
    """An unsaved transaction with what its description tells: the day it was made and the other party.

    A `party` that the bank names apart is cleaned like one that is found in the description.
    """
    local = posted_date
    if transaction_date is None:
        day = descriptions.transaction_day(raw_description, posted=local.date()) or local.date()
        transaction_date = midnight(day, local.tzinfo)
    return Transaction.fresh(
        amount=amount,
        posted_date=_instant(posted_date, field="posted_date"),
        transaction_date=_instant(transaction_date, field="transaction_date"),
        raw_description=raw_description,
        transaction_type=transaction_type,
        pending=pending,
        memo=memo,
        description=description.strip() or raw_description.strip(),
        party=descriptions.party(party or raw_description),
    )


@lru_cache(maxsize=512)
def midnight(day: date, zone: tzinfo | None = UTC) -> datetime:
    """The start of that day; in UTC where a bank says the date alone, as the APIs read and show it."""
    return datetime.combine(day, time.min, tzinfo=zone)


def _instant(at: datetime, *, field: str) -> datetime:
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError as error:
        raise errors.InvalidValue("Datetime value out of range.", field=field) from error


claimants = claims.claimants


def allocated(row: Transaction, *, budgets: Sequence[claims.Claimant]) -> posting.Draft:
    """The transaction on the first of `claimants` whose rules claim it, or else on Unallocated.

    Only debits are claimed; the rule's category comes with the claim.
    """
    unallocated, *others = budgets
    place, category = unallocated.budget_id, None
    if others and row.amount < 0:
        found = auto_spend.claim(claims.ruled(others), texts=claims.texts(row), size=-row.amount)
        if found is not None:
            place, category = found.budget, found.rule.category
    part = posting.Part(budget_id=place, amount=row.amount, category=category)
    return posting.Draft(transaction=row, parts=(part,))


def parts(amounts: Mapping[UUID, Decimal]) -> list[posting.Part]:
    return [posting.Part(budget_id=budget_id, amount=amount) for budget_id, amount in amounts.items()]
