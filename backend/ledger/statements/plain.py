"""Statements as plain data that JSON can carry, and back."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from .statement import Row, Statement

_DATES = frozenset({"posted_on", "initiated_on", "start", "end", "ledger_balance_on"})
_AMOUNTS = frozenset({"amount", "opening_balance", "ledger_balance", "available_balance"})
_ROW = tuple(field.name for field in fields(Row))
_STATEMENT = tuple(field.name for field in fields(Statement) if field.name != "rows")


def data(found: Iterable[Statement]) -> list[dict[str, Any]]:
    return [
        {name: _written(getattr(each, name)) for name in _STATEMENT}
        | {"rows": [[_written(getattr(row, name)) for name in _ROW] for row in each.rows]}
        for each in found
    ]


def statements(given: Any) -> list[Statement]:
    """Raises whatever Python raises for data that `data` did not make."""
    return [
        Statement(
            rows=tuple(
                Row(**{name: _read(name, value) for name, value in zip(_ROW, row, strict=True)}) for row in rows
            ),
            **{name: _read(name, each[name]) for name in _STATEMENT},
        )
        for each in given
        for rows in (each["rows"],)
    ]


def _written(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else value


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DATES:
        return date.fromisoformat(value)
    return Decimal(value) if name in _AMOUNTS else value
