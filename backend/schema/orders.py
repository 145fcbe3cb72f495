"""In which order the rows of a list come: by columns that are allowed, in one direction."""

from enum import Enum
from typing import TYPE_CHECKING

import strawberry

from backend.ledger.selectors.pages import Order


@strawberry.enum(description="A direction of an order.")
class Direction(Enum):
    ASC = strawberry.enum_value("", description="The least first: the oldest, the smallest, A before B.")
    DESC = strawberry.enum_value("-", description="The greatest first: the latest, the largest, Z before Y.")


def by(*columns: str, says: str) -> strawberry.types.enum.EnumValueDefinition:
    """A member of an enum of what rows can be ordered by: the columns, the first of which is what it says."""
    return strawberry.enum_value(columns, description=says)


@strawberry.input
class By:
    """The base of the inputs that choose an order; each has a `field` of an enum that is made with `by`."""

    direction: Direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")

    if TYPE_CHECKING:
        field: Enum

    def columns(self) -> Order:
        return [f"{self.direction.value}{column}" for column in self.field.value]
