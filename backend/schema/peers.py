"""Rows that were loaded together: what one of them needs is looked up for all of them at once."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from strawberry.types import Info

Row = TypeVar("Row", bound=Model)
Value = TypeVar("Value")
ATTRIBUTE = "_loaded_with"


class Peers:
    """The rows of one query, and what was found for them so far."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._found: dict[Hashable, Mapping[UUID, Any]] = {}

    def share(self, key: Hashable, find: Callable[[list[Any]], Mapping[UUID, Value]]) -> Mapping[UUID, Value]:
        """What `find` says of the rows, by primary key; it is called once per `key`."""
        if key not in self._found:
            self._found[key] = find(self.rows)
        return self._found[key]


def place(info: Info) -> Hashable:
    """Where in the document a field stands, whatever rows it is resolved for."""
    return tuple(step for step in info.path.as_list() if isinstance(step, str))


def watch(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The same rows; those that are loaded know of each other."""
    rows = rows.all()
    rows._iterable_class = _Together  # kept by every clone: filters, pages, prefetches
    return rows


def of(row: Any) -> Peers:
    """The rows that were loaded with this one, itself included."""
    found: Peers | None = getattr(row, ATTRIBUTE, None)
    if found is None:
        found = Peers()
        found.rows.append(row)
        setattr(row, ATTRIBUTE, found)
    return found


def introduce(rows: list[Row]) -> list[Row]:
    """The rows, which were loaded together, and know it now."""
    peers = Peers()
    peers.rows = rows
    for row in rows:
        setattr(row, ATTRIBUTE, peers)
    return rows


class _Together(ModelIterable):
    def __iter__(self) -> Iterator[Any]:
        peers = Peers()
        for row in super().__iter__():
            setattr(row, ATTRIBUTE, peers)
            peers.rows.append(row)
            yield row
