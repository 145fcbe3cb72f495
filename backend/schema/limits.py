"""How much one document may ask for, reckoned before anything is looked up or even validated.

The walk is linear in the document: a fragment is measured once, however often and however deeply it is spread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from backend import trace

from . import costs
from .pages import LARGEST_PAGE, PAGE

BODY = 256 * 1024
"""Bytes of a request: 500 transactions in its variables, while TOKENS bounds the document."""

TOKENS = 1_000
DEPTH = 10
"""Fields within one another; a list, its edges and their nodes are one."""

INTROSPECTION_DEPTH = 15
ALIASES = 15
ROOT_FIELDS = 10
MUTATIONS = 5
COST = 5_000
"""Fields with a selection, each counted as often as its row is on the pages that are asked for, and dear fields."""

LISTED = 5
"""How long a list is reckoned that has no pages, such as the schedules of an account."""

FREE = costs.Cost()
INTROSPECTION_COST = 100_000
INTROSPECTION_LISTS = {"types": 60, "fields": 15, "possibleTypes": 10, "enumValues": 10, "inputFields": 5}
"""How long the lists are reckoned; the others have two."""


@dataclass
class Load:
    """What a selection asks for, seen from one row of its parent."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: int = 0
    cost_per_row: int = 0  # what the `edges` of a connection cost, each
    once: int = 0  # what does not depend on how many rows there are
    introspection: int = 0

    def add(self, other: "Load") -> None:
        """Take in a selection beside this one."""
        self.depth = max(self.depth, other.depth)
        self.fields += other.fields
        self.aliases += other.aliases
        self.cost += other.cost
        self.cost_per_row += other.cost_per_row
        self.once += other.once
        self.introspection += other.introspection


class Exceeded(GraphQLError):
    """The document asks for more than one request may."""

    def __init__(self, what: str, *, asked: int | None, allowed: int, field: str | None = None) -> None:
        count = f"{asked}, " if asked is not None and asked < 10**9 else ""
        named = {} if field is None else {"field": field}
        super().__init__(
            f"The query asks for too much: {what}: {count}{allowed} allowed.",
            extensions={"code": "limit", "limit": what, "allowed": allowed, **named},
        )


