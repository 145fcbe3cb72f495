"""Each documented operation, as each kind of caller asks for it."""

import json
from typing import Any

import pytest

from . import shapes
from .client import Client
from .conftest import World
from .household import TRIES, Household, Try, build

OPERATIONS = sorted(TRIES)


@pytest.fixture(scope="module")
def home(world: World) -> Household:
    return build(world)


def test_each_documented_operation_is_tried() -> None:
    assert set(TRIES) == {operation["operation"] for operation in shapes.OPERATIONS}
    assert len(TRIES) == 38


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("who", ["owner", "coowner"])
def test_owners_get_what_is_documented(home: Household, who: str, name: str) -> None:
    tried = TRIES[name]
    client: Client = home.world.staff if tried.kind == "staff" else getattr(home.world, who)

    reply = tried.call(client, home)

    assert reply.status == tried.status, reply.told()
    assert reply.headers["Cache-Control"] == "no-store"
    if tried.status == 204:
        assert reply.body == b""
    else:
        assert reply.headers["Content-Type"] == "application/json"
        check_shape(tried.shape, reply.json())


def check_shape(shape: str, value: Any) -> None:
    if shape == "*currencies":
        assert [set(item) for item in value] == [{"code", "name", "numeric"}] * len(value)
        assert [item["code"] for item in value] == sorted(item["code"] for item in value)
        assert {"USD", "EUR", "JPY", "KWD"} <= {item["code"] for item in value}
    elif shape == "*summary":
        assert set(value) == {"schedules", "total_amount", "currency"}
        for line in value["schedules"]:
            assert set(line) == {"schedule", "next_date", "total_amount", "currency", "budget_count"}
    else:
        shapes.check(shape, value)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nobody_gets_nothing(home: Household, name: str) -> None:
    tried = TRIES[name]

    reply = tried.call(home.world.nobody, home)

    if tried.kind == "open":
        assert reply.status == 200
    else:
        assert reply.status == 401, reply.told()
        assert set(reply.json()) <= {"detail", "code"}
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_others_get_nothing_of_it(home: Household, who: str, name: str) -> None:
    tried = TRIES[name]
    client: Client = getattr(home.world, who)

    reply = tried.call(client, home)

    assert reply.status == expected_of_others(tried, who), reply.told()
    if tried.kind == "list":
        assert all(home.account["id"] not in json.dumps(row) for row in reply.json()["results"])
    if reply.status >= 400:
        assert all(secret not in reply.body.decode() for secret in ("Household", "Groceries", "1000", "owner"))


def expected_of_others(tried: Try, who: str) -> int:
    if tried.kind == "staff":
        return 200 if who == "staff" else 403
    return {"object": 404, "create": 400}.get(tried.kind, tried.status)


def test_methods_that_are_not_offered_are_refused(home: Household) -> None:
    offered: dict[str, set[str]] = {}
    for operation in shapes.OPERATIONS:
        offered.setdefault(operation["path"], set()).add(operation["method"])
    ids = {"bank-accounts": home.account, "budgets": home.a, "transactions": home.transaction}
    ids |= {"allocations": home.allocation, "internal-transactions": home.transfer, "banks": {"id": home.world.bank}}
    before = home.world.owner.dump()
    for path, methods in offered.items():
        noun = path.split("/")[3]
        target = path.replace("{id}", ids.get(noun, {}).get("id", "")).replace("{username}", "leaver")
        for method in {"POST", "PUT", "PATCH", "DELETE"} - methods:
            for client in (home.world.owner, home.world.staff):
                reply = client.raw(method, target, b"{}", {"Content-Type": "application/json"})
                assert reply.status in {403, 404, 405}, f"{method} {target}: {reply.told()}"
                if reply.status == 405:
                    assert set(reply.headers["Allow"].split(", ")) >= methods
                    assert set(reply.json()) <= {"detail", "code"}
    assert home.world.owner.dump() == before


def test_a_user_who_was_deactivated_is_out_at_once(world: World) -> None:
    from .service import PASSWORD

    leaver = Client(world.service.port, username="leaver", password=PASSWORD)
    assert leaver.send("GET", "/users/me/").status == 200

    world.service.deactivate("leaver")

    assert leaver.send("GET", "/users/me/").status == 401
    leaver.close_all()
