"""Nobody but an account's owners sees it, changes it, or learns that it is there."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.services import linking
from tests import build
from tests.contract.document import Operation, operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = pytest.mark.django_db

OPERATIONS = operations()
SHARED = ("/api/v1/banks/", "/api/v1/currencies/", "/api/token/")
OF_AN_OWNER = [each for each in OPERATIONS if each.is_object and not each.path.startswith(SHARED)]
SIGNED_IN = [each for each in OPERATIONS if not each.path.startswith("/api/token/")]
OF_STAFF = [each for each in OPERATIONS if each.path.startswith("/api/v1/users/") and "/me/" not in each.path]
LISTS = [each for each in OPERATIONS if each.id.endswith("_list") and each.id not in ("banks_list", "users_list")]
UUID_FILTERS = {"bank_account", "budget", "transaction", "src_budget", "dst_budget"}

by_id = pytest.mark.parametrize("operation", OF_AN_OWNER, ids=lambda operation: operation.id)


@by_id
def test_an_object_is_not_there_for_others_whatever_the_body_says(
    operation: Operation, house: House, stranger: User, staff: User
) -> None:
    before = houses.ledger()
    for user in (stranger, staff):
        assert houses.send(houses.client(user), operation, house).status_code == 404
        assert houses.send(houses.client(user), operation, house, {"no": "sense"}).status_code == 404
    assert houses.ledger() == before


@by_id
def test_foreign_unknown_and_malformed_ids_are_one_answer(operation: Operation, house: House, stranger: User) -> None:
    api = houses.client(stranger)
    body = houses.BODIES[operation.id](house) if operation.id in houses.BODIES else None
    answers = {
        getattr(api, operation.method.lower())(operation.path.replace("{id}", key), body).content
        for key in (houses.url(operation, house).split("/")[4], str(uuid4()), "zzz", "0", "%00", "x" * 4000)
    }
    assert len(answers) == 1


@pytest.mark.parametrize("operation", SIGNED_IN, ids=lambda operation: operation.id)
def test_nobody_is_let_in_without_a_token(operation: Operation, house: House) -> None:
    before = houses.ledger()
    response = houses.send(houses.client(None), operation, house)
    assert response.status_code == 401
    assert response.json() == {"detail": "Authentication credentials were not provided.", "code": "not_authenticated"}
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert houses.client(None).options(houses.url(operation, house)).status_code == 401
    assert houses.ledger() == before


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.id)
def test_lists_hold_nothing_of_others(operation: Operation, house: House, stranger: User) -> None:
    assert houses.send(houses.client(house.owner), operation, house).json()["count"] > 0
    assert houses.send(houses.client(stranger), operation, house).json()["results"] == []


@pytest.mark.parametrize(
    ("operation", "name"),
    [(each, name) for each in LISTS for name in each.parameters if name in UUID_FILTERS],
    ids=lambda value: getattr(value, "id", value),
)
def test_a_filter_by_what_is_foreign_finds_nothing(
    operation: Operation, name: str, house: House, stranger: User
) -> None:
    keys: dict[str, UUID] = {
        "bank_account": house.account.pk,
        "budget": house.groceries.pk,
        "transaction": house.transaction.pk,
        "src_budget": house.rent.pk,
        "dst_budget": house.groceries.pk,
    }
    foreign = houses.client(stranger).get(operation.path, {name: str(keys[name])})
    unknown = houses.client(stranger).get(operation.path, {name: str(uuid4())})
    assert (foreign.status_code, foreign.content) == (200, unknown.content)
    assert houses.client(house.owner).get(operation.path, {name: str(keys[name])}).json()["count"] > 0


def test_owners_share_everything(coowner: User, house: House) -> None:
    house.account.owners.add(coowner)
    for operation in OF_AN_OWNER:
        if not operation.writes:
            assert houses.send(houses.client(coowner), operation, house).status_code == 200, operation.id


def test_who_is_no_owner_any_more_is_a_stranger(coowner: User, house: House) -> None:
    house.account.owners.add(coowner)
    house.account.owners.remove(house.owner)
    assert houses.client(house.owner).get(f"/api/v1/transactions/{house.transaction.pk}/").status_code == 404


def test_nothing_is_made_in_a_foreign_account(house: House, stranger: User) -> None:
    before = houses.ledger()
    for path, body in (
        ("budgets", houses.budget_body(house)),
        ("transactions", houses.transaction_body(house)),
        ("internal-transactions", houses.transfer_body(house)),
    ):
        answers = [
            houses.client(stranger).post(f"/api/v1/{path}/", body | {"bank_account": str(key)})
            for key in (house.account.pk, uuid4())
        ]
        assert [each.status_code for each in answers] == [400, 400]
        assert answers[0].content == answers[1].content
        assert "bank_account" in answers[0].json()
    assert houses.ledger() == before


@pytest.mark.parametrize("side", ["src_budget", "dst_budget"])
def test_no_transfer_has_a_foreign_budget(
    side: str, house: House, stranger: User, foreign_account: BankAccount
) -> None:
    before = houses.ledger()
    own = str(build.unallocated(foreign_account).pk)
    body = {"bank_account": str(foreign_account.pk), "amount": "1", "src_budget": own, "dst_budget": own}
    answers = [
        houses.client(stranger).post("/api/v1/internal-transactions/", body | {side: str(key)})
        for key in (house.groceries.pk, uuid4())
    ]
    assert [each.status_code for each in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert side in answers[0].json()
    assert houses.ledger() == before


def test_a_split_over_a_foreign_budget_is_refused_like_one_over_an_unknown_one(
    house: House, stranger: User, foreign_account: BankAccount
) -> None:
    own = build.transaction(foreign_account, amount="-10.00")
    before = houses.ledger()
    unknown = uuid4()
    answers = [
        houses.client(stranger).post(f"/api/v1/transactions/{own.pk}/splits/", {"splits": {str(key): "1.00"}})
        for key in (house.groceries.pk, unknown)
    ]
    assert [each.status_code for each in answers] == [400, 400]
    foreign_text, unknown_text = (each.content.decode() for each in answers)
    assert foreign_text.replace(str(house.groceries.pk), str(unknown)) == unknown_text
    assert houses.ledger() == before


def test_a_default_account_must_be_ones_own(house: House, stranger: User) -> None:
    api = houses.client(stranger)
    answers = [
        api.patch("/api/v1/users/me/", {"default_bank_account": str(key)}) for key in (house.account.pk, uuid4())
    ]
    assert [each.status_code for each in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert "default_bank_account" in answers[0].json()


def test_fillup_goals_are_never_taken_from_a_client(house: House, stranger: User, foreign_account: BankAccount) -> None:
    api = houses.client(stranger)
    body = houses.budget_body(house) | {
        "bank_account": str(foreign_account.pk),
        "budget_type": "R",
        "fillup_goal": str(house.groceries.pk),
    }
    made = api.post("/api/v1/budgets/", body)
    assert (made.status_code, made.json()["fillup_goal"]) == (201, None)
    changed = api.patch(f"/api/v1/budgets/{made.json()['id']}/", {"fillup_goal": str(house.groceries.pk), "name": "X"})
    assert (changed.status_code, changed.json()["fillup_goal"]) == (200, None)
    house.groceries.refresh_from_db()
    assert house.groceries.name == "Groceries"


@pytest.mark.parametrize("operation", OF_STAFF, ids=lambda operation: operation.id)
def test_profiles_of_others_are_for_staff(operation: Operation, house: House) -> None:
    before = houses.ledger()
    assert houses.send(houses.client(house.owner), operation, house).status_code == 403
    assert houses.ledger() == before


READ_ONLY: dict[str, Any] = {
    "id": str(uuid4()),
    "owners": ["stranger"],
    "actor": 999_999,
    "is_staff": True,
    "is_superuser": True,
    "username": "other",
    "balance": "999.00",
    "archived": True,
    "complete": True,
    "linked_transaction": str(uuid4()),
    "unallocated_budget": str(uuid4()),
    "is_unallocated": True,
    "import_key": "x",
    "seq": 0,
    "net_funding": "5.00",
    "opening": "5.00",
    "deleted_at": "2026-01-01T00:00:00Z",
    "created_at": "2001-01-01T00:00:00Z",
    "url": "https://example.org/",
    "party": "me",
    "bank_account_posted_balance": "1.00",
}
WRITES = [each for each in SIGNED_IN if each.writes and each.id in houses.BODIES and each not in OF_STAFF]


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.id)
def test_what_is_not_for_a_client_to_say_is_ignored(operation: Operation, house: House) -> None:
    body = READ_ONLY | houses.BODIES[operation.id](house)
    response = houses.send(houses.client(house.owner), operation, house, body)
    assert response.status_code == operation.status, response.content
    answer = response.json()
    for name, value in READ_ONLY.items():
        if operation.id == "budgets_archive_create" and name == "archived":
            continue
        assert answer.get(name) != value, name
    assert not User.objects.filter(is_staff=True).exists()
    assert list(house.account.owners.all()) == [house.owner]


def test_the_other_side_of_a_movement_is_told_to_who_owns_it_alone(
    owner: User, coowner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    def linked() -> Transaction:
        there, here = build.transaction(account, amount="-5.00"), build.transaction(shared_account, amount="5.00")
        linking.link(actor=owner, transaction_id=there.pk, other_id=here.pk, now=build.NOW)
        return here

    def told(user: User) -> list[Any]:
        api, path = houses.client(user), f"/api/v1/transactions/{here.pk}/"
        listed = api.get("/api/v1/transactions/", {"bank_account": str(shared_account.pk)}).json()["results"]
        answers = [*listed, api.get(path).json(), api.patch(path, {"memo": f"{user}{len(listed)}"}).json()]
        return [each["linked_transaction"] for each in answers]

    here = linked()
    other = Transaction.objects.get(linked_transaction=here)
    assert told(owner) == [str(other.pk)] * 3
    with CaptureQueriesContext(connection) as of_one:
        assert told(coowner) == [None] * 3
    more = [linked() for _ in range(2)]
    with CaptureQueriesContext(connection) as of_three:
        assert told(coowner) == [None] * 5
    assert len(of_three) == len(of_one)
    assert houses.client(coowner).delete(f"/api/v1/transactions/{here.pk}/link/").status_code == 400
    assert Transaction.objects.exclude(linked_transaction=None).count() == 2 * (1 + len(more))
