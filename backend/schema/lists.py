"""The rows of a page, looked up when they are first looked at: of one list, or of the lists below many rows at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.ledger.selectors import pages

Load = Callable[[QuerySet[Any], Iterable[str]], Sequence[Any]]


@dataclass(kw_only=True)
class List:
    """`rows` of the user's that are asked for, and the `part` of them that is a page with one row more.

    `visible` are all rows that the user may see; `load` fetches rows with what the client wants of them and with the
    columns that it is told.
    """

    rows: QuerySet[Any]
    visible: QuerySet[Any]
    part: pages.Part
    load: Load

    def page(self, parent: UUID | None) -> Sequence[Any]:
        raise NotImplementedError

    def count(self, parent: UUID | None) -> int:
        raise NotImplementedError


@dataclass(kw_only=True)
class AtRoot(List):
    """The list of all rows, or of those that hang on one of the `parents`."""

    parents: QuerySet[Any] | None
    link: pages.Link | None

    def page(self, parent: UUID | None) -> Sequence[Any]:
        return self._page

    def count(self, parent: UUID | None) -> int:
        return pages.count(self.rows, parents=self.parents, link=self.link)

    @cached_property
    def _page(self) -> Sequence[Any]:
        if self.parents is None or self.link is None:
            return self.load(pages.cut(self.rows, self.part), pages.names(self.part.order))
        keys = pages.keys(self.rows, self.part, parents=self.parents, link=self.link)
        found = pages.in_order(self.visible.filter(pk__in=keys), self.part)[: self.part.limit]
        return self.load(found, pages.names(self.part.order))


@dataclass(kw_only=True)
class Below(List):
    """The lists below some parents."""

    parents: QuerySet[Any]
    keys: Sequence[UUID]
    link: pages.Link

    def page(self, parent: UUID | None) -> Sequence[Any]:
        return self._pages.get(parent, ()) if parent else ()

    def count(self, parent: UUID | None) -> int:
        return self._counts.get(parent, 0) if parent else 0

    @cached_property
    def _pages(self) -> Mapping[UUID, Sequence[Any]]:
        columns = pages.names(self.part.order)
        if self.link.through is None:
            keys = pages.keys(self.rows, self.part, parents=self.parents, link=self.link)
            found = pages.in_order(self.visible.filter(pk__in=keys), self.part)
            return pages.parted(self.load(found, [*columns, self.link.parent]), link=self.link)
        members = pages.keys_of_each(self.rows, self.part, parents=self.parents, link=self.link)
        every = {key for keys in members.values() for key in keys}
        rows = self.load(pages.in_order(self.visible.filter(pk__in=every), self.part), columns)
        return {parent: [row for row in rows if row.pk in keys] for parent, keys in members.items()}

    @cached_property
    def _counts(self) -> Mapping[UUID, int]:
        return pages.count_of_each(self.rows, parents=self.keys, link=self.link)
