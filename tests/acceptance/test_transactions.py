"""Bank transactions, their splits, and transfers between budgets."""

from typing import Any

import pytest

from . import books, shapes
from .client import Item
from .conftest import World


@pytest.fixture
def account(world: World) -> Item:
    return world.owner.open_account(world.bank, available_balance="1000.00", posted_balance="1000.00")


def test_a_transaction_comes_back_as_it_was_given(world: World, account: Item) -> None:
    given = {"bank_account": account["id"], "amount": "-12.30", "posted_date": "2026-03-02T12:00:00Z"}
    given |= {
        "transaction_date": "2026-03-01T10:00:00Z",
        "transaction_type": "fx_order",
        "memo": "m",
        "description": "d",
    }
    given |= {"raw_description": "SQ *CAFE 0042"}
    for kind in ("json", "form", "multipart"):
        made = world.owner.post("/transactions/", given, kind=kind)
        assert {name: made[name] for name in given} == given
        assert (made["pending"], made["image"], made["document"], made["linked_transaction"]) == (
            False,
            None,
            None,
            None,
        )
        assert world.owner.get(f"/transactions/{made['id']}/") == shapes.check("Transaction", made)
    (only,) = world.owner.get("/allocations/", transaction=made["id"])["results"]
    assert (only["amount"], only["budget"]) == ("-12.30", account["unallocated_budget"])
    books.check(world.owner, account["id"], available=1000, posted=1000)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-03-02T12:00:00+02:00", "2026-03-02T10:00:00Z"),
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z"),
        ("2026-03-02T12:00:00", "2026-03-02T12:00:00Z"),
        ("2026-03-02", "2026-03-02T00:00:00Z"),
        ("2026-03-02T12:00:00.5-05:30", "2026-03-02T17:30:00.500000Z"),
    ],
)
def test_a_posted_date_may_be_written_in_several_ways(world: World, account: Item, given: str, shown: str) -> None:
    world.owner.patch("/users/me/", {"timezone": "UTC"})
    assert world.owner.spend(account["id"], -1, given)["posted_date"] == shown


@pytest.mark.parametrize(
    ("raw", "posted", "bought"),
    [
        ("SHOP 10/03", "2026-10-05T00:00:00Z", "2026-10-03T00:00:00Z"),
        ("SHOP 12/30", "2026-01-02T00:00:00Z", "2025-12-30T00:00:00Z"),
        ("SHOP 09/03", "2026-10-05T08:00:00Z", "2026-10-05T00:00:00Z"),
        ("SHOP 10/03", "2026-10-05T00:00:00+05:00", "2026-10-02T19:00:00Z"),
    ],
)
def test_the_day_of_purchase_is_read_from_the_description(
    world: World, account: Item, raw: str, posted: str, bought: str
) -> None:
    assert world.owner.spend(account["id"], -1, posted, raw_description=raw)["transaction_date"] == bought


def test_json_numbers_are_amounts_too(world: World, account: Item) -> None:
    for given, shown in (
        (-5, "-5.00"),
        (-5.5, "-5.50"),
        (0.1, "0.10"),
        ("7.", "7.00"),
        ("-.5", "-0.50"),
        (" 1.5 ", None),
    ):
        reply = world.owner.send("POST", "/transactions/", transaction(account, amount=given))
        assert reply.status == (201 if shown else 400) or shown is None, reply.told()
        if shown:
            assert reply.json()["amount"] == shown


def transaction(account: Item, **fields: object) -> Item:
    given = {"bank_account": account["id"], "amount": "-1.00", "posted_date": "2026-03-02T12:00:00Z"}
    return given | {"transaction_type": "ach", "raw_description": "SHOP"} | fields


def test_what_was_posted_stays(world: World, account: Item) -> None:
    owner = world.owner
    made = owner.spend(account["id"], "-10.00", memo="a")
    path = f"/transactions/{made['id']}/"
    other = owner.open_account(world.bank)["id"]
    changes = {"amount": "-10.01", "bank_account": other, "posted_date": "2026-03-03T12:00:00Z", "pending": True}
    changes |= {"transaction_date": "2026-03-01T12:00:00Z", "raw_description": "B"}
    for name, value in changes.items():
        assert list(owner.refused("PATCH", path, {name: value})) == [name]
        owner.patch(path, {name: made[name]})
    assert owner.patch(path, {"memo": None, "description": " new ", "transaction_type": ""})["description"] == "new"
    assert owner.patch(path, {"description": ""})["description"] == made["raw_description"]
    back = owner.put(path, without_files(owner.get(path)) | {"memo": "z"})
    assert (back["memo"], back["transaction_type"]) == ("z", "")
    assert list(owner.refused("PATCH", path, {"transaction_type": "zzz"})) == ["transaction_type"]
    books.check(owner, account["id"], available=1000, posted=1000)


