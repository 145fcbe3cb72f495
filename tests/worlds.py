"""Worlds that are built once for many tests, each of which finds them as they were built."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import time_machine
from django.apps import apps
from django.db import connection, transaction

from tests.build import NOW

T = TypeVar("T")


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
        """In place of all there are. In one transaction, whose end is when foreign keys are looked at."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self.tables:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608  tables' own names
            self.put_in(cursor)

    def put_in(self, cursor: Any) -> None:
        for table, (columns, rows) in self.tables.items():
            if rows:
                names = ", ".join(connection.ops.quote_name(each) for each in columns)
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  tables' own names


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    names = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    return [connection.ops.quote_name(name) for name in sorted(names - {"django_content_type", "auth_permission"})]


_built: dict[Callable[[], Any], tuple[Rows, Any]] = {}


def once(build: Callable[[], T]) -> T:
    """What is built in an empty database at the builders' NOW: the first time by building it, then by its rows.

    Whoever gets it may change what they hold: it is theirs alone.
    """
    if build not in _built:
        with time_machine.travel(NOW, tick=False):
            found = build()
        _built[build] = (Rows.taken(), copied(found))
        return found
    rows, found = _built[build]
    with transaction.atomic(), connection.cursor() as cursor:
        rows.put_in(cursor)
    return copied(found)


def copied(world: T) -> T:
    """The world for one test, which may change what it holds."""
    return cast("T", pickle.loads(pickle.dumps(world)))  # noqa: S301  its own; many times faster than to deepcopy it
