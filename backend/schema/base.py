"""What the types of rows have in common: whose rows they are, how they refer to others, how they show money."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

import strawberry_django
from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from strawberry import relay
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry_django import optimizer
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.utils.typing import get_django_definition

from backend.ledger import access, errors, prepared
from backend.ledger.models import User
from backend.ledger.selectors.pages import Link, Order, parted

from . import context, peers
from .money import Money, of_account

Row = TypeVar("Row", bound=Model)

PREPARED: dict[Callable[..., Any], Callable[[Info], Callable[[Any], Any]]] = {}
"""Resolvers that many rows share, each with what makes of an `Info` the same as a function of the row alone."""

AMOUNTS: dict[Callable[..., Any], str] = {}
"""Resolvers that show an amount in the currency of the row's account, each with the column of the amount."""


class Visible:
    """The base of every type of rows: whatever path leads to them, only those that the user may see are found.

    `rows` is the door of `backend.ledger.access` that the type stands behind. `existing` is what it says of rows beside
    whose they are: below a row that the user may see, nothing else has to be asked.
    """

    existing: ClassVar[Q] = Q()
    _id_attr: ClassVar[str | None] = "pk"  # else Strawberry reads all annotations anew for each row

    @staticmethod
    def rows(user: User) -> QuerySet[Any]:
        raise NotImplementedError

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Row], info: Info, **arguments: object) -> QuerySet[Row]:
        return peers.watch(queryset & cls.rows(context.of(info).user))


def kind_of(model: type[Model]) -> type[Visible] | None:
    """The type that shows rows of that model by their ids."""
    for kind in Visible.__subclasses__():
        definition = getattr(kind, "__strawberry_django_definition__", None)
        if definition is not None and definition.model is model and issubclass(kind, relay.Node):
            return kind
    return None


class Back(StrawberryDjangoField):
    """The way back from a foreign key that is unique.

    Where the row that it leads to was not loaded beforehand, it is looked up like any other.
    """

    def get_result(self, source: Any, info: Info | None, args: list[Any], kwargs: dict[str, Any]) -> Any:
        column: Any = source._meta.get_field(self.django_name or self.python_name)
        if column.is_cached(source):
            return super().get_result(source, info, args, kwargs)
        found = column.related_model._base_manager.filter(**{column.field.name: source.pk})
        return self.get_queryset_hook(info=cast(Info, info), **kwargs)(found)


def reference_back(description: str) -> Any:
    """A field that follows a foreign key back, which is unique."""
    return strawberry_django.field(field_cls=Back, description=description)


class Named(FieldExtension):
    """Makes a field the row that a foreign key names; those that rows name which were loaded together are, too."""

    def apply(self, field: StrawberryField) -> None:
        self.field = cast(StrawberryDjangoField, field)
        self.field.store.only = [field.python_name]

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **_: Any) -> Any:
        return self.below_each(info)(source)

    def below_each(self, info: Info) -> Callable[[Any], Any]:
        """The row that a row names, as a function of that."""
        place, name = peers.place(info), self.field.python_name

        def named(source: Any) -> Any:
            column = source._meta.get_field(name)
            if column.is_cached(source):
                return getattr(source, name)
            key = getattr(source, column.attname)
            if key is None:
                return None

            def find(rows: list[Any]) -> Mapping[UUID, Any]:
                keys = {getattr(row, column.attname) for row in rows}
                return {row.pk: row for row in self._rows(keys - {None}, info)}

            return peers.of(source).share(place, find).get(key)

        return named

    def _rows(self, keys: Collection[Any], info: Info) -> list[Any]:
        kind, model = cast(type[Visible], self.field.django_type), cast(type[Model], self.field.django_model)
        columns = columns_of(model, info)
        if columns is None:
            return fetch(kind.get_queryset(model._base_manager.filter(pk__in=keys), info), info)
        wanted = prepared.spread(keys)

        def make(user: User, hole: prepared.Opening) -> QuerySet[Any]:
            return kind.rows(user).filter(pk__in=[hole(model) for _ in wanted]).only(*columns)

        name = (Named, kind, len(wanted), tuple(columns))
        return peers.introduce(access.known(context.of(info).user, make, *wanted, name=name))


def reference(description: str) -> Any:
    """A field that is the row which the foreign key of its name refers to."""
    return strawberry_django.field(
        resolver=_unused, field_cls=StrawberryDjangoField, extensions=[Named()], description=description
    )


