"""Bank statements into the ledger, in one step."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction as database

from backend.ledger import posting
from backend.ledger.models import BankAccount, StatementImport, User
from backend.ledger.statements import Decision, Statement

from . import accounts, import_aftermath, import_entry, locks, statement_imports


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What a statement brought, in rows."""

    account_id: UUID
    new: int
    duplicates: int
    """Rows that the account had already."""
    settled: int
    """Pending transactions that have posted."""
    zeros: int
    """Rows over nothing, which are left out."""
    suspicious: int = 0
    """Of the new ones, those that somebody should look at."""
    decisions: Sequence[Decision] = field(default=(), compare=False, repr=False)
    """What was decided over each row, by day."""
    record: StatementImport | None = field(default=None, compare=False, repr=False)
    """What is kept of it; not stored after a dry run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to open for a statement that belongs to none yet."""

    bank_id: UUID
    name: str


Target = UUID | NewAccount
"""Where a statement goes: the id of an account, or one to be opened."""


def run(
    *,
    actor: User,
    account_id: UUID,
    statement: Statement,
    source: str,
    now: datetime,
    dry_run: bool = False,
    file_name: str = "",
    file_hash: str = "",
) -> ImportResult:
    """Enter one statement; as `run_file`."""
    [result] = run_file(
        actor=actor,
        parts=[(account_id, statement)],
        source=source,
        now=now,
        dry_run=dry_run,
        file_name=file_name,
        file_hash=file_hash,
    )
    return result


def run_file(
    *,
    actor: User,
    parts: Sequence[tuple[Target, Statement]],
    source: str,
    now: datetime,
    dry_run: bool = False,
    file_name: str = "",
    file_hash: str = "",
) -> list[ImportResult]:
    """Enter the statements of one file, all or none; what an account has already is not entered again.

    A posted row settles the pending transaction that it was. `source` names the format ("ofx"): the bank's ids are
    known by it. Each statement is kept as a committed import, which can be reverted. Afterwards the accounts are funded
    and their transactions are linked. A dry run tells what would happen and keeps nothing. Raises NotFound (account,
    bank), InvalidCurrency, OutOfRange.
    """
    with database.atomic():
        opened = _opened(parts, actor=actor, now=now)
        locked = locks.accounts(actor=actor, account_ids=(account_id for account_id, _ in opened))
        results = [
            _import(
                locked[account_id],
                replace(statement, source=source),
                actor=actor,
                now=now,
                file_name=file_name,
                file_hash=file_hash,
            )
            for account_id, statement in opened
        ]
        if dry_run:
            database.set_rollback(True)
    if dry_run:
        return [_undone(result) for result in results]
    for account_id in locked:
        import_aftermath.follow(account_id, now=now)
    return results


def _undone(result: ImportResult) -> ImportResult:
    """What was done and then rolled back, told as what would be done."""
    record = result.record
    assert record is not None, "every import has its record"
    record.status, record.committed_at, record.committed_by = StatementImport.Status.PREVIEWED, None, None
    return result


def _import(
    account: BankAccount, statement: Statement, *, actor: User, now: datetime, file_name: str, file_hash: str
) -> ImportResult:
    shown = statement_imports.shown(account, statement, actor=actor, now=now, file_name=file_name, file_hash=file_hash)
    record = shown.record
    posting.journal.created(account, [record])
    posting.journal.watch(record)
    posting.rows.insert([record])
    import_entry.carry_out(account, record, shown.statement, shown.steps, actor=actor, now=now)
    return ImportResult(
        account_id=account.pk,
        new=record.entered,
        duplicates=record.duplicates,
        settled=record.settled,
        zeros=record.zeros,
        suspicious=record.suspicious,
        decisions=shown.decided,
        record=record,
    )


def _opened(parts: Sequence[tuple[Target, Statement]], *, actor: User, now: datetime) -> list[tuple[UUID, Statement]]:
    """Each statement with the id of its account; a new one is opened so that it closes with the stated balance."""
    fresh: dict[tuple[str | None, str | None], UUID] = {}
    found = []
    for target, statement in parts:
        told = (statement.account_number, statement.account_name)
        if not isinstance(target, NewAccount):
            found.append((target, statement))
            continue
        if told not in fresh:
            account = accounts.create(
                actor=actor,
                name=target.name,
                bank_id=target.bank_id,
                account_type=statement.account_type,
                account_number=statement.account_number,
                currency=statement.currency,
                posted_balance=_opening(statement),
                now=now,
            )
            fresh[told] = account.pk
        found.append((fresh[told], statement))
    return found


def _opening(statement: Statement) -> Decimal:
    """The balance before the first row, told from the one that the bank states."""
    if statement.ledger_balance is None:
        return Decimal(0)
    until = statement.ledger_balance_on or date.max
    counted = (row.amount for row in statement.rows if not row.pending and row.posted_on <= until)
    return statement.ledger_balance - sum(counted, Decimal(0))
