"""How pages are written of whose rows nothing but columns is shown: from what the database gave, without the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Model
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_object_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from backend.schema import base, cursors
from backend.schema.connections import Connection, Found
from backend.schema.money import Money
from backend.schema.tables import Rows

from . import cells, leaves, objects, readers
from .cells import TYPENAME, Cells, Page
from .leaves import Writer
from .objects import Accept, Step

if TYPE_CHECKING:
    from .plans import Field, Plans

EDGES, NODE, CURSOR, PAGE_INFO = "edges", "node", "cursor", "pageInfo"
MONEY = {cells.AMOUNT, cells.CURRENCY, TYPENAME}

Part = Callable[[Found, Page], Sequence[Any]]
"""Writes one field of each edge of a page."""


@dataclass(frozen=True)
class Plan:
    """How the `edges` of a connection are written, under each of their labels, from these columns of the model.

    `places`: whether it is shown where the rows are in their list.
    """

    model: type[Model]
    columns: Sequence[str]
    places: bool
    edges: Mapping[str, Mapping[str, Part]]

    def written(self, label: str, found: Found) -> list[dict[str, Any]]:
        page = Page(cast(Rows, found.rows))
        return cells.objects({name: part(found, page) for name, part in self.edges[label].items()})


def plan(plans: "Plans", kind: GraphQLObjectType, fields: GroupedFieldSet) -> Plan | None:
    """The plan for connections of that type, each field of which has a step; None if rows are needed."""
    if not issubclass(readers.definition(kind).origin, Connection):
        return None
    edge: Any = get_named_type(kind.fields[EDGES].type)
    node: Any = get_named_type(edge.fields[NODE].type)
    model = readers.model_of(node)
    columns: set[str] = set()
    places = any(details[0].node.name.value == PAGE_INFO for details in fields.values())
    edges: dict[str, Mapping[str, Part]] = {}
    for label, details in fields.items():
        if details[0].node.name.value == EDGES:
            selected = plans.fields(edge, details)
            places |= any(each[0].node.name.value == CURSOR for each in selected.values())
            parts = {name: _part(plans, edge, node, each) for name, each in selected.items()}
            for part in parts.values():
                if part is None:
                    return None
                columns.update(part[0])
            edges[label] = {name: part[1] for name, part in parts.items() if part}
    return Plan(model, sorted(columns), places, edges) if model and edges else None


def writer(plan: Plan, accept: Accept, steps: Mapping[str, Step], otherwise: Writer) -> Writer:
    """Writes connections of which that is planned; `otherwise`, where they are no tables."""

    def write(connection: Any) -> Any:
        accept(connection)
        found: Found = connection.found
        if found.lists.model is not plan.model or found.lists.tabulate(plan.columns, places=plan.places) is None:
            return otherwise(connection)
        try:
            return {
                label: plan.written(label, found) if label in plan.edges else step(connection)
                for label, step in steps.items()
            }
        except Exception:
            found.lists.forget_table()
            raise

    return write


def _part(
    plans: "Plans", edge: GraphQLObjectType, node: GraphQLObjectType, details: FieldDetailsList
) -> tuple[Sequence[str], Part] | None:
    """The columns that a field of the edges takes, and how it is written."""
    name = details[0].node.name.value
    if name == TYPENAME:
        return (), lambda found, page: [edge.name] * page.length
    if name == CURSOR:
        return (), lambda found, page: [cursors.write(row, found.lists.part.order) for row in page.rows.models()]
    fields: dict[str, Cells] = {}
    for label, each in plans.fields(node, details).items():
        known = _cells(plans, node, each)
        if known is None:
            return None
        fields[label] = known
    columns = [column for each in fields.values() for column in each.columns]
    return columns, lambda found, page: cells.objects({label: each.write(page) for label, each in fields.items()})


def _cells(plans: "Plans", kind: GraphQLObjectType, details: FieldDetailsList) -> Cells | None:
    """How a field of the rows is written from their columns; None if it needs more."""
    if details[0].node.name.value == TYPENAME:
        return cells.constant(kind.name)
    field, model = plans.known(kind, details), readers.model_of(kind)
    if field is None or model is None:
        return None
    step = objects.step(lambda value: value, field.write, optional=field.optional)
    if isinstance(field.read, readers.NodeId):
        return cells.node_id(field.read.kind, field.read.column)
    if isinstance(field.read, readers.Column):
        if is_leaf_type(field.kind):
            return cells.leaf(field.read.name, leaves.leaf(field.kind), step, optional=field.optional)
        return cells.column(field.read.name, step)
    return _cells_of_function(plans, field, details, model)


def _cells_of_function(plans: "Plans", field: "Field", details: FieldDetailsList, model: type[Model]) -> Cells | None:
    """The same of a field whose function says which columns it looks at."""
    columns, resolver = readers.columns(field.made, model), field.made.base_resolver
    if columns is None or field.made.extensions:
        return None
    amount = base.AMOUNTS.get(resolver.wrapped_func)
    if amount is None and len(resolver.signature.parameters) > 1:
        return None
    if amount is not None and is_object_type(field.kind) and readers.definition(field.kind).origin is Money:
        shown = {label: each[0].node.name.value for label, each in plans.fields(field.kind, details).items()}
        if MONEY.issuperset(shown.values()):
            return cells.amounts(amount, shown, lambda: plans.context.currencies, optional=field.optional)
    return cells.function(columns, objects.step(field.read, field.write, optional=field.optional))
