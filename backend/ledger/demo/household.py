"""What the invented household consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backend.ledger.statements import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the household; amounts in the household's currency, a card's debt below zero."""

    key: str
    name: str
    number: str
    type: str
    """`C`, `S` or `X`."""
    owners: tuple[str, ...]
    """User names; the first one opens it."""
    opening: Decimal
    rows: tuple[Row, ...] = ()
    """Oldest first, pending ones last."""

    @property
    def ending(self) -> str:
        """What banks print of the number."""
        return self.number[-4:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A budget that the household keeps."""

    account: str
    fields: Mapping[str, Any]
    """What services.budgets.create takes."""
    opens: date
    first: Decimal = Decimal(0)
    """Moved into it by hand on the day it opens."""
    archived_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """About eighteen months of a life that ends today."""

    currency: str
    bank: str
    routing_number: str
    start: date
    today: date
    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    plans: tuple[Plan, ...]

    def account(self, key: str) -> Account:
        return next(account for account in self.accounts if account.key == key)
