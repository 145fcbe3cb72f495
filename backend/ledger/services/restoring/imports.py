"""What a document tells of imports: plain data that must read as the ledger reads it, and count on the history here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from typing import Any, get_type_hints
from uuid import UUID

from backend.ledger import errors
from backend.ledger.models import Change, StatementImport
from backend.ledger.rules import money
from backend.ledger.statements import SOURCES, plans
from backend.ledger.statements import plain as statements
from backend.ledger.statements.decisions import Decision, Known
from backend.ledger.statements.statement import Row, Statement
from backend.ledger.statements.steps import choices, choices_data, steps

from . import plain

OVER = (StatementImport.Status.COMMITTED, StatementImport.Status.REVERTED)
STATE = {"place", "transaction", "amount", "pending", "import_key", "parts"}


def check(record: StatementImport, *, decimals: int) -> None:
    """Whether what is kept of an import can be read. Raises InvalidExport, which names the field."""
    if record.status not in OVER:
        raise errors.InvalidExport("status: only of what was committed something is kept")
    if record.source not in SOURCES:
        raise errors.InvalidExport("source: not one of the formats")
    with _reading("statement"):
        [statement] = statements.statements([record.statement])
        _same(statements.data([statement])[0], record.statement)
        _typed(statement)
        for row in statement.rows:
            _typed(row)
    with _reading("decisions"):
        decided = plans.decisions(record.decisions, statement.rows)
        _same(plans.data(decided), record.decisions)
        for each in decided:
            _typed(each)
            if each.of:
                _typed(each.of)
    with _reading("choices"):
        chosen = choices(record.choices)
        _same(choices_data(chosen), record.choices)
        if not all(0 <= place < len(decided) for place in chosen):
            raise errors.InvalidExport("there is no such row")
        list(steps(decided, chosen, source=record.source, name=str(record.pk)))
    with _reading("left_out"):
        for key in plain.items(record.left_out):
            plain.text(key)
    with _reading("undo"):
        for state in plain.items(record.undo):
            _state(state, rows=len(decided), decimals=decimals)
    if record.last_change < 0:
        raise errors.InvalidExport("last_change: less than zero")


def count_on(account_id: UUID) -> None:
    """Have imports, which tell how many lines of the account's history there were, know the last of them here.

    Raises InvalidExport.
    """
    lines = Change.objects.filter(bank_account=account_id).order_by("pk").values_list("pk", flat=True)
    for record in StatementImport.objects.filter(bank_account=account_id, last_change__gt=0).only("last_change"):
        last = lines[record.last_change - 1 : record.last_change].first()
        if last is None:
            raise errors.InvalidExport("The document does not add up: an import counts more history than there is.")
        StatementImport.objects.filter(pk=record.pk).update(last_change=last)


def _state(given: Any, *, rows: int, decimals: int) -> None:
    """What a pending transaction was."""
    if plain.members(given).keys() != STATE:
        raise errors.InvalidExport(f"expected {', '.join(sorted(STATE))} of each row")
    if not 0 <= plain.whole(given["place"]) < rows:
        raise errors.InvalidExport("there is no such row")
    plain.key(given["transaction"])
    plain.flag(given["pending"])
    plain.text(given["import_key"] or "")
    _amount(given["amount"], decimals=decimals)
    for key, budget, amount, category, memo in plain.items(given["parts"]):
        plain.key(key)
        plain.key(budget)
        _amount(amount, decimals=decimals)
        plain.text(category)
        plain.text(memo or "")


def _amount(given: Any, *, decimals: int) -> None:
    found = Decimal(plain.text(given))
    _number(found)
    money.parse(f"{found.normalize():f}", decimals=decimals)


def _same(read: object, given: object) -> None:
    if read != given:
        raise errors.InvalidExport("not as an import is kept")


def _typed(found: Statement | Row | Decision | Known) -> None:
    """Whether each value is of the type that its field says."""
    hints: dict[str, Any] = get_type_hints(type(found))
    for each in fields(found):
        value = getattr(found, each.name)
        if each.name not in NESTED and not isinstance(value, hints[each.name]):
            raise errors.InvalidExport(f"{each.name}: not what an import keeps")
        if check := BEYOND.get(type(value)):
            check(value)


def _number(value: Decimal) -> None:
    if not value.is_finite():
        raise errors.InvalidExport("not a number")


NESTED = {"rows", "row", "of"}
BEYOND: dict[type, Callable[[Any], object]] = {str: plain.text, Decimal: _number}
"""What must be true of values beyond their type."""


@contextmanager
def _reading(field: str) -> Iterator[None]:
    """Data that is not the ledger's makes Python raise this and that."""
    try:
        yield
    except errors.LedgerError as error:
        raise errors.InvalidExport(f"{field}: {error.message.rstrip('.')}") from error
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise errors.InvalidExport(f"{field}: not as an import is kept") from error
