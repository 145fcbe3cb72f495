"""Which rows a list can be asked for, by filters alone and together."""

from typing import Any

import pytest

from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.ledger.services import budgets
from tests import build
from tests.build import NOW
from tests.schema.door import data, nodes
from tests.schema.lists import found
from tests.services import funded

pytestmark = pytest.mark.django_db

TRANSACTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "shared pending mixed cinema salary"),
    ({"pending": True}, "pending"),
    ({"pending": False}, "shared mixed cinema salary"),
    ({"types": ["ACH"]}, "salary"),
    ({"types": ["ACH", "SIGNATURE_PURCHASE"]}, "shared pending mixed cinema salary"),
    ({"types": []}, ""),
    ({"unallocated": True}, "shared pending mixed salary"),
    ({"unallocated": False}, "cinema"),
    ({"categories": ["Culture:Movies"]}, "cinema"),
    ({"categories": ["Culture:Movies", "Culture:Games"]}, "mixed cinema"),
    ({"categoryGroups": ["Culture"]}, "mixed cinema"),
    ({"categoryGroups": ["Home"]}, ""),
    ({"categories": ["Culture:Movies"], "categoryGroups": ["Culture"]}, "cinema"),
    ({"categories": ["Culture:Movies"], "categoryGroups": ["Home"]}, ""),
    ({"linked": True}, ""),
    ({"linked": False}, "shared pending mixed cinema salary"),
    ({"postedOn": {"from": "2026-05-31", "to": "2026-06-01"}}, "mixed cinema"),
    ({"postedOn": {"from": "2026-06-01"}}, "shared pending mixed"),
    ({"postedOn": {"to": "2026-05-31"}}, "cinema salary"),
    ({"postedOn": {"from": "2026-06-02", "to": "2026-06-01"}}, ""),
    ({"postedOn": {"from": "0001-01-01", "to": "9999-12-31"}}, "shared pending mixed cinema salary"),
    ({"madeOn": {"from": "2026-04-28", "to": "2026-04-28"}}, "salary"),
    ({"since": "2026-06-01T00:00:00Z", "before": "2026-06-02T00:00:00Z"}, "mixed"),
    ({"since": "2026-06-15T12:00:00"}, "shared pending"),
    ({"since": "2026-06-15T14:00:00+02:00"}, "shared pending"),
    ({"before": "2026-06-15T12:00:00"}, "mixed cinema salary"),
    ({"amount": {"min": "-20.00"}}, "shared pending cinema salary"),
    ({"amount": {"max": "-20.00"}}, "mixed cinema"),
    ({"amount": {"min": "-20.00", "max": "-6"}}, "shared cinema"),
    ({"size": {"min": "20.00"}}, "mixed cinema salary"),
    ({"size": {"max": "20.00"}}, "shared pending cinema"),
    ({"size": {"min": "20", "max": "50"}}, "mixed cinema"),
    ({"size": {"min": "-1", "max": "-1"}}, ""),
    ({"size": {"min": "-1"}}, "shared pending mixed cinema salary"),
    ({"amount": {"min": "-999999999999.99", "max": "999999999999.99"}}, "shared pending mixed cinema salary"),
    ({"unallocated": True, "pending": False, "amount": {"max": "0"}}, "shared mixed"),
    (
        {"pending": None, "account": None, "search": None, "size": None, "types": None},
        "shared pending mixed cinema salary",
    ),
]


def test_transactions(owner: User, some: dict[str, Transaction]) -> None:
    for filters, names in TRANSACTIONS:
        assert (filters, found(owner, "transactions", filters)) == (filters, names.split())


def test_transactions_by_account_and_budget(
    owner: User, some: dict[str, Transaction], account: BankAccount, shared_account: BankAccount, fun: Budget
) -> None:
    here, there, unallocated = str(account.pk), str(shared_account.pk), str(build.unallocated(account).pk)

    def names(**filters: object) -> str:
        return " ".join(found(owner, "transactions", filters))

    assert names(account=here) == "pending mixed cinema salary"
    assert names(accounts=[there]) == "shared"
    assert names(accounts=[here, there]) == "shared pending mixed cinema salary"
    assert names(account=here, accounts=[here, there]) == "pending mixed cinema salary"
    assert names(account=here, accounts=[there]) == ""
    assert names(accounts=[]) == ""
    assert names(budget=str(fun.pk)) == "mixed cinema"
    assert names(budgets=[str(fun.pk), unallocated]) == "pending mixed cinema salary"
    assert names(budget=str(fun.pk), unallocated=True) == "mixed"
    assert names(budget=str(fun.pk), account=there) == ""
    assert names(budget=str(fun.pk), categoryGroups=["Culture"], amount={"min": "-20.00"}) == "cinema"
    assert names(budget=str(fun.pk), search="mix") == "mixed"


def test_transactions_that_are_linked(owner: User, some: dict[str, Transaction]) -> None:
    one, other = some["cinema"], some["shared"]
    Transaction.objects.filter(pk=one.pk).update(linked_transaction=other)

    assert found(owner, "transactions", {"linked": True}) == ["cinema"]


