"""Lists of rows: read forwards in one order, a page at a time, from a cursor that names the row before."""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import strawberry_django
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from strawberry import relay
from strawberry.annotation import StrawberryAnnotation
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoConnectionExtension, StrawberryDjangoField
from strawberry_django.optimizer import is_optimized_by_prefetching
from strawberry_django.relay import DjangoCursorEdge

from backend.ledger import errors

PAGE = 20
"""Rows of a page unless the client says otherwise."""

LARGEST_PAGE = 100


def argument(name: str, kind: Any, description: str, *, default: object = None) -> StrawberryArgument:
    """An argument of a page that may be left out: an optional `kind`, or any with a default."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind),
        description=description,
        default=default,
    )


class Page(StrawberryDjangoConnectionExtension):
    """Makes a field a connection.

    `arguments` of the field's own go to `narrow`, which gets the rows and returns those that are asked for.
    """

    def __init__(
        self,
        order: Sequence[str],
        *,
        arguments: Sequence[StrawberryArgument] = (),
        narrow: Callable[..., QuerySet[Any]] | None = None,
    ) -> None:
        super().__init__(max_results=LARGEST_PAGE)
        self.order = order
        self.arguments = arguments
        self.narrow = narrow

    def apply(self, field: StrawberryField) -> None:
        super().apply(field)
        first = argument("first", int, f"Rows of the page, {LARGEST_PAGE} at most.", default=PAGE)
        after = argument("after", str | None, "The cursor that the page follows on; without one it is the first.")
        field.arguments = [*self.arguments, first, after]
        self.field = cast(PagedField, field)

    def resolve(self, next_: Any, source: Any, info: Info, *, after: str | None = None, **arguments: Any) -> Any:
        self.field.check(after)
        return super().resolve(next_, source, info, after=after, **arguments)


class PagedField(StrawberryDjangoField):
    """The field of a `Page`; the optimizer asks it for its rows too, for all parents at once."""

    @property
    def page(self) -> Page:
        return next(extension for extension in self.extensions if isinstance(extension, Page))

    def get_queryset(  # type: ignore[override]  # it takes the arguments of a page
        self, queryset: QuerySet[Any], info: Info, *, after: str | None = None, **arguments: Any
    ) -> QuerySet[Any]:
        if is_optimized_by_prefetching(queryset):
            return queryset
        self.check(after)
        own = {each.python_name: arguments.pop(each.python_name, None) for each in self.page.arguments}
        if self.page.narrow is not None:
            queryset = self.page.narrow(queryset, **own)
        found: QuerySet[Any] = super().get_queryset(queryset.order_by(*self.page.order), info, **arguments)
        return found

    def check(self, cursor: str | None) -> None:
        """Raise InvalidValue for a cursor that this list cannot have given."""
        if cursor is not None and not _fits(
            cursor, model=cast(type[Model], self.django_model), names=columns(self.page.order)
        ):
            raise errors.InvalidValue("The cursor is not one of this list.", field="after")


def _fits(cursor: str, *, model: type[Model], names: Sequence[str]) -> bool:
    fields: list[Any] = [*(model._meta.get_field(name) for name in names), model._meta.pk]
    try:
        kind, text = relay.from_base64(cursor)
        values = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if kind != DjangoCursorEdge.CURSOR_PREFIX or not isinstance(values, list) or len(values) != len(fields):
        return False
    if not all(isinstance(value, str) and "\0" not in value for value in values):
        return False
    try:
        for field, value in zip(fields, values, strict=True):
            field.run_validators(field.to_python(value))
    except (ValidationError, ValueError):
        return False
    return True


def page(
    order: Sequence[str],
    description: str,
    *,
    arguments: Sequence[StrawberryArgument] = (),
    narrow: Callable[..., QuerySet[Any]] | None = None,
) -> Any:
    """A field that is a connection: see `Page`."""
    extension = Page(order, arguments=arguments, narrow=narrow)
    return strawberry_django.field(field_cls=PagedField, extensions=[extension], description=description)


def columns(order: Sequence[str]) -> list[str]:
    """The columns of an order, which a type whose rows are paged by it must always load: cursors are made of them."""
    return [name.removeprefix("-") for name in order]
