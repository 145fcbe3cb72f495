"""Applying the rules of budgets to the past, and undoing that."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction as database

from backend.ledger import access, errors, posting
from backend.ledger.models import AutoSpendRun, Budget, Entry, User
from backend.ledger.selectors import auto_spend as selectors

from . import fillups, funding, locks, refunds


@database.atomic
def apply(*, actor: User, account_id: UUID, asked: selectors.Asked, fingerprint: str, now: datetime) -> AutoSpendRun:
    """Put past debits on the budgets whose rules claim them: exactly what the preview of that fingerprint showed.

    Their refunds follow them.
    `asked` is what the preview was asked, but for rules in thought: those must have been stored meanwhile. Raises
    NotFound (the account; `budget`), InvalidValue (nothing would change), Conflict (the preview would be another now).
    """
    account = locks.account(actor=actor, account_id=account_id)
    found = selectors.changes(account, replace(asked, candidate=None))
    if found.fingerprint != fingerprint:
        raise errors.Conflict("What would change is not what was shown any more; look again.", field="fingerprint")
    if not found.rows:
        raise errors.InvalidValue("Nothing would change.", field="fingerprint")
    rows = [
        {
            "transaction": str(row.transaction_id),
            "entry": str(row.entry.pk),
            "budget": str(row.budget_id),
            "amount": f"{row.entry.amount.normalize():f}",
            "before": row.entry.category,
            "after": row.category,
        }
        for row in found.rows
    ]
    moves = [posting.Move(entry=row.entry, budget_id=row.budget_id, category=row.category) for row in found.rows]
    posting.reassign(account, moves, now=now)
    refunds.follow(account, [row.transaction_id for row in found.rows], now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
    at = account.modified_at
    run = AutoSpendRun.objects.create(bank_account=account, actor=actor, rows=rows, created_at=at, modified_at=at)
    posting.journal.created(account, [run])
    posting.journal.write(account, at=at)
    return run


@database.atomic
def undo(*, actor: User, run_id: UUID, now: datetime, partly: bool = False) -> AutoSpendRun:
    """Lay what a run changed on Unallocated again, under the categories of before.

    What somebody has changed since stays: then nothing is undone, unless `partly` asks for the rest. Refunds follow.
    A budget that is archived by now gives its part back all the same. Raises NotFound, CannotUndo.
    """
    found = access.one(access.auto_spend_runs(actor), run_id)
    account = locks.account(actor=actor, account_id=found.bank_account_id)
    run = access.one(access.auto_spend_runs(actor), run_id)
    if run.undone_at is not None:
        raise errors.CannotUndo("It is undone already.")
    done = selectors.done(run)
    free = {each.transaction_id: each for each in done if each.obstacle is None}
    blocked = [each for each in done if each.obstacle is not None]
    if blocked and not (partly and free):
        raise errors.CannotUndo(_why(blocked))
    unallocated = Budget.objects.get(bank_account=account, is_unallocated=True).pk
    moves = [
        posting.Move(entry=entry, budget_id=unallocated, category=free[entry.transaction_id].category_before)
        for entry in Entry.objects.filter(transaction__in=list(free))
        if entry.transaction_id is not None
    ]
    posting.reassign(account, moves, now=now)
    refunds.follow(account, list(free), now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
    posting.journal.watch(run)
    run.undone_at = account.modified_at
    run.undone_by = actor
    run.rows = [{**row, "undone": UUID(row["transaction"]) in free} for row in run.rows]
    posting.journal.changed(account, run)
    posting.journal.write(account, at=run.undone_at)
    run.stamp(now)
    run.save(update_fields=["undone_at", "undone_by", "rows", "modified_at"])
    return run


def _why(blocked: list[selectors.Done]) -> str:
    first = blocked[0]
    assert first.obstacle is not None
    others = f" {len(blocked) - 1} more cannot be undone either." if len(blocked) > 1 else ""
    return f"Transaction {first.transaction_id}: {first.obstacle.text}{others}"
