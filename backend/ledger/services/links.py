"""The link between the two sides of a movement: set and cut on both, in accounts that the caller has locked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from backend.ledger import posting
from backend.ledger.models import BankAccount, Transaction

Locked = Mapping[UUID, BankAccount]


def tie(one: Transaction, other: Transaction, *, accounts: Locked, now: datetime) -> None:
    """Link two transactions with each other, whatever an owner said before."""
    for row, linked in ((one, other), (other, one)):
        refused = [each for each in row.refused_links if each != str(linked.pk)]
        _point(row, linked.pk, refused=refused, accounts=accounts, now=now)


def cut(rows: Iterable[Transaction], *, accounts: Locked, now: datetime) -> None:
    """Let each of the rows be linked to nothing; the caller names both sides, or removes the other one."""
    for row in rows:
        _point(row, None, refused=row.refused_links, accounts=accounts, now=now)


def refuse(one: Transaction, other: Transaction, *, accounts: Locked, now: datetime) -> None:
    """Note on both that an owner said they do not belong together; they are not linked with each other any more."""
    for row, refused in ((one, str(other.pk)), (other, str(one.pk))):
        at = None if str(row.linked_transaction_id) == refused else row.linked_transaction_id
        others = [each for each in row.refused_links if each != refused]
        _point(row, at, refused=[*others, refused], accounts=accounts, now=now)


def _point(row: Transaction, at: UUID | None, *, refused: list[str], accounts: Locked, now: datetime) -> None:
    account = accounts[row.bank_account_id]
    posting.journal.watch(row)
    row.linked_transaction_id = at
    row.refused_links = refused
    if posting.journal.changed(account, row):
        posting.journal.write(account, at=now)
        row.stamp(now)
        row.save(update_fields=["linked_transaction", "refused_links", "version", "modified_at"])
