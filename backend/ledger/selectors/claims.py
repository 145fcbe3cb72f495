"""The budgets of an account that claim debits by their rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from backend.ledger import currencies, prepared
from backend.ledger.models import BankAccount, Budget, Transaction
from backend.ledger.rules import auto_spend


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """A budget that may take a new transaction, with its rules; Unallocated has none and takes what is left."""

    budget_id: UUID
    rules: Sequence[auto_spend.Rule] = ()


def claimants(account: BankAccount) -> list[Claimant]:
    """Unallocated first, then the live budgets that have rules, oldest first. Read once for however many rows."""
    return among(prepared.find(_live, account.pk))


def _live(hole: prepared.Opening) -> QuerySet[Budget]:
    return Budget.objects.filter(bank_account=hole(BankAccount), archived=False, deleted_at=None)


def among(live: Iterable[Budget]) -> list[Claimant]:
    """The same of live budgets that were read before."""
    ordered = sorted(
        (budget for budget in live if budget.is_unallocated or budget.auto_spend),
        key=lambda budget: (not budget.is_unallocated, budget.created_at, budget.pk),
    )
    return [Claimant(budget_id=each.pk, rules=() if each.is_unallocated else rules_of(each)) for each in ordered]


def ruled(budgets: Iterable[Claimant]) -> list[tuple[UUID, Sequence[auto_spend.Rule]]]:
    """As the rules take them."""
    return [(each.budget_id, each.rules) for each in budgets]


def texts(row: Transaction) -> tuple[str, ...]:
    """What of a transaction a rule looks at."""
    return tuple(text for text in (row.party, row.raw_description, row.description) if text)


def rules_of(budget: Budget) -> tuple[auto_spend.Rule, ...]:
    """The rules of a budget, which were checked when they were stored."""
    return auto_spend.parse(budget.auto_spend, decimals=currencies.MOST_DECIMALS)
