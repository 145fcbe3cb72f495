"""Imports that an owner looks at before they happen: previewed, adjusted row by row, and then committed as shown.

A preview enters nothing. What it shows is decided anew under the account's lock before it is committed, and if
anything would be decided otherwise by then, nothing is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction as database

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, StatementImport, User
from backend.ledger.statements import Decision, Statement, plain, plans
from backend.ledger.statements.decisions import Verdict
from backend.ledger.statements.steps import Action, Choice, Step, choices, choices_data

from . import import_aftermath, import_entry, import_plans, locks

KEPT = timedelta(days=7)
"""How long a preview can be committed."""

Status = StatementImport.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a statement would bring: the record of it, which is not saved, and what the record holds as plain data."""

    record: StatementImport
    statement: Statement
    decided: Sequence[Decision]
    steps: Sequence[Step]


@database.atomic
def preview(
    *, actor: User, account_id: UUID, statement: Statement, now: datetime, file_name: str = "", file_hash: str = ""
) -> StatementImport:
    """Store what a statement would bring to an account, and enter nothing. Raises NotFound, InvalidCurrency."""
    account = locks.account(actor=actor, account_id=account_id)
    found = shown(account, statement, actor=actor, now=now, file_name=file_name, file_hash=file_hash)
    record = found.record
    posting.journal.created(account, [record])
    posting.journal.write(account, at=now)
    posting.rows.insert([record])
    return record


@database.atomic
def adjust(
    *,
    actor: User,
    import_id: UUID,
    decisions: Mapping[int, Choice | None],
    now: datetime,
    refresh: bool = False,
) -> StatementImport:
    """Have other things done with rows of a preview, by their places; None for what was decided first.

    `refresh` decides over all rows anew, as the ledger is now; choices that cannot be kept are dropped. Raises
    NotFound, InvalidValue (`decisions`), ImportOver.
    """
    account, record = locked(actor=actor, import_id=import_id)
    _check_open(record, now=now)
    posting.journal.watch(record)
    statement = statement_of(record)
    chosen = choices(record.choices)
    if refresh:
        decided = import_plans.decided(account, statement.rows, source=record.source)
        record.decisions = plans.data(decided)
        chosen = _kept(account, record, decided, chosen)
    decided = decisions_of(record, statement)
    for place, choice in decisions.items():
        if not 0 <= place < len(decided):
            raise errors.InvalidValue(f"There is no row {place + 1}.", field="decisions")
        chosen.pop(place, None)
        if choice is not None:
            chosen[place] = choice
    steps = import_plans.planned(account, decided, chosen, source=record.source, name=str(record.pk))
    record.choices = choices_data(chosen)
    count(record, decided, steps)
    close(record, import_plans.closing(account, statement, steps))
    if posting.journal.changed(account, record) or refresh:
        posting.journal.write(account, at=now)
        record.stamp(now)
        record.save()
    return record


def commit(*, actor: User, import_id: UUID, now: datetime) -> StatementImport:
    """Do exactly what the preview shows, then fund and link; one that is committed is answered as it is.

    Raises NotFound, ImportOver, OutOfRange, and PlanChanged, which names the rows of which something else would become
    now.
    """
    with database.atomic():
        account, record = locked(actor=actor, import_id=import_id)
        if record.status == Status.COMMITTED:
            return record
        _check_open(record, now=now)
        posting.journal.watch(record)
        statement = statement_of(record)
        steps = _as_shown(account, record, statement)
        record.left_out = keys_left_out(decisions_of(record, statement), steps)
        import_entry.carry_out(account, record, statement, steps, actor=actor, now=now)
    import_aftermath.follow(record.bank_account_id, now=now)
    return record


@database.atomic
def discard(*, actor: User, import_id: UUID, now: datetime) -> None:
    """Forget a preview. Raises NotFound, ImportOver (it was committed)."""
    account, record = locked(actor=actor, import_id=import_id)
    if record.status not in {Status.PREVIEWED, Status.EXPIRED}:
        raise errors.ImportOver("The import was committed; it can be reverted, and its record stays.")
    posting.journal.deleted(account, [record])
    posting.journal.write(account, at=now)
    record.delete()


def expire(*, now: datetime) -> int:
    """Let previews that are older than seven days be over, and forget what they show; how many."""
    old = StatementImport.objects.filter(status=Status.PREVIEWED, created_at__lt=now - KEPT)
    found = list(old.order_by("pk").values_list("pk", "bank_account_id"))
    for import_id, account_id in found:
        with database.atomic():
            account = posting.lock(account_id, actor=None)
            record = old.filter(pk=import_id).first()
            if record is not None:
                posting.journal.watch(record)
                record.status, record.statement, record.decisions = Status.EXPIRED, {}, []
                record.choices = {}
                posting.journal.changed(account, record)
                posting.journal.write(account, at=now)
                record.stamp(now)
                record.save()
    return len(found)


