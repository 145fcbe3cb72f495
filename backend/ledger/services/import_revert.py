"""A committed import taken back: what it entered goes, what it settled is pending again as it was.

Nothing that somebody did to one of its rows since is lost: it stands in the way, and so does whatever counts on the
rows being there.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction as database

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, StatementImport, Transaction, User

from . import fillups, funding, import_hindrances, links

Status = StatementImport.Status


@database.atomic
def revert(*, actor: User, import_id: UUID, now: datetime) -> StatementImport:
    """Take a committed import back; one that is reverted is answered as it is.

    Links that the service made are cut, and what was funded since stays so. Raises NotFound, ImportOver (it was never
    committed), and CannotRevert, which names the rows that stand in the way.
    """
    accounts, record = _locked(actor=actor, import_id=import_id)
    if record.status == Status.REVERTED:
        return record
    if record.status != Status.COMMITTED:
        raise errors.ImportOver("The import was not committed, so there is nothing to revert.")
    account = accounts[record.bank_account_id]
    entered, settled = rows_of(record)
    rows = list(import_hindrances.found(record, entered=entered, settled=settled.values()))
    if rows:
        more = f" And {len(rows) - 1} more." if len(rows) > 1 else ""
        raise errors.CannotRevert(
            f"The import cannot be reverted, and nothing was changed. {rows[0].message}{more}",
            rows=rows[: import_hindrances.MOST_TOLD],
        )
    _cut_links([*entered, *settled.values()], accounts=accounts, now=now)
    posting.remove_all(account, entered, now=now)
    for state in reversed(record.undo):
        row = settled.get(UUID(state["transaction"]))
        if row is not None:
            _restore(account, row, state, now=now)
    fillups.sweep(account, actor=actor, now=now)
    posting.journal.watch(record)
    record.status, record.reverted_at, record.reverted_by = Status.REVERTED, now, actor
    posting.journal.changed(account, record)
    posting.journal.write(account, at=now)
    record.stamp(now)
    record.save(update_fields=["status", "reverted_at", "reverted_by", "modified_at"])
    funding.reschedule(account, now=now)
    return record


def rows_of(record: StatementImport) -> tuple[list[Transaction], dict[UUID, Transaction]]:
    """What is there of the transactions that an import entered, and of those that it settled."""
    entered = list(Transaction.objects.filter(statement_import=record).order_by("seq"))
    wanted = [UUID(state["transaction"]) for state in record.undo]
    settled = Transaction.objects.filter(bank_account=record.bank_account_id).in_bulk(wanted)
    return entered, settled


def _locked(*, actor: User, import_id: UUID) -> tuple[links.Locked, StatementImport]:
    """The import, with its account locked, and the accounts that rows of it are linked to."""
    found = access.one(access.statement_imports(actor), import_id)
    others = _linked_accounts(found)
    locked = posting.lock_all([found.bank_account_id, *others], actor=actor)
    record = access.one(access.statement_imports(actor), import_id)
    if not _linked_accounts(record) <= set(locked):
        raise errors.Conflict("A transaction of the import was just linked to another account's.")
    return locked, record


def _linked_accounts(record: StatementImport) -> set[UUID]:
    wanted = [UUID(state["transaction"]) for state in record.undo]
    linked = Transaction.objects.filter(linked_transaction__statement_import=record)
    settled = Transaction.objects.filter(linked_transaction__in=wanted)
    return {
        *linked.values_list("bank_account", flat=True).distinct(),
        *settled.values_list("bank_account", flat=True).distinct(),
    }


def _cut_links(rows: Iterable[Transaction], *, accounts: links.Locked, now: datetime) -> None:
    for row in rows:
        if row.linked_transaction_id is not None:
            other = Transaction.objects.get(pk=row.linked_transaction_id)
            links.cut([row, other], accounts=accounts, now=now)


def _restore(account: BankAccount, row: Transaction, state: dict[str, Any], *, now: datetime) -> None:
    """Have a transaction be what it was before its posted row came."""
    if state["pending"] and not row.pending:
        parts = [
            posting.Part(
                budget_id=UUID(budget_id), amount=Decimal(amount), category=category, memo=memo, entry_id=UUID(key)
            )
            for key, budget_id, amount, category, memo in state["parts"]
        ]
        posting.unsettle(account, row, amount=Decimal(state["amount"]), parts=parts, now=now)
    Transaction.objects.filter(pk=row.pk).update(import_key=state["import_key"])
