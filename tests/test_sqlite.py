"""Threads that write to SQLite queue for the one writer's place."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from backend import databases
from backend.sqlite import base

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Any]:
    """To a database of its own, where nobody waits long."""
    described = databases.configuration(f"sqlite:///{tmp_path}/queue.sqlite3", serving=True, pool=0)
    described["OPTIONS"]["timeout"] = 0.1
    handler: Any = ConnectionHandler({"default": described})
    found = handler["default"]
    found.inc_thread_sharing()
    found.ensure_connection()
    yield found
    found.close()


def test_who_waits_too_long_for_a_turn_is_told_that_the_database_is_locked(connection: Any) -> None:
    with ThreadPoolExecutor(1) as pool, base._turn:
        refused = pool.submit(connection._start_transaction_under_autocommit).exception(timeout=10)

    assert isinstance(refused, OperationalError)
    assert str(refused) == "database is locked"
    connection._start_transaction_under_autocommit()
    assert connection.connection.in_transaction


def test_the_turn_is_over_once_a_transaction_has_begun_or_could_not(connection: Any) -> None:
    connection._start_transaction_under_autocommit()
    assert not base._turn.locked()

    again: Any = ConnectionHandler({"default": connection.settings_dict})["default"]
    again.ensure_connection()
    with pytest.raises(OperationalError, match="locked"):
        again._start_transaction_under_autocommit()
    again.close()
    assert not base._turn.locked()
