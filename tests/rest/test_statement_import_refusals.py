"""Statements that the REST door refuses, and what it says."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.ledger.models import BankAccount, StatementImport, User
from backend.ledger.statements import contained
from tests import build
from tests.ledger import states
from tests.rest.house import client
from tests.rest.test_statement_imports import FILES, HEADER, TWO, UNCLOSED, act, change, send, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(build.NOW, tick=False) as traveller:
        yield traveller


def test_one_bad_row_keeps_the_whole_file_out(account: BankAccount) -> None:
    refused = send(account, f"{TWO}2026-06-11,BROKEN,12..00,USD\n")
    assert refused.status_code == 400
    assert refused.json()["file"][0].startswith("Row 3 (line 4), Amount: ")
    assert not StatementImport.objects.exists()


def test_what_is_said_about_a_file_helps(account: BankAccount) -> None:
    text = "01/06/2026;Laden;5,00\n02/06/2026;Markt;7,00\n"
    assert "mapping" in send(account, text).json()
    mapping = {
        "columns": {"date": 1, "description": [2], "amount": 3},
        "header": 0,
        "date_format": "DMY",
        "positive": "out",
        "decimal": ",",
        "delimiter": ";",
    }
    made = send(account, text, mapping=json.dumps(mapping), format="csv").json()
    assert [row["amount"] for row in made["rows"]["results"]] == ["-5.00", "-7.00"]


def test_a_file_of_another_account_is_taken_when_it_is_meant(owner: User) -> None:
    account = build.account(owner=owner, account_number="555555")
    refused = send(account, UNCLOSED)
    assert (refused.status_code, list(refused.json())) == (400, ["file"])
    assert "000123454417" in refused.json()["file"][0]
    made = send(account, UNCLOSED, any_account="true")
    assert (made.status_code, made.json()["account_number"]) == (201, "000123454417")


@pytest.mark.parametrize("number", ["0001-2345-4417", "4417", None])
def test_a_file_of_the_account_is_taken(owner: User, number: str | None) -> None:
    account = build.account(owner=owner, account_number=number, balance="3000.00")
    made = send(account, UNCLOSED).json()
    assert (made["stated_balance"], made["stated_on"], made["balance_after"]) == ("5027.66", "2026-01-31", "5027.66")
    assert made["difference"] == "0.00"


def test_of_several_accounts_in_a_file_the_own_one_is_taken(owner: User) -> None:
    savings = build.account(owner=owner, account_number="8820")
    made = send(savings, FILES / "three_accounts.ofx").json()
    assert [row["raw_description"] for row in made["rows"]["results"]] == ["SECOND"]
    other = build.account(owner=owner, account_number="1111")
    meant: dict[str, Any] = {"any_account": "true"}
    for options in ({}, meant):
        refused = send(other, FILES / "three_accounts.ofx", **options)
        assert "several accounts" in refused.json()["file"][0]


def test_another_currency_is_refused(owner: User) -> None:
    account = build.account(owner=owner, currency="EUR")
    assert "currency" in send(account, UNCLOSED).json()


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"file": "text"}, 400), ({"file": SimpleUploadedFile("empty.csv", b"")}, 400)],
)
def test_what_is_no_file_is_refused(account: BankAccount, body: dict[str, Any], status: int) -> None:
    answer = client(build.first_owner(account)).post(url(account), body, format="multipart")
    assert (answer.status_code, list(answer.json())) == (status, ["file"])
    assert client(build.first_owner(account)).post(url(account), {"file": "text"}).status_code == 415


def test_a_file_beyond_five_mebibytes_is_refused(account: BankAccount) -> None:
    refused = send(account, b"x" * (5 * 1024 * 1024 + 1))
    assert refused.json() == {"file": ["The file is larger than 5 MiB."]}


@pytest.mark.parametrize(
    "decision",
    [
        {"row": 0, "action": "enter"},
        {"row": 3, "action": "enter"},
        {"row": 1, "action": "sell"},
        {"row": 1, "action": "settle"},
        {"row": 1, "action": "settle", "transaction": "x"},
        {"action": "enter"},
        "enter",
    ],
)
def test_decisions_that_cannot_be_are_refused(account: BankAccount, decision: object) -> None:
    made = send(account, TWO, preview="true").json()
    before = states.fingerprint()
    refused = change(account, made, decisions=[decision])
    assert (refused.status_code, list(refused.json())) == (400, ["decisions"])
    assert states.fingerprint() == before


def test_a_file_that_is_sent_again_under_its_key_is_imported_once(account: BankAccount) -> None:
    headers = {"Idempotency-Key": "monday"}
    first, second = (send(account, TWO, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert StatementImport.objects.count() == 1
    other = send(account, HEADER + "2026-06-09,OTHER,-5.00,USD\n", headers=headers)
    assert other.status_code == 422


def test_others_find_nothing_and_no_file_is_read_for_them(
    account: BankAccount, stranger: User, staff: User, coowner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = send(account, TWO, preview="true").json()
    monkeypatch.setattr(contained, "read", None)
    build.account(owner=stranger)
    before = states.fingerprint()
    for user in (stranger, staff, coowner):
        api = client(user)
        for path in (url(account, made["id"]), url(account, uuid4())):
            assert api.get(path).status_code == 404
            assert api.patch(path, {"decisions": []}).status_code == 404
            assert api.patch(path, {"decisions": "no"}).status_code == 404
            assert api.delete(path).status_code == 404
            assert api.post(f"{path}commit/").status_code == 404
            assert api.post(f"{path}revert/").status_code == 404
        assert api.get(url(account)).status_code == 404
        for body in (TWO, "nonsense"):
            assert send(account, body, user=user).status_code == 404
    assert states.fingerprint() == before


def test_an_import_is_not_found_below_another_account(account: BankAccount, owner: User) -> None:
    made = send(account, TWO, preview="true").json()
    other = build.account(owner=owner)
    assert client(owner).get(url(other, made["id"])).status_code == 404
    assert act(other, made, "commit").status_code == 404


def test_nobody_is_let_in_without_a_token(account: BankAccount) -> None:
    assert client(None).post(url(account)).status_code == 401
    assert client(None).get(url(account)).status_code == 401
