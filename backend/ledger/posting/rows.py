"""Storing several rows at once."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import (
    AutoField,
    BigAutoField,
    DateTimeField,
    Field,
    FileField,
    JSONField,
    Model,
    TextField,
    UUIDField,
)
from django.db.models.fields import BooleanField, CharField, IntegerField

from backend.ledger.models import AmountField, Stamped

AT_ONCE = 2_000
"""Rows that one statement inserts."""
WIDEST = 2**63


def update(rows: Sequence[Stamped], fields: Sequence[str]) -> None:
    """Store those fields of some rows of one table by one statement, or of none.

    Django's bulk_update sends the same, but needs several times as long to word it.
    """
    if not rows:
        return
    meta = rows[0]._meta
    keys = [meta.pk.get_db_prep_save(row.pk, connection) for row in rows]
    assignments: list[str] = []
    values: list[Any] = []
    columns: list[Any] = [meta.get_field(name) for name in fields]
    for column in columns:
        assignments.append(f'"{column.column}" = CASE "id"' + " WHEN %s THEN %s" * len(rows) + " END")
        for row, key in zip(rows, keys, strict=True):
            values += (key, column.get_db_prep_save(getattr(row, column.attname), connection))
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{meta.db_table}" SET {", ".join(assignments)} WHERE "id" IN ({places})',  # noqa: S608 (columns)
            [*values, *keys],
        )


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one table. Keys that the database numbers are not told to the rows.

    Django's bulk_create does the same in three times the time: it asks each column anew how each value is worded.
    """
    if not rows:
        return
    meta = rows[0]._meta
    columns: list[Any] = [column for column in meta.concrete_fields if not isinstance(column, AutoField | BigAutoField)]
    words = [_word(column) for column in columns]
    names = ", ".join(f'"{column.column}"' for column in columns)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            worded = [[word(row) for word in words] for row in rows[start : start + AT_ONCE]]
            if connection.vendor == "postgresql":
                named = [column.column for column in columns]
                records = orjson.dumps([dict(zip(named, row, strict=True)) for row in worded]).decode()
                cursor.execute(
                    f'INSERT INTO "{meta.db_table}" ({names}) SELECT {names} '  # noqa: S608 (columns)
                    f'FROM json_populate_recordset(NULL::"{meta.db_table}", %s::json)',
                    [records],
                )
            else:
                places = ", ".join(["%s"] * len(columns))
                cursor.executemany(f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({places})', worded)  # noqa: S608 (same)
    for each in rows:
        each._state.adding = False


def _word(column: Any) -> Callable[[Any], Any]:
    """How the database takes what a row has in that column: as a parameter, or on PostgreSQL in JSON."""
    name, kind = column.attname, column.target_field if column.is_relation else column
    if isinstance(column, FileField):  # the text is empty where there is no file, as Django stores it
        return lambda row: str(getattr(row, name) or "")
    convert = _conversion(kind)
    if convert is None:
        return lambda row: row.__dict__[name]
    return lambda row: None if (value := row.__dict__[name]) is None else convert(value)


def _conversion(kind: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    in_json = connection.vendor == "postgresql"
    if isinstance(kind, AmountField):
        return lambda value: _within(kind.get_prep_value(value))
    if isinstance(kind, UUIDField):
        return None if in_json else _hex
    if isinstance(kind, DateTimeField):
        return None if in_json else _naive
    if isinstance(kind, JSONField):
        return None if in_json else json.dumps
    if type(kind) in _PLAIN or isinstance(kind, IntegerField):
        return None
    return lambda value: kind.get_db_prep_save(value, connection)


_PLAIN = (CharField, TextField, BooleanField)


def _within(units: int) -> int:
    if not -WIDEST <= units < WIDEST:
        raise OverflowError("The amount is too large to convert to a column.")
    return units


def _hex(value: UUID) -> str:
    return value.hex


def _naive(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))
