"""The link between the two sides of a movement: set and cut on both, in accounts that the caller has locked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from backend.ledger import posting
from backend.ledger.models import BankAccount, Transaction

Locked = Mapping[UUID, BankAccount]


def tie(one: Transaction, other: Transaction, *, accounts: Locked, now: datetime) -> None:
    """Link two transactions with each other."""
    for row, linked in ((one, other), (other, one)):
        _point(row, linked.pk, accounts=accounts, now=now)


def cut(rows: Iterable[Transaction], *, accounts: Locked, now: datetime) -> None:
    """Let each of the rows be linked to nothing; the caller names both sides, or removes the other one."""
    for row in rows:
        _point(row, None, accounts=accounts, now=now)


def _point(row: Transaction, at: UUID | None, *, accounts: Locked, now: datetime) -> None:
    account = accounts[row.bank_account_id]
    posting.journal.watch(row)
    row.linked_transaction_id = at
    posting.journal.changed(account, row)
    posting.journal.write(account, at=now)
    row.stamp(now)
    row.save(update_fields=["linked_transaction", "version", "modified_at"])
