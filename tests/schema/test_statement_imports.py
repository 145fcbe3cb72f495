"""Statements through the GraphQL door."""

import base64
from typing import Any

import pytest

from backend.ledger.models import BankAccount, StatementImport, Transaction, User
from tests import build
from tests.ledger import states
from tests.rest.house import ledger
from tests.schema.door import ask, data, nodes

pytestmark = pytest.mark.django_db

CSV = "Date,Description,Amount,Currency\n2026-06-09,CORNER PANTRY,-5.00,USD\n2026-06-10,PAYROLL,100.00,USD\n"
SHOWN = """
    id uuid status format fileName rowCount entered settled duplicates suspicious zeros createdBy committedBy revertedBy
    statedBalance { amount } balanceBefore { amount } balanceAfter { amount } difference { amount }
    rows { number postedOn amount { formatted } rawDescription verdict reason why score action adjusted
        knownTransaction { uuid } knownRow transaction { uuid } }
"""
PROBLEM = "... on Problem { code field message hindrances { row transaction reason message } }"
WRITES = {
    "importStatement": "mutation ($account: ID!, $file: StatementFileInput!, $key: String) "
    "{ importStatement(account: $account, file: $file, idempotencyKey: $key)",
    "previewStatement": "mutation ($account: ID!, $file: StatementFileInput!) "
    "{ previewStatement(account: $account, file: $file)",
    "adjustImport": "mutation ($id: ID!, $decisions: [StatementDecisionInput!], $refresh: Boolean! = false) "
    "{ adjustImport(id: $id, decisions: $decisions, refresh: $refresh)",
    "commitImport": "mutation ($id: ID!) { commitImport(id: $id)",
    "revertImport": "mutation ($id: ID!) { revertImport(id: $id)",
    "discardImport": "mutation ($id: ID!) { discardImport(id: $id)",
}


def write(user: User, name: str, **given: Any) -> Any:
    selection = "... on Deleted { uuid }" if name == "discardImport" else f"... on StatementImport {{ {SHOWN} }}"
    return data(user, f"{WRITES[name]} {{ {selection} {PROBLEM} }} }}", **given)[name]


def send(user: User, account: BankAccount, name: str = "importStatement", **file: Any) -> Any:
    return write(user, name, account=str(account.pk), file=file or {"text": CSV, "name": "june.csv"})


def test_a_file_is_imported_in_one_step(owner: User, account: BankAccount) -> None:
    made = send(owner, account)
    assert (made["status"], made["format"], made["fileName"], made["createdBy"]) == (
        "COMMITTED", "CSV", "june.csv", "owner",
    )  # fmt: skip
    assert (made["entered"], made["balanceAfter"], made["difference"]) == (2, {"amount": "1095.00"}, None)
    assert [(row["number"], row["verdict"], row["action"]) for row in made["rows"]] == [
        (1, "NEW", "ENTER"),
        (2, "NEW", "ENTER"),
    ]
    keys = [str(key) for key in Transaction.objects.order_by("seq").values_list("pk", flat=True)]
    assert [row["transaction"]["uuid"] for row in made["rows"]] == keys
    states.sound()


def test_bytes_of_any_encoding_are_taken_as_base64(owner: User, account: BankAccount) -> None:
    text = CSV.replace("CORNER PANTRY", "CAFÉ").encode("utf-16")
    made = send(owner, account, base64=base64.b64encode(text).decode())
    assert made["rows"][0]["rawDescription"] == "CAFÉ"


@pytest.mark.parametrize(
    "file", [{"format": "CSV"}, {"text": CSV, "base64": "eA=="}, {"base64": "%"}, {"text": "<html>"}]
)
def test_what_is_no_file_is_refused(owner: User, account: BankAccount, file: dict[str, Any]) -> None:
    assert send(owner, account, **file)["field"] == "file"


def test_a_preview_is_adjusted_committed_and_reverted(owner: User, account: BankAccount) -> None:
    held = build.transaction(account, amount="-4.00", pending=True, posted_date="2026-06-08")
    made = send(owner, account, "previewStatement")
    settle = {"row": 1, "action": "SETTLE", "transaction": str(held.pk)}
    adjusted = write(owner, "adjustImport", id=made["id"], decisions=[settle, {"row": 2, "action": "LEAVE_OUT"}])
    assert (adjusted["entered"], adjusted["settled"]) == (0, 1)
    assert [row["adjusted"] for row in adjusted["rows"]] == [True, True]
    assert adjusted["rows"][0]["transaction"] == {"uuid": str(held.pk)}
    done = write(owner, "commitImport", id=made["id"])
    assert (done["status"], done["committedBy"], done["rows"][0]["transaction"]) == (
        "COMMITTED", "owner", {"uuid": str(held.pk)},
    )  # fmt: skip
    assert write(owner, "commitImport", id=made["id"]) == done
    held.refresh_from_db()
    assert (str(held.amount), held.pending) == ("-5.0000", False)
    assert write(owner, "revertImport", id=made["id"])["status"] == "REVERTED"
    held.refresh_from_db()
    assert (str(held.amount), held.pending) == ("-4.0000", True)
    states.sound()


