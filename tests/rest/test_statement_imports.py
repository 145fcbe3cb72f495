"""Statements through the REST door: a file in, looked at or not, committed, reverted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.ledger.models import BankAccount, Budget, StatementImport, Transaction, User
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
    with django_assert_num_queries(2):
        client(owner).get(url(account))
