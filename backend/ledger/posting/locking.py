"""The lock of an account, and what a write knows while it holds it."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from backend.ledger import access, currencies, errors, prepared
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.rules import budgets as rules

from . import journal
from . import rows as rows_

TICK = timedelta(microseconds=1)


def lock(account_id: UUID, *, actor: User | None) -> BankAccount:
    """The account as it is now, locked for the rest of the database transaction; the only lock there is.

    On SQLite the transaction itself is the lock: it began IMMEDIATE. `actor` is who the history will name; None is the
    service itself.
    """
    account = lock_all([account_id], actor=actor).get(account_id)
    if account is None:
        raise errors.NotFound("There is no such bank account.")
    return account


def lock_all(account_ids: Iterable[UUID], *, actor: User | None, owner: User | None = None) -> dict[UUID, BankAccount]:
    """`lock` for the few writes that touch several accounts; those that are gone or not this owner's are left out.

    They are locked in the order of their ids, so that no two writers wait for each other.
    """
    assert connection.in_atomic_block, "a lock lives in a database transaction"
    wanted = sorted(set(account_ids))

    def make(owner: User | None, hole: prepared.Opening) -> QuerySet[BankAccount]:
        known = BankAccount.objects.all() if owner is None else access.accounts(owner)
        keys: list[Any] = [hole(BankAccount) for _ in wanted]
        # no_key: rows that refer to the account, such as its owner's choice of a default, may come in meanwhile.
        return known.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")

    name = (lock_all, len(wanted))
    if owner is None:
        rows = prepared.find(partial(make, None), *wanted, name=name)
    else:
        rows = access.known(owner, make, *wanted, name=name)
    found: dict[UUID, BankAccount] = {account.pk: account for account in rows}
    for account in found.values():
        journal.begin(account, actor=actor)
    return found


def next_seq(account: BankAccount) -> int:
    """The next number in the account's creation order; stored when the account is saved."""
    account.last_seq += 1
    return account.last_seq


def tick(account: BankAccount, *, now: datetime) -> datetime:
    """The time of a row written under the lock: `now`, or just after the account's last write if that is later.

    So times of creation tell the ledger order as `seq` does, also of writers that waited for the lock, and of rows that
    one write made.
    """
    account.modified_at = max(now, account.modified_at + TICK)
    return account.modified_at


def save_account(account: BankAccount) -> None:
    """Store what the write changed, and what was noted of it; its last `tick` is the time of the change."""
    journal.changed(account, account)
    journal.write(account, at=account.modified_at)
    rows_.update([account], ["posted_balance", "available_balance", "last_seq", "modified_at"])


def is_exact(account: BankAccount, amount: Decimal) -> bool:
    """Whether the account's currency has as many decimals as the amount."""
    return amount == round(amount, currencies.decimals(str(account.currency)))


class Purse:
    """The budgets that one write touches: read once after the lock, saved once at its end.

    `budgets`: those that were read before, after the lock.
    """

    def __init__(self, account: BankAccount, budget_ids: Iterable[UUID], *, budgets: Iterable[Budget] = ()) -> None:
        self.account = account
        self.budgets = {budget.pk: journal.watch(budget) for budget in budgets}
        self.take(budget_ids)

    def take(self, budget_ids: Iterable[UUID]) -> None:
        """Read those of the budgets that were not read before."""
        if fresh := set(budget_ids) - self.budgets.keys():
            for budget in _budgets(self.account.pk, fresh):
                self.budgets[budget.pk] = journal.watch(budget)

    def add(self, budget_id: UUID, amount: Decimal, *, by_transfer: bool = False) -> None:
        """Change one balance. Money moved out by hand may make a complete goal incomplete; spending may not."""
        budget = self.budgets[budget_id]
        budget.balance += amount
        if by_transfer:
            budget.net_funding += amount
        budget.complete = rules.complete(
            kind=budget.budget_type,
            was=budget.complete,
            balance=budget.balance,
            net_funding=budget.net_funding,
            target=budget.target_balance,
            may_clear=by_transfer and amount < 0,
        )

    def save(self, *, now: datetime) -> None:
        changed = [budget for budget in self.budgets.values() if journal.changed(self.account, budget)]
        for budget in changed:
            budget.stamp(now)
        rows_.update(changed, ["balance", "net_funding", "complete", "modified_at"])


def _budgets(account_id: UUID, keys: Collection[UUID]) -> list[Budget]:
    def make(hole: prepared.Opening) -> QuerySet[Budget]:
        account = hole(BankAccount)
        return Budget.objects.filter(bank_account=account, pk__in=[hole(Budget) for _ in keys])

    return prepared.find(make, account_id, *keys, name=(_budgets, len(keys)))


BEYOND = ("_in_range", "out of range", "integer overflow", "too large to convert")
"""What the databases say: of a constraint, and of a sum that passes even the column, PostgreSQL and SQLite."""


@contextmanager
def within_range(*, field: str) -> Iterator[None]:
    """Turn the database's refusal of a balance past twelve digits into one that names the field."""
    try:
        yield
    except (DatabaseError, OverflowError) as error:
        if not any(words in str(error) for words in BEYOND):
            raise
        raise errors.OutOfRange("A balance would pass 999,999,999,999.99.", field=field) from error
