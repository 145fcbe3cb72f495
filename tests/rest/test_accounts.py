"""Bank accounts, banks and currencies, as clients send and see them."""

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from backend.ledger.models import ApiToken, BankAccount, User
from backend.ledger.services import accounts
from tests import build
from tests.rest import house as houses

pytestmark = pytest.mark.django_db

URL = "/api/v1/bank-accounts/"


@pytest.fixture
def api(owner: User) -> APIClient:
    return houses.client(owner)


@pytest.fixture
def body(db: None) -> dict[str, Any]:
    return {"name": " Savings ", "bank": str(build.bank(default_currency="EUR").pk)}


def test_an_account_needs_a_name_and_a_bank_alone(api: APIClient, body: dict[str, Any]) -> None:
    made = api.post(URL, body)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["name"], shown["currency"], shown["owners"]) == ("Savings", "EUR", ["owner"])
    assert (shown["account_type"], shown["account_number"], shown["posted_balance"]) == ("C", None, "0.00")
    unallocated = api.get(f"/api/v1/budgets/{shown['unallocated_budget']}/").json()
    assert (unallocated["name"], unallocated["balance"]) == ("Unallocated", "0.00")


def test_an_account_opens_with_what_is_said(api: APIClient, body: dict[str, Any]) -> None:
    more = {
        "currency": "usd",
        "account_type": "X",
        "account_number": "123",
        "posted_balance": 5,
        "available_balance": "3.5",
    }
    shown = api.post(URL, body | more).json()
    assert (shown["currency"], shown["account_type"], shown["account_number"]) == ("USD", "X", "123")
    assert (shown["posted_balance"], shown["available_balance"]) == ("5.00", "3.50")
    assert shown["available_balance_currency"] == "USD"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": None},
        {"name": "x" * 201},
        {"bank": "zzz"},
        {"bank": "00000000-0000-0000-0000-000000000000"},
        {"account_type": "Z"},
        {"account_number": "x" * 33},
        {"currency": "ZZZ"},
        {"currency": "XXX"},
        {"currency": ""},
        {"posted_balance": None},
        {"posted_balance": "1.005"},
        {"available_balance": "x"},
    ],
)
def test_an_account_that_cannot_be_is_refused_by_name(
    changed: dict[str, Any], api: APIClient, body: dict[str, Any]
) -> None:
    refused = api.post(URL, body | changed)
    assert (refused.status_code, list(refused.json())) == (400, list(changed))
    assert not BankAccount.objects.exists()


def test_what_get_gave_can_be_put_back(api: APIClient, account: BankAccount) -> None:
    build.transaction(account, amount="-10")
    shown = api.get(f"{URL}{account.pk}/").json()
    again = api.put(f"{URL}{account.pk}/", shown)
    assert again.status_code == 200, again.content
    assert again.json() == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [("account_type", "S"), ("currency", "EUR"), ("posted_balance", "1.00"), ("available_balance", "1.00")],
)
def test_what_cannot_change_is_refused_by_name(name: str, value: str, api: APIClient, account: BankAccount) -> None:
    refused = api.patch(f"{URL}{account.pk}/", {name: value, "name": "changed"})
    assert (refused.status_code, list(refused.json())) == (400, [name])
    account.refresh_from_db()
    assert account.name == "Checking"


def test_name_and_number_can_change(api: APIClient, account: BankAccount) -> None:
    changed = api.patch(f"{URL}{account.pk}/", {"name": "Renamed", "account_number": "42"}).json()
    assert (changed["name"], changed["account_number"]) == ("Renamed", "42")
    assert api.patch(f"{URL}{account.pk}/", {"account_number": None}).json()["account_number"] is None
    assert api.patch(f"{URL}{account.pk}/", {"bank": str(account.bank_id).upper()}).status_code == 200


def test_a_deleted_account_takes_everything_with_it(api: APIClient, account: BankAccount, owner: User) -> None:
    build.transaction(account)
    api.patch("/api/v1/users/me/", {"default_bank_account": str(account.pk)})
    assert api.delete(f"{URL}{account.pk}/").status_code == 204
    for path in ("bank-accounts", "budgets", "transactions", "allocations"):
        assert api.get(f"/api/v1/{path}/").json()["count"] == 0
    owner.refresh_from_db()
    assert owner.default_bank_account_id is None


@time_machine.travel(build.NOW, tick=False)
def test_an_import_is_noted_and_never_goes_back(api: APIClient, account: BankAccount) -> None:
    url = f"{URL}{account.pk}/mark-imported/"
    for day in ("2026-06-16", "2026-06-01"):
        shown = api.post(url, {"last_posted_through": day}).json()
        assert (shown["last_posted_through"], shown["last_imported_at"]) == ("2026-06-16", "2026-06-15T12:00:00Z")


@time_machine.travel(build.NOW, tick=False)
@pytest.mark.parametrize(
    "day", ["2026-06-17", "9999-12-31", "", None, "20260615", "2026-06-15T00:00:00Z", 20260615, []]
)
def test_a_day_that_cannot_be_is_refused(day: Any, api: APIClient, account: BankAccount) -> None:
    refused = api.post(f"{URL}{account.pk}/mark-imported/", {"last_posted_through": day})
    assert (refused.status_code, list(refused.json())) == (400, ["last_posted_through"])
    account.refresh_from_db()
    assert (account.last_posted_through, account.last_imported_at) == (None, None)


def test_an_account_without_funding_has_an_empty_summary(api: APIClient, owner: User) -> None:
    account = build.account(owner=owner, currency="KWD")
    summary = api.get(f"{URL}{account.pk}/funding-summary/").json()
    assert summary == {"schedules": [], "total_amount": "0.000", "currency": "KWD"}


def test_banks_can_be_read_by_everybody(stranger: User) -> None:
    bank = build.bank(name="Some Bank", routing_number="021000021")
    api = houses.client(stranger)
    (listed,) = api.get("/api/v1/banks/").json()["results"]
    assert listed == api.get(f"/api/v1/banks/{bank.pk}/").json()
    assert (listed["name"], listed["routing_number"], listed["default_currency"]) == ("Some Bank", "021000021", "USD")
    for spelled in (bank.pk.hex, str(bank.pk).upper(), f"{{{bank.pk}}}", f"urn:uuid:{bank.pk}"):
        assert api.get(f"/api/v1/banks/{spelled}/").status_code == 200
    missing = api.get("/api/v1/banks/zzz/")
    assert (missing.status_code, missing.json()["detail"]) == (404, "No Bank matches the given query.")


def test_what_refers_to_an_account_goes_with_it() -> None:
    """Whoever adds a table that does says there when it goes."""
    fields = BankAccount._meta.get_fields(include_hidden=True)
    referring = {field.related_model for field in fields if field.auto_created and not field.concrete}

    assert referring - {*accounts.BELOW, *accounts.NAMING} <= {User, ApiToken}
