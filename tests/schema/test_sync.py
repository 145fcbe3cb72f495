"""Catching up with `changes`, and the history that tells of them."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.services import accounts, budgets, transactions
from backend.schema import sync
from tests import build
from tests.schema import door

pytestmark = pytest.mark.django_db

QUERY = """query ($since: String, $first: Int! = 100) { changes(since: $since, first: $first) {
    cursor more newAccounts rebalanced { account since }
    rows { kind type uuid } deleted { type uuid }
    bankAccounts { uuid availableBalance { amount } } budgets { uuid balance { amount } }
    transactions { uuid memo version } allocations { uuid transaction { uuid } budget { name } } transfers { uuid }
} }"""


def ask(user: User, since: str | None = None, first: int = 100) -> dict[str, Any]:
    found = door.data(user, QUERY, since=since, first=first)["changes"]
    assert isinstance(found, dict)
    return found


def kinds(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((row["kind"], row["type"]) for row in answer["rows"])


def test_nothing_new_is_nothing(owner: User, account: BankAccount) -> None:
    start = ask(owner)
    again = ask(owner, start["cursor"])

    assert start["rows"] == again["rows"] == []
    assert again["cursor"] == start["cursor"]
    assert (again["more"], again["newAccounts"], again["rebalanced"]) == (False, [], [])


def test_a_transaction_is_told_with_everything_it_changed(owner: User, account: BankAccount, groceries: Budget) -> None:
    cursor = ask(owner)["cursor"]
    row = build.transaction(account, amount="-10", posted_date=-3, splits={groceries: "4"})
    found = ask(owner, cursor)

    assert kinds(found) == [
        ("CHANGED", "ACCOUNT"),
        ("CHANGED", "BUDGET"),
        ("CHANGED", "BUDGET"),
        ("CREATED", "ALLOCATION"),
        ("CREATED", "ALLOCATION"),
        ("CREATED", "TRANSACTION"),
    ]
    assert found["transactions"] == [{"uuid": str(row.pk), "memo": None, "version": 2}]
    assert {part["budget"]["name"] for part in found["allocations"]} == {"Groceries", "Unallocated"}
    assert found["bankAccounts"][0]["availableBalance"]["amount"] == "990.00"
    assert [each["since"][:10] for each in found["rebalanced"]] == ["2026-06-12"]
    assert ask(owner, found["cursor"])["rows"] == []


def test_what_is_gone_is_told_and_what_came_and_went_is_not(owner: User, account: BankAccount) -> None:
    row = build.transaction(account, amount="-10")
    cursor = ask(owner)["cursor"]
    passing = build.transaction(account, amount="-5")
    for each in (row, passing):
        transactions.delete(actor=owner, transaction_id=each.pk, now=build.NOW)
    found = ask(owner, cursor)

    assert {each["type"] for each in found["deleted"]} == {"TRANSACTION", "ALLOCATION"}
    told = {each["uuid"] for each in found["rows"]}
    assert str(row.pk) in told
    assert str(passing.pk) not in told
    assert found["transactions"] == []


@pytest.mark.parametrize("first", [1, 100])
def test_a_split_tells_the_version_that_the_transaction_has_now(
    owner: User, account: BankAccount, groceries: Budget, first: int
) -> None:
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    cursor = ask(owner)["cursor"]
    for shares in ({groceries.pk: Decimal(10)}, {}, {groceries.pk: Decimal(3)}):
        transactions.split(actor=owner, transaction_id=row.pk, shares=shares, now=build.NOW)
        told, more = [], True
        while more:
            found = ask(owner, cursor, first=first)
            cursor, more = found["cursor"], found["more"]
            told += [each for each in found["transactions"] if each["uuid"] == str(row.pk)]
        row.refresh_from_db()
        assert told[-1]["version"] == row.version
        assert ("CHANGED", "TRANSACTION") in kinds(found) or first == 1


def test_a_deleted_budget_is_told_as_deleted(owner: User, account: BankAccount, groceries: Budget) -> None:
    cursor = ask(owner)["cursor"]
    budgets.delete(actor=owner, budget_id=groceries.pk, now=build.NOW)
    found = ask(owner, cursor)

    assert found["deleted"] == [{"type": "BUDGET", "uuid": str(groceries.pk)}]
    assert found["budgets"] == []


def test_accounts_that_come_and_go_are_told_whole(owner: User, account: BankAccount, coowner: User) -> None:
    cursor = ask(owner)["cursor"]
    fresh = build.account(owner=owner, name="New")
    accounts.delete(actor=owner, account_id=account.pk, now=build.NOW)
    found = ask(owner, cursor)

    assert kinds(found) == [("CREATED", "ACCOUNT"), ("DELETED", "ACCOUNT")]
    assert [each["uuid"] for each in found["bankAccounts"]] == [str(fresh.pk)]
    assert len(found["newAccounts"]) == 1
    assert ask(owner, found["cursor"])["rows"] == []


def test_reading_goes_on_where_it_stopped(owner: User, account: BankAccount, shared_account: BankAccount) -> None:
    cursor = ask(owner)["cursor"]
    made = {str(build.transaction(each, amount="-1").pk) for each in (account, shared_account) for _ in range(3)}
    told: set[str] = set()
    for _ in range(100):
        found = ask(owner, cursor, first=5)
        told |= {each["uuid"] for each in found["transactions"]}
        cursor = found["cursor"]
        if not found["more"]:
            break
    assert told == made


def test_a_stranger_is_told_nothing_whatever_the_cursor_says(owner: User, stranger: User, account: BankAccount) -> None:
    cursor = sync.write_cursor({account.pk: 0})
    build.transaction(account, amount="-10")
    found = ask(stranger, cursor)

    assert [(row["kind"], row["uuid"]) for row in found["rows"]] == [("DELETED", str(account.pk))]
    assert found["transactions"] == found["bankAccounts"] == []


@pytest.mark.parametrize("cursor", ["", "x", "MQ=", "é", "Mg==", "1" * 50, "MTEx"])
def test_a_cursor_of_elsewhere_is_refused(owner: User, account: BankAccount, cursor: str) -> None:
    answer = door.ask(owner, QUERY, since=cursor)

    assert answer["errors"][0]["extensions"] == {"code": "invalid", "field": "since"}


def test_it_costs_two_queries_where_nothing_happened(owner: User, account: BankAccount) -> None:
    cursor = ask(owner)["cursor"]

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            door.data(owner, "query ($since: String) { changes(since: $since) { cursor rows { uuid } } }", since=cursor)
        return len(
            [each for each in captured.captured_queries if "ledger_change" in each["sql"] or "owners" in each["sql"]]
        )

    assert asked() == 2


def test_the_rows_take_as_many_queries_however_many_they_are(owner: User, account: BankAccount) -> None:
    def asked(number: int) -> int:
        cursor = ask(owner)["cursor"]
        for _ in range(number):
            build.transaction(account, amount="-1")
        with CaptureQueriesContext(connection) as captured:
            assert len(ask(owner, cursor)["transactions"]) == number
        return len(captured)

    assert asked(2) == asked(12)


# History

HISTORY = """query ($filters: HistoryFilters) { history(filters: $filters, first: 50) { edges { node {
    kind type uuid at actor door changes { field old new } bankAccount { name } } } } }"""


def history(user: User, **filters: Any) -> list[dict[str, Any]]:
    return door.nodes(door.data(user, HISTORY, filters=filters or None)["history"])


def test_the_history_tells_old_and_new_values(owner: User, account: BankAccount, groceries: Budget) -> None:
    budgets.update(actor=owner, budget_id=groceries.pk, fields={"name": "Food", "memo": "bread"}, now=build.NOW)
    latest, first = history(owner, row=str(groceries.pk))

    assert (first["kind"], first["actor"], first["type"]) == ("CREATED", "owner", "BUDGET")
    assert (latest["kind"], latest["actor"], latest["door"]) == ("CHANGED", "owner", "COMMAND")
    assert latest["changes"] == [
        {"field": "memo", "old": None, "new": "bread"},
        {"field": "name", "old": "Groceries", "new": "Food"},
    ]


def test_the_history_of_what_is_gone_stays(owner: User, account: BankAccount) -> None:
    row = build.transaction(account, amount="-10", raw_description="SHOP")
    transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)
    latest, *_ = history(owner, row=str(row.pk), type="TRANSACTION")

    assert latest["kind"] == "DELETED"
    told = {each["field"]: each["old"] for each in latest["changes"]}
    assert (told["amount"], told["raw_description"]) == ("-10.00", "SHOP")


def test_the_history_shows_no_account_number(owner: User) -> None:
    account = build.account(owner=owner)
    accounts.update(actor=owner, account_id=account.pk, changes={"account_number": "12345678"}, now=build.NOW)
    [latest, *_] = history(owner, account=str(account.pk))

    assert latest["changes"] == [{"field": "account_number", "old": None, "new": "•••"}]


def test_a_stranger_sees_no_history(owner: User, stranger: User, account: BankAccount) -> None:
    assert history(owner)
    assert history(stranger) == history(stranger, account=str(account.pk)) == []