def without_files(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in ("image", "document")}


def test_a_pending_transaction_posts_once(world: World, account: Item) -> None:
    owner = world.owner
    pending = owner.spend(account["id"], "-30.00", pending=True)
    later = owner.spend(account["id"], "-1.00", "2026-03-05T00:00:00Z")
    assert (later["bank_account_available_balance"], later["bank_account_posted_balance"]) == ("969.00", "999.00")
    assert owner.get(f"/bank-accounts/{account['id']}/")["posted_balance"] == "999.00"
    path = f"/transactions/{pending['id']}/"
    assert list(owner.refused("PATCH", path, {"amount": "-31.00"})) == ["amount"]

    posted = owner.patch(path, {"pending": False})

    assert (posted["pending"], posted["bank_account_posted_balance"]) == (False, "970.00")
    assert owner.get(f"/bank-accounts/{account['id']}/")["posted_balance"] == "969.00"
    owner.patch(path, {"pending": False})
    assert list(owner.refused("PATCH", path, {"pending": True})) == ["pending"]
    assert list(owner.refused("PATCH", path, {"pending": False, "amount": "-31.00"})) == ["amount"]
    books.check(owner, account["id"], available=1000, posted=1000)


@pytest.mark.parametrize(
    ("shares", "final", "expected"),
    [
        ({}, "-45.00", {"": "-45.00"}),  # a single one takes the new amount
        ({"a": "40.00"}, "-45.00", {"a": "-45.00"}),
        ({"a": "10.00"}, "-45.00", {"a": "-10.00", "": "-35.00"}),  # Unallocated absorbs
        ({"a": "10.00"}, "-20.00", {"a": "-10.00", "": "-10.00"}),
        ({"a": "30.00"}, "-20.00", {"": "-20.00"}),  # where it cannot: all back to Unallocated
        ({"a": "30.00", "b": "10.00"}, "-20.00", {"": "-20.00"}),
        ({"a": "30.00", "b": "10.00"}, "-40.00", {"a": "-30.00", "b": "-10.00"}),  # the same amount: as it was split
        ({"a": "10.00"}, "20.00", None),
    ],
)
def test_the_final_charge_may_differ(
    world: World, account: Item, shares: dict[str, str], final: str, expected: dict[str, str] | None
) -> None:
    owner = world.owner
    ids = {"": account["unallocated_budget"]} | {name: owner.budget(account["id"], name)["id"] for name in "ab"}
    pending = owner.spend(account["id"], "-40.00", pending=True)
    owner.split(pending["id"], {ids[name]: amount for name, amount in shares.items()})

    reply = owner.send("PATCH", f"/transactions/{pending['id']}/", {"pending": False, "amount": final})

    if reply.status == 200:
        assert reply.json()["amount"] == final
        rows = owner.get("/allocations/", transaction=pending["id"])["results"]
        if expected is not None:
            assert {row["budget"]: row["amount"] for row in rows} == {ids[n]: a for n, a in expected.items()}
    else:
        assert expected is None, reply.told()
    books.check(owner, account["id"], available=1000, posted=1000)


def test_splits_of_many_shapes(world: World, account: Item) -> None:
    owner = world.owner
    a, b = (owner.budget(account["id"], name)["id"] for name in "ab")
    rest = account["unallocated_budget"]
    made = owner.spend(account["id"], "-100.00")
    shapes_: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({a: "40.00"}, {a: "-40.00", rest: "-60.00"}),
        ({a: "40.00"}, {a: "-40.00", rest: "-60.00"}),
        ({a: 40, b: 0.5}, {a: "-40.00", b: "-0.50", rest: "-59.50"}),
        ({rest: "40"}, {rest: "-100.00"}),
        ({rest: "40", b: "30"}, {b: "-30.00", rest: "-70.00"}),
        ({a.upper(): "99.99"}, {a: "-99.99", rest: "-0.01"}),
        ({a.replace("-", ""): "60", b: "40"}, {a: "-60.00", b: "-40.00"}),
        ({b: "100.00"}, {b: "-100.00"}),
        ({}, {rest: "-100.00"}),
    ]
    for given, expected in shapes_:
        rows = owner.split(made["id"], given)
        shapes.page("TransactionAllocation", {"count": len(rows), "next": None, "previous": None, "results": rows})
        assert {row["budget"]: row["amount"] for row in rows} == expected, given
        assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
        again = owner.split(made["id"], given)
        assert [row["id"] for row in again] == [row["id"] for row in rows]
        books.check(owner, account["id"], available=1000, posted=1000)
    income = owner.spend(account["id"], "50.00", "2026-01-01T00:00:00Z")
    assert {row["amount"] for row in owner.split(income["id"], {a: "20"})} == {"20.00", "30.00"}
    kept = owner.split(made["id"], {a: "1"})
    ids = {row["budget"]: row["id"] for row in kept}
    assert {row["budget"]: row["id"] for row in owner.split(made["id"], {a: "2", b: "3"})}.items() >= ids.items()
    books.check(owner, account["id"], available=1000, posted=1000)


