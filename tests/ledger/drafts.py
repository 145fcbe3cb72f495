"""Transactions that tests give to the one writer by itself."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from backend.ledger import posting
from backend.ledger.models import BankAccount, Budget, Transaction
from tests import build

D = Decimal


def post(account: BankAccount, drafts: Iterable[posting.Draft]) -> list[Transaction]:
    drafts = list(drafts)
    with transaction.atomic():
        posting.post(posting.lock(account.pk, actor=None), drafts, now=build.NOW)
    return [each.transaction for each in drafts]


def draft(budget: Budget, amount: str, *, day: int = 0, pending: bool = False) -> posting.Draft:
    row = Transaction(
        amount=D(amount),
        posted_date=build.at(day),
        transaction_date=build.at(day),
        raw_description=amount,
        description=amount,
        pending=pending,
    )
    return posting.Draft(transaction=row, parts=(posting.Part(budget_id=budget.pk, amount=D(amount)),))
