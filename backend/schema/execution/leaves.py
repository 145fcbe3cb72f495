"""How values are written that have no fields: what graphql-core makes of them, with shortcuts for the common ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
    is_enum_type,
)
from strawberry.execution.is_awaitable import optimized_is_awaitable

Writer = Callable[[Any], Any]
"""From a value that is not None to its JSON, never None."""

ITSELF: dict[str, type] = {GraphQLString.name: str, GraphQLBoolean.name: bool}
VALUES = frozenset({str, bool, int, float, Decimal, UUID, date, datetime})
"""Types whose instances can be nothing else than a value."""


class Otherwise(Exception):
    """Only the ordinary way knows what this is."""


@dataclass(frozen=True)
class Leaf:
    """Writes the values of a scalar or an enum; raises where they are none. Those of type `itself` stay as they are.

    `coerce` is what graphql-core calls.
    """

    write: Writer
    itself: type | None
    coerce: Callable[[Any], Any]


LEAVES: WeakKeyDictionary[GraphQLLeafType, Leaf] = WeakKeyDictionary()


def check(value: Any) -> None:
    """Raise Otherwise for what executors and fields treat in a way of their own: errors, futures, functions."""
    if value is Undefined or isinstance(value, Exception) or callable(value) or optimized_is_awaitable(value):
        raise Otherwise


def leaf(kind: GraphQLLeafType) -> Leaf:
    found = LEAVES.get(kind)
    if found is None:
        found = LEAVES[kind] = _leaf(kind)
    return found


def _leaf(kind: GraphQLLeafType) -> Leaf:
    coerce = kind.coerce_output_value
    itself = str if coerce is str else ITSELF.get(kind.name)
    whole = kind.name == GraphQLInt.name
    words: dict[str, str] = {}

    def write(value: Any) -> Any:
        if type(value) is itself or (whole and type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT):
            return value
        if type(value) not in VALUES:
            check(value)
        written = coerce(value)
        if written is None or written is Undefined:
            raise Otherwise
        return written

    def word(value: Any) -> Any:
        if type(value) is not str:
            return write(value)
        if value not in words:
            words[value] = write(value)
        return words[value]

    return Leaf(word if is_enum_type(kind) else write, itself, coerce)