ALLOCATIONS: list[tuple[dict[str, Any], list[str | None]]] = [
    ({}, [None, None, "memo of mixed", None, "memo of cinema", None]),
    ({"unallocated": False}, ["memo of mixed", "memo of cinema"]),
    ({"unallocated": True}, [None] * 4),
    ({"categories": ["Culture:Movies"]}, ["memo of cinema"]),
    ({"categoryGroups": ["Culture"]}, ["memo of mixed", "memo of cinema"]),
    ({"categories": ["Uncategorized:Unassigned"], "amount": {"max": "-8"}}, [None]),
    ({"pending": True}, [None]),
    ({"postedOn": {"from": "2026-05-31", "to": "2026-05-31"}}, ["memo of cinema"]),
    ({"since": "2026-05-31T00:00:00Z", "before": "2026-06-01T00:00:00Z"}, ["memo of cinema"]),
    ({"size": {"min": "20", "max": "30"}, "unallocated": False}, ["memo of mixed", "memo of cinema"]),
    ({"search": "memo MIXED"}, ["memo of mixed"]),
    ({"search": "cinema"}, ["memo of cinema"]),
]


def test_allocations(owner: User, some: dict[str, Transaction]) -> None:
    for filters, memos in ALLOCATIONS:
        assert (filters, found(owner, "allocations", filters)) == (filters, memos)


def test_allocations_of_one_thing(
    owner: User, some: dict[str, Transaction], account: BankAccount, shared_account: BankAccount, fun: Budget
) -> None:
    mixed, there = str(some["mixed"].pk), str(shared_account.pk)

    assert found(owner, "allocations", {"budget": str(fun.pk)}) == ["memo of mixed", "memo of cinema"]
    assert len(found(owner, "allocations", {"account": str(account.pk)})) == 5
    assert sorted(found(owner, "allocations", {"transaction": mixed}), key=str) == [None, "memo of mixed"]
    assert found(owner, "allocations", {"transaction": mixed, "budgets": [str(fun.pk)]}) == ["memo of mixed"]
    assert found(owner, "allocations", {"transaction": mixed, "account": there}) == []
    assert found(owner, "allocations", {"budget": str(fun.pk), "account": there}) == []


TRANSFERS: list[tuple[dict[str, Any], str]] = [
    ({}, "4.00 3.00 2.00 1.00"),
    ({"actor": "COOWNER"}, "4.00"),
    ({"actor": "nobody"}, ""),
    ({"actor": "a\0"}, ""),
    ({"byEngine": True}, ""),
    ({"byEngine": False}, "4.00 3.00 2.00 1.00"),
    ({"on": {"from": "2026-05-31", "to": "2026-06-01"}}, "3.00 2.00"),
    ({"since": "2026-05-31T00:00:00Z", "before": "2026-06-01T00:00:00Z"}, "2.00"),
    ({"amount": {"min": "2", "max": "3"}}, "3.00 2.00"),
]


def test_transfers(owner: User, moved: dict[str, Budget]) -> None:
    for filters, amounts in TRANSFERS:
        assert (filters, found(owner, "transfers", filters)) == (filters, amounts.split())


def test_transfers_of_budgets(owner: User, moved: dict[str, Budget], account: BankAccount) -> None:
    unallocated, one, other = (str(moved[name].pk) for name in ("unallocated", "one", "other"))

    def amounts(**filters: object) -> str:
        return " ".join(found(owner, "transfers", filters))

    assert amounts(budget=one) == "2.00 1.00"
    assert amounts(budgets=[one, unallocated]) == "3.00 2.00 1.00"
    assert amounts(source=one) == "2.00"
    assert amounts(target=one) == "1.00"
    assert amounts(source=one, target=other) == "2.00"
    assert amounts(source=one, target=unallocated) == ""
    assert amounts(source=one, budget=unallocated) == ""
    assert amounts(account=str(account.pk), budget=one, amount={"max": "1"}) == "1.00"


def test_transfers_that_funding_made(owner: User, account: BankAccount, groceries: Budget) -> None:
    build.transfer(account, source=build.unallocated(account), target=groceries, amount="1.00")
    funded.goal(funded.free(account), amount="2.00")
    funded.run(account)

    assert found(owner, "transfers", {"byEngine": True}) == ["2.00"]
    assert found(owner, "transfers", {"byEngine": False}) == ["1.00"]
    assert found(owner, "transfers", {"actor": "Funding-System"}) == ["2.00"]


BUDGETS: list[tuple[dict[str, Any], str]] = [
    ({}, "Unallocated Goal Bill Bill_Fill-up Ceiling Done"),
    ({"types": ["GOAL"]}, "Goal Done"),
    ({"types": ["RECURRING", "CAPPED"]}, "Bill Ceiling"),
    ({"types": ["FILLUP"]}, "Bill_Fill-up"),
    ({"unallocated": True}, "Unallocated"),
    ({"unallocated": False, "archived": False}, "Goal Bill Bill_Fill-up Ceiling"),
    ({"archived": True}, "Done"),
    ({"paused": True}, "Ceiling"),
    ({"complete": True}, "Ceiling"),
    ({"search": "fill BILL"}, "Bill_Fill-up"),
]


