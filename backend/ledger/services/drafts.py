"""How a new bank row becomes a transaction with allocations; by hand and by import alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

from backend.ledger import currencies, errors, posting
from backend.ledger.models import BankAccount, Budget, Transaction
from backend.ledger.rules import auto_spend, descriptions


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
        transaction_date = datetime.combine(day, time.min, tzinfo=local.tzinfo)
    return Transaction(
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


def _instant(at: datetime, *, field: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise errors.InvalidValue("Datetime value out of range.", field=field) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A budget that may take a new transaction, with its rules; Unallocated has none and takes what is left."""

    budget_id: UUID
    rules: Sequence[auto_spend.Rule] = ()


def claimants(account: BankAccount) -> list[Claimant]:
    """Unallocated first, then the live budgets that have rules, oldest first. Read once for however many rows."""
    live = Budget.objects.filter(bank_account=account, archived=False, deleted_at=None)
    ordered = sorted(
        (budget for budget in live if budget.is_unallocated or budget.auto_spend),
        key=lambda budget: (not budget.is_unallocated, budget.created_at, budget.pk),
    )
    return [Claimant(budget_id=each.pk, rules=() if each.is_unallocated else rules_of(each)) for each in ordered]


def allocated(row: Transaction, *, budgets: Sequence[Claimant]) -> posting.Draft:
    """The transaction on the first of `claimants` whose rules claim it, or else on Unallocated.

    Only debits are claimed; the rule's category comes with the claim.
    """
    unallocated, *others = budgets
    texts = tuple(text for text in (row.party, row.raw_description, row.description) if text)
    if row.amount < 0:
        for claimant in others:
            for rule in claimant.rules:
                if rule.claims(texts=texts, size=-row.amount):
                    part = posting.Part(budget_id=claimant.budget_id, amount=row.amount, category=rule.category)
                    return posting.Draft(transaction=row, parts=(part,))
    return posting.Draft(transaction=row, parts=(posting.Part(budget_id=unallocated.budget_id, amount=row.amount),))


def rules_of(budget: Budget) -> tuple[auto_spend.Rule, ...]:
    """The rules of a budget, which were checked when they were stored."""
    return auto_spend.parse(budget.auto_spend, decimals=currencies.MOST_DECIMALS)


def parts(amounts: Mapping[UUID, Decimal]) -> list[posting.Part]:
    return [posting.Part(budget_id=budget_id, amount=amount) for budget_id, amount in amounts.items()]
