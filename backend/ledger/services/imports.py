"""Bank statements into the ledger."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db import transaction as database

from backend.ledger import errors, posting
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.selectors import accounts as selectors
from backend.ledger.statements import Row, Statement, kinds, matching

from . import accounts, afterwards, drafts, funding, linking, locks, transactions

log = logging.getLogger(__name__)


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
    decisions: Sequence[matching.Decision] = field(default=(), compare=False, repr=False)
    """What was decided over each row, by day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to open for a statement that belongs to none yet."""

    bank_id: UUID
    name: str


Target = UUID | NewAccount
"""Where a statement goes: the id of an account, or one to be opened."""


def run(
    *, actor: User, account_id: UUID, statement: Statement, source: str, now: datetime, dry_run: bool = False
) -> ImportResult:
    """Enter one statement; as `run_file`."""
    [result] = run_file(actor=actor, parts=[(account_id, statement)], source=source, now=now, dry_run=dry_run)
    return result


def run_file(
    *, actor: User, parts: Sequence[tuple[Target, Statement]], source: str, now: datetime, dry_run: bool = False
) -> list[ImportResult]:
    """Enter the statements of one file, all or none; what an account has already is not entered again.

    A posted row settles the pending transaction that it was. `source` names the format ("ofx"): the bank's ids are
    known by it. Afterwards the accounts are funded and their transactions are linked. A dry run tells what would
    happen and keeps nothing. Raises NotFound (account, bank), InvalidCurrency, OutOfRange.
    """
    with database.atomic():
        opened = _opened(parts, actor=actor, now=now)
        locked = locks.accounts(actor=actor, account_ids=(account_id for account_id, _ in opened))
        results = [
            _import(locked[account_id], statement, actor=actor, source=source, now=now)
            for account_id, statement in opened
        ]
        if dry_run:
            database.set_rollback(True)
    if not dry_run:
        for account_id in locked:
            funding.run_after(account_id=account_id, now=now)
            afterwards.do(partial(_link_after, account_id, now=now))
    return results


def _link_after(account_id: UUID, *, now: datetime) -> None:
    """Link what came in; whatever fails is left to the next sweep."""
    try:
        linking.link_account(account_id=account_id, now=now)
    except Exception:
        log.exception("Linking after an import failed; the next sweep goes on. Account %s", account_id)


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


def _import(account: BankAccount, statement: Statement, *, actor: User, source: str, now: datetime) -> ImportResult:
    if statement.currency != str(account.currency):
        raise errors.InvalidCurrency(
            f"The statement is in {statement.currency}, the account in {account.currency}.", field="currency"
        )
    plan = _plan(account, statement, source=source)
    _enter(account, plan.new, now=now)
    _settle(account, plan.posted, actor=actor, now=now)
    accounts.note_import(account, through=_through(account, statement, now=now), now=now)
    result = ImportResult(
        account_id=account.pk,
        new=len(plan.new),
        duplicates=plan.duplicates,
        settled=len(plan.posted),
        zeros=plan.zeros,
        suspicious=plan.count(matching.Verdict.SUSPICIOUS),
        decisions=plan.decisions,
    )
    posting.outbox.imported(
        account,
        source=source,
        new=result.new,
        duplicates=result.duplicates,
        settled=result.settled,
        zeros=result.zeros,
        suspicious=result.suspicious,
        at=now,
    )
    return result


def _plan(account: BankAccount, statement: Statement, *, source: str) -> matching.Plan:
    rows = _oldest_first(statement.rows)
    if not rows:
        return matching.Plan()
    first, last = _midnight(rows[0].posted_on), _midnight(rows[-1].posted_on)
    near = Transaction.objects.filter(
        bank_account=account, posted_date__range=(first - matching.REACH, last + matching.REACH)
    )
    known = [
        matching.Known(
            id=row.pk,
            key=row.import_key or "",
            posted_on=row.posted_date.date(),
            amount=row.amount,
            description=row.raw_description,
        )
        for row in near.only("import_key", "posted_date", "amount", "raw_description")
    ]
    return matching.plan(rows, source=source, known=known)


def _oldest_first(rows: Sequence[Row]) -> list[Row]:
    """By day; within a day as the bank lists them, which some do from the newest on."""
    from_newest = bool(rows) and rows[0].posted_on > rows[-1].posted_on
    return sorted(reversed(rows) if from_newest else rows, key=lambda row: row.posted_on)


def _enter(account: BankAccount, new: Sequence[tuple[Row, str]], *, now: datetime) -> None:
    """Enter rows with their keys, each on Unallocated or where a budget's rule claims it."""
    if not new:
        return
    budgets = drafts.claimants(account)
    entered = []
    for row, key in new:
        transaction = drafts.transaction(
            amount=row.amount,
            posted_date=_midnight(row.posted_on),
            raw_description=row.description,
            transaction_type=kinds.transaction_type(row.kind, amount=row.amount),
            transaction_date=_midnight(row.initiated_on) if row.initiated_on else None,
            pending=row.pending,
            memo=row.memo,
            party=row.party,
        )
        transaction.import_key = key
        entered.append(drafts.allocated(transaction, budgets=budgets))
    posting.post(account, entered, now=now)


def _settle(
    account: BankAccount, posted: Sequence[tuple[matching.Known, Row, str]], *, actor: User, now: datetime
) -> None:
    """Pending transactions have posted, each with the amount of its row; they are known by that row from now on.

    One that a user settled before keeps the user's amount.
    """
    found = Transaction.objects.in_bulk([known.id for known, _, _ in posted])
    for known, row, key in posted:
        transaction = found[known.id]
        if transaction.pending:
            transactions.settle(account, transaction, amount=row.amount, actor=actor, now=now)
        Transaction.objects.filter(pk=known.id).update(import_key=key)


def _through(account: BankAccount, statement: Statement, *, now: datetime) -> date | None:
    """The last day that the statement covers; never after tomorrow."""
    days = [row.posted_on for row in statement.rows if not row.pending]
    if statement.end:
        days.append(statement.end)
    tomorrow = selectors.today(account, now=now) + timedelta(days=1)
    return min(max(days), tomorrow) if days else None


def _midnight(day: date) -> datetime:
    """A bank's date as the APIs read and show a bare date: the start of that day in UTC, whoever owns the account."""
    return datetime.combine(day, time.min, tzinfo=UTC)
