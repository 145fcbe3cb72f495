"""Reports at the GraphQL door: their shapes, their defaults, and what they refuse."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from tests import build
from tests.schema import door

pytestmark = pytest.mark.django_db

SPENDING = """query ($input: ReportInput, $by: GroupBy!, $first: Int! = 20) {
    spending(input: $input, groupBy: $by, first: $first) { currency count total { amount }
        groups { key name count share amount { amount currency } } others { count } } }"""


def test_spending_is_that_of_this_month_unless_told_otherwise(owner: User, account: BankAccount) -> None:
    build.transaction(account, amount="-30", posted_date=-1)
    build.transaction(account, amount="-10", posted_date=-40)
    [report] = door.data(owner, SPENDING, by="CATEGORY")["spending"]

    group = {"key": "Uncategorized:Unassigned", "name": "Unassigned", "count": 1, "share": "1.0000"}
    assert report["groups"] == [{**group, "amount": {"amount": "30.00", "currency": "USD"}}]
    assert report["others"] is None
    whole = {"since": "2026-01-01", "until": "2026-12-31", "accounts": [str(account.pk)]}
    assert door.data(owner, SPENDING, by="MONTH", input=whole)["spending"][0]["total"]["amount"] == "40.00"


@pytest.mark.parametrize(
    ("given", "first", "field"),
    [
        ({"since": "2026-02-01", "until": "2026-01-01"}, 20, "until"),
        ({"since": "1990-02-01"}, 20, "since"),
        ({}, 0, "first"),
        ({}, 101, "first"),
        ({"accounts": ["nonsense"]}, 20, "accounts"),
    ],
)
def test_what_cannot_be_reported_is_refused(owner: User, given: dict[str, object], first: int, field: str) -> None:
    answer = door.ask(owner, SPENDING, by="PARTY", input=given, first=first)
    assert answer["errors"][0]["extensions"]["field"] == field


def test_foreign_accounts_are_empty(stranger: User, account: BankAccount) -> None:
    build.transaction(account, amount="-30")
    assert door.data(stranger, SPENDING, by="BUDGET", input={"accounts": [str(account.pk)]}) == {"spending": []}


def test_income_and_cash_flow(owner: User, account: BankAccount) -> None:
    build.transaction(account, amount="100")
    build.transaction(account, amount="-30")
    query = """{ income { total { amount } groups { name } }
        cashFlow { month currency income { amount } spending { amount } net { amount } } }"""

    assert door.data(owner, query) == {
        "income": [{"total": {"amount": "100.00"}, "groups": [{"name": "Unassigned"}]}],
        "cashFlow": [
            {
                "month": "2026-06-01",
                "currency": "USD",
                "income": {"amount": "100.00"},
                "spending": {"amount": "30.00"},
                "net": {"amount": "70.00"},
            }
        ],
    }


def test_cycles_of_all_budgets_take_as_many_queries_as_of_one(owner: User, account: BankAccount) -> None:
    query = """{ bankAccounts(first: 2) { edges { node { budgets(first: 20) { edges { node {
        name cycles(last: 2) { start end planned { amount } spent { amount } over { amount } left { amount } }
    } } } } } } }"""

    def asked(number: int) -> int:
        for each in range(number):
            budget = build.budget(
                account,
                name=f"Bill {number} {each}",
                budget_type=Budget.Type.RECURRING,
                target_balance=Decimal(50),
                recurrance_schedule="RRULE:FREQ=WEEKLY",
                now=build.at(-20),
            )
            build.transaction(account, amount="-10", splits={budget: "10"})
        with CaptureQueriesContext(connection) as captured:
            budgets = door.data(owner, query)["bankAccounts"]["edges"][0]["node"]["budgets"]
        bill = next(each for each in door.nodes(budgets) if each["name"].startswith("Bill"))
        assert [cycle["spent"]["amount"] for cycle in bill["cycles"]] == ["0.00", "10.00"]
        return len(captured)

    assert asked(1) == asked(6)


@pytest.mark.parametrize("last", [0, 25])
def test_too_many_cycles_are_refused(owner: User, account: BankAccount, last: int) -> None:
    query = """query ($last: Int!) { bankAccounts(first: 1) { edges { node {
        budgets { edges { node { cycles(last: $last) { start } } } } } } } }"""
    assert door.ask(owner, query, last=last)["errors"][0]["extensions"]["field"] == "last"
