"""Lists of rows: pages of them, forwards and backwards, from cursors that name the row before or after.

A list at the root takes in the rows of all the user's accounts, one below a row those that hang on it. Lists below rows
that were loaded together are looked up together.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, Protocol, cast
from uuid import UUID

import strawberry_django
from django.db.models import Model, QuerySet
from graphql import FieldNode, FragmentSpreadNode, SelectionSetNode
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.queryset import run_type_get_queryset

from backend.ledger import access, errors
from backend.ledger.models import BankAccount, User
from backend.ledger.selectors.pages import Link, Order, Part

from . import base, context, cursors, peers
from .connections import Connection, Found
from .lists import Asked, AtRoot, Below

__all__ = ["Connection", "Ordering", "Page", "argument", "page"]

PAGE = 20
"""Rows of a page unless the client says otherwise."""

LARGEST_PAGE = 100
ORDER_BY = "order_by"

Narrow = Callable[..., QuerySet[Any]]
Within = Callable[..., tuple[QuerySet[Any], QuerySet[Any], Link] | None]


class Ordering(Protocol):
    """An input that says in which order rows come."""

    def columns(self) -> Order: ...


def argument(name: str, kind: Any, description: str, *, default: object = None) -> StrawberryArgument:
    """An argument of a list that may be left out: an optional `kind`, or any with a default."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind),
        description=description,
        default=default,
    )


ARGUMENTS = (
    argument("first", int | None, f"The first rows, {LARGEST_PAGE} at most; {PAGE} unless `last` is given."),
    argument("after", str | None, "Only rows after the one with that cursor."),
    argument("last", int | None, f"The last rows instead, {LARGEST_PAGE} at most, in the same order."),
    argument("before", str | None, "Only rows before the one with that cursor."),
)


class Page(FieldExtension):
    """Makes a field a connection; see `page`."""

    def __init__(
        self,
        order: Order,
        *,
        arguments: Sequence[StrawberryArgument],
        narrow: Narrow,
        within: Within,
        link: Link | None,
    ) -> None:
        self.order = order
        self.arguments = arguments
        self.narrow = narrow
        self.within = within
        self.link = link

    def apply(self, field: StrawberryField) -> None:
        field.arguments = [*self.arguments, *ARGUMENTS]
        self.field = cast(StrawberryDjangoField, field)

    def resolve(
        self,
        next_: Callable[..., Any],
        source: Any,
        info: Info,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        order_by: Ordering | None = None,
        **given: Any,
    ) -> Connection[Any]:
        asked = {"first": first, "after": after, "last": last, "before": before, "order_by": order_by, **given}
        if isinstance(source, Model):
            return self.below_each(info, **asked)(source)
        part, own = self._understood(**asked)
        lists = self._at_root(part, info, own)
        return Connection.of(Found(lists=lists, parent=None, whole=_shows_rows(info)))

    def below_each(self, info: Info, **asked: Any) -> Callable[[Model], Connection[Any]]:
        """The connection below a row, as a function of the row: what is asked for is the same for all rows."""
        place, (part, own) = peers.place(info), self._understood(**asked)

        def below(source: Model) -> Connection[Any]:
            found = peers.of(source).share(place, lambda rows: self._below(rows, part, info, own))
            return Connection.of(found[source.pk])

        return below

    def _understood(self, **asked: Any) -> tuple[Part, dict[str, Any]]:
        """The part of the list, and the values of the arguments that are its own."""
        ways = {name: asked.get(name) for name in ("first", "after", "last", "before", ORDER_BY)}
        own = {each.python_name: asked.get(each.python_name) for each in self.arguments if each.python_name != ORDER_BY}
        return self._part(**cast(Any, ways)), own

    @property
    def model(self) -> type[Model]:
        return cast(type[Model], self.field.django_model)

    def _part(
        self, *, first: int | None, after: str | None, last: int | None, before: str | None, order_by: Ordering | None
    ) -> Part:
        if first is not None and last is not None:
            raise errors.InvalidValue("Give `first` or `last`, not both.", field="last")
        size, name = (PAGE if first is None else first, "first") if last is None else (last, "last")
        if not 0 <= size <= LARGEST_PAGE:
            raise errors.InvalidValue(f"A page has from 0 to {LARGEST_PAGE} rows.", field=name)
        order = self.order if order_by is None else order_by.columns()
        given = {"after": after, "before": before}
        ends = {
            field: None if cursor is None else cursors.read(cursor, model=self.model, order=order, field=field)
            for field, cursor in given.items()
        }
        return Part(order=order, limit=size + 1, backwards=last is not None, **ends)

    def _at_root(self, part: Part, info: Info, own: dict[str, Any]) -> AtRoot:
        def asked() -> Asked:
            visible = self._visible(info)
            user = context.of(info).user
            hanging = self.within(self._existing(BankAccount, info), user=user, **own)
            rows, parents, link = hanging or (self.narrow(visible, user=user, **own), None, None)
            return Asked(rows=rows, visible=visible, parents=parents, link=link)

        return AtRoot(
            model=self.model,
            asked=asked,
            part=part,
            load=lambda found, columns: base.fetch(found, info, columns=columns),
            columns=lambda: base.columns_of(self.model, info),
            name=self._name(None, info, own),
        )

    def _below(self, rows: list[Any], part: Part, info: Info, own: dict[str, Any]) -> dict[UUID, Found]:
        kind, keys = type(rows[0]), [row.pk for row in rows]

        def asked() -> Asked:
            rows = self.narrow(self._existing(kind, info), user=context.of(info).user, **own)
            return Asked(rows=rows, visible=self._visible(info))

        lists = Below(
            model=self.model,
            asked=asked,
            part=part,
            load=lambda found, columns: base.fetch(found, info, columns=columns),
            columns=lambda: base.columns_of(self.model, info),
            name=self._name(kind, info, own),
            above=kind,
            keys=keys,
            link=self.link or Link(parent=kind._meta.get_field(self.field.python_name).field.name),
        )
        whole = _shows_rows(info)
        return {key: Found(lists=lists, parent=key, whole=whole) for key in keys}

    def _name(self, parent: type[Model] | None, info: Info, own: dict[str, Any]) -> Hashable | None:
        """What stands for this list of this user's, if nothing was asked of it that could be anything."""
        user, asked = context.of(info).user, _words(own)
        return None if asked is None else (self, parent, user.pk, user.grant, asked)

    def _visible(self, info: Info) -> QuerySet[Any]:
        return run_type_get_queryset(self.model._base_manager.all(), self.field.django_type, info)

    def _existing(self, parent: type[Model], info: Info) -> QuerySet[Any]:
        """The rows among which those are found that hang on rows of that table which the user may see.

        Below an account nothing belongs to anybody else. To say so nevertheless would keep SQLite from reading an
        account's index in order.
        """
        if issubclass(parent, BankAccount) or hasattr(parent, "bank_account"):
            return self.model._base_manager.filter(cast(Any, self.field.django_type).existing)
        return self._visible(info)


