"""What a statement would bring to an account as it is now, and whether that is still what an owner was shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from decimal import Decimal
from uuid import UUID

from backend.ledger import errors
from backend.ledger.models import BankAccount, StatementImport, Transaction
from backend.ledger.selectors import balances
from backend.ledger.statements import Decision, Row, Statement, matching
from backend.ledger.statements.steps import Action, Choice, Step, steps

from . import drafts

ZERO = Decimal(0)
MOST_TOLD = 50
"""Rows that a refusal names; there may be more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What the bank says it held at the end of a day, and what we have it hold then before and after the import."""

    stated: Decimal | None
    on: date | None
    before: Decimal
    after: Decimal


def oldest_first(statement: Statement) -> Statement:
    """Its rows by day; within a day as the bank lists them, which some do from the newest on."""
    rows = statement.rows
    from_newest = bool(rows) and rows[0].posted_on > rows[-1].posted_on
    ordered = sorted(reversed(rows) if from_newest else rows, key=lambda row: row.posted_on)
    return replace(statement, rows=tuple(ordered))


def decided(account: BankAccount, rows: Sequence[Row], *, source: str) -> list[Decision]:
    """A decision over each of the rows, which come oldest first; the caller holds the account's lock to act on them."""
    if not rows:
        return []
    return matching.plan(rows, source=source, known=_known(account, rows), left_out=_left_out(account)).decisions


def checked(account: BankAccount, plan: Sequence[Step]) -> list[Step]:
    """The steps, if each can be taken. Raises NotFound and InvalidValue, of `decisions`."""
    wanted = [step.of for step in plan if step.action is Action.SETTLE and step.of]
    pending = Transaction.objects.filter(bank_account=account).in_bulk(wanted)
    taken: set[UUID] = set()
    for step in plan:
        if step.action is Action.LEAVE_OUT:
            continue
        if not step.row.amount:
            raise _refused(step, "moves no money, and can only be left out")
        if step.action is Action.ENTER:
            continue
        if step.row.pending:
            raise _refused(step, "is pending itself, and settles nothing")
        if step.of is None or step.of not in pending:
            raise errors.NotFound(f"Row {step.place + 1}: there is no such transaction.", field="decisions")
        if step.of in taken:
            raise _refused(step, "settles what another row settles")
        if not _awaits(pending[step.of]):
            raise _refused(step, "settles a transaction that is not pending")
        taken.add(step.of)
    return list(plan)


def planned(
    account: BankAccount, decisions: Sequence[Decision], choices: Mapping[int, Choice], *, source: str, name: str
) -> list[Step]:
    """The steps that decisions and choices come to, checked as `checked` does."""
    return checked(account, list(steps(decisions, choices, source=source, name=name)))


def differences(before: Sequence[Decision], now: Sequence[Decision]) -> Iterator[errors.Hindrance]:
    """The rows over which something else is decided now than was before."""
    for old, new in zip(before, now, strict=True):
        if (old.verdict, old.reason, old.key, old.of, old.of_place) != (
            new.verdict,
            new.reason,
            new.key,
            new.of,
            new.of_place,
        ):
            yield errors.Hindrance(
                place=new.place,
                row_id=new.of.id if new.of else None,
                reason=new.reason.value,
                message=f"Row {new.place + 1} was shown as {old.verdict} and is {new.verdict} now. {new.why}",
            )


def closing(account: BankAccount, statement: Statement, plan: Sequence[Step]) -> Closing:
    """What is stated, and what our posted balance is then, before and after these steps."""
    day = statement.ledger_balance_on or (date.max if statement.ledger_balance is not None else None)
    day = min(day, _FAR) if day else None
    before = posted_at(account, day)
    awaited = [step.of for step in plan if step.action is Action.SETTLE and step.of]
    pending = Transaction.objects.filter(bank_account=account, pending=True).in_bulk(awaited)
    after = before
    for step in plan:
        if step.action is Action.ENTER and not step.row.pending and (day is None or step.row.posted_on <= day):
            after += step.row.amount
        elif step.action is Action.SETTLE and step.of in pending:
            on = pending[step.of].posted_date.astimezone(UTC).date()
            after += step.row.amount if day is None or on <= day else ZERO
    return Closing(stated=statement.ledger_balance, on=statement.ledger_balance_on, before=before, after=after)


def posted_at(account: BankAccount, day: date | None) -> Decimal:
    """What the account held as the bank has it at the end of that day; now where there is none."""
    if day is None:
        return account.posted_balance
    return balances.of_accounts([account.pk], on=[day])[account.pk][0].posted


_FAR = date(9000, 1, 1)


def _known(account: BankAccount, rows: Sequence[Row]) -> list[matching.Known]:
    first, last = drafts.midnight(rows[0].posted_on), drafts.midnight(rows[-1].posted_on)
    near = Transaction.objects.filter(
        bank_account=account, posted_date__range=(first - matching.REACH, last + matching.REACH)
    )
    # In the order in which they were entered: which of two equal rows is taken must not change from look to look.
    columns = ("pk", "import_key", "posted_date", "amount", "raw_description")
    return [
        matching.Known(id=key, key=import_key or "", posted_on=posted.date(), amount=amount, description=description)
        for key, import_key, posted, amount, description in near.order_by("seq").values_list(*columns)
    ]


def _left_out(account: BankAccount) -> set[str]:
    """The keys of rows that owners left out of imports that stand."""
    standing = StatementImport.objects.filter(bank_account=account, status=StatementImport.Status.COMMITTED)
    return {key for keys in standing.exclude(left_out=[]).values_list("left_out", flat=True) for key in keys}


def _awaits(row: Transaction) -> bool:
    """Whether the bank's posted row of a transaction may still come, whatever a user did since."""
    known = matching.Known(
        id=row.pk, key=row.import_key or "", posted_on=date.min, amount=row.amount, description=row.raw_description
    )
    return row.pending or known.awaits


def _refused(step: Step, why: str) -> errors.InvalidValue:
    return errors.InvalidValue(f"Row {step.place + 1} {why}.", field="decisions")
