"""Where the value of a field comes from: an attribute, a column, a function, or what is looked up for many at once."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, cast

from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from graphql import GraphQLField, GraphQLObjectType
from strawberry import relay
from strawberry.relay.utils import to_base64
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.utils import resolve_model_id

from backend.schema import base, pages

Reader = Callable[[Any], Any]
"""From an object to the value of one of its fields."""

Binding = Callable[[Callable[[], Info]], Reader]
"""A reader but for the `Info` of the execution, which is made only if it is wanted."""

PLAIN = (StrawberryField.get_result, StrawberryDjangoField.get_result, base.Back.get_result)
"""How fields are resolved that read as described here; a field class that does otherwise is not known."""

PLAIN_COLUMNS = (DeferredAttribute, ForeignKeyDeferredAttribute)
"""The attributes of models that are a column and nothing more."""


def definition(of: Any) -> Any:
    """Strawberry's definition of a type or field of graphql-core; None if it made none."""
    return of.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)


def model_of(kind: GraphQLObjectType) -> type[Model] | None:
    """The model whose rows are the objects of the type."""
    django = getattr(definition(kind).origin, "__strawberry_django_definition__", None)
    return None if django is None else django.model


def binding(field: GraphQLField, parent: GraphQLObjectType) -> Binding | None:
    """How a field of the type is read; None if that is for graphql-core to say."""
    found = definition(field)
    if not isinstance(found, StrawberryField) or field.args or field.subscribe or found.is_async or found.extensions:
        return None
    if type(found).get_result not in PLAIN:
        return None
    if found.base_resolver is not None:
        return _function(found.base_resolver, parent)
    if not isinstance(found, StrawberryDjangoField):
        return _bound(attrgetter(found.python_name)) if found.default_resolver is getattr else None
    return _bound(_column(getattr(model_of(parent), found.django_name or found.python_name, None)))


def lookup(field: GraphQLField, parent: GraphQLObjectType) -> pages.Page | base.Named | None:
    """What looks up for many rows of the type at once, if the field is nothing but a connection or a reference."""
    found = definition(field)
    if not isinstance(found, StrawberryDjangoField) or field.subscribe or found.is_async or model_of(parent) is None:
        return None
    only = found.extensions[0] if len(found.extensions) == 1 else None
    return only if isinstance(only, pages.Page | base.Named) else None


def _bound(read: Reader | None) -> Binding | None:
    return None if read is None else lambda _: read


@dataclass(frozen=True)
class Column:
    """Reads a column of a row; KeyError if it was not loaded."""

    name: str

    def __call__(self, row: Any) -> Any:
        return row.__dict__[self.name]


@dataclass(frozen=True)
class NodeId:
    """Makes Relay's id of a row of that type from its key; KeyError if that was not loaded."""

    kind: str
    column: str

    def __call__(self, row: Any) -> str:
        return to_base64(self.kind, row.__dict__[self.column])


def columns(field: Any, model: type[Model]) -> list[str] | None:
    """The columns that a field of rows says its function needs, if these are all that it needs."""
    store = getattr(field, "store", None)
    if store is None or not store.only or store.select_related or store.prefetch_related or store.annotate:
        return None
    if any(LOOKUP_SEP in name for name in store.only):
        return None
    names = [str(cast(Any, model._meta.get_field(name)).attname) for name in store.only]
    plain = all(type(getattr(model, name)) in PLAIN_COLUMNS for name in names)
    return names if plain else None


def _column(attribute: Any) -> Reader | None:
    """A column; KeyError if that was not loaded."""
    return Column(attribute.field.attname) if type(attribute) in PLAIN_COLUMNS else None


def _function(resolver: StrawberryResolver[Any], parent: GraphQLObjectType) -> Binding | None:
    """A function of the object, or of the object and the `Info`."""
    function: Any = resolver.wrapped_func
    if getattr(function, "__func__", None) is NODE_ID:
        return _bound(_node_id(parent))
    first, *others = resolver.signature.parameters.values() or [None]
    if not inspect.isfunction(function) or first not in (
        resolver.self_parameter,
        resolver.root_parameter,
        resolver.parent_parameter,
    ):
        return None
    if not others:
        return _bound(function)
    wanted = resolver.info_parameter
    if wanted is None or others != [wanted]:
        return None
    if function in base.PREPARED:
        return lambda info: base.PREPARED[function](info())
    return lambda info: partial(function, **{wanted.name: info()})


def _node_id(kind: GraphQLObjectType) -> Reader | None:
    """Relay's id of a row, if the type leaves it as the libraries make it."""
    origin, name, model = definition(kind).origin, kind.name, model_of(kind)
    if model is None or origin.resolve_id_attr() != "pk":
        return None
    if (origin.resolve_id.__func__, origin.resolve_typename.__func__) != (resolve_model_id, TYPENAME):
        return None
    return NodeId(name, model._meta.pk.attname)


NODE_ID: Any = next(
    field.base_resolver.wrapped_func.__func__
    for field in relay.Node.__strawberry_definition__.fields  # type: ignore[attr-defined]  # Strawberry puts it there
    if field.python_name == "_id" and field.base_resolver is not None
)
TYPENAME: Any = relay.Node.resolve_typename.__func__  # type: ignore[attr-defined]  # a class method has it
