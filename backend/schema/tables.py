"""Pages of which no more was read than some columns, as the database has them."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, overload
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet

from backend.ledger import prepared
from backend.ledger.prepared import Convert, Statement

Row = TypeVar("Row", bound=Model)
Tuple = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a statement found in the columns `names` of a model.

    The column `below` tells whose page a row belongs to; None if there is one page.
    """

    model: type[Model]
    statement: Statement
    names: Sequence[str]
    rows: Sequence[Tuple]
    below: str | None

    def page(self, parent: UUID | None) -> "Rows":
        return Rows(self, self.rows if self.below is None else self._parted.get(parent, ()))

    def whole(self) -> "Rows":
        return Rows(self, self.rows)

    def converted(self, name: str, values: Sequence[Any]) -> Sequence[Any]:
        """The ledger's values of those that the database has in that column."""
        for convert in self._converters[name]:
            values = [convert(value) for value in values]
        return values

    @cached_property
    def _converters(self) -> Mapping[str, list[Convert]]:
        return dict(zip(self.names, self.statement.converters(), strict=True))

    @cached_property
    def _parted(self) -> Mapping[Any, Sequence[Tuple]]:
        if self.below is None:
            return {}
        number, found = self.names.index(self.below), defaultdict[Any, list[Tuple]](list)
        for row in self.rows:
            found[row[number]].append(row)
        return dict(zip(self.converted(self.below, list(found)), found.values(), strict=True))


def complete(model: type[Row], name: Hashable, make: Callable[[], QuerySet[Row]]) -> list[Row]:
    """Rows of the model with all their columns, by a statement that is kept under the name."""
    names = [each.attname for each in model._meta.concrete_fields]
    statement = prepared.statement((model, name), lambda hole: make().values_list(*names))
    return Table(model=model, statement=statement, names=names, rows=statement.rows([]), below=None).whole().models()


class Rows(Sequence[Any]):
    """Some rows of a table; one becomes a row of the model when it is asked for."""

    def __init__(self, table: Table, tuples: Sequence[Tuple]) -> None:
        self.table = table
        self.tuples = tuples

    def __len__(self) -> int:
        return len(self.tuples)

    @overload
    def __getitem__(self, index: int) -> Model: ...
    @overload
    def __getitem__(self, index: slice) -> "Rows": ...
    def __getitem__(self, index: int | slice) -> "Model | Rows":
        if isinstance(index, slice):
            return Rows(self.table, self.tuples[index])
        (row,) = Rows(self.table, [self.tuples[index]]).models()
        return row

    def models(self) -> list[Any]:
        """All of them as rows of the model."""
        table, raw = self.table, self.columns()
        names = [each.attname for each in table.model._meta.concrete_fields if each.attname in raw]
        values = [table.converted(name, raw[name]) for name in names]
        return [table.model.from_db(DEFAULT_DB_ALIAS, names, each) for each in zip(*values, strict=True)]

    def columns(self) -> dict[str, Sequence[Any]]:
        """What the database has in each column, row by row."""
        by_column = zip(*self.tuples, strict=True) if self.tuples else ((),) * len(self.table.names)
        return dict(zip(self.table.names, by_column, strict=True))
