"""Balances of past days at the GraphQL door."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from tests import build
from tests.build import NOW
from tests.schema.door import ask, data, nodes

pytestmark = pytest.mark.django_db


@pytest.fixture
def spent(account: BankAccount, groceries: Budget) -> Budget:
    """The budget from which 10.00 were spent on 1 and on 3 June, and 5.00 are pending since the 4th."""
    for day, amount, pending in ((1, 10, False), (4, 5, True), (3, 10, False)):
        at = f"2026-06-0{day}"
        build.transaction(account, amount=-amount, posted_date=at, pending=pending, splits={groceries: amount})
    return groceries


def test_the_balance_at_the_end_of_a_day(owner: User, spent: Budget) -> None:
    query = """query ($day: Date!) { bankAccounts { edges { node {
      balanceAsOf(date: $day) { on posted { amount currency } available { amount } }
      budgets { edges { node { balanceAsOf(date: $day) { on balance { amount currency } } } } }
    } } } }"""

    def amounts(day: str) -> list[str]:
        (account,) = nodes(data(owner, query, day=day)["bankAccounts"])
        shown = account["balanceAsOf"]
        budget = nodes(account["budgets"])[1]["balanceAsOf"]
        assert shown["on"] == budget["on"] == day
        assert shown["posted"]["currency"] == budget["balance"]["currency"] == "USD"
        return [shown["posted"]["amount"], shown["available"]["amount"], budget["balance"]["amount"]]

    assert amounts("2026-05-31") == ["1000.00", "1000.00", "0.00"]
    assert amounts("2026-06-01") == amounts("2026-06-02") == ["990.00", "990.00", "-10.00"]
    assert amounts("2026-06-03") == ["980.00", "980.00", "-20.00"]
    assert amounts("2026-06-04") == ["980.00", "975.00", "-25.00"]


def test_the_history_of_a_balance(owner: User, spent: Budget) -> None:
    query = """query ($id: ID!) { budget(id: $id) {
      days: balanceHistory(from: "2026-05-31", until: "2026-06-04", step: DAY) { balance { amount } }
      weeks: balanceHistory(from: "2026-05-27", until: "2026-06-15", step: WEEK) { on }
      months: balanceHistory(from: "2026-01-31", until: "2026-06-30", step: MONTH) { on balance { amount } }
      bankAccount { balanceHistory(from: "2026-06-03", until: "2026-06-04", step: DAY) { available { amount } } }
    } }"""
    found = data(owner, query, id=str(spent.pk))["budget"]

    assert [each["balance"]["amount"] for each in found["days"]] == ["0.00", "-10.00", "-10.00", "-20.00", "-25.00"]
    assert [each["on"] for each in found["weeks"]] == ["2026-05-27", "2026-06-03", "2026-06-10"]
    assert found["months"][-1] == {"on": "2026-06-30", "balance": {"amount": "-25.00"}}
    assert [each["on"][5:] for each in found["months"]] == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]
    assert found["bankAccount"]["balanceHistory"] == [
        {"available": {"amount": "980.00"}},
        {"available": {"amount": "975.00"}},
    ]


@pytest.mark.parametrize(("since", "until"), [("2026-01-02", "2026-01-01"), ("2025-01-01", "2026-06-01")])
def test_a_history_that_cannot_be_is_refused(owner: User, spent: Budget, since: str, until: str) -> None:
    query = """query ($id: ID!, $from: Date!, $until: Date!) { budget(id: $id) {
      balanceHistory(from: $from, until: $until, step: DAY) { on } } }"""
    (error,) = ask(owner, query, id=str(spent.pk), **{"from": since, "until": until})["errors"]

    assert error["extensions"] == {"code": "invalid", "field": "until"}


def test_each_point_costs(owner: User, account: BankAccount) -> None:
    query = """query ($until: Date!) { budgets(first: 20) { edges { node {
      balanceHistory(from: "2026-01-01", until: $until, step: %s) { balance { amount } } } } } }"""

    def code(step: str, until: str) -> Any:
        return ask(owner, query % step, until=until).get("errors", [{"extensions": None}])[0]["extensions"]

    assert code("MONTH", "2026-12-31") is None
    assert code("DAY", "2026-12-31")["limit"] == "cost"
    assert code("DAY", "garbage")["code"] in ("limit", "invalid_document")


def test_the_number_of_statements_does_not_grow(owner: User) -> None:
    query = """{ bankAccounts { edges { node {
      balanceAsOf(date: "2026-06-15") { available { amount } }
      earlier: balanceAsOf(date: "2026-06-01") { available { amount } }
      budgets(first: 5) { edges { node {
        balanceHistory(from: "2026-06-01", until: "2026-06-04", step: DAY) { on }
        sooner: balanceHistory(from: "2026-05-01", until: "2026-05-04", step: DAY) { balance { amount } }
      } } }
    } } } }"""

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            data(owner, query)
        return len(captured)

    def household(number: int) -> None:
        account = build.account(owner=owner, name=str(number))
        for each in range(number):
            build.budget(account, name=str(each), now=NOW + timedelta(minutes=each))

    household(1)
    few = statements()
    household(3)
    household(4)

    assert statements() == few