@dataclass
class Measure:
    """Walks one document. `variables` are as the client sent them."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    _fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    _measured: dict[str, Load] = field(default_factory=dict)
    _defaults: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        definitions = self.document.definitions
        self._fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}

    def check(self) -> None:
        """Raise Exceeded if one of the operations goes too far."""
        for operation in self.document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                self._operation(operation)

    def _operation(self, operation: OperationDefinitionNode) -> None:
        self._measured.clear()
        self._defaults = {each.variable.name.value: each.default_value for each in operation.variable_definitions or ()}
        root = self.schema.get_root_type(operation.operation)
        if root is None:
            return  # validation says so
        load = self._selection(operation.selection_set, root, level=1)
        trace.note_operation(operation.operation.value, cost=load.cost + load.once)
        most = ROOT_FIELDS if operation.operation == OperationType.QUERY else MUTATIONS
        for what, asked, allowed in (
            ("depth", load.depth, DEPTH),
            ("fields at the root", load.fields, most),
            ("aliases", load.aliases, ALIASES),
            ("cost", load.cost + load.once, COST),
            ("introspection", load.introspection, INTROSPECTION_COST),
        ):
            if asked > allowed:
                raise Exceeded(what, asked=asked, allowed=allowed)

    def _selection(self, selections: SelectionSetNode, parent: GraphQLCompositeType, *, level: int) -> Load:
        load = Load()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                load.add(self._field(node, parent, level=level))
            elif isinstance(node, FragmentSpreadNode):
                load.add(self._fragment(node.name.value, level=level))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                if is_composite_type(inner):
                    load.add(self._selection(node.selection_set, inner, level=level))
        return load

    def _fragment(self, name: str, *, level: int) -> Load:
        if name not in self._measured:
            self._measured[name] = Load()  # what a fragment that contains itself adds; validation refuses it
            fragment = self._fragments.get(name)
            condition = fragment and self.schema.get_type(fragment.type_condition.name.value)
            if fragment and is_composite_type(condition):
                self._measured[name] = self._selection(fragment.selection_set, condition, level=level)
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLCompositeType, *, level: int) -> Load:
        introspection = parent.name.startswith("__")
        deepest = INTROSPECTION_DEPTH if introspection else DEPTH
        if level > deepest:
            raise Exceeded("depth", asked=None, allowed=deepest)
        wrapped = _is_within_list(node, parent)
        load = Load(depth=0 if wrapped else 1, fields=1, aliases=int(node.alias is not None))
        definition = self.schema.get_field(parent, node.name.value)
        if definition is None:
            return load  # validation says so
        own, given = _cost(definition), self._given(node)
        load.cost, load.once = own.each, own.once
        kind = get_named_type(definition.type)
        if node.selection_set is None or not is_composite_type(kind):
            return load
        inner = self._selection(node.selection_set, kind, level=level if wrapped else level + 1)
        load.aliases += inner.aliases
        if kind.name.startswith("__") and not introspection:
            load.introspection = inner.cost
            return load
        load.depth += inner.depth
        load.once += inner.once
        if node.name.value == "edges":
            load.cost_per_row = 1 + inner.cost
        elif "first" in definition.args:
            load.cost += 1 + inner.cost + _page(given) * inner.cost_per_row
            load.once += costs.SCAN if _scans(given) else 0
        else:
            load.cost += _listed(node, definition, parent, given) * (1 + inner.cost)
        return load

    def _given(self, node: FieldNode) -> dict[str, object]:
        """The arguments that are plain values; of an object, its members that are not null."""
        return {each.name.value: self._plain(each.value) for each in node.arguments or ()}

    def _plain(self, value: object) -> object:
        if isinstance(value, VariableNode):
            name = value.name.value
            return self.variables[name] if name in self.variables else self._plain(self._defaults.get(name))
        if isinstance(value, IntValueNode):
            return int(value.value[:10])  # nothing that long is allowed
        if isinstance(value, StringValueNode | EnumValueNode):
            return value.value
        if isinstance(value, ObjectValueNode):
            return {each.name.value: each.value for each in value.fields if not isinstance(each.value, NullValueNode)}
        return None if isinstance(value, NullValueNode) else value


def _is_within_list(node: FieldNode, parent: GraphQLCompositeType) -> bool:
    """Whether the field belongs to the list that it is a part of: its edges, and the node of each."""
    beside = {"edges": "pageInfo", "node": "cursor"}.get(node.name.value)
    return beside is not None and beside in getattr(parent, "fields", ())


def _cost(definition: GraphQLField) -> costs.Cost:
    field = definition.extensions.get("strawberry-definition")
    found: costs.Cost = getattr(field, "metadata", {}).get(costs.KEY, FREE)
    return found


def _page(given: Mapping[str, object]) -> int:
    """How many rows the page of a connection may have."""
    sizes = [PAGE] if given.get("first") is None and given.get("last") is None else []
    for name in ("first", "last"):
        size = given.get(name)
        if isinstance(size, int):
            if not 0 <= size <= LARGEST_PAGE:
                raise Exceeded("rows of a page", asked=max(size, -1), allowed=LARGEST_PAGE, field=name)
            sizes.append(size)
        elif size is not None:
            sizes.append(LARGEST_PAGE)  # validation refuses it
    return max(sizes)


def _scans(given: Mapping[str, object]) -> bool:
    filters = given.get("filters")
    return isinstance(filters, dict) and any(filters.get(name) is not None for name in costs.SCANNING)


def _listed(
    node: FieldNode, definition: GraphQLField, parent: GraphQLCompositeType, given: Mapping[str, object]
) -> int:
    """How many things a field that is no connection is reckoned to have."""
    if not is_list_type(get_nullable_type(definition.type)):
        return 1
    length = _cost(definition).length
    if length is not None:
        return length(given)
    return INTROSPECTION_LISTS.get(node.name.value, 2) if parent.name.startswith("__") else LISTED
