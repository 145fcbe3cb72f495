"""Statements as plain data that JSON can carry, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any

from .statement import Row, Statement

_DATES = frozenset({"start", "end", "ledger_balance_on"})
_AMOUNTS = frozenset({"opening_balance", "ledger_balance", "available_balance"})
_STATEMENT = tuple(field.name for field in fields(Statement) if field.name != "rows")


def data(found: Iterable[Statement]) -> list[dict[str, Any]]:
    return [
        {name: _written(getattr(each, name)) for name in _STATEMENT} | {"rows": [_row_data(row) for row in each.rows]}
        for each in found
    ]


@lru_cache(maxsize=512)  # many rows share a day, and so need not each have one of their own
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=512)
def _text(day: date) -> str:
    return str(day)


def _row_data(row: Row) -> list[Any]:
    return [
        row.bank_id,
        _text(row.posted_on),
        row.initiated_on and _text(row.initiated_on),
        str(row.amount),
        row.description,
        row.party,
        row.memo,
        row.kind,
        row.check_number,
        row.pending,
    ]


def statements(given: Any) -> list[Statement]:
    """Raises whatever Python raises for data that `data` did not make."""
    return [
        Statement(
            rows=tuple(_row(row) for row in each["rows"]), **{name: _read(name, each[name]) for name in _STATEMENT}
        )
        for each in given
    ]


def _row(given: Sequence[Any]) -> Row:
    bank_id, posted_on, initiated_on, amount, description, party, memo, kind, check_number, pending = given
    return Row(
        bank_id=bank_id,
        posted_on=_day(posted_on),
        initiated_on=initiated_on and _day(initiated_on),
        amount=Decimal(amount),
        description=description,
        party=party,
        memo=memo,
        kind=intern(kind),
        check_number=check_number,
        pending=pending,
    )


def _written(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else value


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DATES:
        return date.fromisoformat(value)
    return Decimal(value) if name in _AMOUNTS else value
