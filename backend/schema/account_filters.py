"""Lists of bank accounts: which ones, and in which order."""

from enum import Enum
from typing import Any

import strawberry
from django.db.models import Q, QuerySet

from backend.ledger.models import User
from backend.ledger.selectors.pages import Link

from . import filters, orders
from .enums import AccountType

BY_NAME = ("name",)


@strawberry.input(description="Which bank accounts; each that is given narrows the list.")
class AccountFilters:
    types: list[AccountType] | None = strawberry.field(default=None, description="Of one of those kinds.")
    currencies: list[str] | None = strawberry.field(default=None, description="In one of those currencies.")
    bank: strawberry.ID | None = strawberry.field(default=None, description="At that bank.")
    banks: list[strawberry.ID] | None = strawberry.field(default=None, description="At one of those banks.")
    search: str | None = strawberry.field(
        default=None, description=f"With all these words in the name. {filters.SEARCH}"
    )

    def narrow(self, rows: QuerySet[Any], *, user: User) -> QuerySet[Any]:
        found = filters.searched(self.search, "name")
        if self.types is not None:
            found &= Q(account_type__in=[each.value for each in self.types])
        if self.currencies is not None:
            found &= Q(currency__in=filters.known_currencies(self.currencies))
        wanted = filters.keys(self.bank, self.banks, kind="Bank", field="bank", plural="banks")
        return rows.filter(found if wanted is None else found & Q(bank__in=wanted))

    def within(self, rows: QuerySet[Any], *, user: User) -> None:
        """A user has few accounts: they hang on nothing."""


@strawberry.enum(description="What bank accounts can be ordered by.")
class AccountOrderField(Enum):
    NAME = orders.by("name", says="Its name.")
    AVAILABLE_BALANCE = orders.by("available_balance", says="What is on it, whatever its currency.")
    CREATED_AT = orders.by("created_at", says="When it was entered.")


@strawberry.input(description="In which order bank accounts come.")
class AccountOrder(orders.By):
    field: AccountOrderField = strawberry.field(description="By what.")


def listed(description: str, *, link: Link | None = None) -> Any:
    """A list of accounts, by name."""
    return filters.listed(description, order=BY_NAME, filters=AccountFilters, order_by=AccountOrder, link=link)
