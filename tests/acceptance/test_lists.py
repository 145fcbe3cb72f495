"""Lists: pages, filters, order, search."""

import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from . import shapes
from .client import Client, Item
from .conftest import World

DAYS = [f"2026-03-0{day}T12:00:00Z" for day in range(1, 8)]


@pytest.fixture(scope="module")
def account(world: World) -> Item:
    return world.owner.open_account(world.bank, name="Zulu", account_type="S", available_balance="100.00")


@pytest.fixture(scope="module")
def rows(world: World, account: Item) -> list[Item]:
    """Seven transactions, one a day; the first is pending."""
    texts = ["100% Wool_Shop", "Bäckerei", "wool market", "A, B", "Market", "quoted name", "Last"]
    made = []
    for number, (day, text) in enumerate(zip(DAYS, texts, strict=True)):
        kind = "fee" if number % 2 else "ach"
        amount = f"-{7 - number}.00"
        more = {"pending": number == 0, "transaction_type": kind, "raw_description": text, "description": f"{text} x"}
        made.append(world.owner.spend(account["id"], amount, day, **more))
    return made


def ids(found: Any) -> list[str]:
    return [row["id"] for row in found["results"]]


def test_pages_are_led_by_next(world: World, account: Item, rows: list[Item]) -> None:
    query = {"bank_account": account["id"], "ordering": "transaction_date", "page_size": 3}
    first = world.owner.get("/transactions/", **query)

    shapes.page("Transaction", first)
    assert (first["count"], first["previous"], ids(first)) == (7, None, [row["id"] for row in rows[:3]])
    assert first["next"].startswith(f"http://127.0.0.1:{world.service.port}/api/v1/transactions/?")
    assert {name: values[0] for name, values in parse_qs(urlsplit(first["next"]).query).items()} == {
        "bank_account": account["id"],
        "ordering": "transaction_date",
        "page": "2",
        "page_size": "3",
    }
    assert [row["id"] for row in world.owner.each("/transactions/", **query)] == [row["id"] for row in rows]
    last = world.owner.get("/transactions/", **query, page="last")
    assert (ids(last), last["next"]) == ([rows[6]["id"]], None)
    for page in ("4", "0", "-1", "abc", "1.5", "9" * 30):
        refusal = world.owner.refused(
            "GET", f"/transactions/?page_size=3&page={page}&bank_account={account['id']}", None, 404
        )
        assert refusal["detail"]


