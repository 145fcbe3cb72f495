"""Lists: pages, filters, searches and orders."""

import gc
import weakref
from typing import Any
from uuid import uuid4

import pytest
from django.urls import resolve
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from backend.ledger.models import Bank, BankAccount, Budget, Transaction, User
from tests import build
from tests.rest import house as houses

pytestmark = pytest.mark.django_db

TRANSACTIONS = "/api/v1/transactions/"
BUDGETS = "/api/v1/budgets/"


@pytest.fixture
def api(owner: User) -> APIClient:
    return houses.client(owner)


def names(api: APIClient, path: str, key: str = "raw_description", **query: Any) -> list[str]:
    response = api.get(path, query)
    assert response.status_code == 200, response.content
    return [row[key] for row in response.json()["results"]]


@pytest.fixture
def rows(account: BankAccount, foreign_account: BankAccount) -> None:
    """Three transactions in June and one of somebody else's."""
    build.transaction(account, raw_description="ALPHA MARKET", amount="-30", posted_date="2026-06-10", pending=True)
    build.transaction(account, raw_description="BETA market, 50%", amount="20", posted_date="2026-06-11")
    build.transaction(account, raw_description="GAMMA", amount="-10", posted_date="2026-06-12", transaction_type="fee")
    build.transaction(foreign_account, raw_description="FOREIGN MARKET", posted_date="2026-06-11")


# Pages


@pytest.fixture
def five(account: BankAccount) -> None:
    for number in range(4):
        build.budget(account, name=f"Budget {number}")


@pytest.mark.parametrize("path", [TRANSACTIONS, BUDGETS])
def test_an_answered_page_leaves_no_row_to_the_collector(path: str, api: APIClient, five: None, rows: None) -> None:
    def kept() -> int:
        return sum(type(each) in (Transaction, Budget) for each in gc.get_objects())

    gc.collect()
    before = kept()
    gc.disable()
    try:
        assert len(api.get(path).json()["results"]) >= 3
        assert kept() <= before
    finally:
        gc.enable()


def test_an_answer_that_was_sent_is_gone_at_once(owner: User, five: None) -> None:
    request = APIRequestFactory().get(BUDGETS)
    force_authenticate(request, owner)
    gc.disable()
    try:
        answer = resolve(BUDGETS).func(request).render()
        assert b"Budget 3" in answer.content
        sent = weakref.ref(answer)
        del answer
        assert sent() is None
    finally:
        gc.enable()


def test_pages_lead_to_one_another_and_keep_the_query(api: APIClient, five: None) -> None:
    path = f"{BUDGETS}?page_size=2&search=budget&ordering=-name"
    first = api.get(path).json()
    assert (first["count"], first["previous"], [each["name"] for each in first["results"]]) == (
        4,
        None,
        ["Budget 3", "Budget 2"],
    )
    assert first["next"].startswith("http://testserver/api/v1/budgets/?")
    second = api.get(first["next"]).json()
    assert [each["name"] for each in second["results"]] == ["Budget 1", "Budget 0"]
    assert second["next"] is None
    assert api.get(second["previous"]).json() == first


@pytest.mark.parametrize("page", ["999", "0", "-1", "abc", "1.5", "9" * 5000])
def test_a_page_that_is_not_there_is_not_found(page: str, api: APIClient, five: None) -> None:
    response = api.get(BUDGETS, {"page": page})
    assert (response.status_code, response.json()) == (404, {"detail": "Invalid page.", "code": "not_found"})


@pytest.mark.parametrize(("page", "count"), [("last", 1), ("", 2), ("3", 1)])
def test_a_page_may_be_the_last_one_or_left_empty(page: str, count: int, api: APIClient, five: None) -> None:
    assert len(api.get(BUDGETS, {"page": page, "page_size": "2"}).json()["results"]) == count


def test_a_page_has_a_hundred_rows_or_what_is_asked_for_up_to_500(api: APIClient) -> None:
    Bank.objects.bulk_create(
        Bank(name=f"Bank {number}", created_at=build.NOW, modified_at=build.NOW) for number in range(502)
    )
    for asked, given in ((None, 100), ("", 100), ("0", 100), ("-1", 100), ("abc", 100), ("1.5", 100), ("7", 7)):
        assert len(names(api, "/api/v1/banks/", "name", **({} if asked is None else {"page_size": asked}))) == given
    for asked in ("500", "501", "100000", "9" * 400):
        assert len(names(api, "/api/v1/banks/", "name", page_size=asked)) == 500


