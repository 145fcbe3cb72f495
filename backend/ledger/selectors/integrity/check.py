"""What a check of an invariant is, and what it finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from backend.ledger.models import UNIT, BankAccount

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A row that breaks an invariant; `invariant` begins with the number that the domain rules give it, if they do."""

    invariant: str
    table: str
    row_id: UUID | str
    account_id: UUID | None
    message: str

    def __str__(self) -> str:
        account = f" in account {self.account_id}" if self.account_id else ""
        return f"{self.invariant}: {self.table} {self.row_id}{account}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A query for the rows that break an invariant: key, account's key, then what fills the braces of `says`.

    `accounts` are the columns that may hold the account's key; the query has one `{scope}` where they are compared.
    """

    invariant: str
    table: str
    accounts: tuple[str, ...]
    says: str
    query: str

    def run(self, *, account_id: UUID | None) -> Iterator[Breach]:
        """The breaches in the whole database or in one account; a thousand in memory at a time."""
        scope, keys = "1 = 1", []
        if account_id is not None:
            scope = "(" + " OR ".join(f"{column} = %s" for column in self.accounts) + ")"
            keys = [BankAccount._meta.pk.get_db_prep_value(account_id, connection)] * len(self.accounts)
        with _unhurried(), connection.chunked_cursor() as cursor:
            cursor.execute(self.query.format(scope=scope), keys)
            while rows := cursor.fetchmany(CHUNK):
                for row_id, account, *values in rows:
                    yield Breach(
                        invariant=self.invariant,
                        table=self.table,
                        row_id=_key(row_id),
                        account_id=None if account is None else UUID(str(account)),
                        message=self.says.format(*map(_words, values)),
                    )


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let a query over all rows take its time: PostgreSQL ends statements of a serving process after seconds."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def _key(value: object) -> UUID | str:
    """UUIDs are text on SQLite; the keys of some tables are none."""
    try:
        return UUID(str(value))
    except ValueError:
        return str(value)


def _words(value: object) -> str:
    """A number in a query's answer is an amount in the ledger's unit; counts come as text."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value * UNIT:f}"
    return str(value)
