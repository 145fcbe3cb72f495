"""The rows of a page, looked up when they are first looked at: of one list, or of the lists below many rows at once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet

from backend.ledger import prepared
from backend.ledger.selectors import pages

from . import peers
from .tables import Table

Load = Callable[[QuerySet[Any], Iterable[str]], Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`rows` that are asked for; `visible` are all that the user may see.

    `parents`: rows that the user may see on which those hang by the `link`; without, the rows are the user's own.
    """

    rows: QuerySet[Any]
    visible: QuerySet[Any]
    parents: QuerySet[Any] | None = None
    link: pages.Link | None = None


@dataclass(frozen=True, kw_only=True)
class Parents:
    """The rows that have a page each: their keys, the field these are of, and the column in which the pages' rows have
    them. There are none where there is but one page.
    """

    keys: Sequence[UUID] = ()
    field: Any = None
    column: str | None = None


@dataclass(kw_only=True)
class List(ABC):
    """Rows of the `model` that are asked for, and the `part` of them that is a page with one row more.

    `load` fetches rows with what the client wants of them and with the columns that it is told; `columns` tells which
    columns hold all that the client wants, if some do. `name` is of whatever decides on the statement beside the part;
    None if that cannot be named.
    """

    model: type[Model]
    asked: Callable[[], Asked]
    part: pages.Part
    load: Load
    columns: Callable[[], Sequence[str] | None]
    name: Hashable | None

    def __post_init__(self) -> None:
        self.table: Table | None = None
        self._may_be_table = self.name is not None
        if self.name is None:
            _ = self._asked  # what is refused is refused at once

    def page(self, parent: UUID | None) -> Sequence[Any]:
        """The page below that parent, or the only one."""
        return self._rows(parent) if self.table is None else self.table.page(parent)

    def tabulate(self, columns: Iterable[str], *, places: bool) -> Table | None:
        """Read no more than those columns of the rows, if nothing speaks against it: from now on pages are of them.

        `places`: also those that tell where in the list a row is.
        """
        if self.table is None and self._may_be_table:
            self._may_be_table = False  # unless nothing goes wrong
            self.table = self._table(columns, places=places)
        return self.table

    def forget_table(self) -> None:
        """Read the rows as they are wanted: something in the table is not as it should be."""
        self.table = None

    @abstractmethod
    def count(self, parent: UUID | None) -> int: ...

    @abstractmethod
    def _rows(self, parent: UUID | None) -> Sequence[Any]: ...

    @abstractmethod
    def _found(self, asked: Asked, part: pages.Part, keys: Sequence[Any]) -> QuerySet[Any]:
        """The rows of all pages, in order; `keys` are those of their parents, or stand for them."""

    @abstractmethod
    def _parents(self) -> Parents:
        """What tells the pages from each other."""

    @cached_property
    def _asked(self) -> Asked:
        return self.asked()

    def _load(self) -> Sequence[Any]:
        """The rows of all pages, with what the client wants of them; of a table if that can be made."""
        columns = self.columns() if self._may_be_table else None
        if columns is not None:
            with suppress(EmptyResultSet):
                return peers.introduce(self._table(columns, places=True).whole().models())
        parents = self._parents()
        names = [*pages.names(self.part.order), parents.column]
        return self.load(self._found(self._asked, self.part, parents.keys), filter(None, names))

    def _table(self, columns: Iterable[str], *, places: bool) -> Table:
        parents = self._parents()
        order = [_column(self.model, name).attname for name in pages.names(self.part.order) if places]
        wanted = [*columns, *order, parents.column]
        names = tuple(dict.fromkeys(filter(None, wanted))) or (self.model._meta.pk.attname,)
        statement = self._statement(names, parents)
        rows = statement.rows([*parents.keys, *_known(self.part.after), *_known(self.part.before)])
        return Table(model=self.model, statement=statement, names=names, rows=rows, below=parents.column)

    def _statement(self, names: Sequence[str], parents: Parents) -> prepared.Statement:
        part = self.part
        columns = [_column(self.model, name) for name in pages.names(part.order)]
        nulls = [end and tuple(value is None for value in end) for end in (part.after, part.before)]

        def make(hole: prepared.Opening) -> QuerySet[Any, Any]:
            keys = [hole(parents.field) for _ in parents.keys]
            after, before = (
                end and [None if value is None else hole(column) for value, column in zip(end, columns, strict=True)]
                for end in (part.after, part.before)
            )
            return self._found(self.asked(), replace(part, after=after, before=before), keys).values_list(*names)

        key = (self.name, len(parents.keys), tuple(part.order), part.limit, part.backwards, *nulls, names)
        return prepared.statement(key, make)


@dataclass(kw_only=True)
class AtRoot(List):
    """The list of all rows, or of those that hang on some parents."""

    def count(self, parent: UUID | None) -> int:
        return pages.count(self._asked.rows, parents=self._asked.parents, link=self._asked.link)

    def _rows(self, parent: UUID | None) -> Sequence[Any]:
        return self._page

    @cached_property
    def _page(self) -> Sequence[Any]:
        return self._load()

    def _found(self, asked: Asked, part: pages.Part, keys: Sequence[Any]) -> QuerySet[Any]:
        if asked.parents is None or asked.link is None:
            return pages.cut(asked.rows, part)
        members = pages.keys(asked.rows, part, parents=asked.parents, link=asked.link)
        return pages.in_order(asked.visible.filter(pk__in=members), part)[: part.limit]

    def _parents(self) -> Parents:
        return Parents()


@dataclass(kw_only=True)
class Below(List):
    """The lists below some rows of the model `above`."""

    above: type[Model]
    keys: Sequence[UUID]
    link: pages.Link

    def __post_init__(self) -> None:
        super().__post_init__()
        self._may_be_table &= self.link.through is None

    def count(self, parent: UUID | None) -> int:
        return self._counts.get(parent, 0) if parent else 0

    def _rows(self, parent: UUID | None) -> Sequence[Any]:
        return self._pages.get(parent, ()) if parent else ()

    @cached_property
    def _pages(self) -> Mapping[UUID, Sequence[Any]]:
        if self.link.through is None:
            return pages.parted(self._load(), link=self.link)
        asked, columns = self._asked, pages.names(self.part.order)
        members = pages.keys_of_each(asked.rows, self.part, parents=self._rows_above(self.keys), link=self.link)
        every = {key for keys in members.values() for key in keys}
        rows = self.load(pages.in_order(asked.visible.filter(pk__in=every), self.part), columns)
        return {parent: [row for row in rows if row.pk in keys] for parent, keys in members.items()}

    @cached_property
    def _counts(self) -> Mapping[UUID, int]:
        return pages.count_of_each(self._asked.rows, parents=self.keys, link=self.link)

    def _found(self, asked: Asked, part: pages.Part, keys: Sequence[Any]) -> QuerySet[Any]:
        members = pages.keys(asked.rows, part, parents=self._rows_above(keys), link=self.link)
        return pages.in_order(asked.visible.filter(pk__in=members), part)

    def _rows_above(self, keys: Sequence[Any]) -> QuerySet[Any]:
        return self.above._base_manager.filter(pk__in=keys)

    def _parents(self) -> Parents:
        column = str(_column(self.model, self.link.parent).attname)
        return Parents(keys=self.keys, field=self.above._meta.pk, column=column)


def _column(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _known(end: Sequence[Any] | None) -> list[Any]:
    """The values of a place in the list of which there is more to tell than that they are null."""
    return [value for value in end or () if value is not None]
