"""Accounts, currencies and users, as the document and the existing clients know them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from . import books, shapes
from .client import Item
from .conftest import World


def test_the_least_account_has_defaults(world: World) -> None:
    account = world.owner.post("/bank-accounts/", {"name": "Least", "bank": world.bank})

    shapes.check("BankAccount", account)
    assert account["owners"] == ["owner"]
    assert (account["currency"], account["posted_balance"], account["available_balance"]) == ("USD", "0.00", "0.00")
    assert (account["account_number"], account["last_imported_at"], account["last_posted_through"]) == (None,) * 3
    unallocated = world.owner.get(f"/budgets/{account['unallocated_budget']}/")
    assert (unallocated["name"], unallocated["balance"], unallocated["bank_account"]) == (
        "Unallocated",
        "0.00",
        account["id"],
    )


@pytest.mark.parametrize("kind", ["json", "form", "multipart"])
def test_an_account_comes_back_as_it_was_given(world: World, kind: str) -> None:
    given = {"name": "Ünser Könto 🏦", "bank": world.bank, "account_type": "S", "account_number": "DE02 1203 0000"}
    given |= {"currency": "USD", "posted_balance": "12.50", "available_balance": "-7.05"}

    account = world.owner.post("/bank-accounts/", given, kind=kind)

    assert {name: account[name] for name in given} == given
    assert world.owner.get(f"/bank-accounts/{account['id']}/") == account
    assert world.owner.balance(account["unallocated_budget"]) == "-7.05"
    books.check(world.owner, account["id"], available="-7.05", posted="12.50")


def test_put_takes_what_get_gave(world: World) -> None:
    account = world.owner.open_account(world.bank, available_balance="10.00", account_number="123")
    path = f"/bank-accounts/{account['id']}/"

    changed = world.owner.put(path, world.owner.get(path) | {"name": "Renamed"})

    assert without(changed, "modified_at") == without(account | {"name": "Renamed"}, "modified_at")
    assert world.owner.put(path, {"name": "Again", "bank": world.bank})["name"] == "Again"


def without(item: Item, *names: str) -> Item:
    return {name: value for name, value in item.items() if name not in names}


def test_what_an_account_was_made_with_stays(world: World) -> None:
    account = world.owner.open_account(world.bank, available_balance="10.00", posted_balance="10.00")
    path = f"/bank-accounts/{account['id']}/"
    changes = {"bank": world.banks["Zweite Bank"], "account_type": "X", "currency": "EUR"}
    changes |= {"posted_balance": "10.01", "available_balance": "9.99"}
    for name, value in changes.items():
        assert list(world.owner.refused("PATCH", path, {name: value})) == [name]
        assert world.owner.patch(path, {name: account[name]})["id"] == account["id"]
    assert world.owner.patch(path, {"account_number": "77", "name": "New"})["account_number"] == "77"
    assert world.owner.patch(path, {"account_number": None})["account_number"] is None


@pytest.mark.parametrize(
    ("currency", "shown", "too_fine"),
    [("JPY", "1234.00", "0.5"), ("KWD", "1234.567", "0.0001"), ("EUR", "1234.50", "0.001")],
)
def test_each_currency_has_its_own_decimals(world: World, currency: str, shown: str, too_fine: str) -> None:
    owner = world.owner
    account = owner.open_account(world.bank, currency=currency, available_balance=shown, posted_balance=shown)
    budget = owner.budget(account["id"], target_balance=shown)
    transaction = owner.spend(account["id"], f"-{shown}")
    allocation = owner.split(transaction["id"], {budget["id"]: shown})[-1]
    transfer = owner.move(account["id"], account["unallocated_budget"], budget["id"], shown)

    assert account["available_balance"] == budget["target_balance"] == transfer["amount"] == shown
    assert transaction["amount"] == allocation["amount"] == f"-{shown}"
    assert {account["currency"], budget["balance_currency"], transaction["amount_currency"]} == {currency}
    for schema, path in (
        ("Budget", "budgets"),
        ("Transaction", "transactions"),
        ("InternalTransaction", "internal-transactions"),
    ):
        for row in shapes.page(schema, owner.get(f"/{path}/", bank_account=account["id"])):
            assert {value for name, value in row.items() if name.endswith("_currency")} <= {currency, None}
    path = "/internal-transactions/"
    sides = {"bank_account": account["id"], "src_budget": account["unallocated_budget"], "dst_budget": budget["id"]}
    assert list(owner.refused("POST", path, sides | {"amount": too_fine})) == ["amount"]
    assert list(owner.refused("PATCH", f"/budgets/{budget['id']}/", {"target_balance": too_fine})) == ["target_balance"]
    books.check(owner, account["id"], available=shown, posted=shown)


def test_an_account_has_the_currency_of_its_bank_unless_told(world: World) -> None:
    assert world.owner.open_account(world.banks["Zweite Bank"])["currency"] == "EUR"
    assert world.owner.open_account(world.banks["Zweite Bank"], currency="USD")["currency"] == "USD"
    for wrong in ("ZZZ", "XXX", "ADP", "", "EURO", 5, None, ["EUR"]):
        given = {"name": "x", "bank": world.bank, "currency": wrong}
        assert list(world.owner.refused("POST", "/bank-accounts/", given)) == ["currency"]


def test_deleting_an_account_removes_all_below_it(world: World) -> None:
    owner = world.owner
    account = owner.open_account(world.bank, available_balance="10.00")
    budget = owner.budget(account["id"])
    transaction = owner.spend(account["id"], "-3.00")
    allocation = owner.split(transaction["id"], {budget["id"]: "1.00"})[0]
    transfer = owner.move(account["id"], account["unallocated_budget"], budget["id"], "2.00")
    owner.patch("/users/me/", {"default_bank_account": account["id"]})

    owner.delete(f"/bank-accounts/{account['id']}/")

    gone = {"bank-accounts": account, "budgets": budget, "transactions": transaction, "allocations": allocation}
    for noun, item in (gone | {"internal-transactions": transfer}).items():
        owner.refused("GET", f"/{noun}/{item['id']}/", None, 404)
    owner.refused("DELETE", f"/bank-accounts/{account['id']}/", None, 404)
    assert owner.get("/users/me/")["default_bank_account"] is None


def test_mark_imported_moves_forward_only(world: World) -> None:
    owner = world.owner
    account = owner.open_account(world.bank)
    path = f"/bank-accounts/{account['id']}/mark-imported/"

    marked = owner.post(path, {"last_posted_through": "2026-02-10"}, status=200)
    earlier = owner.post(path, {"last_posted_through": "2026-01-10"}, status=200)

    assert shapes.check("BankAccount", marked)["last_posted_through"] == "2026-02-10"
    assert earlier["last_posted_through"] == "2026-02-10"
    assert earlier["last_imported_at"] > marked["last_imported_at"] > account["created_at"]
    far = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    odd: list[Any] = [far, "9999-12-31", "20261001", "2026-W40-1", "2026-02-30", "soon", "", None, 5, [], {}, True]
    for wrong in odd:
        refusal = owner.refused("POST", path, {"last_posted_through": wrong})
        assert list(refusal) == ["last_posted_through"], wrong
        assert isinstance(refusal["last_posted_through"], list)
    assert list(owner.refused("POST", path, {})) == ["last_posted_through"]
    owner.refused("POST", path, ["2026-03-01"])
    assert owner.get(f"/bank-accounts/{account['id']}/")["last_posted_through"] == "2026-02-10"


def test_a_user_changes_what_is_theirs(world: World) -> None:
    owner = world.owner
    account = owner.open_account(world.bank)
    given = {"name": "Änne", "timezone": "Asia/Tokyo", "default_bank_account": account["id"]}

    me = owner.patch("/users/me/", given)

    assert {name: me[name] for name in given} == given
    assert me["url"] == f"http://127.0.0.1:{world.service.port}/api/v1/users/owner/"
    assert world.staff.raw("GET", me["url"].partition(str(world.service.port))[2]).json()["username"] == "owner"
    foreign = world.stranger.open_account(world.bank)["id"]
    wrong: list[tuple[str, Any]] = [("default_bank_account", foreign), ("timezone", "Mars/Base"), ("timezone", None)]
    wrong += [("timezone", zone) for zone in ("America", ".", "zone.tab", "../../etc/passwd", "", "\0", "localtime")]
    wrong += [("name", "x" * 256), ("name", "a\0b"), ("name", ["x"]), ("name", None), ("default_bank_account", "abc")]
    for name, value in wrong:
        assert list(owner.refused("PATCH", "/users/me/", {name: value})) == [name], value
    assert owner.patch("/users/me/", {"default_bank_account": None, "timezone": "UTC"})["timezone"] == "UTC"
    owner.refused("GET", "/users/owner/", None, 403)
    owner.refused("PATCH", "/users/owner/", {"name": "x"}, 403)
    assert world.staff.patch("/users/coowner/", {"name": "By staff"})["name"] == "By staff"
    assert world.staff.put("/users/coowner/", world.staff.get("/users/coowner/"))["name"] == "By staff"
    assert list(world.staff.refused("PATCH", "/users/coowner/", {"default_bank_account": foreign})) == [
        "default_bank_account"
    ]
    world.staff.refused("GET", "/users/nobody-here/", None, 404)


@pytest.mark.parametrize("spell", [str.upper, lambda key: key.replace("-", "")])
def test_ids_are_found_however_they_are_spelled(world: World, spell: Callable[[str], str]) -> None:
    account = world.owner.open_account(world.bank)
    assert world.owner.get(f"/bank-accounts/{spell(account['id'])}/") == account
    assert world.owner.get("/budgets/", bank_account=spell(account["id"]))["count"] == 1
    assert world.owner.budget(spell(account["id"]))["bank_account"] == account["id"]
