"""Whether the service can do its work: what `/healthz` and `/readyz` answer.

`/healthz` says that this process answers. `/readyz` says that what it depends on is there; each check has a name and a
word, and neither tells anything about the data, the place of the database or why it failed: the log does.
"""

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from scheduler import heartbeat

log = logging.getLogger(__name__)

OK, FAILED = "ok", "failed"
OLDEST_HEARTBEAT = timedelta(minutes=2)
"""The scheduler looks for work each minute."""

_whole: set[str] = set()
"""Databases whose constraints this process found complete: nothing takes one away while the service runs."""


def checks(*, now: datetime) -> dict[str, str]:
    """The checks by name, each "ok" or a word that says what is wrong."""
    found = {"database": _tried(database), "migrations": "unknown", "constraints": "unknown"}
    if found["database"] == OK:
        found |= {"migrations": _tried(migrations), "constraints": _tried(constraints)}
    return found | {"scheduler": _tried(lambda: scheduler(now=now))}


def _tried(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        log.exception("A readiness check failed")
        return FAILED


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def migrations() -> str:
    """Whether all of them are applied that this version of the service knows; two queries."""
    applied = MigrationRecorder(connection).applied_migrations()
    return OK if known_migrations() <= applied.keys() else "unapplied"


@functools.cache
def known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def constraints() -> str:
    """Whether the database has every constraint that the tables declare; looked at until it has."""
    name = str(connection.settings_dict["NAME"])
    if name not in _whole:
        if missing_constraints():
            return "missing"
        _whole.add(name)
    return OK


def missing_constraints() -> set[str]:
    """Names of the declared constraints that the database lacks."""
    missing: set[str] = set()
    with connection.cursor() as cursor:
        for model in apps.get_app_config("ledger").get_models():
            declared = {constraint.name for constraint in model._meta.constraints}
            if declared:
                present = connection.introspection.get_constraints(cursor, model._meta.db_table)
                missing |= declared - present.keys()
    return missing


def scheduler(*, now: datetime) -> str:
    """Whether the scheduler looked for work a moment ago; by a clock that is ahead of ours counts as not."""
    last = heartbeat.last()
    if last is None:
        return "never"
    return OK if abs(now - last) <= OLDEST_HEARTBEAT else "late"
