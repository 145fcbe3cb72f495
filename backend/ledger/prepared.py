"""Statements that are made once and run with other values: to make one takes longer than to read a short page.

A queryset is written with a `Hole` in the place of each value that changes. What else decides on its SQL is in the key
under which the statement is kept, whose rows they are included: no statement serves another user.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators

KEPT = 1_000
"""Statements of a process, some 5 kB each; those that were made first go first."""

Convert = Callable[[Any], Any]
One = TypeVar("One")

_known: dict[Hashable, "Statement"] = {}
_lock = Lock()


class Hole(Value):
    """Stands for the value of that place, which is one of the field and not None."""

    def __init__(self, place: int, *, field: "Field[Any, Any]") -> None:
        super().__init__(place, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [_Place(self.value, self.output_field)]


Opening = Callable[["Field[Any, Any] | type[Model]"], Hole]
"""Makes a hole for a value of a field, or for the key of a model."""

Make = Callable[[Opening], QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Place:
    """A parameter that is not known yet."""

    number: int
    field: Any

    def filled(self, values: Sequence[Any]) -> Any:
        return self.field.get_db_prep_value(values[self.number], connection=connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`columns`: the expressions whose values its rows hold; `shape`: how they make a model's row, if they do."""

    sql: str
    parameters: Sequence[Any]
    columns: Sequence[Any]
    shape: "_Shape | None" = None

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

    def found(self, values: Sequence[Any]) -> list[Any]:
        """The rows as the queryset gives them, of its model or as tuples; one query."""
        converters = [(place, each) for place, each in enumerate(self.converters()) if each]
        rows = []
        for raw in self.rows(values):
            row = list(raw)
            for place, convert in converters:
                for each in convert:
                    row[place] = each(row[place])
            rows.append(tuple(row) if self.shape is None else self.shape.model(row))
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """A model's row in the columns of one that was read: the names of its first columns, then the rows beside it."""

    kind: type[Model]
    names: Sequence[str]
    beside: Sequence[Any]

    def model(self, row: Sequence[Any]) -> Model:
        found = self.kind.from_db(DEFAULT_DB_ALIAS, self.names, row[: len(self.names)])
        for each in self.beside:
            each.populate(row, found)
        return found


def _converted(convert: Callable[[Any, Any, Any], Any], column: Any, connection: Any, value: Any) -> Any:
    return convert(value, column, connection)


def find(make: Make, *values: Any, name: Hashable = None) -> list[Any]:
    """The rows of the queryset whose holes are filled with the values: of its model, or tuples. One query.

    `name` is what its statement is kept under; unless told, `make` itself, which then is a function of a module. A
    queryset of models that annotates or prefetches is none for this.
    """
    try:
        return statement(make if name is None else name, make).found(values)
    except EmptyResultSet:
        return []


def spread(values: Iterable[One]) -> list[One]:
    """The values of a list to be looked in, the last one repeated until they are 1, 2, 4, 8 …; none if there are none.

    So lists of all lengths take a few statements.
    """
    found = list(values)
    if found:
        found += found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found))
    return found


def statement(key: Hashable, make: Make) -> Statement:
    """The statement of a queryset; `make` is asked for it if none is kept under the key.

    `make` gets a function that makes one hole after the other. Raises EmptyResultSet if the queryset can find nothing.
    """
    found = _known.get(key)
    if found is None:
        places = count()
        found = _compiled(make(lambda kind: Hole(next(places), field=_field(kind))))
        with _lock:
            while len(_known) >= KEPT:
                del _known[next(iter(_known))]
            _known[key] = found
    return found


def _field(kind: "Field[Any, Any] | type[Model]") -> "Field[Any, Any]":
    return kind._meta.pk if isinstance(kind, type) else kind


def _compiled(rows: QuerySet[Any, Any]) -> Statement:
    compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    columns = [expression for expression, *_ in compiler.select]
    shape = _shape(compiler) if rows._iterable_class is ModelIterable else None
    return Statement(sql=sql, parameters=tuple(parameters), columns=columns, shape=shape)


def _shape(compiler: Any) -> _Shape:
    """How rows of the model come of what was read, as Django's own iterator does it."""
    assert not compiler.annotation_col_map, "a model's row has its columns and no more"
    places = compiler.klass_info["select_fields"]
    return _Shape(
        kind=compiler.klass_info["model"],
        names=[column.target.attname for column, *_ in compiler.select[places[0] : places[-1] + 1]],
        # The stubs are of a later Django, where it takes one more.
        beside=get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
    )
