"""Which accounts' rows a transaction touches, told from the SQL that runs.

Every row of the ledger has a UUID and belongs to one account. So whatever a statement reads or writes, the ids among
its parameters and its results say whose rows these are.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper

READS = ("SELECT", "WITH", "(SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "EXPLAIN", "BEGIN", "SET")


@dataclass
class Touched:
    """What one database transaction, or one statement outside of any, read and wrote."""

    ids: set[UUID] = field(default_factory=set)
    statements: list[str] = field(default_factory=list)
    writes: bool = False

    def accounts(self, owned_by: dict[UUID, UUID]) -> set[UUID]:
        return {owned_by[each] for each in self.ids if each in owned_by}


def owners_of_ids() -> dict[UUID, UUID]:
    """Of each row of the ledger, by its id, the account that it belongs to."""
    found: dict[UUID, UUID] = {}
    for model in apps.get_app_config("ledger").get_models():
        if model.__name__ == "BankAccount":
            found |= {key: key for key in model._base_manager.values_list("pk", flat=True)}
        elif any(each.name == "bank_account" for each in model._meta.fields):
            found |= {key: of for key, of in model._base_manager.values_list("pk", "bank_account_id") if of is not None}
    return {key: of for key, of in found.items() if isinstance(key, UUID)}


@contextmanager
def traced() -> Iterator[list[Touched]]:
    """The transactions that run inside the block, in order. It sees those of this thread's connection."""
    trace: list[Touched] = []
    set_autocommit = connection.set_autocommit
    inside = [False]

    def begun_or_ended(autocommit: bool, *args: Any, **options: Any) -> None:
        set_autocommit(autocommit, *args, **options)
        inside[0] = not autocommit
        if inside[0]:
            trace.append(Touched())

    def executed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not inside[0]:
            trace.append(Touched())
        touched = trace[-1]
        touched.statements.append(sql)
        touched.writes |= not sql.lstrip().upper().startswith(READS)
        touched.ids |= set(ids_in(params))
        context["cursor"].__dict__["touched"] = touched
        return execute(sql, params, many, context)

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(connection, "set_autocommit", begun_or_ended))
        patches.enter_context(connection.execute_wrapper(executed))
        for name in ("fetchone", "fetchmany", "fetchall"):
            patches.enter_context(mock.patch.object(CursorWrapper, name, _noting(name), create=True))
        patches.enter_context(mock.patch.object(CursorWrapper, "__iter__", _iterating))
        yield trace


def _noting(name: str) -> Callable[..., Any]:
    def fetch(wrapper: Any, *args: Any, **options: Any) -> Any:
        found = getattr(wrapper.cursor, name)(*args, **options)
        _note(wrapper, found)
        return found

    return fetch


def _iterating(wrapper: Any) -> Iterator[Any]:
    for row in wrapper.cursor:
        _note(wrapper, row)
        yield row


def _note(wrapper: Any, found: Any) -> None:
    if "touched" in wrapper.__dict__:
        wrapper.__dict__["touched"].ids |= set(ids_in(found))


def ids_in(value: Any) -> Iterator[UUID]:
    """The UUIDs among parameters or rows, however deep, as either database holds them."""
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from ids_in(each)
    elif isinstance(value, str) and len(value) in (32, 36):
        try:
            yield UUID(value)
        except ValueError:
            return
