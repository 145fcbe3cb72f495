"""The invariants of an account, checked when a client asks."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.schema import ledger_check
from tests import build
from tests.build import NOW
from tests.schema.door import ask, data

pytestmark = pytest.mark.django_db

CHECK = """query ($id: ID!) { bankAccount(id: $id) {
  ledgerCheck { ok checkedAt breaches { kind message table rowId } }
} }"""


def check(user: User, account: BankAccount) -> dict[str, Any]:
    found: dict[str, Any] = data(user, CHECK, id=str(account.pk))["bankAccount"]["ledgerCheck"]
    return found


def test_a_sound_account(owner: User, account: BankAccount, groceries: Budget) -> None:
    build.transaction(account, splits={groceries: "4.00"})

    assert check(owner, account) == {"ok": True, "checkedAt": NOW.isoformat(), "breaches": []}


def test_a_row_that_was_tampered_with_is_named(owner: User, account: BankAccount, shared_account: BankAccount) -> None:
    row = build.transaction(account)
    Entry.objects.filter(transaction=row).update(amount=-9)
    found = check(owner, account)
    named = {(each["table"], each["rowId"]) for each in found["breaches"]}

    assert found["ok"] is False
    assert ("transaction", str(row.pk)) in named
    assert any(each["kind"].startswith("I1") and each["message"] for each in found["breaches"])
    assert check(owner, shared_account)["ok"] is True


def test_no_more_breaches_are_told_than_anybody_reads(
    owner: User, account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_check, "MOST", 2)
    for _ in range(3):
        build.transaction(account)
    Transaction.objects.filter(bank_account=account).update(available_balance=0)

    assert len(check(owner, account)["breaches"]) == 2


def test_it_is_dear(owner: User, account: BankAccount) -> None:
    query = "{ bankAccounts(first: %d) { edges { node { ledgerCheck { ok } } } } }"

    assert "errors" not in ask(owner, query % 1)
    assert ask(owner, query % 2)["errors"][0]["extensions"]["limit"] == "cost"


def test_its_statements_do_not_grow_with_the_rows(owner: User, account: BankAccount) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert check(owner, account)["ok"] is True
        return len(captured)

    few = statements()
    for _ in range(5):
        build.transaction(account)

    assert statements() == few