def _unused() -> None:
    """The extension resolves the field."""


def fetch(rows: QuerySet[Row], info: Info, *, columns: Iterable[str] = ()) -> list[Row]:
    """The rows with what the client wants of them and what the columns hold."""
    planner = optimizer.optimizer.get()
    if planner is not None:
        rows = planner.optimize(rows, info=info)
    loaded, all_but = rows.query.deferred_loading
    return list(rows if all_but else rows.only(*loaded, *columns))


def columns_of(model: type[Model], info: Info) -> list[str] | None:
    """The columns of those rows that hold what the client wants of them; None if it wants more than columns."""
    planner = optimizer.optimizer.get()
    if planner is None:
        return None
    rows: Any = planner.optimize(model._base_manager.all(), info=info)
    loaded, all_but = rows.query.deferred_loading
    others = rows.query.select_related or rows.query.annotations or rows._prefetch_related_lookups
    if all_but or others or any(LOOKUP_SEP in name for name in loaded):
        return None
    return [cast(Any, model._meta.get_field(name)).attname for name in loaded]


def below(root: Model, info: Info, kind: type[Any], *, parent: str, order: Order, **conditions: object) -> list[Any]:
    """The few rows of that type that hang on the row by their column `parent`.

    They are looked up for all rows that were loaded with it.
    """

    def find(roots: list[Any]) -> Mapping[UUID, list[Any]]:
        model: Any = get_django_definition(kind, strict=True).model
        rows = model._base_manager.filter(**{f"{parent}__in": [each.pk for each in roots]}, **conditions)
        rows = kind.get_queryset(rows, info).order_by(*order)
        return parted(fetch(rows, info, columns=[parent]), link=Link(parent=parent))

    return peers.of(root).share(peers.place(info), find).get(root.pk, [])


def by_key(kind: type[Any], keys: Collection[UUID], info: Info) -> dict[UUID, Any]:
    """The rows of that type with those keys which the user may see; one query, or none for no keys."""
    if not keys:
        return {}
    model: Any = get_django_definition(kind, strict=True).model
    return {row.pk: row for row in kind.get_queryset(model._base_manager.filter(pk__in=keys), info)}


def money(column: str, description: str) -> Any:
    """A field that shows an amount column of a row below an account."""

    def prepare(info: Info) -> Callable[[Any], Money]:
        request = context.of(info)
        return lambda root: Money(
            value=getattr(root, column),
            currency=request.currencies[root.bank_account_id],
        )

    def resolve(root: Any, info: Info) -> Money:
        return prepare(info)(root)

    PREPARED[resolve], AMOUNTS[resolve] = prepare, column
    return strawberry_django.field(resolver=resolve, only=[column, "bank_account"], description=description)


def optional_money(column: str, description: str) -> Any:
    """The same for a column that may be null."""

    def resolve(root: Any, info: Info) -> Money | None:
        amount = getattr(root, column)
        return None if amount is None else of_account(info, root.bank_account_id, amount)

    AMOUNTS[resolve] = column
    return strawberry_django.field(resolver=resolve, only=[column, "bank_account"], description=description)


def filled(column: str, description: str) -> Any:
    """A field that shows a text, null where it is empty."""

    def resolve(root: Any) -> str | None:
        return getattr(root, column) or None

    return strawberry_django.field(resolver=resolve, only=[column], description=description)


def user_name(column: str, description: str) -> Any:
    """A field that shows the name of the user to whom a column refers."""

    def resolve(root: Any) -> str:
        return str(getattr(root, column).username)

    return _of_user(resolve, column, description)


def optional_user_name(column: str, description: str) -> Any:
    """The same for a column that may be null."""

    def resolve(root: Any) -> str | None:
        user = getattr(root, column)
        return None if user is None else user.username

    return _of_user(resolve, column, description)


def _of_user(resolve: Callable[[Any], str | None], column: str, description: str) -> Any:
    return strawberry_django.field(
        resolver=resolve, select_related=[column], only=[f"{column}__username"], description=description
    )


def key() -> Any:
    """The field that holds a row's UUID."""
    return strawberry_django.field(field_name="id", description="The id that the REST API has for this.")


def aware(instant: datetime, *, field: str | None = None) -> datetime:
    """The instant, read as UTC where it has no zone. Raises InvalidValue for one outside the calendar."""
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise errors.InvalidValue("Datetime value out of range.", field=field) from None
