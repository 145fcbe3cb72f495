"""The steps of an import carried out on a locked account: rows entered, pending ones settled, all remembered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.ledger import posting
from backend.ledger.models import BankAccount, Change, Entry, StatementImport, Transaction, User
from backend.ledger.selectors import accounts as selectors
from backend.ledger.statements import Statement, keys, kinds
from backend.ledger.statements.steps import Action, Step

from . import accounts, drafts, import_plans, transactions

COMMITTED = (
    "left_out",
    "undo",
    "balance_after",
    "status",
    "committed_at",
    "committed_by",
    "last_change",
    "modified_at",
)
"""What the commit changes of an import. Its rows, which are long, were stored before."""


def carry_out(
    account: BankAccount,
    record: StatementImport,
    statement: Statement,
    plan: Sequence[Step],
    *,
    actor: User,
    now: datetime,
) -> None:
    """Do what the plan says and make `record`, which is saved already, a committed import. Raises OutOfRange."""
    if any(step.action is Action.ENTER for step in plan):
        entered = (step for step in plan if step.action is Action.ENTER)
        posting.post(account, _entered(account, record, entered), now=now)
    record.undo = _settle(account, [step for step in plan if step.action is Action.SETTLE], actor=actor, now=now)
    accounts.note_import(account, through=_through(account, statement, now=now), now=now)
    day = statement.ledger_balance_on
    if statement.ledger_balance is None or day is not None:
        record.balance_after = import_plans.posted_at(account, day)
    record.status = StatementImport.Status.COMMITTED
    record.committed_at, record.committed_by = now, actor
    posting.journal.changed(account, record)
    posting.journal.write(account, at=now)
    posting.outbox.imported(
        account,
        source=record.source,
        new=record.entered,
        duplicates=record.duplicates,
        settled=record.settled,
        zeros=record.zeros,
        suspicious=record.suspicious,
        at=now,
    )
    record.last_change = last_change(account)
    record.stamp(now)
    record.save(update_fields=COMMITTED)


def last_change(account: BankAccount) -> int:
    """The number of the last line of the account's history."""
    newest = Change.objects.filter(bank_account=account).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _entered(account: BankAccount, record: StatementImport, steps: Iterable[Step]) -> Iterator[posting.Draft]:
    """New transactions with their keys, each on Unallocated or where a budget's rule claims it."""
    budgets = drafts.claimants(account)
    for step in steps:
        row = step.row
        transaction = drafts.transaction(
            amount=row.amount,
            posted_date=drafts.midnight(row.posted_on),
            raw_description=row.description,
            transaction_type=kinds.transaction_type(row.kind, amount=row.amount),
            transaction_date=drafts.midnight(row.initiated_on) if row.initiated_on else None,
            pending=row.pending,
            memo=row.memo,
            party=row.party,
        )
        transaction.import_key = step.key
        transaction.statement_import_id = record.pk
        transaction.statement_place = step.place
        yield drafts.allocated(transaction, budgets=budgets)


def _settle(account: BankAccount, steps: Sequence[Step], *, actor: User, now: datetime) -> list[dict[str, Any]]:
    """Pending transactions have posted, each with the amount of its row; they are known by that row from now on.

    One that a user settled before keeps the user's amount. What each was is told for whoever takes it back.
    """
    wanted = [step.of for step in steps if step.of]
    found = Transaction.objects.in_bulk(wanted)
    lay = _parts(wanted)
    undo = []
    for step in steps:
        assert step.of is not None, "what is settled was looked up"
        transaction = found[step.of]
        undo.append(_state(transaction, step=step, parts=lay.get(step.of, [])))
        if transaction.pending:
            transactions.settle(account, transaction, amount=step.row.amount, actor=actor, now=now)
        former = transaction.import_key
        key = keys.settled(step.key, former=former) if former else step.key
        Transaction.objects.filter(pk=transaction.pk).update(import_key=key)
    return undo


def _parts(wanted: Sequence[UUID]) -> dict[UUID, list[list[Any]]]:
    """How transactions lie on budgets, as JSON has it."""
    found: dict[UUID, list[list[Any]]] = {}
    for entry in Entry.objects.filter(transaction__in=wanted).order_by("seq") if wanted else ():
        assert entry.transaction_id is not None, "it is a part of a transaction"
        found.setdefault(entry.transaction_id, []).append(
            [str(entry.pk), str(entry.budget_id), str(entry.amount), entry.category, entry.memo]
        )
    return found


def _state(row: Transaction, *, step: Step, parts: list[list[Any]]) -> dict[str, Any]:
    return {
        "place": step.place,
        "transaction": str(row.pk),
        "amount": str(row.amount),
        "pending": row.pending,
        "import_key": row.import_key,
        "parts": parts,
    }


def _through(account: BankAccount, statement: Statement, *, now: datetime) -> date | None:
    """The last day that the statement covers; never after tomorrow."""
    days = [row.posted_on for row in statement.rows if not row.pending]
    if statement.end:
        days.append(statement.end)
    tomorrow = selectors.today(account, now=now) + timedelta(days=1)
    return min(max(days), tomorrow) if days else None
