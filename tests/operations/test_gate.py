"""Requests that come before the tables are as this version needs them."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from backend.operations import gate, health
from scheduler import jobs, tasks

PATHS = ("/api/v1/budgets/", "/api/token/", "/graphql/", "/", "/invitation/")


@pytest.fixture(autouse=True)
def _a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "is_open", False)


@pytest.mark.django_db
def test_nobody_is_served_from_older_tables_and_everybody_once_they_are_migrated(
    client: Client, caplog: pytest.LogCaptureFixture, django_assert_num_queries: Any
) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("ledger", "0001_initial")
    for path in PATHS:
        for answer in (client.get(path), client.post(path)):
            assert (answer.status_code, answer["Retry-After"]) == (503, "5")
            assert answer.json()["code"] == "not_ready"
            assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["checks"]["migrations"] == "unapplied"
    assert "run docker/entrypoint migrate" in caplog.text

    recorder.record_applied("ledger", "0001_initial")
    assert client.get(PATHS[0]).status_code == 401
    with django_assert_num_queries(0):
        assert client.get(PATHS[0]).status_code == 401


@pytest.mark.django_db
def test_tables_of_a_later_version_do(client: Client) -> None:
    MigrationRecorder(connection).record_applied("ledger", "9999_of_the_next_version")
    assert client.get(PATHS[0]).status_code == 401


@pytest.mark.django_db
def test_without_any_tables_nobody_is_served(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationRecorder, "has_table", lambda self: False)
    assert client.get(PATHS[0]).status_code == 503
    assert health.migrations() == "unapplied"


def test_where_the_database_does_not_answer_that_is_what_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise OperationalError("no connection")

    monkeypatch.setattr(health, "migrations", fail)
    assert client.get(PATHS[0]).status_code == 401, "what needs no database is answered without one"
    assert not gate.is_open


@pytest.mark.django_db
def test_the_scheduler_leaves_its_work_until_the_tables_are_migrated(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticked: list[object] = []
    monkeypatch.setattr(jobs, "tick", lambda **_: ticked.append(1))
    queue, recorder = tasks.tick.huey, MigrationRecorder(connection)
    recorder.record_unapplied("ledger", "0001_initial")
    queue.execute(tasks.tick.s())
    assert ticked == []
    assert "run docker/entrypoint migrate" in caplog.text

    recorder.record_applied("ledger", "0001_initial")
    queue.execute(tasks.tick.s())
    assert ticked == [1]