def everything(rows: QuerySet[Any], *, user: User) -> QuerySet[Any]:
    return rows


def of_accounts(
    narrow: Narrow,
) -> Within:
    """The rows of all the user's accounts, each account's read by an index of its own."""

    def within(rows: QuerySet[Any], *, user: User, **own: Any) -> tuple[QuerySet[Any], QuerySet[Any], Link] | None:
        if not hasattr(rows.model, "bank_account"):
            return None
        return narrow(rows, user=user, **own), access.accounts(user), Link(parent="bank_account")

    return within


def page(
    order: Order,
    description: str,
    *,
    arguments: Sequence[StrawberryArgument] = (),
    narrow: Narrow = everything,
    within: Within | None = None,
    link: Link | None = None,
) -> Any:
    """A field that is a connection, in that order unless its argument `order_by`, an `Ordering`, says otherwise.

    Its other `arguments` go to `narrow`, which gets the rows and the user and returns those that are asked for. At the
    root they go to `within`, which gets the rows of everybody and the user, and returns those that are asked for, rows
    that the user may see on which they hang, and how; None if they hang on nothing. Below a row `link` says how they
    hang on it; without one it is the foreign key of the relation that the field is named after.
    """
    extension = Page(order, arguments=arguments, narrow=narrow, within=within or of_accounts(narrow), link=link)
    return strawberry_django.field(
        resolver=_unused, field_cls=StrawberryDjangoField, extensions=[extension], description=description
    )


def _unused() -> None:
    """The extension resolves the field."""


def _words(asked: dict[str, Any]) -> Hashable | None:
    """What was asked, in words of which there are few: yes, no, a choice, nothing. None if there is more to it."""
    found: list[Hashable] = []
    for name, each in asked.items():
        if is_dataclass(each):
            inside = _words(vars(each))
            if inside is None:
                return None
            found.append((name, inside))
        elif each is None or isinstance(each, bool | Enum):
            found.append((name, each))
        else:
            return None
    return tuple(found)


def _shows_rows(info: Info) -> bool:
    """Whether the client wants to see rows, or where they lie."""
    fragments = info._raw_info.fragments

    def fields(selections: SelectionSetNode | None) -> Iterator[str]:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                yield node.name.value
            elif isinstance(node, FragmentSpreadNode):
                yield from fields(fragments[node.name.value].selection_set)
            else:
                yield from fields(cast(Any, node).selection_set)

    return any(
        name in {"edges", "pageInfo"} for node in info._raw_info.field_nodes for name in fields(node.selection_set)
    )
