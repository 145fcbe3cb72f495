"""What the scheduler counted, at a place of its own, to those who may read the web server's metrics."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from backend.operations import exposed, tasks
from backend.operations.apps import count


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    server = exposed.serve(("127.0.0.1", 0))
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def asked(place: str, path: str = "/metrics", *, method: str = "GET", **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://{place}{path}", headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  it is the one above
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_writes_of_this_process_are_told(place: str) -> None:
    count("scheduler", {("funding_event", "created"): 3})
    status, text = asked(place)
    assert status == 200
    assert 'mibudge_ledger_writes_total{action="created",door="scheduler",noun="funding_event"}' in text
    assert "mibudge_lookup_failed" not in text, "the web server looks that up"


def test_others_are_told_nothing(place: str) -> None:
    asks: list[dict[str, Any]] = [
        {"path": "/"},
        {"path": "/metrics/"},
        {"method": "POST"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "127.0.0.1"},
    ]
    assert [asked(place, **each) for each in asks] == [(404, "")] * len(asks)


def test_a_place_that_is_taken_keeps_no_money_from_moving(
    place: str, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks, "_serving", [])
    host, port = place.split(":")
    settings.SCHEDULER_METRICS = (host, int(port))
    tasks.show_metrics()
    assert "MIBUDGE_SCHEDULER_METRICS names a place" in caplog.text
    assert tasks._serving == []


def test_nothing_is_shown_that_nobody_asked_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []
    monkeypatch.setattr(tasks, "_serving", [])
    monkeypatch.setattr(exposed, "serve", lambda where: served.append(where) or socket)  # type: ignore[func-returns-value]
    assert settings.SCHEDULER_METRICS is None
    tasks.show_metrics()
    assert served == []
    settings.SCHEDULER_METRICS = ("127.0.0.1", 1)
    for _ in range(2):
        tasks.show_metrics()
    assert served == [("127.0.0.1", 1)], "a worker that is started again finds it done"
