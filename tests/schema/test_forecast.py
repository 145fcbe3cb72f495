"""The forecast through the GraphQL door."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from backend.schema import limits
from tests import build
from tests.schema.door import ask, data, post
from tests.schema.test_access import global_id
from tests.services import funded

pytestmark = pytest.mark.django_db

QUERY = """
query ($account: ID!, $input: ForecastInput!) { forecast(account: $account, input: $input) {
  today until emptyOn
  budgets { id key name budgetType isUnallocated start { amount currency } end { amount } }
  days { on balances { budget { name } balance { amount } } }
  events { budget { name } kind on status intended { amount } moved { amount } reason
    inputs { target { amount } gap { amount } fundingAmount { amount } limit } }
  shortfalls { budget { name } kind on missing { amount } coveredOn }
  flows { name amount { amount } parts { budget { name } amount { amount } } schedule nextOn count
    past { cadence count lastOn confidence } } } }
"""


def forecast(user: User, account: BankAccount, until: str = "2026-06-30", **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = data(user, QUERY, account=str(account.pk), input={"until": until, **given})["forecast"]
    return found


def refusal(user: User, account: object, until: str = "2026-06-30", **given: Any) -> tuple[str, str | None]:
    """Code and field of the one error of the answer."""
    answer = ask(user, QUERY, account=str(account), input={"until": until, **given})
    assert answer["data"] is None
    (error,) = answer["errors"]
    return error["extensions"]["code"], error["extensions"].get("field")


def days(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {
        day["on"]: {each["budget"]["name"]: each["balance"]["amount"] for each in day["balances"]}
        for day in found["days"]
    }


def test_it_tells_everything(owner: User, account: BankAccount) -> None:
    goal = funded.goal(account, amount="600", target_balance="5000")
    found = forecast(owner, account)

    assert (found["today"], found["until"], found["emptyOn"]) == ("2026-06-15", "2026-06-30", "2026-06-22")
    assert found["budgets"] == [
        {
            "id": global_id("Budget", build.unallocated(account).pk),
            "key": None,
            "name": "Unallocated",
            "budgetType": "GOAL",
            "isUnallocated": True,
            "start": {"amount": "400.00", "currency": "USD"},
            "end": {"amount": "0.00"},
        },
        {
            "id": global_id("Budget", goal.pk),
            "key": None,
            "name": "Goal",
            "budgetType": "GOAL",
            "isUnallocated": False,
            "start": {"amount": "600.00", "currency": "USD"},
            "end": {"amount": "1000.00"},
        },
    ]
    assert days(found) == {"2026-06-22": {"Unallocated": "0.00", "Goal": "1000.00"}}
    assert found["events"][1] == {
        "budget": {"name": "Goal"},
        "kind": "FUND",
        "on": "2026-06-22",
        "status": "SHORT",
        "intended": {"amount": "600.00"},
        "moved": {"amount": "400.00"},
        "reason": "600.00 is the funding amount; 4400.00 is missing to 5000.00. Unallocated has only 400.00 for it.",
        "inputs": {
            "target": {"amount": "5000.00"},
            "gap": {"amount": "4400.00"},
            "fundingAmount": {"amount": "600.00"},
            "limit": "AVAILABLE",
        },
    }
    assert found["shortfalls"] == [
        {"budget": {"name": "Goal"}, "kind": "FUND", "on": on, "missing": {"amount": amount}, "coveredOn": None}
        for on, amount in (("2026-06-22", "200.00"), ("2026-06-29", "600.00"))
    ]
    assert found["flows"] == []


def test_flows_come_in_on_their_days(owner: User, account: BankAccount, groceries: Budget) -> None:
    flows = [
        {"name": "Salary", "amount": "100.10", "schedule": "RRULE:FREQ=WEEKLY;BYDAY=FR"},
        {"name": "Shop", "amount": "-20.00", "budget": global_id("Budget", groceries.pk), "on": "2026-06-20"},
    ]
    found = forecast(owner, account, flows=flows)

    assert days(found) == {
        "2026-06-19": {"Unallocated": "1100.10"},
        "2026-06-20": {"Groceries": "-20.00"},
        "2026-06-26": {"Unallocated": "1200.20"},
    }
    assert found["flows"] == [
        {
            "name": "Salary",
            "amount": {"amount": "100.10"},
            "parts": [{"budget": {"name": "Unallocated"}, "amount": {"amount": "100.10"}}],
            "schedule": "RRULE:FREQ=WEEKLY;BYDAY=FR",
            "nextOn": "2026-06-19",
            "count": 2,
            "past": None,
        },
        {
            "name": "Shop",
            "amount": {"amount": "-20.00"},
            "parts": [{"budget": {"name": "Groceries"}, "amount": {"amount": "-20.00"}}],
            "schedule": None,
            "nextOn": "2026-06-20",
            "count": 1,
            "past": None,
        },
    ]


def test_what_is_regular_is_found_in_the_past(owner: User, account: BankAccount) -> None:
    for day in ("2026-03-20", "2026-04-20", "2026-05-20"):
        build.transaction(account, amount="-7.99", posted_date=day, raw_description="CLOUD CO")
    found = forecast(owner, account, regular=True)

    assert found["flows"] == [
        {
            "name": "Cloud Co",
            "amount": {"amount": "-7.99"},
            "parts": [{"budget": {"name": "Unallocated"}, "amount": {"amount": "-7.99"}}],
            "schedule": "DTSTART:20260620\nRRULE:FREQ=MONTHLY;BYMONTHDAY=20",
            "nextOn": "2026-06-20",
            "count": 1,
            "past": {"cadence": "MONTHLY", "count": 3, "lastOn": "2026-05-20", "confidence": 75},
        }
    ]
    assert forecast(owner, account, regular=True, withoutParties=["CLOUD co"])["flows"] == []


def test_budgets_are_changed_in_thought(owner: User, account: BankAccount) -> None:
    goal = funded.goal(account, amount="30")
    gone = funded.goal(account, name="Gone", balance="10")
    new = {"key": "car", "name": "Car", "targetBalance": "90.00", "budgetType": "RECURRING", "withFillupGoal": True}
    schedules = {"fundingSchedule": funded.WEEKLY, "recurrenceSchedule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=24"}
    found = forecast(
        owner,
        account,
        changeBudgets=[{"budget": str(goal.pk), "fundingAmount": "5.00", "priority": 3}],
        removeBudgets=[global_id("Budget", gone.pk)],
        addBudgets=[new | schedules],
        flows=[{"amount": "1.00", "budget": "car", "on": "2026-06-16"}],
    )

    assert [(each["name"], each["key"], each["id"] is None, each["end"]["amount"]) for each in found["budgets"]] == [
        ("Unallocated", None, False, "872.75"),
        ("Goal", None, False, "15.00"),
        ("Car", "car", True, "90.00"),
        ("Car Fill-up", None, True, "23.25"),
    ]
    assert {budget.name for budget in Budget.objects.filter(archived=False)} == {"Unallocated", "Goal", "Gone"}


def test_the_example_of_the_documentation_works(owner: User, account: BankAccount) -> None:
    rent, _ = funded.rent(account)
    text = (Path(__file__).parents[2] / "docs/forecast.md").read_text()
    query = text.partition("```graphql\n")[2].partition("```")[0]
    found = data(owner, query, account=str(account.pk), rent=str(rent.pk))["forecast"]

    assert {each["name"] for each in found["flows"]} == {"Bonus", "Gym"}
    assert "Gym" in {each["budget"]["name"] for each in found["events"]}


def test_owners_see_the_same(owner: User, coowner: User, shared_account: BankAccount) -> None:
    funded.goal(shared_account)

    assert forecast(owner, shared_account) == forecast(coowner, shared_account)


def test_nobody_else_sees_anything(stranger: User, staff: User, account: BankAccount) -> None:
    for user in (stranger, staff):
        for key in (account.pk, uuid4(), global_id("BankAccount", account.pk), global_id("Budget", account.pk), "x"):
            assert refusal(user, key) == ("not_found", "account")


def test_nobody_at_all_is_turned_away(account: BankAccount) -> None:
    body = {"query": QUERY, "variables": {"account": str(account.pk), "input": {"until": "2026-06-30"}}}

    assert post(None, body).status_code == 401


def test_budgets_of_others_are_not_found(
    owner: User, account: BankAccount, shared_account: BankAccount, foreign_account: BankAccount
) -> None:
    for other in (shared_account, foreign_account):
        key = str(build.budget(other).pk)
        for given, field in (
            ({"flows": [{"amount": "1.00", "on": "2026-06-16", "budget": key}]}, "flows.0.budget"),
            ({"changeBudgets": [{"budget": key, "paused": True}]}, "changeBudgets.0.budget"),
            ({"removeBudgets": [key]}, "removeBudgets.0.budget"),
        ):
            assert refusal(owner, account.pk, **given) == ("not_found", field)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"until": "2026-06-14"}, "invalid", "until"),
        ({"until": "2028-06-16"}, "invalid", "until"),
        ({"flows": [{"amount": "1.00"}]}, "invalid", "flows.0.on"),
        ({"flows": [{"amount": "1.00", "schedule": "often"}]}, "invalid_schedule", "flows.0.schedule"),
        ({"flows": [{"amount": "1.001", "on": "2026-06-16"}]}, "invalid_amount", "flows.0.amount"),
        ({"flows": [{"amount": "1.00", "on": "2026-06-16", "budget": "car"}]}, "not_found", "flows.0.budget"),
        ({"flows": [{"amount": "1.00", "on": "2026-06-16"}] * 101}, "invalid", "flows"),
        ({"removeBudgets": ["x"]}, "not_found", "removeBudgets.0.budget"),
        (
            {"addBudgets": [{"key": "a", "name": "A", "targetBalance": "-1.00"}]},
            "invalid_amount",
            "addBudgets.0.targetBalance",
        ),
        (
            {"addBudgets": [{"key": "a", "name": " ", "targetBalance": "1.00"}]},
            "invalid",
            "addBudgets.0.name",
        ),
        (
            {"addBudgets": [{"key": "a", "name": "A", "targetBalance": "1.00", "recurrenceSchedule": "often"}]},
            "invalid_schedule",
            "addBudgets.0.recurrenceSchedule",
        ),
        (
            {"addBudgets": [{"key": "a", "name": "A", "targetBalance": "1.00", "budgetType": "FILLUP"}]},
            "invalid",
            "addBudgets.0.budgetType",
        ),
    ],
)
def test_refusals_name_the_input(
    owner: User, account: BankAccount, given: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(owner, account.pk, **given) == (code, field)


def test_changes_are_refused_as_the_ledger_refuses_them(owner: User, account: BankAccount, groceries: Budget) -> None:
    unallocated, goal = str(build.unallocated(account).pk), str(groceries.pk)
    for given, code, field in (
        ({"changeBudgets": [{"budget": goal, "paused": None}]}, "invalid", "changeBudgets.0.paused"),
        ({"changeBudgets": [{"budget": goal, "priority": 1001}]}, "invalid", "changeBudgets.0.priority"),
        ({"changeBudgets": [{"budget": unallocated, "paused": True}]}, "immutable", "changeBudgets.0.paused"),
        ({"removeBudgets": [goal, unallocated]}, "forbidden", "removeBudgets.1"),
        ({"removeBudgets": [goal, goal]}, "archived", "removeBudgets.1"),
    ):
        assert refusal(owner, account.pk, **given) == (code, field)


def test_the_queries_are_always_as_many(owner: User, account: BankAccount) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            forecast(owner, account, "2026-12-31", regular=True)
        return len(captured)

    funded.goal(account)
    few = cost()
    for number in range(4):
        funded.goal(account, name=str(number), amount="700")
        funded.rent(account)
        build.transaction(account, amount="-5.00", posted_date=-number)

    assert cost() == few


def test_a_document_asks_for_four_at_most(owner: User, account: BankAccount) -> None:
    one = f'forecast(account: "{account.pk}", input: {{until: "2026-06-16"}}) {{ emptyOn }}'

    def query(count: int) -> str:
        return "{" + " ".join(f"f{number}: {one}" for number in range(count)) + "}"

    assert len(data(owner, query(4))) == 4
    assert ask(owner, query(5))["errors"][0]["extensions"]["limit"] == "cost"
    assert limits.COST == 5_000
