"""Worlds that are built once for many tests, each of which finds them as they were built.

Tests that the database rolls back stand on a world in a transaction around all of a module's: `kept`. Tests that commit
have a world's rows put back before each of them: `Rows`.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction

from tests.build import NOW

T = TypeVar("T")


@contextmanager
def kept(request: pytest.FixtureRequest, build: Callable[[], T]) -> Iterator[T]:
    """What is built, until the block ends; for a fixture of a module none of whose tests commits.

    It is built at the builders' NOW. Each test takes a copy: its rows are undone after it, what it holds is not.
    """
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # so that services may ask to be the outermost
    with blocker.unblock():
        around.__enter__()
    try:
        with blocker.unblock(), time_machine.travel(NOW, tick=False):
            built = build()
        yield built
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@dataclass(frozen=True)
class Rows:
    """All rows of the database as they are, by table, to be put back."""

    tables: dict[str, tuple[list[str], list[tuple[Any, ...]]]]

    @classmethod
    def taken(cls) -> "Rows":
        found = {}
        with connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  a table's own name
                found[table] = ([each[0] for each in cursor.description], cursor.fetchall())
        return cls(found)

    def put_back(self) -> None:
        """In one transaction, which is when foreign keys are looked at."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self.tables:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
            for table, (columns, rows) in self.tables.items():
                if rows:
                    names = ", ".join(connection.ops.quote_name(each) for each in columns)
                    marks = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    names = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    return [connection.ops.quote_name(name) for name in sorted(names)]


def copied(world: T) -> T:
    """The world for one test, which may change what it holds."""
    return copy.deepcopy(world)