@pytest.mark.parametrize("size", ["0", "-1", "abc", "1.5", "", "501", "1000000", "9" * 40])
def test_an_odd_page_size_is_not_an_error(world: World, account: Item, rows: list[Item], size: str) -> None:
    assert world.owner.get("/transactions/", bank_account=account["id"], page_size=size)["count"] == 7


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"pending": "true"}, [0]),
        ({"pending": "false"}, [1, 2, 3, 4, 5, 6]),
        ({"transaction_type": "fee"}, [1, 3, 5]),
        ({"date_from": "2026-03-03"}, [2, 3, 4, 5, 6]),
        ({"date_to": "2026-03-03T00:00:00Z"}, [0, 1, 2]),
        ({"date_from": "2026-03-02T00:00:00Z", "date_to": "2026-03-04T00:00:00+00:00"}, [1, 2, 3]),
        ({"posted_date_from": "2026-03-03T12:00:00Z", "posted_date_to": "2026-03-05T12:00:00Z"}, [2, 3, 4]),
        ({"posted_date_from": "2026-03-03T12:00:01Z"}, [3, 4, 5, 6]),
        ({"search": "WOOL"}, [0, 2]),
        ({"search": "wool market"}, [2]),
        ({"search": "market,wool"}, [2]),
        ({"search": "100%"}, [0]),
        ({"search": "wool_"}, [0]),
        ({"search": "%"}, [0]),
        ({"search": "bäcker"}, [1]),
        ({"search": '"quoted name"'}, [5]),
        ({"search": "nothing like it"}, []),
        ({"nonsense": "1"}, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_filters_and_search(
    world: World, account: Item, rows: list[Item], query: dict[str, str], expected: list[int]
) -> None:
    found = world.owner.get("/transactions/", bank_account=account["id"], ordering="transaction_date", **query)
    assert [rows.index(next(r for r in rows if r["id"] == key)) for key in ids(found)] == expected


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("transaction_date", [0, 1, 2, 3, 4, 5, 6]),
        ("-transaction_date", [6, 5, 4, 3, 2, 1, 0]),
        ("amount", [0, 1, 2, 3, 4, 5, 6]),
        ("-amount", [6, 5, 4, 3, 2, 1, 0]),
        ("-created_at", [6, 5, 4, 3, 2, 1, 0]),
        ("password,amount", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_order(world: World, account: Item, rows: list[Item], ordering: str, expected: list[int]) -> None:
    found = world.owner.get("/transactions/", bank_account=account["id"], ordering=ordering)
    assert ids(found) == [rows[number]["id"] for number in expected]


def test_odd_filters_are_refused_by_name(world: World) -> None:
    wrong = {"bank_account": "abc", "date_from": "soon", "date_to": "2026-13-01", "transaction_type": "zzz"}
    wrong |= {"posted_date_from": "x", "posted_date_to": "2026-02-30"}
    for name, value in wrong.items():
        assert list(world.owner.refused("GET", f"/transactions/?{name}={value}", None)) == [name]
    others = {"budgets": ["bank_account", "budget_type"], "bank-accounts": ["account_type"]}
    others |= {"allocations": ["bank_account", "budget", "transaction"]}
    others |= {"internal-transactions": ["bank_account", "budget", "src_budget", "dst_budget", "date_from", "date_to"]}
    for noun, names in others.items():
        for name in names:
            assert list(world.owner.refused("GET", f"/{noun}/?{name}=q1", None)) == [name]
    assert world.owner.get("/allocations/", category="nonsense")["count"] == 0
    assert world.owner.get("/transactions/", bank_account=uuid.uuid4())["count"] == 0
    assert world.owner.get("/transactions/", pending="perhaps")["count"] == world.owner.get("/transactions/")["count"]


def test_budgets_are_filtered_searched_and_ordered(world: World) -> None:
    owner = world.owner
    account = owner.open_account(world.bank, available_balance="100.00")
    rest = account["unallocated_budget"]
    beta = owner.budget(account["id"], "Beta fund", budget_type="C", paused=True)["id"]
    alpha = owner.budget(account["id"], "Alpha fund")["id"]
    owner.move(account["id"], rest, alpha, "30.00")
    old = owner.budget(account["id"], "Old")["id"]
    owner.post(f"/budgets/{old}/archive/", {}, status=200)
    expected = {
        "archived=true": [old],
        "archived=false&ordering=name": [alpha, beta, rest],
        "budget_type=C": [beta],
        "paused=true": [beta],
        "search=FUND&ordering=name": [alpha, beta],
        "ordering=-balance&archived=false": [rest, alpha, beta],
        "ordering=-name": [rest, old, beta, alpha],
        "ordering=created_at": [rest, beta, alpha, old],
    }
    for query, found in expected.items():
        assert ids(owner.get(f"/budgets/?bank_account={account['id']}&{query}")) == found, query


def test_allocations_and_transfers_are_filtered(world: World) -> None:
    owner = world.owner
    account = owner.open_account(world.bank, available_balance="100.00")
    rest = account["unallocated_budget"]
    a, b = (owner.budget(account["id"], name)["id"] for name in "ab")
    one, two = (owner.spend(account["id"], "-10.00", day)["id"] for day in DAYS[:2])
    owner.split(one, {a: "4.00", b: "3.00"})
    for query, number in (
        (f"transaction={one}", 3),
        (f"budget={a}", 1),
        (f"budget={rest}", 2),
        (f"transaction={two}", 1),
    ):
        assert owner.get(f"/allocations/?bank_account={account['id']}&{query}")["count"] == number, query
    moves = [owner.move(account["id"], rest, a, "1.00", DAYS[0]), owner.move(account["id"], a, b, "1.00", DAYS[1])]
    moves.append(owner.move(account["id"], b, rest, "1.00", DAYS[2]))
    expected = {f"budget={a}": [0, 1], f"src_budget={a}": [1], f"dst_budget={a}": [0], "date_from=2026-03-02": [1, 2]}
    expected |= {
        f"date_to={DAYS[1]}": [0, 1],
        f"src_budget={b}&dst_budget={rest}": [2],
        "ordering=-created_at": [2, 1, 0],
    }
    for query, numbers in expected.items():
        found = ids(owner.get(f"/internal-transactions/?bank_account={account['id']}&{query}"))
        wanted = [moves[number]["id"] for number in numbers]
        assert (found if "ordering" in query else sorted(found)) == (wanted if "ordering" in query else sorted(wanted))


def test_a_write_is_seen_by_the_next_read(world: World, account: Item) -> None:
    writers: list[Client] = [world.owner, Client(world.service.port)]
    writers[1].token = world.owner.token
    for number in range(5):
        writers[number % 2].patch(f"/bank-accounts/{account['id']}/", {"name": f"Zulu {number}"})
        assert writers[1 - number % 2].get(f"/bank-accounts/{account['id']}/")["name"] == f"Zulu {number}"
    writers[1].close_all()


def test_shared_lists_are_seen_by_everybody(world: World) -> None:
    for client in (world.owner, world.stranger, world.staff):
        assert {bank["name"] for bank in client.get("/banks/", ordering="name")["results"]} == set(world.banks)
