"""Documents that ask for every field by every path from the root, made from the schema itself.

A path is as long as it has fields; a list, its edges and their nodes are one.
"""

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

Cell = tuple[str, str]
"""A type and a field of it."""

ROWS = {1: 10, 2: 3}
"""Rows that are asked for of each list, by the length of its path; of the others one."""

VALUES = {
    "Date": '"2026-06-01"',
    "DateTime": '"2026-06-01T00:00:00Z"',
    "Int": "3",
    "Boolean": "true",
    "Amount": '"1.00"',
}
LATER = {"until", "to", "before"}


class Paths:
    """Writes a document per field of the root; `ids` are those that arguments and fields of the root are given."""

    def __init__(self, schema: GraphQLSchema, *, longest: int, ids: Mapping[str, str]) -> None:
        self.schema = schema
        self.longest = longest
        self.ids = ids
        self.cells: set[Cell] = set()

    def documents(self) -> Iterator[tuple[str, str]]:
        """The name of each field of the root, and the document that asks for all that it leads to."""
        root = self.schema.query_type
        assert root
        for name, field in root.fields.items():
            yield name, "{ " + self._field(root, name, field, length=1) + " }"

    def _field(self, parent: GraphQLObjectType, name: str, field: GraphQLField, *, length: int) -> str:
        self.cells.add((parent.name, name))
        kind = get_named_type(field.type)
        inner = ""
        if is_object_type(kind):
            inner = self._selection(kind, length=length)
        elif is_abstract_type(kind):
            parts = (f"... on {each.name} {self._selection(each, length=length)}" for each in self._possible(kind))
            inner = "{ __typename " + " ".join(parts) + " }"
        return f"{name}{self._arguments(name, field, length=length)} {inner}"

    def _selection(self, kind: GraphQLObjectType, *, length: int) -> str:
        """All that an object has: its fields, and what they lead to unless the path is as long as it may be."""
        wraps = {"edges", "pageInfo"} <= set(kind.fields) or {"node", "cursor"} <= set(kind.fields)
        parts = ["__typename"]
        for name, field in kind.fields.items():
            leads = get_named_type(field.type)
            leaf = not (is_object_type(leads) or is_abstract_type(leads))
            if wraps:
                parts.append(self._field(kind, name, field, length=length))
            elif leaf or length < self.longest:
                parts.append(self._field(kind, name, field, length=length + 1))
        return "{ " + " ".join(parts) + " }"

    def _possible(self, kind: object) -> list[GraphQLObjectType]:
        return list(self.schema.get_possible_types(kind))  # type: ignore[arg-type]

    def _arguments(self, name: str, field: GraphQLField, *, length: int) -> str:
        given = {key: self._value(key, each, of=name) for key, each in field.args.items() if is_required_argument(each)}
        for size in {"first", "limit"} & set(field.args):
            given[size] = str(ROWS.get(length, 1))
        return "(" + ", ".join(f"{key}: {value}" for key, value in given.items()) + ")" if given else ""

    def _value(self, key: str, wanted: GraphQLArgument | GraphQLInputField, *, of: str) -> str:
        kind = get_nullable_type(wanted.type)
        if is_list_type(kind):
            return "[]"
        if isinstance(kind, GraphQLInputObjectType):
            inner = {name: each for name, each in kind.fields.items() if is_required_input_field(each)}
            return "{" + ", ".join(f"{name}: {self._value(name, each, of=of)}" for name, each in inner.items()) + "}"
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        assert isinstance(kind, GraphQLScalarType)
        if kind.name == "ID":
            return f'"{self.ids[of if key == "id" else key]}"'
        if kind.name == "Date" and key in LATER:
            return '"2026-06-30"'
        return VALUES.get(kind.name, '"text"')


def reachable(schema: GraphQLSchema) -> set[Cell]:
    """Every type and field that a query can lead to, however long the path."""
    root = schema.query_type
    assert root
    found: set[Cell] = set()
    waiting = [root]
    while waiting:
        kind = waiting.pop()
        for name, field in kind.fields.items():
            if (kind.name, name) not in found:
                found.add((kind.name, name))
                leads = get_named_type(field.type)
                if is_object_type(leads):
                    waiting.append(leads)
                elif is_abstract_type(leads):
                    waiting += schema.get_possible_types(leads)
    return found
