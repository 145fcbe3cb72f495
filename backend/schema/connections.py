"""What a page of a list shows of itself: its rows with their cursors, where it lies, and how long the list is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, cast
from uuid import UUID

import strawberry
from django.db.models import Model
from strawberry import relay
from strawberry.relay.types import NodeType

from backend.ledger.selectors.pages import Order

from . import costs, cursors
from .lists import List


@dataclass
class Found:
    """A page of one of the lists that are looked up together."""

    lists: List
    parent: UUID | None
    whole: bool  # whether the rows are asked for, so that they may be counted instead of the list

    @property
    def size(self) -> int:
        return self.lists.part.limit - 1

    @property
    def rows(self) -> Sequence[Any]:
        rows = self.lists.page(self.parent)[: self.size]
        return rows[::-1] if self.lists.part.backwards else rows

    def info(self) -> "PageInfo":
        rows, part = self.rows, self.lists.part
        more = len(self.lists.page(self.parent)) > self.size
        return PageInfo(
            has_next_page=(more and not part.backwards) or part.before is not None,
            has_previous_page=(more and part.backwards) or part.after is not None,
            start_cursor=cursors.write(rows[0], part.order) if rows else None,
            end_cursor=cursors.write(rows[-1], part.order) if rows else None,
        )

    def count(self) -> int:
        part = self.lists.part
        if self.whole and part.after is None and part.before is None:
            rows = self.lists.page(self.parent)
            if len(rows) <= self.size:
                return len(rows)
        return self.lists.count(self.parent)


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow on the page.")
    has_previous_page: bool = strawberry.field(description="Whether rows come before the page.")
    start_cursor: str | None = strawberry.field(description="The cursor of its first row; null if it has none.")
    end_cursor: str | None = strawberry.field(description="The cursor of its last row; null if it has none.")


@strawberry.type(description="A row of a list.")
class Edge(Generic[NodeType]):
    node: NodeType = strawberry.field(description="The row.")
    order: strawberry.Private[Order]

    @strawberry.field(description="Its place in the list, for `after` and `before`.")
    def cursor(self) -> str:
        return cursors.write(cast(Model, self.node), self.order)


@strawberry.type(description="A page of a list.")
class Connection(relay.Connection[NodeType]):
    found: strawberry.Private[Found]

    @strawberry.field(description="The rows of the page.")  # type: ignore[misc]  # the base has them as data
    def edges(self) -> list[Edge[NodeType]]:
        order = self.found.lists.part.order
        return [Edge(node=row, order=order) for row in self.found.rows]

    @strawberry.field(description="Where the page lies in the list.")  # type: ignore[misc]  # the base has it as data
    def page_info(self) -> PageInfo:
        return self.found.info()

    @strawberry.field(
        description="How many rows the list has, on all its pages.", metadata=costs.metadata(once=costs.COUNT)
    )
    def total_count(self) -> int:
        return self.found.count()

    @classmethod
    def of(cls, found: Found) -> Self:
        return cls(found=found)  # type: ignore[call-arg]  # the base's data are methods here
