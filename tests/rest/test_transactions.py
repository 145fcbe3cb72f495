"""Transactions, as clients send and see them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.ledger.models import BankAccount, Budget, Transaction, User
from tests import build
from tests.rest import house as houses

pytestmark = pytest.mark.django_db

URL = "/api/v1/transactions/"


@pytest.fixture
def api(owner: User) -> APIClient:
    return houses.client(owner)


@pytest.fixture
def body(account: BankAccount) -> dict[str, Any]:
    return {
        "bank_account": str(account.pk),
        "amount": "-12.34",
        "posted_date": "2026-06-14T10:00:00Z",
        "transaction_type": "signature_purchase",
        "raw_description": "  CORNER SHOP 06/12 ",
    }


def test_a_transaction_tells_what_its_description_tells(api: APIClient, body: dict[str, Any]) -> None:
    made = api.post(URL, body)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["amount"], shown["amount_currency"]) == ("-12.34", "USD")
    assert shown["transaction_date"] == "2026-06-12T00:00:00Z"
    assert shown["raw_description"] == "  CORNER SHOP 06/12 "
    assert shown["description"] == "CORNER SHOP 06/12"
    assert shown["bank_account_posted_balance"] == shown["bank_account_available_balance"] == "987.66"
    assert (shown["pending"], shown["memo"], shown["linked_transaction"], shown["image"]) == (False, None, None, None)
    assert api.get(f"{URL}{shown['id']}/").json() == shown


@pytest.mark.parametrize(
    ("sent", "posted", "made"),
    [
        ("2026-06-14", "2026-06-14T00:00:00Z", "2026-06-12T00:00:00Z"),
        ("2026-06-14T10:00:00", "2026-06-14T10:00:00Z", "2026-06-12T00:00:00Z"),
        ("2026-06-14 10:00", "2026-06-14T10:00:00Z", "2026-06-12T00:00:00Z"),
        ("2026-06-14T10:00:00.5Z", "2026-06-14T10:00:00.500000Z", "2026-06-12T00:00:00Z"),
        ("2026-06-14t10:00:00z", "2026-06-14T10:00:00Z", "2026-06-12T00:00:00Z"),
        ("2026-06-14T23:30:00-07:00", "2026-06-15T06:30:00Z", "2026-06-12T07:00:00Z"),
        ("2026-06-14T01:00:00+0200", "2026-06-13T23:00:00Z", "2026-06-11T22:00:00Z"),
    ],
)
def test_a_date_is_read_in_its_own_zone_and_shown_in_utc(
    sent: str, posted: str, made: str, api: APIClient, body: dict[str, Any]
) -> None:
    shown = api.post(URL, body | {"posted_date": sent}).json()
    assert (shown["posted_date"], shown["transaction_date"]) == (posted, made)


NO_DATES = "yesterday 2026-02-30 2026-W40-1 20260614 2026-06-14T25:00:00 1718359200 ２０２６-06-14".split()  # noqa: RUF001


@pytest.mark.parametrize("sent", ["", None, *NO_DATES])
def test_what_is_no_date_is_refused(sent: str | None, api: APIClient, body: dict[str, Any]) -> None:
    refused = api.post(URL, body | {"posted_date": sent})
    assert (refused.status_code, list(refused.json())) == (400, ["posted_date"])


@pytest.mark.parametrize("name", ["bank_account", "amount", "posted_date", "transaction_type", "raw_description"])
def test_what_is_required_is_asked_for(name: str, api: APIClient, body: dict[str, Any]) -> None:
    refused = api.post(URL, {key: value for key, value in body.items() if key != name})
    assert (refused.status_code, refused.json()) == (400, {name: ["This field is required."]})


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-0.00"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "1000000000000"}, "amount"),
        ({"amount_currency": "EUR"}, "amount_currency"),
        ({"amount_currency": "ZZZ"}, "amount_currency"),
        ({"transaction_type": "zzz"}, "transaction_type"),
        ({"transaction_type": None}, "transaction_type"),
        ({"raw_description": "   "}, "raw_description"),
        ({"raw_description": "x" * 513}, "raw_description"),
        ({"memo": "x" * 513}, "memo"),
        ({"bank_account": "zzz"}, "bank_account"),
        ({"pending": "perhaps"}, "pending"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(
    changed: dict[str, Any], name: str, api: APIClient, body: dict[str, Any], account: BankAccount
) -> None:
    before = houses.ledger()
    refused = api.post(URL, body | changed)
    assert (refused.status_code, list(refused.json())) == (400, [name])
    assert isinstance(refused.json()[name], list)
    assert houses.ledger() == before


@pytest.mark.parametrize("sent", ["USD", "usd", "", None])
def test_the_accounts_own_currency_may_be_named(sent: str | None, api: APIClient, body: dict[str, Any]) -> None:
    made = api.post(URL, body | {"amount_currency": sent})
    assert (made.status_code, made.json()["amount_currency"]) == (201, "USD")


@pytest.mark.parametrize(
    ("currency", "sent", "shown"), [("JPY", "-500", "-500.00"), ("KWD", "-1.234", "-1.234"), ("EUR", "-5", "-5.00")]
)
def test_amounts_have_the_decimals_of_their_currency(
    currency: str, sent: str, shown: str, owner: User, body: dict[str, Any]
) -> None:
    api, account = houses.client(owner), build.account(owner=owner, currency=currency, balance="1000")
    made = api.post(URL, body | {"bank_account": str(account.pk), "amount": sent}).json()
    assert (made["amount"], made["amount_currency"], made["bank_account_posted_balance_currency"]) == (
        shown,
        currency,
        currency,
    )
    assert api.post(URL, body | {"bank_account": str(account.pk), "amount": "1.0005"}).status_code == 400


def test_what_get_gave_can_be_put_back(api: APIClient, body: dict[str, Any]) -> None:
    shown = api.post(URL, body | {"pending": True, "memo": "seen"}).json()
    again = api.put(f"{URL}{shown['id']}/", shown)
    assert again.status_code == 200, again.content
    assert again.json() == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "-12.35"),
        ("posted_date", "2026-06-15"),
        ("transaction_date", None),
        ("raw_description", "OTHER"),
        ("bank_account", "00000000-0000-0000-0000-000000000000"),
        ("pending", True),
    ],
)
def test_what_cannot_change_is_refused_by_name(name: str, value: Any, api: APIClient, body: dict[str, Any]) -> None:
    url = f"{URL}{api.post(URL, body).json()['id']}/"
    before = houses.ledger()
    refused = api.patch(url, {name: value, "memo": "changed"})
    assert (refused.status_code, list(refused.json())) == (400, [name])
    assert houses.ledger() == before


def test_type_memo_and_description_can_change(api: APIClient, body: dict[str, Any]) -> None:
    url = f"{URL}{api.post(URL, body).json()['id']}/"
    changed = api.patch(url, {"transaction_type": "", "memo": None, "description": " Lunch "}).json()
    assert (changed["transaction_type"], changed["memo"], changed["description"]) == ("", None, "Lunch")
    assert api.patch(url, {"description": ""}).json()["description"] == "CORNER SHOP 06/12"


def test_a_pending_transaction_posts_with_its_final_amount(api: APIClient, body: dict[str, Any]) -> None:
    url = f"{URL}{api.post(URL, body | {'pending': True}).json()['id']}/"
    changed = api.patch(url, {"pending": False, "amount": "-20.00"}).json()
    assert (changed["pending"], changed["amount"]) == (False, "-20.00")
    assert changed["bank_account_posted_balance"] == changed["bank_account_available_balance"] == "980.00"


def test_a_deleted_transaction_is_gone_and_its_money_back(
    api: APIClient, body: dict[str, Any], account: BankAccount
) -> None:
    url = f"{URL}{api.post(URL, body).json()['id']}/"
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == api.delete(url).status_code == 404
    assert api.get(f"/api/v1/bank-accounts/{account.pk}/").json()["available_balance"] == "1000.00"


# Splits


@pytest.fixture
def splits(account: BankAccount) -> str:
    return f"{URL}{build.transaction(account, amount='-100.00').pk}/splits/"


def lies(response: Any) -> dict[str, str]:
    assert response.status_code == 200, response.content
    return {each["budget"]: each["amount"] for each in response.json()["results"]}


def test_a_split_answers_with_all_parts_on_a_page(
    api: APIClient, splits: str, groceries: Budget, rent: Budget, unallocated: Budget
) -> None:
    answer = api.post(splits, {"splits": {str(groceries.pk): "30.00", str(rent.pk): 25.5}})
    assert lies(answer) == {str(unallocated.pk): "-44.50", str(groceries.pk): "-30.00", str(rent.pk): "-25.50"}
    page = answer.json()
    assert (page["count"], page["next"], page["previous"]) == (3, None, None)
    filtered = f"{splits}?bank_account={groceries.bank_account_id}"  # which has no meaning here
    again = api.post(filtered, {"splits": {str(groceries.pk): "30.00", str(rent.pk): "25.50"}}).json()
    assert again["count"] == 3
    assert [each["id"] for each in again["results"]] == [each["id"] for each in page["results"]]
    assert lies(api.post(splits, {"splits": {}})) == {str(unallocated.pk): "-100.00"}


def test_a_budget_may_be_spelled_in_any_way(api: APIClient, splits: str, groceries: Budget) -> None:
    for key in (str(groceries.pk).upper(), groceries.pk.hex, f"{{{groceries.pk}}}", f"urn:uuid:{groceries.pk}"):
        assert lies(api.post(splits, {"splits": {key: "1.00"}}))[str(groceries.pk)] == "-1.00"


def test_a_share_of_unallocated_is_part_of_the_rest(
    api: APIClient, splits: str, groceries: Budget, unallocated: Budget
) -> None:
    answer = api.post(splits, {"splits": {str(unallocated.pk): "40", str(groceries.pk): "30"}})
    assert lies(answer) == {str(unallocated.pk): "-70.00", str(groceries.pk): "-30.00"}


def test_a_split_may_come_as_a_form(api: APIClient, splits: str, groceries: Budget) -> None:
    for form in ({f"splits.{groceries.pk}": "5"}, {"splits": f'{{"{groceries.pk}": 5}}'}):
        assert lies(api.post(splits, form, format="multipart"))[str(groceries.pk)] == "-5.00"


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_a_split_must_be_said(kind: str, api: APIClient, splits: str, groceries: Budget) -> None:
    api.post(splits, {"splits": {str(groceries.pk): "5"}})
    before = houses.ledger()
    refused = api.post(splits, {}, format=kind)
    assert (refused.status_code, refused.json()) == (400, {"splits": ["This field is required."]})
    assert houses.ledger() == before


@pytest.mark.parametrize(
    "amount", ["0", "-1", "100.01", "1.005", "1e3", "", None, True, [], {}, "NaN", 1000000000000000]
)
def test_a_share_that_cannot_be_changes_nothing(amount: Any, api: APIClient, splits: str, groceries: Budget) -> None:
    before = houses.ledger()
    refused = api.post(splits, {"splits": {str(groceries.pk): amount}})
    assert (refused.status_code, list(refused.json())) == (400, ["splits"])
    assert all(isinstance(message, str) for message in refused.json()["splits"])
    assert houses.ledger() == before


@pytest.mark.parametrize("sent", [None, [], "x", 5, {"zzz": "1"}, {"": "1"}])
def test_a_split_that_is_none_is_refused(sent: Any, api: APIClient, splits: str) -> None:
    refused = api.post(splits, {"splits": sent})
    assert (refused.status_code, list(refused.json())) == (400, ["splits"])


def test_a_budget_named_twice_is_refused(api: APIClient, splits: str, groceries: Budget) -> None:
    refused = api.post(splits, {"splits": {str(groceries.pk): "1", groceries.pk.hex: "1"}})
    assert (refused.status_code, list(refused.json())) == (400, ["splits"])


def test_pages_and_filters_of_a_split_never_lose_the_answer(api: APIClient, splits: str, groceries: Budget) -> None:
    body = {"splits": {str(groceries.pk): "1"}}
    assert [len(api.post(f"{splits}?page={page}&page_size=1", body).json()["results"]) for page in (1, 2)] == [1, 1]
    for query in (
        "page=0",
        "page=99&page_size=1",
        "page=abc",
        "bank_account=zzz&date_from=x&ordering=-amount&pending=x",
    ):
        answer = api.post(f"{splits}?{query}", body)
        assert (answer.status_code, answer.json()["count"]) == (200, 2)


@pytest.mark.parametrize("order", ["", "transaction_date", "-amount", "created_at"])
def test_a_page_of_all_accounts_is_that_of_one_long_list(
    order: str, api: APIClient, owner: User, account: BankAccount
) -> None:
    other = build.account(owner=owner, name="Another")
    for number in range(12):
        build.transaction(
            other if number % 3 else account, amount=-1 - number % 2, posted_date=f"2026-06-{10 + number % 4}"
        )
    Transaction.objects.filter(bank_account=other, amount=-2).update(transaction_date=None)

    def listed(**query: Any) -> list[str]:
        return [row["id"] for row in api.get(URL, {"ordering": order, **query}).json()["results"]]

    whole = listed(posted_date_from="2000-01-01")  # whatever narrows a list, it is read as one
    pages = [listed(page=page, page_size=5) for page in range(1, 4)]
    assert len(whole) == 12
    assert [key for page in pages for key in page] == listed() == whole
    assert pages[-1] == listed(page="last", page_size=5)
