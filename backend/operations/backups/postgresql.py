"""PostgreSQL tables as they are at one moment: a file per table, as COPY writes it in one snapshot of all of them.

The tables themselves are made by the migrations that the manifest names, so nothing but Django and its driver is
needed, whatever version the server has.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

COLUMNS = "database/columns.json"
MIGRATIONS = "django_migrations"
NAME = re.compile(r"[a-z0-9_]+")
UNHURRIED = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)


class Different(Exception):
    """What stands in a table is not what was copied."""


def save(folder: Path) -> dict[str, int]:
    """Copy all tables into the folder; the rows of each."""
    (folder / COLUMNS).parent.mkdir(mode=0o700)
    columns: dict[str, list[str]] = {}
    rows: dict[str, int] = {}
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _unhurried(cursor)
        for table in tables():
            columns[table] = _columns(cursor, table)
            with _file(folder, table).open("wb") as file:
                rows[table] = _copy_out(cursor, table, columns[table], file.write)
    (folder / COLUMNS).write_text(json.dumps(columns))
    return rows


def load(folder: Path, *, rows: dict[str, int], migrations: Iterable[tuple[str, str]]) -> list[str]:
    """Make the tables as the migrations left them and fill them, in one commit; the tables that have no place here.

    What is there goes: the caller made sure that it is empty. Raises Different if anything arrives other than it was.
    """
    wanted = [each for each in migrations if _is_known(each)]
    columns = _columns_of(folder, rows=rows)
    _make_tables(wanted)
    here = set(tables())
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        _unhurried(cursor)
        filled = [table for table in columns if table in here and table != MIGRATIONS]
        cursor.execute("TRUNCATE " + ", ".join(_quoted(table) for table in here - {MIGRATIONS}))
        for table in filled:
            try:
                _copy_in(cursor, table, columns[table], _file(folder, table))
            except (psycopg.DataError, psycopg.ProgrammingError) as error:
                raise Different(f"{table} is not as its migrations made it ({type(error).__name__})") from error
        models = apps.get_models(include_auto_created=True)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
        for table in filled:
            _compare(cursor, table, columns[table], _file(folder, table), rows=rows[table])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return sorted(table for table in columns.keys() - here if rows[table])


def _columns_of(folder: Path, *, rows: Mapping[str, int]) -> dict[str, list[str]]:
    """The columns of each table in the folder. They become part of statements: names are all that they may be."""
    try:
        columns: dict[str, list[str]] = json.loads((folder / COLUMNS).read_text())
        names = [*columns, *(name for each in columns.values() for name in each)]
        good = columns.keys() == rows.keys() and all(NAME.fullmatch(name) for name in names)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Different("The backup does not tell its tables") from error
    if not good:
        raise Different("The tables of the backup are not those of mibudge")
    return columns


def tables() -> list[str]:
    """The tables of the installed applications, and the one of their migrations."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
    return sorted(present & {*connection.introspection.django_table_names(), MIGRATIONS})


def _is_known(migration: tuple[str, str]) -> bool:
    """Applications that are not installed here, such as the admin's, have no tables here."""
    return migration[0] in {config.label for config in apps.get_app_configs()}


def _make_tables(wanted: list[tuple[str, str]]) -> None:
    executor = MigrationExecutor(connection)
    if set(executor.loader.applied_migrations) == set(wanted):
        return
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"DROP TABLE {_quoted(table)} CASCADE")
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    last = [each for each in wanted if not any(child.key in wanted for child in nodes[each].children)]
    executor.migrate(last)


def _unhurried(cursor: Any) -> None:
    for statement in UNHURRIED:
        cursor.execute(statement)


def _columns(cursor: Any, table: str) -> list[str]:
    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _copy_out(cursor: Any, table: str, columns: list[str], write: Callable[[Any], object]) -> int:
    """Write the rows in the order of their key; how many there are."""
    key = connection.introspection.get_primary_key_column(cursor, table)
    if key is None:
        raise Different(f"{table} has no key to be ordered by")
    listed = ", ".join(map(_quoted, columns))
    order = f'{_quoted(key)}::text COLLATE "C"'  # the same on every server
    query = f"SELECT {listed} FROM {_quoted(table)} ORDER BY {order}"  # noqa: S608  names of the database's own
    with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for piece in copy:
            write(piece)
    return int(cursor.rowcount)


def _copy_in(cursor: Any, table: str, columns: list[str], path: Path) -> None:
    listed = ", ".join(map(_quoted, columns))
    with cursor.copy(f"COPY {_quoted(table)} ({listed}) FROM STDIN") as copy, path.open("rb") as file:
        while piece := file.read(256 * 1024):
            copy.write(piece)


def _compare(cursor: Any, table: str, columns: list[str], path: Path, *, rows: int) -> None:
    """Whether the rows that are there now would be copied to the same file."""
    digest = hashlib.sha256()
    found = _copy_out(cursor, table, columns, digest.update)
    with path.open("rb") as file:
        expected = hashlib.file_digest(file, "sha256")
    if found != rows or digest.digest() != expected.digest():
        raise Different(f"{table} did not arrive as it was")


def _file(folder: Path, table: str) -> Path:
    return folder / "database" / f"{table}.copy"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
