"""Statements through the REST door: a file in, looked at or not, committed, reverted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.ledger.models import BankAccount, Budget, StatementImport, Transaction, User
from backend.ledger.statements import contained
from tests import build
from tests.ledger import states
from tests.rest.house import client

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent.parent / "statements" / "files"
HEADER = "Date,Description,Amount,Currency\n"
TWO = f"{HEADER}2026-06-09,CORNER PANTRY,-5.00,USD\n2026-06-10,PAYROLL,100.00,USD\n"
UNCLOSED = FILES / "unclosed.ofx"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(build.NOW, tick=False) as traveller:
        yield traveller


def url(account: BankAccount, *parts: object) -> str:
    return "/".join(["/api/v1/bank-accounts", str(account.pk), "imports", *map(str, parts), ""])


def send(account: BankAccount, data: str | bytes | Path, *, user: User | None = None, **more: Any) -> Any:
    """The answer to a file that was uploaded."""
    name, content = (data.name, data.read_bytes()) if isinstance(data, Path) else ("statement.csv", data)
    if isinstance(content, str):
        content = content.encode()
    headers = more.pop("headers", {})
    api = client(user or build.first_owner(account))
    query = more.pop("query", "")
    body = {"file": SimpleUploadedFile(name, content), **more}
    return api.post(url(account) + query, body, format="multipart", headers=headers)


def act(account: BankAccount, made: dict[str, Any], action: str, *, user: User | None = None) -> Any:
    return client(user or build.first_owner(account)).post(url(account, made["id"], action))


def change(account: BankAccount, made: dict[str, Any], **body: Any) -> Any:
    return client(build.first_owner(account)).patch(url(account, made["id"]), body)


def test_a_file_is_imported_in_one_step(account: BankAccount) -> None:
    answer = send(account, TWO)
    assert answer.status_code == 201
    made = answer.json()
    rows = made.pop("rows")
    digest = made.pop("file_hash")
    assert made == {
        "id": str(StatementImport.objects.get().pk),
        "bank_account": str(account.pk),
        "status": "committed",
        "format": "csv",
        "file_name": "statement.csv",
        "account_number": "",
        "period_start": None,
        "period_end": None,
        "row_count": 2,
        "entered": 2,
        "settled": 0,
        "duplicates": 0,
        "suspicious": 0,
        "zeros": 0,
        "stated_balance": None,
        "stated_balance_currency": "USD",
        "stated_on": None,
        "balance_before": "1000.00",
        "balance_before_currency": "USD",
        "balance_after": "1095.00",
        "balance_after_currency": "USD",
        "difference": None,
        "difference_currency": "USD",
        "created_by": "owner",
        "created_at": "2026-06-15T12:00:00Z",
        "committed_by": "owner",
        "committed_at": "2026-06-15T12:00:00Z",
        "reverted_by": None,
        "reverted_at": None,
    }
    assert len(digest) == 64
    assert (rows["count"], rows["next"], rows["previous"]) == (2, None, None)
    assert rows["results"][0] == {
        "row": 1,
        "posted_date": "2026-06-09",
        "amount": "-5.00",
        "amount_currency": "USD",
        "raw_description": "CORNER PANTRY",
        "party": None,
        "memo": None,
        "pending": False,
        "verdict": "new",
        "reason": "nothing_like_it",
        "why": "Nothing like it is known.",
        "score": None,
        "known_transaction": None,
        "known_row": None,
        "action": "enter",
        "settles": None,
        "adjusted": False,
        "transaction": str(Transaction.objects.get(statement_place=0).pk),
    }
    states.sound()


def test_the_same_file_again_adds_nothing(account: BankAccount) -> None:
    send(account, TWO)
    again = send(account, TWO).json()
    assert (again["entered"], again["duplicates"]) == (0, 2)
    assert {row["reason"] for row in again["rows"]["results"]} == {"same_row"}
    assert None not in [row["known_transaction"] for row in again["rows"]["results"]]
    assert Transaction.objects.count() == 2


def test_a_dry_run_keeps_nothing(account: BankAccount) -> None:
    before = states.fingerprint()
    answer = send(account, TWO, dry_run="true")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["id"], told["status"], told["entered"], told["balance_after"]) == (None, "previewed", 2, "1095.00")
    assert len(told["rows"]["results"]) == 2
    assert states.fingerprint() == before


def test_a_preview_is_adjusted_and_committed(account: BankAccount) -> None:
    answer = send(account, TWO, preview="true")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["committed_at"], made["balance_after"]) == ("previewed", None, "1095.00")
    assert not Transaction.objects.exists()
    adjusted = change(account, made, decisions=[{"row": 2, "action": "leave_out"}]).json()
    assert (adjusted["entered"], adjusted["balance_after"]) == (1, "995.00")
    assert [(row["action"], row["adjusted"]) for row in adjusted["rows"]["results"]] == [
        ("enter", False),
        ("leave_out", True),
    ]
    answers = [act(account, made, "commit") for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["status"] == "committed"
    assert [str(each.amount) for each in Transaction.objects.all()] == ["-5.0000"]
    states.sound()


def test_what_changed_since_a_preview_is_told_and_can_be_refreshed(account: BankAccount) -> None:
    made = send(account, TWO, preview="true").json()
    send(account, TWO)
    refused = act(account, made, "commit")
    assert refused.status_code == 409
    told = refused.json()
    assert told["code"] == "plan_changed"
    assert [(each["row"], each["reason"]) for each in told["hindrances"]] == [(1, "same_row"), (2, "same_row")]
    fresh = change(account, made, refresh=True)
    assert (fresh.status_code, fresh.json()["duplicates"]) == (200, 2)
    assert act(account, made, "commit").json()["entered"] == 0
    assert Transaction.objects.count() == 2


def test_an_import_is_reverted_once(account: BankAccount) -> None:
    made = send(account, TWO).json()
    answers = [act(account, made, "revert") for _ in range(2)]
    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "reverted")] * 2
    assert not Transaction.objects.exists()
    assert [row["transaction"] for row in answers[0].json()["rows"]["results"]] == [None, None]
    states.sound()


def test_what_stands_in_the_way_of_a_revert_is_told(account: BankAccount, groceries: Budget) -> None:
    made = send(account, TWO).json()
    row = Transaction.objects.get(statement_place=0)
    client(build.first_owner(account)).post(
        f"/api/v1/transactions/{row.pk}/splits/", {"splits": {str(groceries.pk): "1.00"}}
    )
    refused = act(account, made, "revert")
    assert refused.status_code == 409
    assert refused.json()["code"] == "cannot_revert"
    assert refused.json()["hindrances"] == [
        {
            "row": 1,
            "transaction": str(row.pk),
            "reason": "split",
            "message": "Row 1 (2026-06-09, CORNER PANTRY): somebody changed how it lies on budgets.",
        }
    ]


def test_a_preview_can_be_forgotten_and_a_commit_cannot(account: BankAccount) -> None:
    made = send(account, TWO, preview="true").json()
    api = client(build.first_owner(account))
    assert api.delete(url(account, made["id"])).status_code == 204
    assert api.get(url(account, made["id"])).status_code == 404
    done = send(account, TWO).json()
    refused = api.delete(url(account, done["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "import_over")


def test_imports_are_listed_without_their_rows(account: BankAccount, clock: time_machine.Traveller) -> None:
    send(account, TWO)
    clock.shift(1)
    send(account, TWO, preview="true")
    api = client(build.first_owner(account))
    found = api.get(url(account)).json()
    assert [each["status"] for each in found["results"]] == ["previewed", "committed"]
    assert "rows" not in found["results"][0]
    assert api.get(url(account), {"status": "committed"}).json()["count"] == 1
    assert "status" in api.get(url(account), {"status": "lost"}).json()


def test_rows_come_in_pages(account: BankAccount) -> None:
    made = send(account, TWO, query="?page_size=1").json()
    assert [row["row"] for row in made["rows"]["results"]] == [1]
    api = client(build.first_owner(account))
    second = api.get(made["rows"]["next"].replace(url(account), url(account, made["id"]))).json()
    assert [(row["row"], row["raw_description"]) for row in second["rows"]["results"]] == [(2, "PAYROLL")]
    assert api.get(url(account, made["id"]), {"page": 9}).status_code == 404


def test_a_list_costs_the_same_however_many_rows_its_imports_have(
    account: BankAccount, owner: User, django_assert_num_queries: Any
) -> None:
    # The account, the number of imports, and the imports with whom they name.
    for name in ("ONE", "TWO", "THREE"):
        send(account, HEADER + f"2026-06-09,{name},-5.00,USD\n" * 30)
    with django_assert_num_queries(3):
        client(owner).get(url(account))


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
