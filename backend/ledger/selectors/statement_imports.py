"""What can be read of statement imports: their rows, with what was decided over each and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from backend.ledger.models import StatementImport, Transaction
from backend.ledger.statements import Decision, plain, plans
from backend.ledger.statements.steps import Action, Step, choices, steps

Status = StatementImport.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A row of a statement, what was decided over it, and what is or was done with it.

    `transaction`: the one that it became or settled, where that is still there.
    """

    decision: Decision
    step: Step
    adjusted: bool
    transaction: UUID | None


def rows(record: StatementImport, *, start: int = 0, limit: int | None = None, stored: bool = True) -> list[ImportRow]:
    """The rows of an import from a place on, oldest first; one query at most. An expired preview has none.

    `stored`: whether the import was kept, so that transactions of it may be there.
    """
    end = None if limit is None else start + limit
    part = record.decisions[start:end]
    if not part:
        return []
    [statement] = plain.statements([record.statement | {"rows": record.statement["rows"][start:end]}])
    decided = plans.decisions(part, statement.rows, first=start)
    chosen = choices(record.choices)
    planned = list(steps(decided, chosen, source=record.source, name=str(record.pk)))
    made = _transactions(record, planned) if stored and record.status == Status.COMMITTED else {}
    return [
        ImportRow(decision=decision, step=step, adjusted=step.place in chosen, transaction=made.get(step.place))
        for decision, step in zip(decided, planned, strict=True)
    ]


def rows_of(import_id: UUID, *, start: int, limit: int) -> list[ImportRow]:
    """Some rows of an import that is known to be the user's; two queries. Nothing of the others is kept."""
    return rows(StatementImport.objects.get(pk=import_id), start=start, limit=limit)


def difference(record: StatementImport) -> Decimal | None:
    """What the bank says it held more than we have it hold; None where it does not say."""
    return None if record.stated_balance is None else record.stated_balance - record.balance_after


def _transactions(record: StatementImport, planned: Sequence[Step]) -> dict[int, UUID]:
    """By place: the transactions that rows became, and those that they settled."""
    places = [step.place for step in planned if step.action is Action.ENTER]
    found: dict[int, UUID] = {}
    if places:
        made = Transaction.objects.filter(statement_import=record, statement_place__range=(places[0], places[-1]))
        found = {place: key for place, key in made.values_list("statement_place", "pk") if place is not None}
    wanted = {step.of: step.place for step in planned if step.action is Action.SETTLE and step.of}
    there = Transaction.objects.filter(pk__in=list(wanted)).values_list("pk", flat=True) if wanted else ()
    return {**found, **{wanted[key]: key for key in there}}
