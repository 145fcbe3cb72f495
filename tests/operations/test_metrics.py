"""What `/metrics` tells, and to whom."""

import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from backend import clock, counters
from backend.ledger import doorbell
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import operation
from backend.operations import metrics
from backend.operations.apps import count
from scheduler import heartbeat, jobs, queue, verified
from tests import build
from tests.services import funded, hooked
from tests.tokens import bearer

LOCAL = {"host": "127.0.0.1:8000"}
SERIES = 4_000
"""More than the service has operations, times what is told of each."""

Values = dict[str, float]


@pytest.fixture(autouse=True)
def _afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(metrics, "_kept", None)
    yield
    for path in (heartbeat.path(), verified.path()):
        path.unlink(missing_ok=True)


def scrape(client: Client) -> Values:
    """The samples by name and labels, as they are written."""
    answer = client.get("/metrics", headers=LOCAL)
    assert answer.status_code == 200
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def risen(before: Values, after: Values, start: str) -> Values:
    """What rose, of the samples whose name begins so."""
    return {
        name: value - before.get(name, 0)
        for name, value in after.items()
        if name.startswith(start) and value != before.get(name, 0)
    }


@pytest.mark.django_db
def test_requests_are_counted_by_operation_and_door(client: Client, owner: User, account: BankAccount) -> None:
    before = scrape(client)
    for _ in range(2):
        client.get(f"/api/v1/bank-accounts/{account.pk}/?x=y", headers=bearer(owner))
    client.get("/api/v1/budgets/")
    client.post("/graphql/", {"query": "{ me { name } }"}, "application/json", headers=bearer(owner))
    client.get("/no/such/path/")
    after = scrape(client)

    assert risen(before, after, "mibudge_requests_total") == {
        "mibudge_requests_total['/api/v1/bank-accounts/{id}/', '200', 'GET', 'rest']": 2,
        "mibudge_requests_total['/api/v1/budgets/', '401', 'GET', 'rest']": 1,
        "mibudge_requests_total['200', 'POST', 'graphql', 'query']": 1,
        "mibudge_requests_total['404', 'GET', 'unknown', 'web']": 1,
    }
    assert risen(before, after, "mibudge_graphql_cost_sum") == {"mibudge_graphql_cost_sum['query']": 1}
    assert len(risen(before, after, "mibudge_request_seconds_count")) == 4


