"""What the tables hold, to be compared before and after."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Entry
from backend.ledger.selectors import integrity
from tests.ledger import replay


def rows(*, without: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the ledger, by the name of its model, to see whether anything changed."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("ledger").get_models(include_auto_created=True):
            if model.__name__ not in without:
                cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY {model._meta.pk.column}")  # noqa: S608  tables' own names
                found[model.__name__] = cursor.fetchall()
    return found


def fingerprint() -> str:
    """A hash of every row of every table of the ledger."""
    return hashlib.sha256(repr(rows()).encode()).hexdigest()


def fingerprint_of(account: BankAccount) -> str:
    """A hash of the account's budgets and entries."""
    rows = [
        list(model._default_manager.filter(bank_account=account).order_by("pk").values_list())
        for model in (Budget, Entry)
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@contextmanager
def refused(
    kind: type[errors.LedgerError], *, field: str | None = None
) -> Iterator[pytest.ExceptionInfo[errors.LedgerError]]:
    """The block is refused as `kind`, naming `field`, and changes nothing; yields the refusal."""
    before = fingerprint()
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.type is kind
    assert caught.value.field == field
    assert fingerprint() == before


def sound(account: BankAccount | None = None) -> None:
    """No invariant is broken, and no reference waits for the commit to be refused."""
    connection.check_constraints()
    assert [str(breach) for breach in integrity.breaches(account_id=None if account is None else account.pk)] == []
    assert replay.told_wrong() == []
