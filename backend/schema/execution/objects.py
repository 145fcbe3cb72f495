"""How objects are written whose every field has a step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from .leaves import Leaf, Otherwise, Writer

Accept = Callable[[Any], object]
"""Raises for an object that the steps of its type are not made for."""


@dataclass(frozen=True)
class Step:
    """From an object to the JSON of one of its fields, by calling it; `column` if it is one that is merely written."""

    take: Callable[[Any], Any]
    column: "Column | None" = None

    def __call__(self, source: Any) -> Any:
        return self.take(source)


@dataclass(frozen=True)
class Column:
    """A column of a row, by the name of its attribute."""

    name: str
    leaf: Leaf
    optional: bool


def step(read: Callable[[Any], Any], write: Writer, *, optional: bool) -> Callable[[Any], Any]:
    """Reads a value and writes it."""

    def take(source: Any) -> Any:
        value = read(source)
        if value is not None:
            return write(value)
        if optional:
            return None
        raise Otherwise

    return take


def writer(accept: Accept, steps: Mapping[str, Step]) -> Writer:
    """Writes objects that have all those fields."""
    columns = {name: each.column for name, each in steps.items() if each.column}
    if len(columns) > 1:
        return _row_writer(accept, steps, columns)
    takes = [(name, each.take) for name, each in steps.items()]
    if len(takes) == 1:
        return _only(accept, *takes[0])

    def write(value: Any) -> Any:
        accept(value)
        return {name: take(value) for name, take in takes}

    return write


def _only(accept: Accept, name: str, take: Callable[[Any], Any]) -> Writer:
    def write(value: Any) -> Any:
        accept(value)
        return {name: take(value)}

    return write


def _row_writer(accept: Accept, steps: Mapping[str, Step], columns: Mapping[str, Column]) -> Writer:
    """The same for rows, whose columns are read at once.

    What is to be done with their values depends on nothing but the types of these, so it is found out once for each
    combination that occurs.
    """
    names = tuple(steps)
    others = [(name, each.take) for name, each in steps.items() if not each.column]
    read = itemgetter(*(columns[name].name if name in columns else "_state" for name in names))
    known: dict[tuple[type, ...], list[tuple[str, Writer]]] = {}

    def work(values: tuple[Any, ...]) -> list[tuple[str, Writer]]:
        found: list[tuple[str, Writer]] = []
        for name, value in zip(names, values, strict=True):
            column = columns.get(name)
            if column is None or (value is None and column.optional):
                continue
            if value is None:
                raise Otherwise
            if type(value) is not column.leaf.itself:
                found.append((name, column.leaf.write))
        return found

    def write(row: Any) -> Any:
        accept(row)
        values = read(row.__dict__)
        types = tuple(map(type, values))
        if types not in known:
            known[types] = work(values)
        written = dict(zip(names, values, strict=True))
        for name, convert in known[types]:
            written[name] = convert(written[name])
        for name, take in others:
            written[name] = take(row)
        return written

    return write