@pytest.mark.django_db(transaction=True)
def test_what_was_written_and_committed_is_counted_by_door_and_noun(
    client: Client, owner: User, account: BankAccount, unallocated: Budget, groceries: Budget
) -> None:
    before = scrape(client)
    build.transfer(account, source=unallocated, target=groceries)
    with transaction.atomic():
        build.transfer(account, source=unallocated, target=groceries)
        transaction.set_rollback(True)

    assert risen(before, scrape(client), "mibudge_ledger_writes_total") == {
        "mibudge_ledger_writes_total['budget', 'changed', 'command']": 2,
        "mibudge_ledger_writes_total['command', 'created', 'transfer']": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_counted_was_written_nevertheless(
    account: BankAccount,
    groceries: Budget,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hook = hooked.hook(account, "budget.below_zero")
    rung: list[UUID] = []
    (tmp_path / "file").touch()
    monkeypatch.setenv(counters.VARIABLE, str(tmp_path / "file" / "folder"))
    monkeypatch.setitem(doorbell._answers, doorbell.TELL, rung.append)
    build.transfer(account, source=groceries, target=build.unallocated(account))

    assert hooked.kinds(hook) == ["budget.below_zero"]
    assert rung == [account.pk]
    assert "Error calling" in caplog.text


def test_the_folder_of_the_counters_is_made_by_whoever_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(counters.VARIABLE, str(tmp_path / "some" / "folder"))
    count("scheduler", {("transfer", "created"): 1})
    assert (tmp_path / "some" / "folder").is_dir()


@pytest.mark.django_db
def test_funding_that_is_behind_is_told_in_days(account: BankAccount) -> None:
    funded.goal(funded.free(account))
    assert operation.funding_lag(now=funded.at(0)) == 0
    assert operation.funding_lag(now=funded.at(3)) == 3
    funded.run(account, 3)
    assert operation.funding_lag(now=funded.at(3)) == 0


@pytest.mark.django_db
def test_events_that_wait_for_the_bank_or_for_money_are_counted(
    account: BankAccount, shared_account: BankAccount, foreign_account: BankAccount
) -> None:
    funded.goal(account, schedule=funded.DAILY)
    funded.run(account, 4)
    funded.goal(funded.free(foreign_account), amount="400", schedule=funded.DAILY)
    funded.run(foreign_account, 2)
    assert operation.waiting() == operation.Waiting(deferred=5, short=1)
    assert operation.funding_lag(now=funded.at(4)) <= 2  # who waits for the bank is not behind


@pytest.mark.django_db
def test_the_state_is_looked_up_and_what_cannot_be_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    heartbeat.beat(now - timedelta(seconds=30))
    verified.note(at=now, breaches=3)
    found = scrape(client)
    assert found["mibudge_funding_lag_days[]"] == 0
    assert found["mibudge_funding_events_waiting['short']"] == 0
    assert found["mibudge_webhook_messages['waiting']"] == 0
    assert found["mibudge_queue_jobs['pending']"] == 0
    assert 30 <= found["mibudge_scheduler_heartbeat_age_seconds[]"] < 90
    assert found["mibudge_verify_breaches[]"] == 3
    assert found["mibudge_verify_timestamp_seconds[]"] == pytest.approx(now.timestamp())
    assert {value for name, value in found.items() if name.startswith("mibudge_lookup_failed")} == {0}

    def fail() -> None:
        raise OSError("no queue")

    monkeypatch.setattr(queue, "depth", fail)
    found = scrape(client)
    assert found["mibudge_lookup_failed['queue']"] == 1
    assert "mibudge_funding_lag_days[]" in found
    assert "mibudge_queue_jobs['pending']" not in found


@pytest.mark.django_db
def test_the_nightly_verification_leaves_what_it_found(account: BankAccount) -> None:
    assert jobs.verify(now=build.NOW) == 0
    assert verified.last() == verified.Verified(at=build.NOW, breaches=0)
    verified.path().write_text("{")
    assert verified.last() is None


@pytest.mark.django_db
def test_no_client_makes_a_series(client: Client, owner: User) -> None:
    scrape(client)
    first = len(scrape(client))
    for number in range(30):
        client.get(f"/canary{number}/?canary={number}")
        client.generic(f"CANARY{number}", "/api/v1/budgets/")
        client.get(f"/api/v1/users/canary{number}/", headers=bearer(owner))
        body = {"query": f"query canary{number} {{ canary{number}: me {{ name }} }}"}
        client.post("/graphql/", body, "application/json", headers=bearer(owner))
    found = scrape(client)
    assert len(found) - first < 120
    assert len(found) < SERIES
    assert not [name for name in found if re.search("canary", name, re.IGNORECASE)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_VIA": "1.1 proxy"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "evil.example"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "unix:"},
        {"REMOTE_ADDR": "::ffff:10.0.0.7"},
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_nobody_else_reads_the_metrics(client: Client, more: dict[str, str], proxies: int) -> None:
    with override_settings(PROXIES=proxies):
        answer = client.get("/metrics", **{"HTTP_HOST": "localhost", **more})  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_programs_of_this_machine_read_them(client: Client, address: str, host: str) -> None:
    with override_settings(ALLOWED_HOSTS=["money.example"], SECURE_SSL_REDIRECT=True):
        assert client.get("/metrics", REMOTE_ADDR=address, HTTP_HOST=host).status_code == 200
        assert client.post("/metrics", REMOTE_ADDR=address, HTTP_HOST=host).status_code == 405


@pytest.mark.django_db
@override_settings(METRICS_NETWORKS=[ip_network("10.0.0.0/24")])
def test_networks_that_the_settings_name_read_them_too(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7", HTTP_HOST="web:8000").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.1.7", HTTP_HOST="web:8000").status_code == 404
    asked = {"REMOTE_ADDR": "10.0.0.7", "HTTP_HOST": "web", "HTTP_X_FORWARDED_FOR": "10.0.0.9"}
    assert client.get("/metrics", **asked).status_code == 404  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_scrape_costs_the_same_however_much_there_is(client: Client, account: BankAccount) -> None:
    def asked() -> int:
        metrics._kept = None
        with CaptureQueriesContext(connection) as captured:
            scrape(client)
        return len(captured)

    assert asked() == 3
    funded.goal(funded.free(account), schedule=funded.DAILY)
    funded.run(account, 5)
    assert asked() == 3


def test_what_ended_processes_counted_is_forgotten_at_a_new_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "metrics"
    monkeypatch.setenv(counters.VARIABLE, str(folder))
    assert counters.use(Path("/nowhere")) == folder
    for name in ("counter_4194999.db", "histogram_4194999.db", "counter_1.db", "notes.txt"):
        (folder / name).touch()
    counters.clean(folder)
    assert {path.name for path in folder.iterdir()} == {"counter_1.db", "notes.txt"}