def test_a_choice_is_taken_back(owner: User, account: BankAccount) -> None:
    made = send(owner, account, "previewStatement")
    for action, adjusted in (("LEAVE_OUT", True), ("DEFAULT", False)):
        shown = write(owner, "adjustImport", id=made["id"], decisions=[{"row": 1, "action": action}])
        assert shown["rows"][0]["adjusted"] is adjusted


def test_a_problem_names_the_rows(owner: User, account: BankAccount) -> None:
    made = send(owner, account, "previewStatement")
    send(owner, account)
    refused = write(owner, "commitImport", id=made["id"])
    assert (refused["code"], refused["field"]) == ("plan_changed", None)
    assert [(each["row"], each["reason"]) for each in refused["hindrances"]] == [(1, "same_row"), (2, "same_row")]
    fresh = write(owner, "adjustImport", id=made["id"], refresh=True)
    assert [row["knownTransaction"] is not None for row in fresh["rows"]] == [True, True]
    assert write(owner, "commitImport", id=made["id"])["entered"] == 0


def test_a_preview_is_forgotten(owner: User, account: BankAccount) -> None:
    made = send(owner, account, "previewStatement")
    assert write(owner, "discardImport", id=made["id"]) == {"uuid": made["uuid"]}
    assert not StatementImport.objects.exists()


def test_a_file_under_its_key_is_imported_once(owner: User, account: BankAccount) -> None:
    given = {"account": str(account.pk), "file": {"text": CSV}, "key": "monday"}
    assert write(owner, "importStatement", **given) == write(owner, "importStatement", **given)
    assert StatementImport.objects.count() == 1


def test_imports_are_listed_below_their_account_and_at_the_root(owner: User, account: BankAccount) -> None:
    send(owner, account)
    send(owner, account, "previewStatement")
    part = "statementImports { totalCount edges { node { status } } }"
    found = data(owner, f"{{ {part} bankAccounts {{ edges {{ node {{ {part} }} }} }} }}")
    for each in (found["statementImports"], nodes(found["bankAccounts"])[0]["statementImports"]):
        assert sorted(node["status"] for node in nodes(each)) == ["COMMITTED", "PREVIEWED"]
    only = data(owner, "{ statementImports(status: COMMITTED) { edges { node { entered } } } }")
    assert nodes(only["statementImports"]) == [{"entered": 2}]


def test_rows_and_transactions_of_one_import(owner: User, account: BankAccount) -> None:
    made = send(owner, account)
    found = data(
        owner,
        "query ($id: ID!) { statementImport(id: $id) { rows(limit: 1, offset: 1) { number rawDescription } "
        "transactions { edges { node { rawDescription } } } } }",
        id=made["uuid"],
    )["statementImport"]
    assert found["rows"] == [{"number": 2, "rawDescription": "PAYROLL"}]
    assert nodes(found["transactions"]) == [{"rawDescription": "CORNER PANTRY"}, {"rawDescription": "PAYROLL"}]


def test_the_rows_of_many_imports_are_too_much_at_once(owner: User, account: BankAccount) -> None:
    send(owner, account)
    wide = ask(owner, "{ statementImports(first: 100) { edges { node { rows { number } } } } }")
    assert wide["errors"][0]["extensions"]["code"] == "limit"


def test_others_find_nothing(owner: User, account: BankAccount, stranger: User, staff: User) -> None:
    made = send(owner, account, "previewStatement")
    before = ledger()
    for user in (stranger, staff):
        for name in ("adjustImport", "commitImport", "revertImport", "discardImport"):
            assert write(user, name, id=made["id"])["code"] == "not_found"
        for name in ("importStatement", "previewStatement"):
            assert send(user, account, name)["code"] == "not_found"
        found = data(user, "query ($id: ID!) { statementImport(id: $id) { uuid } node(id: $id) { id } }", id=made["id"])
        assert found == {"statementImport": None, "node": None}
    assert ledger() == before


def test_a_client_that_was_away_is_told_of_imports(owner: User, account: BankAccount) -> None:
    cursor = data(owner, "{ changes { cursor } }")["changes"]["cursor"]
    made = send(owner, account)
    asked = "query ($since: String) { changes(since: $since) { statementImports { uuid status } } }"
    assert data(owner, asked, since=cursor)["changes"]["statementImports"] == [
        {"uuid": made["uuid"], "status": "COMMITTED"}
    ]
    history = data(owner, "{ history(filters: {type: STATEMENT_IMPORT}) { edges { node { kind } } } }")["history"]
    assert [node["kind"] for node in nodes(history)] == ["CHANGED", "CREATED"]
