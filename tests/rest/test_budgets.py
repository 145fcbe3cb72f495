"""Budgets and transfers between them, as clients send and see them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.ledger.models import BankAccount, Budget, User
from tests import build
from tests.rest import house as houses

pytestmark = pytest.mark.django_db

URL = "/api/v1/budgets/"
TRANSFERS = "/api/v1/internal-transactions/"
MONTHLY = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"


@pytest.fixture
def api(owner: User) -> APIClient:
    return houses.client(owner)


@pytest.fixture
def body(account: BankAccount) -> dict[str, Any]:
    return {"name": "Holiday", "bank_account": str(account.pk), "target_balance": "800"}


def test_a_budget_needs_name_account_and_target_alone(api: APIClient, body: dict[str, Any]) -> None:
    made = api.post(URL, body)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["budget_type"], shown["funding_type"], shown["funding_amount"]) == ("G", "D", None)
    assert (shown["target_balance"], shown["balance"], shown["balance_currency"]) == ("800.00", "0.00", "USD")
    assert (shown["with_fillup_goal"], shown["fillup_goal"], shown["paused"]) == (False, None, False)
    assert (shown["funding_schedule"], shown["recurrance_schedule"], shown["auto_spend"]) == ("", None, [])
    assert (shown["archived"], shown["archived_at"], shown["complete"], shown["next_funding"]) == (
        False,
        None,
        False,
        None,
    )
    assert api.get(f"{URL}{shown['id']}/").json() == shown


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        MONTHLY,
        "DTSTART:20260101T000000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO",
        "DTSTART:20260101T000000Z\r\nRRULE:FREQ=DAILY",
    ],
)
def test_a_schedule_comes_back_byte_for_byte(schedule: str, api: APIClient, body: dict[str, Any]) -> None:
    made = api.post(URL, body | {"funding_schedule": schedule, "recurrance_schedule": schedule})
    assert made.status_code == 201, made.content
    assert (made.json()["funding_schedule"], made.json()["recurrance_schedule"]) == (schedule, schedule)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"target_balance": "-1"}, "target_balance"),
        ({"target_balance": None}, "target_balance"),
        ({"funding_amount": "-1"}, "funding_amount"),
        ({"funding_amount": "1.001"}, "funding_amount"),
        ({"budget_type": "A"}, "budget_type"),
        ({"budget_type": "Z"}, "budget_type"),
        ({"funding_type": None}, "funding_type"),
        ({"target_date": "2026-02-30"}, "target_date"),
        ({"funding_schedule": None}, "funding_schedule"),
        ({"funding_schedule": "RRULE:FREQ=HOURLY"}, "funding_schedule"),
        ({"funding_schedule": " "}, "funding_schedule"),
        ({"funding_schedule": "RRULE:FREQ=DAILY\n" * 100}, "funding_schedule"),
        ({"recurrance_schedule": "nonsense"}, "recurrance_schedule"),
        ({"paused": "perhaps"}, "paused"),
        ({"memo": "x" * 513}, "memo"),
        ({"auto_spend": "x"}, "auto_spend"),
        ({"auto_spend": [{"partey": "x"}]}, "auto_spend"),
        ({"auto_spend": [{"min": -1}]}, "auto_spend"),
        ({"fillup_goal": "zzz"}, "fillup_goal"),
        ({"bank_account": None}, "bank_account"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_by_name(
    changed: dict[str, Any], name: str, api: APIClient, body: dict[str, Any]
) -> None:
    before = houses.ledger()
    refused = api.post(URL, body | changed)
    assert (refused.status_code, list(refused.json())) == (400, [name])
    assert houses.ledger() == before


def test_rules_come_back_as_they_were_sent(api: APIClient, body: dict[str, Any]) -> None:
    rules = [{"party": "Market", "category": "Food & Drink:Groceries", "min": "1.50", "max": "20"}]
    made = api.post(URL, body | {"auto_spend": rules}).json()
    assert made["auto_spend"] == rules
    assert api.patch(f"{URL}{made['id']}/", {"auto_spend": None}).json()["auto_spend"] == []


@pytest.mark.parametrize("kind", ["G", "R", "C", "A", "Unallocated"])
def test_what_get_gave_can_be_put_back(kind: str, api: APIClient, body: dict[str, Any], unallocated: Budget) -> None:
    more = {
        "budget_type": "R" if kind == "A" else kind,
        "with_fillup_goal": kind == "A",
        "funding_type": "F",
        "funding_amount": "5",
        "funding_schedule": MONTHLY,
        "recurrance_schedule": MONTHLY,
        "auto_spend": [{"party": "x"}],
    }
    key = str(unallocated.pk)
    if kind != "Unallocated":
        made = api.post(URL, body | more).json()
        key = made["fillup_goal"] if kind == "A" else made["id"]
    shown = api.get(f"{URL}{key}/").json()
    again = api.put(f"{URL}{key}/", shown)
    assert again.status_code == 200, again.content
    assert again.json() == shown


def test_account_and_type_cannot_change(api: APIClient, groceries: Budget, shared_account: BankAccount) -> None:
    url = f"{URL}{groceries.pk}/"
    for changed in ({"bank_account": str(shared_account.pk)}, {"budget_type": "C"}):
        refused = api.patch(url, changed | {"name": "changed"})
        assert (refused.status_code, list(refused.json())) == (400, list(changed))
    assert api.get(url).json()["name"] == "Groceries"
    assert api.patch(url, {"budget_type": "G", "bank_account": str(groceries.bank_account_id)}).status_code == 200


def test_unallocated_keeps_its_name_and_stays(api: APIClient, unallocated: Budget) -> None:
    url = f"{URL}{unallocated.pk}/"
    refused = api.patch(url, {"name": "Mine"})
    assert (refused.status_code, list(refused.json())) == (400, ["name"])
    for answer in (api.delete(url), api.post(f"{url}archive/")):
        assert (answer.status_code, set(answer.json()), answer.json()["code"]) == (403, {"detail", "code"}, "forbidden")


def test_an_archived_budget_is_settled_and_takes_nothing_more(
    api: APIClient, account: BankAccount, groceries: Budget, unallocated: Budget
) -> None:
    build.transfer(account, source=unallocated, target=groceries, amount="20")
    url = f"{URL}{groceries.pk}/"
    shown = api.post(f"{url}archive/", {"name": "ignored"}).json()
    assert (shown["archived"], shown["balance"], shown["name"]) == (True, "0.00", "Groceries")
    assert shown["archived_at"].endswith("Z")
    for answer in (api.post(f"{url}archive/"), api.patch(url, {"name": "changed"})):
        assert (answer.status_code, answer.json()["code"]) == (400, "archived")
    body = {
        "bank_account": str(account.pk),
        "amount": "1",
        "src_budget": str(unallocated.pk),
        "dst_budget": groceries.pk,
    }
    refused = api.post(TRANSFERS, body)
    assert (refused.status_code, list(refused.json())) == (400, ["dst_budget"])


def test_a_budget_goes_unless_a_transaction_touched_it(
    api: APIClient, account: BankAccount, groceries: Budget, rent: Budget, unallocated: Budget
) -> None:
    build.transaction(account, amount="-10", splits={groceries: "10"})
    build.transfer(account, source=unallocated, target=rent, amount="20")
    refused = api.delete(f"{URL}{groceries.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (400, "has_allocations")
    assert api.delete(f"{URL}{rent.pk}/").status_code == 204
    assert api.get(f"{URL}{rent.pk}/").status_code == 404
    assert {each["dst_budget"] for each in api.get(TRANSFERS).json()["results"]} == {str(rent.pk), str(unallocated.pk)}


# Transfers


@pytest.fixture
def transfer(account: BankAccount, unallocated: Budget, groceries: Budget) -> dict[str, Any]:
    return {
        "bank_account": str(account.pk),
        "amount": "25.5",
        "src_budget": str(unallocated.pk),
        "dst_budget": str(groceries.pk),
    }


def test_a_transfer_shows_both_balances_after_it(api: APIClient, transfer: dict[str, Any], owner: User) -> None:
    made = api.post(TRANSFERS, transfer | {"effective_date": "2026-06-01T12:00:00+02:00"})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["amount"], shown["amount_currency"], shown["actor"]) == ("25.50", "USD", owner.pk)
    assert (shown["src_budget_balance"], shown["dst_budget_balance"]) == ("974.50", "25.50")
    assert shown["effective_date"] == "2026-06-01T10:00:00Z"
    earlier = api.post(TRANSFERS, transfer | {"amount": 1, "effective_date": "2026-05-01"}).json()
    assert (earlier["src_budget_balance"], earlier["dst_budget_balance"]) == ("999.00", "1.00")
    assert api.get(f"{TRANSFERS}{shown['id']}/").json()["dst_budget_balance"] == "26.50"


def test_a_transfer_is_dated_now_unless_told_otherwise(api: APIClient, transfer: dict[str, Any]) -> None:
    shown = api.post(TRANSFERS, transfer).json()
    assert shown["effective_date"] == shown["created_at"]


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount_currency": "EUR"}, "amount_currency"),
        ({"effective_date": None}, "effective_date"),
        ({"effective_date": "0001-01-01T00:00:00+14:00"}, "effective_date"),
        ({"src_budget": None}, "src_budget"),
        ({"dst_budget": "zzz"}, "dst_budget"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_by_name(
    changed: dict[str, Any], name: str, api: APIClient, transfer: dict[str, Any]
) -> None:
    before = houses.ledger()
    refused = api.post(TRANSFERS, transfer | changed)
    assert (refused.status_code, list(refused.json())) == (400, [name])
    assert houses.ledger() == before


def test_a_transfer_needs_two_budgets_of_its_account(
    api: APIClient, transfer: dict[str, Any], shared_account: BankAccount
) -> None:
    refused = api.post(TRANSFERS, transfer | {"dst_budget": transfer["src_budget"]})
    assert refused.status_code == 400
    assert refused.json() == {"non_field_errors": ["Source and destination budgets must be different."]}
    other = str(build.unallocated(shared_account).pk)
    for name in ("src_budget", "dst_budget"):
        refused = api.post(TRANSFERS, transfer | {name: other})
        assert (refused.status_code, list(refused.json())) == (400, [name])


def test_a_transfer_never_changes(api: APIClient, transfer: dict[str, Any]) -> None:
    url = f"{TRANSFERS}{api.post(TRANSFERS, transfer).json()['id']}/"
    for method in ("put", "patch", "delete"):
        refused = getattr(api, method)(url, transfer)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
