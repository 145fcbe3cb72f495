"""Live answers to all documented operations, held against the contract."""

from typing import Any

import pytest

from backend.ledger.models import User
from tests.contract.document import CONTRACT, Operation, faults, operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = pytest.mark.django_db

OPERATIONS = operations()
BY_STAFF = {"users_list", "users_retrieve", "users_update", "users_partial_update"}


def answer(operation: Operation, house: House, staff: User) -> Any:
    if operation.path.startswith("/api/token/"):
        api = houses.client(None)
        if operation.id == "api_token_refresh_create":
            sign_in = next(each for each in OPERATIONS if each.id == "api_token_create")
            assert houses.send(api, sign_in, house).status_code == 200
        return houses.send(api, operation, house)
    return houses.send(houses.client(staff if operation.id in BY_STAFF else house.owner), operation, house)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_answer_is_as_documented(operation: Operation, house: House, staff: User) -> None:
    response = answer(operation, house, staff)
    assert response.status_code == operation.status, response.content
    assert response.headers["Cache-Control"] == "no-store"
    if isinstance(operation.schema, str):
        found = response.json()
        assert list(faults(operation.schema, found)) == []
        assert found.get("results", [found]), "a page without a row proves nothing"
    elif operation.status == 204:
        assert response.content == b""


def test_a_funding_summary_is_as_documented(house: House) -> None:
    summary = next(each for each in OPERATIONS if each.id == "bank_accounts_funding_summary_retrieve")
    found = houses.send(houses.client(house.owner), summary, house).json()
    assert found["total_amount"] == "50.00"
    assert found["currency"] == "USD"
    (schedule,) = found["schedules"]
    assert set(schedule) == {"schedule", "next_date", "total_amount", "currency", "budget_count"}
    assert (schedule["schedule"], schedule["total_amount"], schedule["budget_count"]) == (houses.MONTHLY, "50.00", 1)


def test_the_currencies_are_a_list_by_code(house: House) -> None:
    found = houses.client(house.owner).get("/api/v1/currencies/").json()
    assert {"code": "USD", "name": "US Dollar", "numeric": "840"} in found
    assert [each["code"] for each in found] == sorted(each["code"] for each in found)
    assert all(set(each) == {"code", "name", "numeric"} and len(each["numeric"]) == 3 for each in found)


def test_a_budget_shows_its_next_funding(house: House) -> None:
    found = houses.client(house.owner).get(f"/api/v1/budgets/{house.groceries.pk}/").json()["next_funding"]
    assert set(found) == {"date", "amount", "amount_currency", "deferred"}
    assert (found["amount"], found["amount_currency"]) == ("50.00", "USD")


def test_there_are_38_operations() -> None:
    assert len(OPERATIONS) == len(CONTRACT["operations"]) == 38
