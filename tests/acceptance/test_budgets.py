"""Budgets: what may change, archive, delete; and the funding that follows their schedules."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from . import books, shapes
from .client import Client, Item
from .conftest import World

MONTHLY = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"


@pytest.fixture
def account(world: World) -> Item:
    return world.owner.open_account(world.bank, available_balance="1000.00", posted_balance="1000.00")


@pytest.mark.parametrize("kind", ["json", "form", "multipart"])
def test_a_budget_comes_back_as_it_was_given(world: World, account: Item, kind: str) -> None:
    given: Item = {"name": "Reise ✈", "bank_account": account["id"], "target_balance": "500.00", "budget_type": "G"}
    given |= {"funding_type": "F", "funding_amount": "12.34", "target_date": "2027-05-01", "paused": True, "memo": "m"}
    given |= {"funding_schedule": "DTSTART:20260301T000000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"}

    made = shapes.check("Budget", world.owner.post("/budgets/", given, kind=kind))

    assert {name: made[name] for name in given} == given
    assert (made["balance"], made["archived"], made["complete"], made["next_funding"]) == ("0.00", False, False, None)
    assert world.owner.get(f"/budgets/{made['id']}/") == made
    back = world.owner.put(f"/budgets/{made['id']}/", made | {"name": "Back", "paused": False})
    assert (back["name"], back["paused"], back["funding_schedule"]) == ("Back", False, given["funding_schedule"])


def test_the_least_budget_has_defaults(world: World, account: Item) -> None:
    made = world.owner.post("/budgets/", {"name": "x", "bank_account": account["id"], "target_balance": 0})
    assert (made["budget_type"], made["funding_type"], made["target_balance"]) == ("G", "D", "0.00")
    assert (made["funding_schedule"], made["with_fillup_goal"], made["complete"]) == ("", False, False)


def test_budgets_that_cannot_be(world: World, account: Item) -> None:
    owner = world.owner
    good = {"name": "x", "bank_account": account["id"], "target_balance": "10.00"}
    rule = "funding_schedule"
    wrong: list[tuple[str, Any]] = [("name", ""), ("name", " "), ("name", "x" * 201), ("name", None), ("name", "a\0b")]
    amounts: list[Any] = ["-1", "1e3", "", None, "NaN", "1.001", True, [], "1" * 13]
    wrong += [("target_balance", value) for value in amounts]
    wrong += [("funding_amount", value) for value in ("-1", "x", "0.001", False)]
    wrong += [("budget_type", "Z"), ("budget_type", "A"), ("funding_type", "Q"), ("target_date", "2026-02-30")]
    wrong += [("target_date", "soon"), ("paused", "maybe"), ("memo", "x" * 513), ("auto_spend", [{"nonsense": 1}])]
    wrong += [(rule, f"RRULE:FREQ={text}") for text in ("HOURLY", "MINUTELY", "SECONDLY", "FOO", "", "monthly")]
    wrong += [(rule, f"RRULE:FREQ=DAILY;{text}") for text in ("INTERVAL=0", "INTERVAL=-1", "INTERVAL=abc", "FOO=BAR")]
    wrong += [(rule, f"RRULE:FREQ=MONTHLY;{text}") for text in ("BYMONTHDAY=99", "BYDAY=XX", "UNTIL=never")]
    rules: list[Any] = ["garbage", "FREQ=DAILY", 5, None, [], "RRULE:FREQ=DAILY;" + "X" * 1000]
    wrong += [(rule, value) for value in rules]
    wrong += [("recurrance_schedule", "RRULE:FREQ=HOURLY"), ("bank_account", None), ("bank_account", "abc")]
    before = owner.dump()
    for name, value in wrong:
        refusal = owner.refused("POST", "/budgets/", good | {name: value})
        assert list(refusal) == [name], (name, value, refusal)
        assert isinstance(refusal[name], list), refusal
    for name in good:
        left = {key: value for key, value in good.items() if key != name}
        assert list(owner.refused("POST", "/budgets/", left)) == [name]
    assert owner.dump() == before


def test_what_a_budget_was_made_with_stays(world: World, account: Item) -> None:
    owner = world.owner
    other = owner.open_account(world.bank)["id"]
    made = owner.budget(account["id"])
    path, rest = f"/budgets/{made['id']}/", f"/budgets/{account['unallocated_budget']}/"
    for name, value in {"bank_account": other, "budget_type": "C"}.items():
        assert list(owner.refused("PATCH", path, {name: value})) == [name]
        owner.patch(path, {name: made[name]})
    assert list(owner.refused("PATCH", rest, {"name": "Mine"})) == ["name"]
    assert owner.patch(rest, {"name": "Unallocated", "memo": "note"})["memo"] == "note"
    for kind in ("form", "multipart"):
        changed = owner.patch(path, {"memo": kind, "target_balance": "7"}, kind=kind)
        assert (changed["memo"], changed["target_balance"], changed["paused"]) == (kind, "7.00", False)


def test_archiving_settles_with_unallocated(world: World, account: Item) -> None:
    owner, rest = world.owner, account["unallocated_budget"]
    full, empty, owing = (owner.budget(account["id"], name)["id"] for name in ("full", "empty", "owing"))
    owner.move(account["id"], rest, full, "100.00")
    owner.move(account["id"], owing, rest, "20.00")

    for budget, number in ((full, 1), (empty, 0), (owing, 1)):
        before = owner.get("/internal-transactions/", bank_account=account["id"])["count"]
        gone = shapes.check("Budget", owner.post(f"/budgets/{budget}/archive/", {}, status=200))
        assert (gone["archived"], gone["balance"], gone["next_funding"]) == (True, "0.00", None)
        assert gone["archived_at"]
        assert owner.get("/internal-transactions/", bank_account=account["id"])["count"] == before + number
        assert set(owner.refused("POST", f"/budgets/{budget}/archive/", {})) <= {"detail", "code"}

    assert owner.balance(rest) == "1000.00"
    assert set(owner.refused("POST", f"/budgets/{rest}/archive/", {}, 403)) <= {"detail", "code"}
    books.check(owner, account["id"], available=1000, posted=1000)


def test_archiving_takes_the_fill_up_along(world: World, account: Item) -> None:
    owner, rest = world.owner, account["unallocated_budget"]
    recurring = owner.budget(account["id"], "Rent", budget_type="R", target_balance="300.00", with_fillup_goal=True)
    fill_up = owner.get(f"/budgets/{recurring['fillup_goal']}/")
    assert (fill_up["name"], fill_up["budget_type"], fill_up["target_balance"]) == ("Rent Fill-up", "A", "300.00")
    owner.patch(f"/budgets/{recurring['id']}/", {"name": "Flat", "target_balance": "310.00"})
    kept = owner.get(f"/budgets/{fill_up['id']}/")
    assert (kept["name"], kept["target_balance"]) == ("Flat Fill-up", "310.00")
    owner.move(account["id"], rest, fill_up["id"], "50.00")
    owner.move(account["id"], rest, recurring["id"], "70.00")

    owner.post(f"/budgets/{recurring['id']}/archive/", {}, status=200)

    assert owner.get(f"/budgets/{fill_up['id']}/")["archived"]
    assert owner.balance(rest) == "1000.00"
    books.check(owner, account["id"], available=1000, posted=1000)


def test_what_may_be_deleted(world: World, account: Item) -> None:
    owner, rest = world.owner, account["unallocated_budget"]
    used, moved, owing = (owner.budget(account["id"], name)["id"] for name in ("used", "moved", "owing"))
    owner.split(owner.spend(account["id"], "-10.00")["id"], {used: "4.00"})
    transfer = owner.move(account["id"], rest, moved, "30.00")
    owner.move(account["id"], owing, rest, "5.00")
    recurring = owner.budget(account["id"], "R", budget_type="R", target_balance="9.00", with_fillup_goal=True)
    owner.move(account["id"], rest, recurring["fillup_goal"], "8.00")

    owner.refused("DELETE", f"/budgets/{rest}/", None, 403)
    owner.refused("DELETE", f"/budgets/{used}/", None, 400)
    for gone in (moved, owing, recurring["id"]):
        owner.delete(f"/budgets/{gone}/")
        owner.refused("GET", f"/budgets/{gone}/", None, 404)

    owner.refused("GET", f"/budgets/{recurring['fillup_goal']}/", None, 404)
    names = {budget["id"] for budget in owner.each("/budgets/", bank_account=account["id"])}
    assert names == {rest, used}
    assert owner.get(f"/internal-transactions/{transfer['id']}/")["amount"] == "30.00"
    assert owner.balance(rest) == "994.00"
    books.check(owner, account["id"], available=1000, posted=1000)


def test_a_recurring_budget_is_not_deleted_past_its_fill_ups_allocations(world: World, account: Item) -> None:
    owner = world.owner
    recurring = owner.budget(account["id"], "R", budget_type="R", target_balance="9.00", with_fillup_goal=True)
    owner.split(owner.spend(account["id"], "-10.00")["id"], {recurring["fillup_goal"]: "4.00"})
    before = owner.dump()

    owner.refused("DELETE", f"/budgets/{recurring['id']}/", None, 400)

    assert owner.dump() == before


def test_schedules_come_back_byte_for_byte(world: World, account: Item) -> None:
    texts = ["", MONTHLY, "DTSTART:20250131T080000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1", "RRULE:FREQ=YEARLY;BYMONTH=2"]
    texts += ["RRULE:FREQ=WEEKLY;BYDAY=MO,TH\nEXDATE:20270101T000000Z", "RRULE:FREQ=DAILY;COUNT=3"]
    for text in texts:
        made = world.owner.budget(account["id"], funding_schedule=text, target_balance="5.00")
        assert world.owner.get(f"/budgets/{made['id']}/")["funding_schedule"] == text


def until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.1)
    return found


def test_funding_follows_the_import(world: World, account: Item) -> None:
    """All four types: what was announced is deferred by the gate, then moved by `mark-imported`."""
    owner, rest, today = world.owner, account["unallocated_budget"], datetime.now(UTC).date()
    daily = {"funding_schedule": "RRULE:FREQ=DAILY"}
    fixed = daily | {"funding_type": "F", "funding_amount": "10.00", "target_balance": "100.00"}
    goal = owner.budget(account["id"], "Fixed", **fixed)
    dated = owner.budget(
        account["id"], "Dated", **daily, target_balance="90.00", target_date=str(today + timedelta(days=2))
    )
    capped = owner.budget(account["id"], "Capped", **fixed, budget_type="C")
    filled = owner.budget(
        account["id"], "Filled", **fixed, budget_type="R", with_fillup_goal=True, recurrance_schedule=MONTHLY
    )
    plain = owner.budget(account["id"], "Plain", **fixed, budget_type="R", recurrance_schedule=MONTHLY)
    owner.budget(account["id"], "Paused", **fixed, paused=True)
    receivers = [goal["id"], dated["id"], capped["id"], filled["fillup_goal"], plain["id"]]
    amounts = dict(zip(receivers, ["10.00", "30.00", "10.00", "10.00", "10.00"], strict=True))
    budgets = {row["id"]: row for row in owner.each("/budgets/", bank_account=account["id"])}
    for receiver in receivers:
        told = budgets[receiver]["next_funding"]
        shapes.check_next_funding(told, "USD")
        expected = {"date": str(today), "amount": amounts[receiver], "amount_currency": "USD", "deferred": True}
        assert told == expected, budgets[receiver]["name"]
    assert sum(1 for row in budgets.values() if row["next_funding"]) == len(receivers)
    check_summary(owner, account["id"])

    owner.post(f"/bank-accounts/{account['id']}/mark-imported/", {"last_posted_through": str(today)}, status=200)

    path = {"bank_account": account["id"], "src_budget": rest}
    until(lambda: owner.get("/internal-transactions/", **path)["count"] >= len(receivers))
    transfers = {row["dst_budget"]: row for row in owner.each("/internal-transactions/", **path)}
    assert {budget: row["amount"] for budget, row in transfers.items()} == amounts
    assert {row["effective_date"] for row in transfers.values()} == {f"{today}T00:00:00Z"}
    assert {row["actor"] for row in transfers.values()}.isdisjoint({first_actor(owner, account)})
    told = owner.get(f"/budgets/{goal['id']}/")
    assert told["balance"] == "10.00"
    assert told["next_funding"]["date"] == str(today + timedelta(days=1))
    owner.post(f"/bank-accounts/{account['id']}/mark-imported/", {"last_posted_through": str(today)}, status=200)
    world.service.manage("fund", "--account", account["id"])
    assert owner.get("/internal-transactions/", **path)["count"] == len(receivers)
    check_summary(owner, account["id"])
    books.check(owner, account["id"], available=1000, posted=1000)


def first_actor(client: Client, account: Item) -> int:
    budget = client.budget(account["id"], "For a transfer")["id"]
    return int(client.move(account["id"], budget, account["unallocated_budget"], "1.00")["actor"])


def check_summary(client: Client, account: str) -> None:
    """The summary is what the budgets announce, added up per schedule."""
    expected: dict[str, list[Item]] = {}
    for row in client.each("/budgets/", bank_account=account):
        if row["next_funding"]:
            expected.setdefault(row["funding_schedule"], []).append(row["next_funding"])
    summary = client.get(f"/bank-accounts/{account}/funding-summary/")
    assert {line["schedule"] for line in summary["schedules"]} == set(expected)
    for line in summary["schedules"]:
        events = expected[line["schedule"]]
        assert Decimal(line["total_amount"]) == sum(Decimal(event["amount"]) for event in events)
        assert line["budget_count"] == len(events)
        assert line["next_date"] == min(event["date"] for event in events)
        shapes.check_format("decimal", line["total_amount"], "summary", line["currency"])
    dates = [line["next_date"] for line in summary["schedules"]]
    assert dates == sorted(dates)
    total = sum(Decimal(line["total_amount"]) for line in summary["schedules"])
    assert (Decimal(summary["total_amount"]), summary["currency"]) == (total, "USD")


def test_a_summary_of_nothing_is_zero(world: World, account: Item) -> None:
    summary = world.owner.get(f"/bank-accounts/{account['id']}/funding-summary/")
    assert summary == {"schedules": [], "total_amount": "0.00", "currency": "USD"}
