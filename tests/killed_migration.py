"""Kills a migration at points all through it and runs it again: `python -m tests.killed_migration ROUNDS`.

DATABASE_URL says on which kind of database: on SQLite files beside the one it names, on PostgreSQL new databases beside
it. Each run is a process of its own, forked from this one, which ends as by `kill -9`: nothing is cleaned up.
"""

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import django

KILLED = 137
Shape = dict[str, Any]


def main(rounds: int) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    os.environ["MIBUDGE_SERVING"] = "0"
    django.setup()
    gc.disable()  # a migration leaves the models of each step behind, and the process soon ends
    from django.conf import settings

    notes = Path(settings.DATA) / "notes.json"
    with place() as name:
        assert forked(partial(finish, name, notes)) == 0
        whole = json.loads(notes.read_text())
    statements, noted = whole.pop("statements"), whole.pop("noted")
    for number in range(rounds):
        point, after = 1 + (statements - 1) * number // max(1, rounds - 1), number % 2 == 1
        if not after:  # all that a migration does is done, and nobody knows
            point = min((each for each in noted if each >= point), default=point)
        with place() as name:
            died = forked(partial(migrate, name, at=point, after=after))
            assert died == KILLED, f"statement {point} was not reached"
            assert forked(partial(finish, name, notes)) == 0
            found = json.loads(notes.read_text())
            del found["statements"], found["noted"]
            assert found == whole, f"killed at statement {point} of {statements}, it is another database"
    print(f"{rounds} kills among {statements} statements")
    return 0


def forked(work: Callable[[], object]) -> int:
    """Do it in a process of its own; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001  whatever it is, this process must not go on as its parent
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def place() -> Iterator[str]:
    """The name of an empty database."""
    from django.conf import settings

    from tests import databases

    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        with databases.empty(os.environ["DATABASE_URL"]) as url:
            yield url.rpartition("/")[2]
    else:
        path = Path(f"{settings.DATABASES['default']['NAME']}-{next(_numbers)}")
        yield str(path)
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


_numbers = count()


def migrate(name: str, *, at: int | None = None, after: bool = False) -> Shape:
    """Migrate that database; die before or after statement `at`. What it is in the end."""
    from django.core.management import call_command
    from django.db import connection

    from backend.operations import health

    connection.settings_dict["NAME"] = name
    ran, noted = 0, []

    def watch(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        nonlocal ran
        ran += 1
        if sql.startswith('INSERT INTO "django_migrations"'):
            noted.append(ran)
        if ran == at and not after:
            os._exit(KILLED)
        result = execute(sql, *arguments)
        if ran == at:
            os._exit(KILLED)
        return result

    with connection.execute_wrapper(watch):
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    found = {"migrations": health.migrations(), "missing": sorted(health.missing_constraints()), "tables": tables()}
    return found | {"statements": ran, "noted": noted}


def tables() -> Shape:
    """Columns, and what is constrained or indexed, of each table."""
    from django.db import connection

    found: Shape = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table)
            found[table] = [
                sorted(f"{column.name} {column.type_code} {column.null_ok}" for column in columns),
                sorted(f"{each['columns']} {each['check']} {each['unique']}" for each in constraints.values()),
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}").fetchone()[0],  # noqa: S608  tables' own names
            ]
    return found


def finish(name: str, notes: Path) -> None:
    """Migrate that database, and note what it is then."""
    notes.write_text(json.dumps(migrate(name)))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
