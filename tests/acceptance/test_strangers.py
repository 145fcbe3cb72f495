"""What belongs to others: refused wherever its id is put, and no different from what does not exist."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from .client import API, Client, Item
from .conftest import World
from .household import Household, build, transaction_given, transfer_given


@pytest.fixture(scope="module")
def home(world: World) -> Household:
    return build(world)


@pytest.fixture(scope="module")
def theirs(world: World) -> Item:
    """What the stranger owns: an account with a budget and a transaction."""
    account = world.stranger.open_account(world.bank, available_balance="50.00", posted_balance="50.00")
    budget = world.stranger.budget(account["id"])
    transaction = world.stranger.spend(account["id"], "-5.00")
    return {"account": account, "budget": budget, "transaction": transaction}


@pytest.fixture
def untouched(world: World, home: Household, theirs: Item) -> Iterator[None]:
    """Neither side's data is different afterwards."""
    clients = (world.owner, world.coowner, world.stranger)
    before = [client.dump() for client in clients]
    yield
    assert [client.dump() for client in clients] == before


def test_a_stranger_cannot_create_a_budget_in_somebody_elses_account(home: Household, untouched: None) -> None:
    given = {"name": "Mine now", "bank_account": home.account["id"], "target_balance": "10.00"}

    refusal = home.world.stranger.refused("POST", "/budgets/", given)

    assert list(refusal) == ["bank_account"]


def test_a_stranger_cannot_create_a_transaction_in_somebody_elses_account(home: Household, untouched: None) -> None:
    refusal = home.world.stranger.refused("POST", "/transactions/", transaction_given(home))

    assert list(refusal) == ["bank_account"]


def test_a_stranger_cannot_move_money_between_somebody_elses_budgets(home: Household, untouched: None) -> None:
    refusal = home.world.stranger.refused("POST", "/internal-transactions/", transfer_given(home))

    assert set(refusal) <= {"bank_account", "src_budget", "dst_budget"}


def foreign_writes(home: Household, theirs: Item) -> Iterator[tuple[str, str, Any, str]]:
    """Method, path, body and the id in it that is not the stranger's."""
    account, mine = home.account["id"], theirs["account"]["id"]
    budget, transaction = theirs["budget"]["id"], theirs["transaction"]["id"]
    own_transfer = {"bank_account": mine, "amount": "1.00", "src_budget": budget}
    own_transfer["dst_budget"] = theirs["account"]["unallocated_budget"]
    yield "POST", "/budgets/", {"name": "x", "bank_account": account, "target_balance": "0"}, account
    yield "POST", "/transactions/", transaction_given(home), account
    yield "POST", "/internal-transactions/", own_transfer | {"bank_account": account}, account
    yield "POST", "/internal-transactions/", own_transfer | {"src_budget": home.a["id"]}, home.a["id"]
    yield "POST", "/internal-transactions/", own_transfer | {"dst_budget": home.b["id"]}, home.b["id"]
    yield "POST", "/internal-transactions/", own_transfer | {"dst_budget": home.unallocated}, home.unallocated
    yield "POST", f"/transactions/{transaction}/splits/", {"splits": {home.a["id"]: "1.00"}}, home.a["id"]
    yield "POST", f"/transactions/{transaction}/splits/", {"splits": {budget: "1", home.a["id"]: "1"}}, home.a["id"]
    yield "PATCH", "/users/me/", {"default_bank_account": account}, account
    yield "PATCH", f"/budgets/{budget}/", {"bank_account": account}, account
    yield "PATCH", f"/transactions/{transaction}/", {"bank_account": account}, account


def test_a_foreign_id_in_a_body_is_refused_like_one_that_does_not_exist(
    home: Household, theirs: Item, untouched: None
) -> None:
    absent = str(uuid.uuid4())
    for method, path, body, foreign in foreign_writes(home, theirs):
        for kind in ("json", "form") if "splits" not in path else ("json",):
            refused = home.world.stranger.refused(method, path, body, kind=kind)
            unknown = home.world.stranger.refused(method, path, swapped(body, foreign, absent), kind=kind)
            where = f"{method} {path} {body}"
            assert swapped(unknown, absent, "*") == swapped(refused, foreign, "*"), where


