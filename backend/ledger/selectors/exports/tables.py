"""What the JSON export holds: the tables, their order, and how the value of a column is written.

The columns are those of the models, so that a new one is never forgotten.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignKey, Model

from backend.ledger.models import (
    AutoSpendRun,
    Bank,
    BankAccount,
    Budget,
    Change,
    Entry,
    FundingEvent,
    StatementImport,
    Transaction,
    Transfer,
    User,
)
from backend.ledger.rules import money

FORMAT, VERSION = "mibudge", 2


@dataclass(frozen=True, kw_only=True)
class Table:
    """A section of the document. `order` is told by the rows themselves, so that equal ledgers give equal documents."""

    name: str
    model: type[Model]
    order: tuple[str, ...]
    without: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> Sequence["Field[Any, Any]"]:
        return [field for field in self.model._meta.concrete_fields if field.name not in self.without]

    @cached_property
    def paths(self) -> list[str]:
        """Where a query finds the value of each field: users are known by their names."""
        return [f"{field.name}__username" if is_user(field) else field.attname for field in self.fields]

    @cached_property
    def names(self) -> list[str]:
        return [field.name for field in self.fields]

    def shown(self, values: Sequence[Any], *, decimals: int) -> dict[str, Any]:
        """A row as JSON has it."""
        return {name: _plain(value, decimals) for name, value in zip(self.names, values, strict=True)}


BANKS = Table(name="banks", model=Bank, order=("created_at", "pk"))
ACCOUNTS = Table(name="accounts", model=BankAccount, order=("created_at", "pk"), without=("webhook_kinds",))
BELOW = (
    Table(name="budgets", model=Budget, order=("bank_account", "created_at", "pk")),
    Table(name="funding_events", model=FundingEvent, order=("bank_account", "on", "created_at", "pk")),
    Table(name="transfers", model=Transfer, order=("bank_account", "seq")),
    Table(name="statement_imports", model=StatementImport, order=("bank_account", "created_at", "pk")),
    Table(name="transactions", model=Transaction, order=("bank_account", "seq")),
    Table(name="entries", model=Entry, order=("bank_account", "seq")),
    Table(name="auto_spend_runs", model=AutoSpendRun, order=("bank_account", "created_at", "pk")),
    Table(name="history", model=Change, order=("bank_account", "pk"), without=("id",)),
)
"""The tables below an account, each after those that it refers to."""

SECTIONS = (
    *("format", "version", "exported_at", "user", "people"),
    *(table.name for table in (BANKS, ACCOUNTS, *BELOW)),
    "files",
)
"""The members of the document, in their order."""

SINCE = {"statement_imports": 2}
"""The version since which a document has a member, of those that came later."""

USERS_IN_HISTORY = {"skipped_by_id"}
"""Fields of which the history keeps users' keys; a document has their names instead."""


def is_user(field: "Field[Any, Any]") -> bool:
    return isinstance(field, ForeignKey) and field.related_model is User


def links(table: Table) -> Iterator[str]:
    """The fields by which a transaction refers to another one."""
    for field in table.fields:
        if isinstance(field, ForeignKey) and table.model is Transaction and field.related_model is Transaction:
            yield field.name


def _plain(value: Any, decimals: int) -> Any:
    if isinstance(value, Decimal):
        return money.text(value, decimals=decimals)
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    if isinstance(value, dict | list):
        return _in_order(value)
    return str(value) if isinstance(value, UUID) else value


def _in_order(value: Any) -> Any:
    """JSON with the names of its objects sorted: each database keeps them in an order of its own."""
    if isinstance(value, dict):
        return {name: _in_order(value[name]) for name in sorted(value)}
    return [_in_order(each) for each in value] if isinstance(value, list) else value
