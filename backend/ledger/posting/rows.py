"""Storing several rows at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
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
from backend.ledger.models.fields import units

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

    Django's bulk_create does the same in several times the time: it asks each column anew how each value is worded.
    """
    if not rows:
        return
    names = [column.attname for column in _columns(type(rows[0]))]
    for start in range(0, len(rows), AT_ONCE):
        values = [row.__dict__ for row in rows[start : start + AT_ONCE]]
        store(type(rows[0]), {name: [each[name] for each in values] for name in names})
    for row in rows:
        row._state.adding = False


def store(kind: type[Model], values: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows of a table by one statement: the values of each of its columns, all equally many."""
    columns = _columns(kind)
    assert values.keys() == {column.attname for column in columns}, "every column has its values"
    names = ", ".join(f'"{column.column}"' for column in columns)
    worded = zip(*(_worded(column, values[column.attname]) for column in columns), strict=True)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            named = [column.column for column in columns]
            records = orjson.dumps([dict(zip(named, row, strict=True)) for row in worded]).decode()
            cursor.execute(
                f'INSERT INTO "{kind._meta.db_table}" ({names}) SELECT {names} '  # noqa: S608 (columns)
                f'FROM json_populate_recordset(NULL::"{kind._meta.db_table}", %s::json)',
                [records],
            )
        else:
            places = ", ".join(["%s"] * len(columns))
            statement = f'INSERT INTO "{kind._meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608 (same)
            cursor.executemany(statement, list(worded))


def _columns(kind: type[Model]) -> list[Any]:
    return [column for column in kind._meta.concrete_fields if not isinstance(column, AutoField | BigAutoField)]


def _worded(column: Any, values: Sequence[Any]) -> Sequence[Any]:
    """The values of a column as the database takes them: as parameters, or on PostgreSQL in JSON."""
    if isinstance(column, FileField):  # the text is empty where there is no file, as Django stores it
        return [str(value) if value else "" for value in values]
    convert = _conversion(column.target_field if column.is_relation else column)
    if convert is None:
        return values
    worded = []
    last = word = None
    for value in values:
        if value is not last:  # many rows in a row have the very same account, budget or time
            last, word = value, None if value is None else convert(value)
        worded.append(word)
    return worded


def _conversion(kind: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    in_json = connection.vendor == "postgresql"
    if isinstance(kind, AmountField):
        return _units
    if isinstance(kind, UUIDField):
        return None if in_json else _hex
    if isinstance(kind, DateTimeField):
        return None if in_json else _naive
    if isinstance(kind, JSONField):
        return None if in_json else _json
    if type(kind) in _PLAIN or isinstance(kind, IntegerField):
        return None
    return lambda value: kind.get_db_prep_save(value, connection)


_PLAIN = (CharField, TextField, BooleanField)


def _units(amount: Decimal) -> int:
    number = units(amount)
    if not -WIDEST <= number < WIDEST:
        raise OverflowError("The amount is too large to convert to a column.")
    return number


def _hex(value: UUID) -> str:
    return value.hex


def _naive(value: datetime) -> str:
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(" ")[: -len("+00:00")]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