def test_budgets(owner: User, account: BankAccount) -> None:
    build.budget(account, name="Goal")
    schedule = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"
    build.budget(
        account,
        name="Bill",
        budget_type=Budget.Type.RECURRING,
        target_balance=10,
        with_fillup_goal=True,
        funding_schedule=schedule,
        recurrance_schedule=schedule,
    )
    build.budget(account, name="Ceiling", budget_type=Budget.Type.CAPPED, target_balance=1, balance=1, paused=True)
    budgets.archive(actor=owner, budget_id=build.budget(account, name="Done").pk, now=NOW)
    budgets.delete(actor=owner, budget_id=build.budget(account, name="Gone").pk, now=NOW)
    for filters, names in BUDGETS:
        rows = [name.replace(" ", "_") for name in found(owner, "budgets", filters)]
        assert (filters, sorted(rows)) == (filters, sorted(names.split()))

    assert found(owner, "budgets")[0] == "Unallocated"


def test_accounts(owner: User, account: BankAccount, shared_account: BankAccount) -> None:
    yen = build.account(owner=owner, name="Yen", currency="JPY", account_type=BankAccount.Type.SAVINGS)

    assert found(owner, "bankAccounts", {"types": ["SAVINGS"]}) == ["Yen"]
    assert found(owner, "bankAccounts", {"currencies": ["JPY", "EUR"]}) == ["Yen"]
    assert found(owner, "bankAccounts", {"bank": str(yen.bank_id)}) == ["Yen"]
    assert found(owner, "bankAccounts", {"banks": [str(yen.bank_id), str(account.bank_id)]}) == ["Checking", "Yen"]
    assert found(owner, "bankAccounts", {"bank": str(yen.bank_id), "types": ["CHECKING"]}) == []
    assert found(owner, "bankAccounts", {"search": "house"}) == ["Household"]


def test_banks(owner: User) -> None:
    for name in ("Bank of Here", "Bank of There", "Savings"):
        build.bank(name=name)

    assert found(owner, "banks") == ["Bank of Here", "Bank of There", "Savings"]
    assert found(owner, "banks", {"search": "there bank"}) == ["Bank of There"]


SEARCHES = [
    ("", "third second first"),
    ("   ", "third second first"),
    ("caf", "second first"),
    ("CAF house", "first"),
    ("house caf", "first"),
    ("café", "second first"),
    ("CAFÉ", "second first"),
    ("Café", "second first"),
    ("%", "third"),
    ("_", "third"),
    ("\\", "third"),
    ("50%_o", "third"),
    ("a%f", ""),
    ('"house of"', "first"),
    ('"of house"', ""),
    ('"house', ""),
    (".*", ""),
    ("[a-z]", ""),
    ("'", ""),
    ("acme", "first"),
    ("my own", "second"),
    ("Straße", ""),
]


def test_text_search(owner: User, account: BankAccount) -> None:
    rows = {
        "first": build.transaction(account, raw_description="House of CAFÉ", posted_date=1),
        "second": build.transaction(account, raw_description="X café", description="my own words", posted_date=2),
        "third": build.transaction(account, raw_description=r"50%_off \o/", posted_date=3),
    }
    Transaction.objects.filter(pk=rows["first"].pk).update(party="ACME Inc")
    by_key = {str(row.pk): name for name, row in rows.items()}
    query = "query ($text: String) { transactions(filters: {search: $text}) { edges { node { uuid } } } }"
    for text, names in SEARCHES:
        shown = nodes(data(owner, query, text=text)["transactions"])
        assert (text, [by_key[each["uuid"]] for each in shown]) == (text, names.split())


def test_a_transaction_with_two_allocations_of_a_category_is_there_once(account: BankAccount, owner: User) -> None:
    fun, other = (build.budget(account, name=name, balance="50.00") for name in ("Fun", "Other"))
    for number in range(3):
        row = build.transaction(account, amount="-2.00", posted_date=-number, splits={fun: "1.00", other: "1.00"})
        Entry.objects.filter(transaction=row).update(category="Culture:Movies")
    query = """query ($given: TransactionFilters, $first: Int, $after: String, $last: Int) {
      transactions(filters: $given, first: $first, after: $after, last: $last) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { postedDate } } } }"""

    def days(**page: object) -> tuple[list[int], dict[str, Any]]:
        found = data(owner, query, given={"categoryGroups": ["Culture"], "account": str(account.pk)}, **page)
        assert found["transactions"]["totalCount"] == 3
        shown = [int(node["postedDate"][8:10]) for node in nodes(found["transactions"])]
        return shown, found["transactions"]["pageInfo"]

    shown, info = days(first=2)
    assert (shown, info["hasNextPage"]) == ([15, 14], True)
    assert days(first=2, after=info["endCursor"])[0] == [13]
    assert days(last=2)[0] == [14, 13]
