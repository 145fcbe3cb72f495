"""Statements that are made once and run with other values: to make one takes longer than to read a short page.

A queryset is written with a `Hole` in the place of each value that changes. What else decides on its SQL is in the key
under which the statement is kept, whose rows they are included: no statement serves another user.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, QuerySet, Value

KEPT = 1_000
"""Statements of a process, some 5 kB each; those that were made first go first."""

Convert = Callable[[Any], Any]

_known: dict[Hashable, "Statement"] = {}
_lock = Lock()


class Hole(Value):
    """Stands for the value of that place, which is one of the field and not None."""

    def __init__(self, place: int, *, field: "Field[Any, Any]") -> None:
        super().__init__(place, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [_Place(self.value, self.output_field)]


Opening = Callable[["Field[Any, Any]"], Hole]


@dataclass(frozen=True, slots=True)
class _Place:
    """A parameter that is not known yet."""

    number: int
    field: Any

    def filled(self, values: Sequence[Any]) -> Any:
        return self.field.get_db_prep_value(values[self.number], connection=connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`columns`: the expressions whose values its rows hold."""

    sql: str
    parameters: Sequence[Any]
    columns: Sequence[Any]

    def rows(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows as the database has them, with the values in their places; one query."""
        parameters = [each.filled(values) if isinstance(each, _Place) else each for each in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            return list(cursor.fetchall())

    def converters(self) -> list[list[Convert]]:
        """What makes the ledger's values of those that the database has in each column, one after the other."""
        here = connections[DEFAULT_DB_ALIAS]
        return [
            [
                partial(_converted, convert, column, here)
                for convert in (*here.ops.get_db_converters(column), *column.get_db_converters(here))
            ]
            for column in self.columns
        ]


def _converted(convert: Callable[[Any, Any, Any], Any], column: Any, connection: Any, value: Any) -> Any:
    return convert(value, column, connection)


def statement(key: Hashable, make: Callable[[Opening], QuerySet[Any, Any]]) -> Statement:
    """The statement of a queryset of tuples; `make` is asked for it if none is kept under the key.

    `make` gets a function that makes a `Hole` for a value of a field, one after the other. Raises EmptyResultSet if the
    queryset can find nothing.
    """
    found = _known.get(key)
    if found is None:
        places = count()
        found = _compiled(make(lambda field: Hole(next(places), field=field)))
        with _lock:
            while len(_known) >= KEPT:
                del _known[next(iter(_known))]
            _known[key] = found
    return found


def _compiled(rows: QuerySet[Any, Any]) -> Statement:
    compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    return Statement(sql=sql, parameters=tuple(parameters), columns=[expression for expression, *_ in compiler.select])