def swapped(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {swapped(key, old, new): swapped(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [swapped(item, old, new) for item in value]
    return value.replace(old, new) if isinstance(value, str) else value


def test_a_foreign_id_in_a_path_is_not_found_like_one_that_does_not_exist(
    home: Household, theirs: Item, untouched: None
) -> None:
    absent = str(uuid.uuid4())
    objects = [("bank-accounts", home.account["id"]), ("budgets", home.a["id"]), ("budgets", home.unallocated)]
    objects += [("transactions", home.transaction["id"]), ("allocations", home.allocation["id"])]
    objects += [("internal-transactions", home.transfer["id"])]
    below: dict[str, list[tuple[str, str, Any]]] = {
        "bank-accounts": [
            ("POST", "mark-imported/", {"last_posted_through": "2026-01-01"}),
            ("GET", "funding-summary/", None),
        ],
        "budgets": [("POST", "archive/", {})],
        "transactions": [
            ("POST", "splits/", {"splits": {}}),
            ("POST", "splits/", {"splits": {theirs["budget"]["id"]: "1"}}),
            ("GET", "image/", None),
            ("GET", "document/", None),
        ],
    }
    for noun, foreign in objects:
        ways: list[tuple[str, str, Any]] = [
            ("GET", "", None),
            ("PUT", "", {"name": "x"}),
            ("PATCH", "", {"name": "x"}),
            ("DELETE", "", None),
        ]
        for method, rest, body in ways + below.get(noun, []):
            for client in (home.world.stranger, home.world.staff):
                replies = [client.send(method, f"/{noun}/{each}/{rest}", body) for each in (foreign, absent)]
                told = f"{method} /{noun}/…/{rest} {replies[0].told()}"
                assert replies[0].status in {404, 405}, told
                assert replies[0].status == replies[1].status, told
                assert replies[0].body.replace(foreign.encode(), b"") == replies[1].body.replace(absent.encode(), b"")


def test_a_foreign_id_in_a_filter_finds_nothing(home: Household, theirs: Item, untouched: None) -> None:
    filters = [("budgets", "bank_account", home.account), ("transactions", "bank_account", home.account)]
    filters += [("allocations", "bank_account", home.account), ("allocations", "budget", home.a)]
    filters += [("allocations", "transaction", home.transaction)]
    filters += [("internal-transactions", "bank_account", home.account), ("internal-transactions", "budget", home.b)]
    filters += [("internal-transactions", "src_budget", {"id": home.unallocated})]
    filters += [("internal-transactions", "dst_budget", home.b)]
    for noun, name, item in filters:
        answers = [home.world.stranger.get(f"/{noun}/", **{name: each}) for each in (item["id"], str(uuid.uuid4()))]
        assert answers[0] == answers[1] == {"count": 0, "next": None, "previous": None, "results": []}, (noun, name)


def test_a_fill_up_goal_is_never_taken_from_a_client(home: Household, theirs: Item, untouched: None) -> None:
    """The id of another's budget, given as one's own fill-up, stays without effect."""
    stranger, account = home.world.stranger, theirs["account"]["id"]
    for foreign in (home.a["id"], home.unallocated):
        given = {"name": "Trap", "bank_account": account, "target_balance": "10.00", "budget_type": "R"}
        reply = stranger.send("POST", "/budgets/", given | {"fillup_goal": foreign, "with_fillup_goal": False})
        if reply.status == 201:
            trap = reply.json()
            assert trap["fillup_goal"] is None
            path = f"/budgets/{trap['id']}/"
            stranger.send("PATCH", path, {"fillup_goal": foreign, "name": "Trapped", "target_balance": "11.00"})
            assert stranger.get(path)["fillup_goal"] is None
            stranger.delete(path)
        else:
            assert reply.status == 400
            assert list(reply.json()) == ["fillup_goal"]


def test_an_account_of_ones_own_is_no_bridge_to_another(world: World, home: Household) -> None:
    """Also the owner cannot mix two accounts."""
    owner = world.owner
    other = owner.open_account(world.bank, name="Other", available_balance="10.00", posted_balance="10.00")
    before = owner.dump()
    mixed = {"bank_account": home.account["id"], "amount": "1.00", "src_budget": home.unallocated}

    owner.refused("POST", "/internal-transactions/", mixed | {"dst_budget": other["unallocated_budget"]})
    owner.refused("POST", "/internal-transactions/", transfer_given(home) | {"bank_account": other["id"]})
    share = {"splits": {other["unallocated_budget"]: "1.00"}}
    owner.refused("POST", f"/transactions/{home.transaction['id']}/splits/", share)

    assert owner.dump() == before


def test_what_a_client_may_not_set_is_never_stored(world: World, home: Household) -> None:
    owner = world.owner
    path = f"/bank-accounts/{home.account['id']}/"
    forbidden: Item = {
        "id": str(uuid.uuid4()),
        "created_at": "2000-01-01T00:00:00Z",
        "modified_at": "2000-01-01T00:00:00Z",
    }
    unset = {
        path: {"owners": ["stranger"], "unallocated_budget": home.a["id"], "last_posted_through": "2000-01-01"},
        f"/budgets/{home.a['id']}/": {
            "balance": "9.00",
            "archived": True,
            "complete": True,
            "archived_at": "2000-01-01",
        },
        f"/transactions/{home.transaction['id']}/": {"linked_transaction": home.transaction["id"], "party": "Me"},
        "/users/me/": {"username": "root", "is_staff": True, "is_superuser": True, "password": "x", "url": "http://x/"},
    }
    before = owner.dump()
    for where, fields in unset.items():
        for name, value in (fields | forbidden).items():
            reply = owner.send("PATCH", where, {name: value})
            assert reply.status in {200, 400}, f"{where} {name}: {reply.told()}"
    assert without_times(owner.dump()) == without_times(before)
    assert world.owner.send("GET", "/users/").status == 403


def without_times(dump: Item) -> Item:
    return {
        noun: {key: {n: v for n, v in row.items() if n != "modified_at"} for key, row in rows.items()}
        if noun != "me"
        else rows
        for noun, rows in dump.items()
    }


def test_search_and_ordering_leak_nothing(home: Household, theirs: Item) -> None:
    stranger: Client = home.world.stranger
    assert stranger.get("/transactions/", search="CORNER SHOP")["count"] == 0
    assert stranger.get("/budgets/", search="Groceries")["count"] == 0
    for field in ("bank_account__owners__password", "bank_account__account_number", "-balance,password"):
        reply = stranger.raw("GET", f"{API}/transactions/?ordering={field}")
        assert reply.status == 200
        assert reply.json()["count"] == 1