# Orders


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("", "GAMMA BETA ALPHA"),
        ("transaction_date", "ALPHA BETA GAMMA"),
        ("-transaction_date", "GAMMA BETA ALPHA"),
        ("amount", "ALPHA GAMMA BETA"),
        ("-amount", "BETA GAMMA ALPHA"),
        ("created_at", "ALPHA BETA GAMMA"),
        ("nonsense", "GAMMA BETA ALPHA"),
        ("bank_account__owners__password", "GAMMA BETA ALPHA"),
        ("nonsense,amount", "ALPHA GAMMA BETA"),
    ],
)
def test_transactions_come_newest_first_or_as_asked(
    ordering: str, expected: str, api: APIClient, account: BankAccount
) -> None:
    for days, (name, amount) in enumerate((("ALPHA", "-30"), ("BETA", "20"), ("GAMMA", "-10"))):
        when = build.at(days)
        build.transaction(account, raw_description=name, amount=amount, posted_date=when, now=when)
    assert names(api, TRANSACTIONS, ordering=ordering) == expected.split()


def test_budgets_come_by_name_or_as_asked(api: APIClient, account: BankAccount) -> None:
    build.budget(account, name="B", balance="5", now=build.at(1))
    build.budget(account, name="A", balance="1", now=build.at(2))
    assert names(api, BUDGETS, "name") == ["A", "B", "Unallocated"]
    assert names(api, BUDGETS, "name", ordering="balance") == ["A", "B", "Unallocated"]
    assert names(api, BUDGETS, "name", ordering="-balance") == ["Unallocated", "B", "A"]
    assert names(api, BUDGETS, "name", ordering="created_at") == ["Unallocated", "B", "A"]


def test_pages_of_equal_rows_hold_each_row_once(api: APIClient, account: BankAccount) -> None:
    for _ in range(5):
        build.transaction(account, amount="-1")
    found = [names(api, TRANSACTIONS, "id", ordering="amount", page_size=2, page=page) for page in (1, 2, 3)]
    assert len({key for page in found for key in page}) == 5


# Filters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"pending": "true"}, "ALPHA"),
        ({"pending": "False"}, "GAMMA BETA"),
        ({"pending": "perhaps"}, "GAMMA BETA ALPHA"),
        ({"transaction_type": "fee"}, "GAMMA"),
        ({"transaction_type": ""}, "GAMMA BETA ALPHA"),
        ({"unknown": "x", "id": "zzz"}, "GAMMA BETA ALPHA"),
        ({"date_from": "2026-06-11"}, "GAMMA BETA"),
        ({"date_to": "2026-06-11"}, "BETA ALPHA"),
        ({"date_from": "2026-06-11", "date_to": "2026-06-11"}, "BETA"),
        ({"posted_date_from": "2026-06-11T12:00:00Z"}, "GAMMA BETA"),
        ({"posted_date_from": "2026-06-11T12:00:01Z"}, "GAMMA"),
        ({"posted_date_to": "2026-06-11T14:00:00+02:00"}, "BETA ALPHA"),
        ({"posted_date_to": "2026-06-12T11:59:00+23:59"}, "BETA ALPHA"),  # further than PostgreSQL reads offsets
        ({"posted_date_to": "2026-06-11T11:59:59"}, "ALPHA"),
        ({"date_from": "9999-12-31"}, ""),
        ({"search": "market"}, "BETA ALPHA"),
        ({"search": "MARKET alpha"}, "ALPHA"),
        ({"search": "beta,50%"}, "BETA"),
        ({"search": "%"}, "BETA"),
        ({"search": "_"}, ""),
        ({"search": '"market, 50"'}, "BETA"),
        ({"search": '"'}, "GAMMA BETA ALPHA"),
        ({"search": " "}, "GAMMA BETA ALPHA"),
    ],
)
def test_transactions_are_found_by(query: dict[str, str], expected: str, api: APIClient, rows: None) -> None:
    assert [name.split()[0] for name in names(api, TRANSACTIONS, **query)] == expected.split()


def test_the_count_is_that_of_what_is_asked_for(api: APIClient, owner: User, account: BankAccount, rows: None) -> None:
    build.transaction(build.account(owner=owner, name="Another"), amount="-1")

    def count(**query: Any) -> int:
        found: int = api.get(TRANSACTIONS, {"page_size": 1, **query}).json()["count"]
        return found

    in_all = Transaction.objects.filter(bank_account=account).count()
    pending = Transaction.objects.filter(bank_account=account, pending=True).count()
    for _ in range(2):
        assert count() == in_all + 1
        assert count(bank_account=account.pk) == count(bank_account=f"{{{account.pk}}}") == in_all
        assert count(bank_account=account.pk, pending="true") == pending
        assert count(bank_account=account.pk, search="", pending="perhaps") == in_all
        assert count(bank_account=uuid4()) == 0
        build.transaction(account, amount="-1")
        in_all += 1


