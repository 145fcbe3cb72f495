"""Banks: shared reference data."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User

from . import account_filters, base, filters, orders, pages

BY_NAME = ("name",)

if TYPE_CHECKING:
    from .accounts import BankAccount


@strawberry_django.type(models.Bank, description="A bank; everybody sees all of them.")
class Bank(base.Visible, relay.Node):
    uuid: UUID = base.key()
    name: str = strawberry.field(description="What the bank is called.")
    routing_number: str | None = strawberry.field(description="Its routing number, where it has one.")
    default_currency: str = strawberry.field(description="ISO 4217 code that its new accounts get.")

    accounts: pages.Connection[Annotated["BankAccount", strawberry.lazy("backend.schema.accounts")]] = (
        account_filters.listed("The user's accounts there, by name.")
    )

    @staticmethod
    def rows(user: User) -> QuerySet[models.Bank]:
        return access.banks()


@strawberry.input(description="Which banks; each that is given narrows the list.")
class BankFilters:
    search: str | None = strawberry.field(
        default=None, description=f"With all these words in the name. {filters.SEARCH}"
    )

    def narrow(self, rows: QuerySet[Any], *, user: User) -> QuerySet[Any]:
        return rows.filter(filters.searched(self.search, "name"))

    def within(self, rows: QuerySet[Any], *, user: User) -> None:
        """Banks hang on nothing."""


@strawberry.enum(description="What banks can be ordered by.")
class BankOrderField(Enum):
    NAME = orders.by("name", says="Its name.")
    CREATED_AT = orders.by("created_at", says="When it was entered.")


@strawberry.input(description="In which order banks come.")
class BankOrder(orders.By):
    field: BankOrderField = strawberry.field(description="By what.")


def listed(description: str) -> Any:
    """A list of banks, by name."""
    return filters.listed(description, order=BY_NAME, filters=BankFilters, order_by=BankOrder)
