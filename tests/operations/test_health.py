"""What `/healthz` and `/readyz` say, and to whom."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from backend import clock
from backend.operations import health
from scheduler import heartbeat

GOOD = {"database": "ok", "migrations": "ok", "constraints": "ok", "scheduler": "ok"}


@pytest.fixture(autouse=True)
def _scheduler_looked_for_work() -> Iterator[None]:
    heartbeat.beat(clock.now())
    yield
    heartbeat.path().unlink(missing_ok=True)


def test_the_process_says_that_it_answers_without_a_look_at_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_where_everything_is_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": GOOD})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_may_send_head_and_nothing_else(client: Client, path: str) -> None:
    assert client.head(path).status_code == 200
    assert client.head(path).content == b""
    for method in (client.post, client.put, client.delete, client.patch, client.options):
        assert method(path).status_code == 405


@pytest.mark.django_db
@override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["money.example"])
def test_probes_come_by_any_name_and_without_tls(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/readyz", headers={"host": "web"}).status_code == 200
    assert client.get("/api/v1/budgets/", headers={"host": "web"}).status_code != 401


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "word"), [(119, "ok"), (121, "late"), (-119, "ok"), (-121, "late")])
def test_a_scheduler_that_does_not_look_for_work_is_told(client: Client, age: int, word: str) -> None:
    with time_machine.travel(clock.now(), tick=False):
        heartbeat.beat(clock.now() - timedelta(seconds=age))
        answer = client.get("/readyz")
    assert answer.json()["checks"] == GOOD | {"scheduler": word}
    assert answer.status_code == (200 if word == "ok" else 503)


@pytest.mark.django_db
def test_a_scheduler_that_never_ran_is_told(client: Client) -> None:
    heartbeat.path().unlink()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, GOOD | {"scheduler": "never"})


@pytest.mark.django_db
def test_an_unapplied_migration_is_told(client: Client) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="ledger", name="0001_initial").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["checks"] == GOOD | {"migrations": "unapplied"}


@pytest.mark.django_db
def test_a_migration_of_a_later_version_is_no_reason_to_stop(client: Client) -> None:
    MigrationRecorder(connection).record_applied("ledger", "9999_of_the_next_version")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_missing_constraint_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_whole", set())
    monkeypatch.setattr(connection.introspection, "get_constraints", lambda cursor, table: {})
    assert "one_event_per_budget_kind_and_date" in health.missing_constraints()
    assert client.get("/readyz").json()["checks"] == GOOD | {"constraints": "missing"}


def test_a_database_that_does_not_answer_is_told_without_a_word_of_where_it_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise OperationalError("connection to db.internal as mibudge failed: password wrong")

    monkeypatch.setattr(health, "database", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == GOOD | {"database": "failed", "migrations": "unknown", "constraints": "unknown"}
    assert "internal" not in answer.content.decode()