def test_a_search_knows_the_case_of_every_letter_and_takes_many_words(api: APIClient, account: BankAccount) -> None:
    build.transaction(account, raw_description="CAFÉ ÉTOILE")

    for text in ("café", "Étoile", "CAFÉ,étoile", " ".join(["café"] * 20), "c,a,f,é," * 12):
        assert names(api, TRANSACTIONS, "raw_description", search=text) == ["CAFÉ ÉTOILE"], text
    assert names(api, TRANSACTIONS, search="café thé") == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (TRANSACTIONS, {"bank_account": "zzz"}),
        (TRANSACTIONS, {"transaction_type": "zzz"}),
        (TRANSACTIONS, {"date_from": "yesterday"}),
        (TRANSACTIONS, {"date_to": "2026-02-30"}),
        (TRANSACTIONS, {"posted_date_to": "2026-W40-1"}),
        (TRANSACTIONS, {"posted_date_from": "0001-01-01T00:00:00+14:00"}),
        (TRANSACTIONS, {"search": "x" * 101}),
        (TRANSACTIONS, {"search": "a\0"}),
        (BUDGETS, {"budget_type": "Z"}),
        ("/api/v1/bank-accounts/", {"account_type": "Z"}),
        ("/api/v1/allocations/", {"budget": "5"}),
        ("/api/v1/allocations/", {"category": "\0"}),
        ("/api/v1/internal-transactions/", {"src_budget": "x"}),
    ],
)
def test_a_filter_that_says_nothing_is_refused_by_name(path: str, query: dict[str, str], api: APIClient) -> None:
    response = api.get(path, query)
    assert (response.status_code, list(response.json())) == (400, list(query))


def test_budgets_are_found_by_account_type_state_and_name(
    api: APIClient, account: BankAccount, shared_account: BankAccount
) -> None:
    build.budget(account, name="Old car", budget_type="C", paused=True)
    build.budget(account, name="New car")
    here = str(account.pk)
    assert names(api, BUDGETS, "name", bank_account=here) == ["New car", "Old car", "Unallocated"]
    assert names(api, BUDGETS, "name", bank_account=here.replace("-", "").upper(), search="CAR") == [
        "New car",
        "Old car",
    ]
    assert names(api, BUDGETS, "name", budget_type="C") == ["Old car"]
    assert names(api, BUDGETS, "name", paused="true") == ["Old car"]
    assert names(api, BUDGETS, "name", archived="true") == []


def test_accounts_are_found_by_type(api: APIClient, owner: User) -> None:
    build.account(owner=owner, name="Card", account_type="X")
    build.account(owner=owner, name="Checking")
    assert names(api, "/api/v1/bank-accounts/", "name", account_type="X") == ["Card"]
    assert names(api, "/api/v1/bank-accounts/", "name", ordering="-name") == ["Checking", "Card"]


def test_allocations_are_found_by_transaction_budget_and_category(
    api: APIClient, account: BankAccount, groceries: Budget
) -> None:
    first = build.transaction(account, amount="-10", splits={groceries: "4"})
    build.transaction(account, amount="-5", now=build.at(1))
    path = "/api/v1/allocations/"
    assert names(api, path, "amount", transaction=str(first.pk)) == ["-6.00", "-4.00"]
    assert names(api, path, "amount", budget=str(groceries.pk)) == ["-4.00"]
    assert names(api, path, "amount", ordering="-created_at") == ["-5.00", "-4.00", "-6.00"]
    assert names(api, path, "amount", category="Uncategorized:Unassigned", budget=str(groceries.pk)) == ["-4.00"]
    assert names(api, path, "amount", category="Food & Drink:Groceries") == []


def test_transfers_are_found_by_budget_and_date(
    api: APIClient, account: BankAccount, unallocated: Budget, groceries: Budget, rent: Budget
) -> None:
    build.transfer(account, source=unallocated, target=groceries, amount="1", effective_at="2026-06-01")
    build.transfer(account, source=unallocated, target=rent, amount="3", effective_at="2026-06-03")
    build.transfer(account, source=groceries, target=rent, amount="2", effective_at="2026-06-02")
    path = "/api/v1/internal-transactions/"
    assert names(api, path, "amount") == ["3.00", "2.00", "1.00"]
    assert names(api, path, "amount", ordering="-created_at")[0] == "2.00"
    assert names(api, path, "amount", ordering="created_at")[-1] == "2.00"
    assert names(api, path, "amount", budget=str(groceries.pk)) == ["2.00", "1.00"]
    assert names(api, path, "amount", src_budget=str(unallocated.pk)) == ["3.00", "1.00"]
    assert names(api, path, "amount", dst_budget=str(rent.pk)) == ["3.00", "2.00"]
    assert names(api, path, "amount", date_from="2026-06-02", date_to="2026-06-02") == ["2.00"]
    assert names(api, path, "amount", bank_account=str(account.pk), date_to="2026-06-01T11:00:00Z") == []
