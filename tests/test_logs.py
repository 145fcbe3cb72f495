"""What a line of the log tells, and what it never does."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import Error, connection
from django.test import Client, override_settings

from backend import logs, trace
from backend.ledger.models import BankAccount, User
from backend.operations import requests
from tests.tokens import bearer

CANARY = "Canary Pharmacy 73194.26"


def record(message: str, *args: object, name: str = "backend.x", **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, "f", 1, message, args, sys.exc_info())
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("formatter", [logs.LineFormatter(), logs.JSONFormatter()], ids=["text", "json"])
def test_a_traceback_says_where_and_what_kind_but_not_what_it_met(formatter: logs.Formatter) -> None:
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError:
        line = formatter.format(record("It failed"))
    assert "Canary" not in line
    assert "73194" not in line
    assert "KeyError" in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert len(line.splitlines()) == 1


@override_settings(DEBUG=True)
def test_with_debug_pages_the_log_tells_all() -> None:
    try:
        raise KeyError(CANARY)
    except KeyError:
        assert CANARY in logs.LineFormatter().format(record("It failed"))


@pytest.mark.django_db(transaction=True)
def test_what_a_database_refused_is_told_by_the_constraint_alone(account: BankAccount) -> None:
    try:
        BankAccount.objects.filter(pk=account.pk).update(name=CANARY, available_balance=10**13)
    except Error:
        line = logs.LineFormatter().format(record("It failed"))
        assert "Canary" not in line
        assert "IntegrityError" in line or "DataError" in line
        if connection.vendor == "postgresql":
            assert "23514" in line
    else:
        pytest.fail("the database took it")


def test_a_json_line_has_the_facts_beside_the_message() -> None:
    made = record("Funded %s", 7, facts={"event": "funded", "ms": 1.5})
    made.exc_info, made.created = None, datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC).timestamp()
    with trace.of(trace.Trace(id="a-request-id", address="10.0.0.1")):
        told = json.loads(logs.JSONFormatter().format(made))
    assert told == {
        "time": "2026-01-02T03:04:05.678+00:00",
        "level": "ERROR",
        "logger": "backend.x",
        "message": "Funded 7",
        "request": "a-request-id",
        "event": "funded",
        "ms": 1.5,
    }


def test_the_output_of_a_command_is_what_it_was_asked_for() -> None:
    """`TOKEN=$(manage.py createtoken …)` takes no line of the log along."""
    streams = [logs.configuration("text", serving=each)["handlers"]["log"]["stream"] for each in (True, False)]
    assert streams == ["ext://sys.stdout", "ext://sys.stderr"]


def test_what_the_web_server_says_loses_the_query() -> None:
    made = record("Error handling request %s", "/api/v1/transactions/?search=canary&x=1", name="gunicorn.error")
    assert "canary" not in logs.LineFormatter().format(made)


@pytest.mark.parametrize("sane", ["0123456789abcdef", "a-b_c-d9", "x" * 64])
def test_a_request_is_called_what_the_proxy_calls_it(client: Client, sane: str) -> None:
    assert client.get("/healthz", headers={"x-request-id": sane})["X-Request-ID"] == sane


@pytest.mark.parametrize("mad", ["", "short", "x" * 65, "has blank in it", "a.b.c.d.e.f", "ünïcödé-id", "1234567\n8"])
def test_or_gets_an_id_of_our_own(client: Client, mad: str) -> None:
    answers = [client.get("/healthz", headers={"x-request-id": mad})["X-Request-ID"] for _ in range(2)]
    assert mad not in answers
    assert len(set(answers)) == 2
    assert all(trace.SANE.fullmatch(each) for each in answers)


@pytest.mark.django_db
def test_a_request_leaves_a_line_with_the_route_and_nothing_that_was_sent(
    client: Client, owner: User, account: BankAccount, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger=requests.log.name):
        client.get("/api/v1/budgets/?search=canary", headers=bearer(owner))
        client.get(f"/api/v1/bank-accounts/{account.pk}/", headers=bearer(owner))
        client.get("/canary/", headers={"user-agent": "canary"})
        client.post("/graphql/", {"query": "{ me { name } }"}, "application/json", headers=bearer(owner))
    told: list[dict[str, Any]] = [each.__dict__["facts"] for each in caplog.records if each.name == requests.log.name]
    assert [(each["door"], each["method"], each["operation"], each["status"]) for each in told] == [
        ("rest", "GET", "/api/v1/budgets/", 200),
        ("rest", "GET", "/api/v1/bank-accounts/{id}/", 200),
        ("web", "GET", "unknown", 404),
        ("graphql", "POST", "query", 200),
    ]
    assert [each["user"] for each in told] == [str(owner.pk), str(owner.pk), None, str(owner.pk)]
    assert told[-1]["cost"] == 1
    assert "canary" not in caplog.text


@pytest.mark.django_db
def test_who_asks_for_what_is_not_theirs_is_noted(
    client: Client, owner: User, foreign_account: BankAccount, caplog: pytest.LogCaptureFixture
) -> None:
    document = "mutation ($id: ID!) { archiveBudget(id: $id) { __typename } }"
    client.get(f"/api/v1/bank-accounts/{foreign_account.pk}/", headers=bearer(owner))
    body = {"query": document, "variables": {"id": "QnVkZ2V0OjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA=="}}
    client.post("/graphql/", body, "application/json", headers=bearer(owner))
    events = [each.__dict__["facts"] for each in caplog.records if each.name == trace.security.name]
    expected = {"event": "not_found_or_foreign", "user": str(owner.pk), "address": "127.0.0.1"}
    assert events == [expected | {"id": str(foreign_account.pk)}, expected | {"id": None}]
