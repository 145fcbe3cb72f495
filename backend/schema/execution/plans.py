"""What can be known of the selections of one execution before their rows are there: see the package."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema_converter import get_arguments
from strawberry.types import Info
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from backend.schema.context import Context

from . import leaves, objects, readers, tables
from .leaves import Otherwise, Writer
from .objects import Accept, Step

if TYPE_CHECKING:
    from .executor import Executor

TYPENAME = "__typename"
BINDINGS: WeakKeyDictionary[GraphQLObjectType, dict[str, readers.Binding | None]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Selection:
    """The fields of one object that have steps."""

    accept: Accept
    steps: Mapping[str, Step]
    whole: bool  # whether all fields have a step


@dataclass(frozen=True)
class Field:
    """A field that has a step: what Strawberry knows of it, its type but for null, and how it is read and written."""

    made: Any
    kind: GraphQLOutputType
    optional: bool
    read: readers.Reader
    write: Writer


class Nowhere:
    """Stands for the path of a field in what is told to a resolver that many rows share; it may not be asked for."""

    def __getattribute__(self, name: str) -> Any:
        raise Otherwise

    def __str__(self) -> str:
        raise Otherwise

    __repr__ = __str__


class Plans:
    """The steps and writers of one execution, each made when it is first wanted.

    Selections are known by the identity of their lists of nodes, which the executor keeps as long as it lives. Each is
    of one place in the answer, but for the numbers of rows: its `path` is that of the first row.
    """

    def __init__(self, executor: "Executor") -> None:
        self._executor = executor
        schema = executor.schema
        self._roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
        self._writers: dict[tuple[GraphQLOutputType, int], Writer | None] = {}
        self._fields: dict[tuple[GraphQLObjectType, int], Field | None] = {}
        self._selections: dict[tuple[GraphQLObjectType, int], Selection | None] = {}

    def writer(self, kind: GraphQLOutputType, details: FieldDetailsList, path: Path) -> Writer | None:
        """Writes values of that type, which are not None, as `details` select; None if that is not to be foreseen."""
        key = (kind, id(details))
        if key not in self._writers:
            self._writers[key] = self._writer(kind, details, path)
        return self._writers[key]

    def selection(self, kind: GraphQLObjectType, fields: GroupedFieldSet, path: Path) -> Selection | None:
        """How those fields of objects of that type are written; None if that is not to be foreseen of any."""
        key = (kind, id(fields))
        if key not in self._selections:
            self._selections[key] = self._selection(kind, fields, path)
        return self._selections[key]

    def _writer(self, kind: GraphQLOutputType, details: FieldDetailsList, path: Path) -> Writer | None:
        if is_leaf_type(kind):
            return leaves.leaf(kind).write
        if is_list_type(kind):
            return self._list(kind, details, path)
        if is_object_type(kind):
            return self._object(kind, details, path)
        return None

    def _list(self, kind: GraphQLList[Any], details: FieldDetailsList, path: Path) -> Writer | None:
        write = self.writer(get_nullable_type(kind.of_type), details, path.add_key(0))
        if write is None:
            return None
        item = _item(write, optional=not is_non_null_type(kind.of_type))

        def write_list(values: Any) -> Any:
            if type(values) is not list:
                raise Otherwise
            return [item(value) for value in values]

        return write_list

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Writer | None:
        collected = self._executor.collect_subfields(kind, details)
        found = self.selection(kind, collected.grouped_field_set, path)
        if found is None or not found.whole or collected.new_defer_usages:
            return None
        write = objects.writer(found.accept, found.steps)
        plan = tables.plan(self, kind, collected.grouped_field_set)
        return tables.writer(plan, found.accept, found.steps, otherwise=write) if plan else write

    def _selection(self, kind: GraphQLObjectType, fields: GroupedFieldSet, path: Path) -> Selection | None:
        accept = None if kind in self._roots else _acceptance(kind)
        if accept is None:
            return None
        places = {name: Path(path, name, kind.name) for name in fields}
        steps = {name: step for name, details in fields.items() if (step := self._step(kind, details, places[name]))}
        return Selection(accept, steps, whole=len(steps) == len(fields)) if steps else None

    def _step(self, parent: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Step | None:
        if details[0].node.name.value == TYPENAME:
            return Step(lambda _: parent.name)
        field = self.field(parent, details, path)
        if field is None:
            return None
        column = None
        if isinstance(field.read, readers.Column) and is_leaf_type(field.kind):
            column = objects.Column(field.read.name, leaves.leaf(field.kind), field.optional)
        return Step(objects.step(field.read, field.write, optional=field.optional), column)

    def fields(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """What is selected of an object of that type."""
        return self._executor.collect_subfields(kind, details).grouped_field_set

    @property
    def context(self) -> Context:
        found: Context = self._executor.context_value
        return found

    def field(self, parent: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Field | None:
        """How that field is read and written, if that is to be foreseen."""
        key = (parent, id(details))
        if key not in self._fields:
            self._fields[key] = self._field(parent, details, path)
        return self._fields[key]

    def known(self, parent: GraphQLObjectType, details: FieldDetailsList) -> Field | None:
        """The same of a field that was looked at before."""
        return self._fields[parent, id(details)]

    def _field(self, parent: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Field | None:
        field = parent.fields.get(details[0].node.name.value)
        read = field and self._reader(field, parent, details, path)
        if field is None or read is None:
            return None
        kind = get_nullable_type(field.type)
        write = self.writer(kind, details, path)
        if write is None:
            return None
        optional = not is_non_null_type(field.type)
        return Field(made=readers.definition(field), kind=kind, optional=optional, read=read, write=write)

    def _reader(
        self, field: GraphQLField, parent: GraphQLObjectType, details: FieldDetailsList, path: Path
    ) -> readers.Reader | None:
        lookup = readers.lookup(field, parent)
        if lookup is not None:
            info = self._info(field, parent, details, path)
            try:
                return lookup.below_each(info, **self._arguments(field, details, info))
            except Exception:  # noqa: BLE001  the ordinary way says what is wrong with them
                return None
        bind = _binding(parent, details[0].node.name.value)
        if bind is None or details[0].node.arguments:
            return None
        return bind(lambda: self._info(field, parent, details, cast(Path, Nowhere())))

    def _arguments(self, field: GraphQLField, details: FieldDetailsList, info: Info) -> dict[str, Any]:
        """The arguments of a field, as its extensions get them."""
        first, executor, converter = details[0], self._executor, info.schema.schema_converter
        values = get_argument_values(
            field, first.node, executor.variable_values, first.fragment_variable_values, executor.hide_suggestions
        )
        _, found = get_arguments(
            field=readers.definition(field),
            source=None,
            info=info,
            kwargs=values,
            config=converter.config,
            scalar_registry=converter.scalar_registry,
        )
        return found

    def _info(self, field: GraphQLField, parent: GraphQLObjectType, details: FieldDetailsList, path: Path) -> Info:
        """The `Info` that all rows share."""
        raw = self._executor.build_resolve_info(field, [each.node for each in details], parent, path)
        kind: type[Info] = raw.schema._strawberry_schema.config.info_class  # type: ignore[attr-defined]  # Strawberry puts it there
        return kind(_raw_info=raw, _field=readers.definition(field))


def _binding(kind: GraphQLObjectType, name: str) -> readers.Binding | None:
    known = BINDINGS.setdefault(kind, {})
    if name not in known:
        field = kind.fields.get(name)
        known[name] = field and readers.binding(field, kind)
    return known[name]


def _item(write: Writer, *, optional: bool) -> Writer:
    return (lambda value: None if value is None else write(value)) if optional else write


def _acceptance(kind: GraphQLObjectType) -> Accept | None:
    """What an object must be for the steps of the type; None if that is not known."""
    if readers.definition(kind) is None:
        return None
    model = readers.model_of(kind)
    test: Any = kind.is_type_of
    if test is not None and not test.__module__.startswith("strawberry"):
        return None  # it may look at more than the class
    seen: set[type] = set()

    def accept(value: Any) -> None:
        if type(value) not in seen:
            leaves.check(value)
            if model not in (None, type(value)) or (test is not None and not test(value, None)):
                raise Otherwise
            seen.add(type(value))
        if test is not None and TYPE_CAST_ATTRIBUTE in value.__dict__:
            raise Otherwise

    return accept