def locked(*, actor: User, import_id: UUID) -> tuple[BankAccount, StatementImport]:
    """An import of one of the actor's accounts, as it is now, with the account locked. Raises NotFound."""
    found = access.one(access.statement_imports(actor).only("bank_account"), import_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    return account, access.one(access.statement_imports(actor), import_id)


def shown(
    account: BankAccount, statement: Statement, *, actor: User, now: datetime, file_name: str, file_hash: str
) -> Shown:
    """What a statement would bring to a locked account. Raises InvalidCurrency."""
    if statement.currency != str(account.currency):
        raise errors.InvalidCurrency(
            f"The statement is in {statement.currency}, the account in {account.currency}.", field="currency"
        )
    statement = import_plans.oldest_first(statement)
    record = StatementImport(
        bank_account=account,
        actor=actor,
        source=statement.source,
        file_name=file_name[:255],
        file_hash=file_hash,
        account_number=(statement.account_number or statement.account_name or "")[:64],
        starts_on=statement.start,
        ends_on=statement.end,
        statement=plain.data([replace(statement, account_number=None, routing_number=None)])[0],
        row_count=len(statement.rows),
        created_at=now,
        modified_at=now,
    )
    decided = import_plans.decided(account, statement.rows, source=statement.source)
    record.decisions = plans.data(decided)
    steps = import_plans.planned(account, decided, {}, source=statement.source, name=str(record.pk))
    count(record, decided, steps)
    close(record, import_plans.closing(account, statement, steps))
    return Shown(record=record, statement=statement, decided=decided, steps=steps)


def statement_of(record: StatementImport) -> Statement:
    """The statement that was read."""
    [found] = plain.statements([record.statement])
    return found


def decisions_of(record: StatementImport, statement: Statement) -> list[Decision]:
    """What was decided over its rows."""
    return plans.decisions(record.decisions, statement.rows)


def count(record: StatementImport, decided: Sequence[Decision], steps: Sequence[Step]) -> None:
    """Note how many rows are what."""
    record.entered = sum(step.action is Action.ENTER for step in steps)
    record.settled = sum(step.action is Action.SETTLE for step in steps)
    verdicts = [each.verdict for each in decided]
    record.duplicates = verdicts.count(Verdict.DUPLICATE)
    record.suspicious = verdicts.count(Verdict.SUSPICIOUS)
    record.zeros = verdicts.count(Verdict.ZERO)


def close(record: StatementImport, closing: import_plans.Closing) -> None:
    record.stated_balance, record.stated_on = closing.stated, closing.on
    record.balance_before, record.balance_after = closing.before, closing.after


def keys_left_out(decided: Sequence[Decision], steps: Sequence[Step]) -> list[str]:
    """The keys of rows that would have been entered or settled, had their owner not said otherwise."""
    active = {Verdict.NEW, Verdict.SUSPICIOUS, Verdict.SETTLES}
    return [
        each.key
        for each, step in zip(decided, steps, strict=True)
        if step.action is Action.LEAVE_OUT and each.verdict in active
    ]


def _as_shown(account: BankAccount, record: StatementImport, statement: Statement) -> list[Step]:
    before = decisions_of(record, statement)
    after = import_plans.decided(account, statement.rows, source=record.source)
    rows = list(import_plans.differences(before, after))
    if not rows:
        try:
            return import_plans.planned(
                account, after, choices(record.choices), source=record.source, name=str(record.pk)
            )
        except (errors.NotFound, errors.InvalidValue) as refusal:
            rows = [errors.Hindrance(reason=refusal.code, message=refusal.message)]
    more = f" And {len(rows) - 1} more." if len(rows) > 1 else ""
    raise errors.PlanChanged(
        f"The ledger has changed since the preview, so nothing was imported. {rows[0].message}{more} "
        "Refresh the preview to see what would become of the rows now.",
        rows=rows[: import_plans.MOST_TOLD],
    )


def _kept(
    account: BankAccount, record: StatementImport, decided: Sequence[Decision], chosen: dict[int, Choice]
) -> dict[int, Choice]:
    """The choices, without those of transactions that cannot be settled any more."""
    try:
        import_plans.planned(account, decided, chosen, source=record.source, name=str(record.pk))
    except (errors.NotFound, errors.InvalidValue):
        return {place: each for place, each in chosen.items() if each.action is not Action.SETTLE}
    return chosen


def _check_open(record: StatementImport, *, now: datetime) -> None:
    if record.status != Status.PREVIEWED:
        raise errors.ImportOver(f"The import is {record.status}, and no preview any more.")
    if record.created_at < now - KEPT:
        raise errors.ImportOver(f"The preview is older than {KEPT.days} days: import the file anew.")