def test_splits_that_cannot_be(world: World, account: Item) -> None:
    owner = world.owner
    a, old = owner.budget(account["id"], "a")["id"], owner.budget(account["id"], "old")["id"]
    owner.post(f"/budgets/{old}/archive/", {}, status=200)
    other = owner.open_account(world.bank)["unallocated_budget"]
    made = owner.spend(account["id"], "-100.00")
    owner.split(made["id"], {a: "10.00"})
    before = owner.dump()
    path = f"/transactions/{made['id']}/splits/"
    wrong: list[Any] = [{a: "100.01"}, {a: "0"}, {a: "-1"}, {a: "1.005"}, {a: "NaN"}, {a: None}, {a: "1e1"}, {a: True}]
    wrong += [{a: []}, {a: {}}, {a: ""}, {other: "1"}, {old: "1"}, {"": "1"}, {"abc": "1"}, {made["id"]: "1"}]
    wrong += [{a: "60", account["unallocated_budget"]: "40.01"}, None, [], "x", 5, [a], True]
    wrong += [{a: "30", a.upper(): "30"}]  # one budget named twice
    for splits in wrong:
        refusal = owner.refused("POST", path, {"splits": splits})
        assert all(isinstance(value, list | dict) for value in refusal.values()), refusal
    for kind in ("json", "form", "multipart"):
        assert list(owner.refused("POST", path, {}, kind=kind)) == ["splits"]
        assert list(owner.refused("POST", path, {"other": "1"}, kind=kind)) == ["splits"]
    assert owner.dump() == before


@pytest.mark.parametrize("kind", ["form", "multipart"])
def test_splits_by_form(world: World, account: Item, kind: str) -> None:
    owner = world.owner
    a = owner.budget(account["id"], "a")["id"]
    made = owner.spend(account["id"], "-100.00")
    found = owner.post(f"/transactions/{made['id']}/splits/", {f"splits.{a}": "10.00"}, kind=kind, status=200)
    assert {row["budget"]: row["amount"] for row in found["results"]}[a] == "-10.00"


def test_transfers_that_cannot_be(world: World, account: Item) -> None:
    owner = world.owner
    a, old = owner.budget(account["id"], "a")["id"], owner.budget(account["id"], "old")["id"]
    owner.post(f"/budgets/{old}/archive/", {}, status=200)
    good = {
        "bank_account": account["id"],
        "amount": "1.00",
        "src_budget": account["unallocated_budget"],
        "dst_budget": a,
    }
    before = owner.dump()
    odd: list[Any] = ["0", "-1", "0.001", "", None, "abc", True, [], "1000000000000"]
    for amount in odd:
        assert list(owner.refused("POST", "/internal-transactions/", good | {"amount": amount})) == ["amount"], amount
    assert list(owner.refused("POST", "/internal-transactions/", good | {"src_budget": a})) == ["non_field_errors"]
    assert list(owner.refused("POST", "/internal-transactions/", good | {"dst_budget": old})) == ["dst_budget"]
    assert list(owner.refused("POST", "/internal-transactions/", good | {"src_budget": old})) == ["src_budget"]
    assert list(owner.refused("POST", "/internal-transactions/", good | {"effective_date": None})) == ["effective_date"]
    assert list(owner.refused("POST", "/internal-transactions/", good | {"amount_currency": "EUR"})) == [
        "amount_currency"
    ]
    for name in good:
        left = {key: value for key, value in good.items() if key != name}
        assert list(owner.refused("POST", "/internal-transactions/", left)) == [name]
    assert owner.dump() == before
    moved = owner.post("/internal-transactions/", good | {"amount_currency": "USD", "amount": "5000"})
    assert (moved["src_budget_balance"], moved["dst_budget_balance"]) == ("-4000.00", "5000.00")
    assert isinstance(moved["actor"], int)
    books.check(owner, account["id"], available=1000, posted=1000)
