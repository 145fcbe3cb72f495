"""One query for the whole picture, and what it costs."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from tests import build
from tests.schema.door import data, nodes
from tests.tokens import bearer

pytestmark = pytest.mark.django_db

DASHBOARD = """
{
  me { username name timezone defaultBankAccount { name } }
  bankAccounts {
    edges { node {
      name currency owners bank { name } availableBalance { amount currency formatted }
      fundingSummary { total { amount } schedules { schedule nextDate budgetCount total { amount } } }
      budgets(filters: {archived: false}) {
        totalCount
        edges { node {
          name isUnallocated budgetType balance { amount } targetBalance { amount }
          nextFunding { on deferred amount { amount } }
        } }
      }
    } }
  }
  transactions(first: 10) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      description transactionType amount { amount } bankAccount { name }
      allocations(first: 5) { edges { node { amount { amount } budgetBalance { amount } budget { name } } } }
    } }
  }
}
"""

MONTHLY = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"


def fund(account: BankAccount, name: str) -> Budget:
    return build.budget(
        account,
        name=name,
        target_balance=100,
        funding_type=Budget.Funding.FIXED,
        funding_amount=10,
        funding_schedule=MONTHLY,
        balance=20,
    )


def test_the_whole_picture_in_one_query(owner: User, account: BankAccount, foreign_account: BankAccount) -> None:
    holiday = fund(account, "Holiday")
    build.transaction(account, amount="-12.50", raw_description="TICKETS", splits={holiday: "5.00"})
    build.transaction(foreign_account, amount="-1.00")
    owner.default_bank_account = account
    owner.save()
    found = data(owner, DASHBOARD)

    assert found["me"] == {
        "username": "owner",
        "name": "",
        "timezone": "UTC",
        "defaultBankAccount": {"name": "Checking"},
    }
    (shown,) = nodes(found["bankAccounts"])
    assert shown["owners"] == ["owner"]
    assert shown["bank"] == {"name": "Some Bank"}
    assert shown["availableBalance"] == {"amount": "987.50", "currency": "USD", "formatted": "$987.50"}
    schedules = shown["fundingSummary"].pop("schedules")
    assert shown["fundingSummary"] == {"total": {"amount": "10.00"}}
    assert schedules == [
        {"schedule": MONTHLY, "nextDate": "2026-07-01", "budgetCount": 1, "total": {"amount": "10.00"}}
    ]
    assert shown["budgets"]["totalCount"] == 2
    assert nodes(shown["budgets"]) == [
        {
            "name": "Unallocated",
            "isUnallocated": True,
            "budgetType": "GOAL",
            "balance": {"amount": "972.50"},
            "targetBalance": {"amount": "0.00"},
            "nextFunding": None,
        },
        {
            "name": "Holiday",
            "isUnallocated": False,
            "budgetType": "GOAL",
            "balance": {"amount": "15.00"},
            "targetBalance": {"amount": "100.00"},
            "nextFunding": {"on": "2026-07-01", "deferred": False, "amount": {"amount": "10.00"}},
        },
    ]
    (movement,) = nodes(found["transactions"])
    allocations = nodes(movement.pop("allocations"))
    assert movement == {
        "description": "TICKETS",
        "transactionType": "SIGNATURE_PURCHASE",
        "amount": {"amount": "-12.50"},
        "bankAccount": {"name": "Checking"},
    }
    assert sorted(allocations, key=lambda each: each["budget"]["name"]) == [
        {"amount": {"amount": "-5.00"}, "budgetBalance": {"amount": "15.00"}, "budget": {"name": "Holiday"}},
        {"amount": {"amount": "-7.50"}, "budgetBalance": {"amount": "972.50"}, "budget": {"name": "Unallocated"}},
    ]


def statements(user: User, query: str = DASHBOARD) -> list[str]:
    client = Client(headers=bearer(user))
    with CaptureQueriesContext(connection) as captured:
        response = client.post("/graphql/", {"query": query}, content_type="application/json")
    found: dict[str, Any] = response.json()
    assert "errors" not in found, found["errors"]
    return [each["sql"] for each in captured.captured_queries]


def test_its_number_of_sql_queries_does_not_grow(owner: User) -> None:
    def household(number: int, *, budgets: int, transactions: int) -> None:
        account = build.account(owner=owner, name=f"Account {number}", balance="1000.00")
        funds = [fund(account, f"Fund {number}.{each}") for each in range(budgets)]
        for _ in range(transactions):
            build.transaction(account, amount="-6.00", splits=dict.fromkeys(funds, "1.00"))

    household(0, budgets=1, transactions=1)
    small = statements(owner)
    for number in range(1, 5):
        household(number, budgets=4, transactions=3)
    large = statements(owner)

    # the sign-in; accounts, their owners and banks; the accounts once more, for currencies and funding, which asks for
    # budgets, time zones, waiting events and entries; the budgets that are shown;
    # transactions, their accounts, allocations and the budgets of those
    assert len(small) == len(large) == 14


MOST = 15
"""Statements that a dashboard may take, whatever it has to show."""

HOME_SCREEN = """
{ me { name timezone }
  bankAccounts(first: 10) { edges { node {
    name availableBalance { amount }
    budgets(filters: {archived: false}, first: 40) { edges { node {
      name balance { amount } targetBalance { amount } nextFunding { on amount { amount } } } } }
    fundingSummary { total { amount } schedules { nextDate total { amount } } } } } }
  spending(groupBy: CATEGORY) { total { amount } groups { name share amount { amount } } }
  transactions(first: 50) { edges { node {
    postedDate description amount { amount }
    allocations(first: 5) { edges { node { amount { amount } budget { name } } } } } } } }
"""


@pytest.mark.parametrize("query", [DASHBOARD, HOME_SCREEN])
def test_it_takes_few_sql_queries_whatever_there_is_to_show(owner: User, account: BankAccount, query: str) -> None:
    fund(account, "Holiday")
    rent = build.budget(
        account,
        name="Rent",
        budget_type=Budget.Type.RECURRING,
        target_balance=50,
        funding_schedule=MONTHLY,
        recurrance_schedule=MONTHLY,
        with_fillup_goal=True,
    )
    build.transaction(account, splits={rent: "4.00"})
    yen = build.account(owner=owner, name="Yen", currency="JPY", balance=5000)
    build.transaction(yen, amount=-300)
    owner.default_bank_account = account
    owner.save()

    assert len(statements(owner, query)) <= MOST


def test_what_a_write_changed_is_not_told_from_memory(owner: User, account: BankAccount) -> None:
    """Several mutations of one request: the second answer knows of the second write."""
    holiday = fund(account, "Holiday")
    build.transfer(account, source=build.unallocated(account), target=holiday, amount=75)
    move = """%s: createTransfer(input: {source: "%s", target: "%s", amount: "%s"}) { ... on Transfer {
      target { nextFunding { amount { amount } } bankAccount { fundingSummary { total { amount } } } } } }"""
    source, target = build.unallocated(account).pk, holiday.pk
    found = data(owner, f"mutation {{ {move % ('a', source, target, '1')} {move % ('b', source, target, '3')} }}")

    assert [found[each]["target"] for each in "ab"] == [
        {
            "nextFunding": {"amount": {"amount": amount}},
            "bankAccount": {"fundingSummary": {"total": {"amount": amount}}},
        }
        for amount in ("4.00", "1.00")
    ]
