"""One scenario, both doors: the same rows, the same refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from backend.ledger.models import BankAccount, Budget, Transfer, User
from backend.schema import errors
from tests import build
from tests.tokens import bearer

pytestmark = pytest.mark.django_db

MUTATION = """mutation ($input: CreateTransferInput!) { createTransfer(input: $input) {
  ... on Transfer { uuid amount { amount currency } effectiveAt actor source { uuid } target { uuid } }
  ... on Problem { code field message }
} }"""


@dataclass
class Refused:
    """What a client is told: which input, and in words. Its name is the ledger's."""

    field: str | None
    message: str


Door = Callable[[User, dict[str, Any]], Refused | None]


def rest(user: User, given: dict[str, Any]) -> Refused | None:
    names = {"source": "src_budget", "target": "dst_budget", "effectiveAt": "effective_date"}
    body = {names.get(name, name): value for name, value in given.items()}
    response = Client(headers=bearer(user)).post("/api/v1/internal-transactions/", body, "application/json")
    if response.status_code == 201:
        return None
    assert response.status_code == 400, response.content
    ((field, (message,)),) = response.json().items()
    return Refused(None if field == "non_field_errors" else field, message)


def graphql(user: User, given: dict[str, Any]) -> Refused | None:
    given = {name: value for name, value in given.items() if name != "bank_account"}
    body = {"query": MUTATION, "variables": {"input": given}}
    answer = Client(headers=bearer(user)).post("/graphql/", body, "application/json").json()
    assert "errors" not in answer, answer
    found = answer["data"]["createTransfer"]
    if "uuid" in found:
        return None
    ledger_names = {shown: name for name, shown in errors.FIELDS.items()}
    return Refused(ledger_names.get(found["field"], found["field"]), found["message"])


@pytest.fixture(params=[rest, graphql], ids=["rest", "graphql"])
def door(request: pytest.FixtureRequest) -> Door:
    found: Door = request.param
    return found


@pytest.fixture
def source(account: BankAccount) -> Budget:
    return build.budget(account, name="Source", balance="100.00")


@pytest.fixture
def target(account: BankAccount) -> Budget:
    return build.budget(account, name="Target")


@pytest.fixture
def given(account: BankAccount, source: Budget, target: Budget) -> dict[str, Any]:
    return {
        "bank_account": str(account.pk),
        "source": str(source.pk),
        "target": str(target.pk),
        "amount": "12.50",
        "effectiveAt": "2026-06-01T08:00:00+02:00",
    }


def balances(*budgets: Budget) -> list[Decimal]:
    for each in budgets:
        each.refresh_from_db()
    return [each.balance for each in budgets]


def test_a_transfer_is_made(door: Door, owner: User, given: dict[str, Any], source: Budget, target: Budget) -> None:
    assert door(owner, given) is None

    made = Transfer.objects.latest("seq")
    assert (made.source, made.target, made.actor) == (source, target, owner)
    assert made.amount == Decimal("12.50")
    assert made.effective_at.isoformat() == "2026-06-01T06:00:00+00:00"
    assert balances(source, target) == [Decimal("87.50"), Decimal("12.50")]


def test_a_balance_may_go_below_zero(door: Door, owner: User, given: dict[str, Any], source: Budget) -> None:
    assert door(owner, {**given, "amount": "100.01"}) is None
    assert balances(source) == [Decimal("-0.01")]


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("0.00", "Transfer amount must be positive."),
        ("-5.00", "Transfer amount must be positive."),
        ("1.005", "Ensure that there are no more than 2 decimal places."),
    ],
)
def test_an_amount_that_cannot_be_is_refused(
    door: Door, given: dict[str, Any], source: Budget, amount: str, message: str
) -> None:
    owner = build.first_owner(source.bank_account)

    assert door(owner, {**given, "amount": amount}) == Refused("amount", message)
    assert balances(source) == [100]


def test_a_budget_and_itself_are_refused(door: Door, owner: User, given: dict[str, Any], source: Budget) -> None:
    refused = door(owner, {**given, "target": str(source.pk)})

    assert refused == Refused(None, "Source and destination budgets must be different.")


def test_budgets_of_two_accounts_are_refused(
    door: Door, owner: User, given: dict[str, Any], shared_account: BankAccount
) -> None:
    other = build.budget(shared_account)
    refused = door(owner, {**given, "target": str(other.pk)})

    assert refused == Refused("dst_budget", "The budget belongs to another bank account.")


def test_an_archived_budget_is_refused(door: Door, owner: User, given: dict[str, Any], target: Budget) -> None:
    Budget.objects.filter(pk=target.pk).update(archived=True)

    assert door(owner, given) == Refused("dst_budget", "The budget is archived.")


def test_what_is_foreign_is_what_is_absent(
    door: Door, owner: User, given: dict[str, Any], source: Budget, foreign_account: BankAccount
) -> None:
    foreign = door(owner, {**given, "target": str(build.budget(foreign_account).pk)})
    absent = door(owner, {**given, "target": str(uuid4())})

    assert foreign == absent == Refused("dst_budget", "There is no such budget.")
    assert balances(source) == [100]
