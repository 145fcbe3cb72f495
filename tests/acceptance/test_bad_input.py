"""Malformed requests over every operation: refused in a known shape, never a 5xx, never a changed row."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from . import corpus, shapes
from .client import API, Client, Item, Reply
from .conftest import World
from .household import Household, build, transaction_given, transfer_given

WRITES = [operation for operation in shapes.OPERATIONS if "request" in operation and operation["path"].startswith(API)]
# Nothing is asked of these bodies: any object will do, most of them say nothing.
TAKES_ANYTHING = {"budgets_archive_create"}


@pytest.fixture(scope="module")
def home(world: World) -> Household:
    return build(world)


@pytest.fixture(autouse=True)
def _untouched(home: Household) -> Iterator[None]:
    """Nothing that the owner has is different afterwards, but for the time of changes that changed nothing."""
    before = without_times(home.world.owner.dump())
    yield
    assert without_times(home.world.owner.dump()) == before


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_times(item) for name, item in value.items() if name != "modified_at"}
    return value


def target(home: Household, path: str, key: str = "") -> str:
    noun = path.split("/")[3]
    ids = {"bank-accounts": home.account["id"], "budgets": home.a["id"], "transactions": home.transaction["id"]}
    ids |= {
        "allocations": home.allocation["id"],
        "internal-transactions": home.transfer["id"],
        "banks": home.world.bank,
    }
    return path.replace("{id}", key or ids.get(noun, "")).replace("{username}", key or "leaver")


def caller(home: Household, path: str) -> Client:
    return home.world.staff if path.endswith("{username}/") else home.world.owner


def assert_refusal(reply: Reply, told: str) -> None:
    """A 4xx in one of the known shapes."""
    told = f"{told}: {reply.told()}"
    assert 400 <= reply.status < 500, told
    assert reply.headers["Content-Type"] == "application/json", told
    answer = reply.json()
    assert isinstance(answer, dict), told
    assert answer, told
    if "detail" in answer:
        assert isinstance(answer["detail"], str), told
        assert set(answer) <= {"detail", "code", "messages"}, told
        return
    assert reply.status == 400, told
    for value in answer.values():
        assert isinstance(value, list | dict), told
        assert value, told


@pytest.mark.parametrize("name", corpus.BODIES)
def test_a_body_that_is_none(home: Household, name: str) -> None:
    kind, body = corpus.BODIES[name]
    harmless = kind.startswith(("application/x-www", "multipart")) or name in {"nothing", "many keys"}
    for operation in WRITES:
        if operation["operation"] in TAKES_ANYTHING:
            continue
        path = operation["path"]
        given: Any = {"Content-Type": kind.encode("latin-1")}
        reply = caller(home, path).raw(operation["method"], target(home, path), body, given)
        told = f"{name}: {operation['method']} {path}"
        if reply.status == 200:  # an object without any field that this operation knows
            assert harmless, f"{told} {reply.told()}"
            assert operation["method"] == "PATCH" or operation["operation"] == "users_update", f"{told} {reply.told()}"
        else:
            assert_refusal(reply, told)


def money_writes(home: Household) -> Iterator[tuple[str, str, Item, str]]:
    """Method, path, body and the amount in it."""
    yield "POST", "/transactions/", transaction_given(home), "amount"
    yield "POST", "/internal-transactions/", transfer_given(home), "amount"
    budget = {"name": "x", "bank_account": home.account["id"], "target_balance": "1.00"}
    yield "POST", "/budgets/", budget, "target_balance"
    yield "POST", "/budgets/", budget, "funding_amount"
    yield "PATCH", f"/budgets/{home.a['id']}/", {}, "target_balance"
    account = {"name": "x", "bank": home.world.bank}
    yield "POST", "/bank-accounts/", account, "posted_balance"
    yield "POST", "/bank-accounts/", account, "available_balance"


def test_amounts_that_are_none(home: Household) -> None:
    owner = home.world.owner
    for method, path, body, name in money_writes(home):
        for value in corpus.AMOUNTS:
            if value is None and name == "funding_amount":
                continue
            refusal = owner.refused(method, path, body | {name: value})
            assert list(refusal) == [name], (path, value, refusal)
            assert isinstance(refusal[name], list)
    split = f"/transactions/{home.transaction['id']}/splits/"
    for value in corpus.AMOUNTS:
        assert set(owner.refused("POST", split, {"splits": {home.a["id"]: value}})) <= {"splits", home.a["id"]}


def test_number_literals_that_are_no_amounts(home: Household) -> None:
    for method, path, body, name in money_writes(home):
        for literal in corpus.AMOUNT_LITERALS:
            text = json.dumps(body | {name: "@"}).replace('"@"', literal).encode()
            reply = home.world.owner.raw(method, API + path, text, {"Content-Type": "application/json"})
            assert_refusal(reply, f"{path} {name} {literal}")


def test_amounts_in_forms(home: Household) -> None:
    for value in corpus.AMOUNTS:
        if isinstance(value, str):
            for kind in ("form", "multipart"):
                given = transaction_given(home) | {"amount": value}
                assert list(home.world.owner.refused("POST", "/transactions/", given, kind=kind)) == ["amount"], value


def test_texts_that_are_none(home: Household) -> None:
    owner = home.world.owner
    transaction = f"/transactions/{home.transaction['id']}/"
    fields = [("PATCH", transaction, "memo"), ("PATCH", transaction, "description"), ("PATCH", "/users/me/", "name")]
    fields += [("PATCH", f"/budgets/{home.a['id']}/", name) for name in ("name", "memo", "funding_schedule")]
    fields += [("PATCH", f"/bank-accounts/{home.account['id']}/", name) for name in ("name", "account_number")]
    for method, path, name in fields:
        for value in corpus.TEXTS:
            refusal = owner.refused(method, path, {name: value})
            assert list(refusal) == [name], (path, name, str(value)[:20], refusal)


def test_values_of_other_kinds(home: Household) -> None:
    owner = home.world.owner
    odd: list[Any] = [None, 5, -1.5, "x", "", True, [], [1], {}, {"a": 1}, "2026-02-30", "0000-00-00", "9" * 30, "\0"]
    writes = [
        ("POST", "/transactions/", transaction_given(home)),
        ("POST", "/internal-transactions/", transfer_given(home)),
    ]
    required = {"bank_account", "posted_date", "src_budget", "dst_budget"}
    for method, path, body in writes:
        for name in required & set(body):
            for value in odd:
                if name == "posted_date" and value == "2026-02-30":
                    continue
                refusal = owner.refused(method, path, body | {name: value})
                assert list(refusal) == [name], (path, name, value, refusal)
    for day in (
        "2026-02-30",
        "2026-01-01T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "20260101",
    ):
        assert list(owner.refused("POST", "/transactions/", transaction_given(home) | {"posted_date": day})) == [
            "posted_date"
        ]
    odd_rules: list[Any] = [
        "x",
        5,
        {"party": "x"},
        [1],
        [{"min": "x"}],
        [{"min": "NaN"}],
        [{"party": 5}],
        [[]],
        [{"party": "a\0"}],
    ]
    for rules in odd_rules:
        assert list(owner.refused("PATCH", f"/budgets/{home.a['id']}/", {"auto_spend": rules})) == ["auto_spend"], rules


def test_keys_that_name_nothing(home: Household) -> None:
    for operation in shapes.OPERATIONS:
        path = operation["path"]
        if "{" not in path:
            continue
        for key in corpus.KEYS:
            where = target(home, path, key)
            body = b"{}" if operation["method"] != "GET" else None
            reply = caller(home, path).raw(operation["method"], where, body, {"Content-Type": "application/json"})
            assert_refusal(reply, f"{operation['method']} {where[:80]}")
            assert reply.status in {400, 404, 405}, f"{where[:80]} {reply.told()}"


def test_queries_that_make_no_sense(home: Household) -> None:
    for operation in shapes.OPERATIONS:
        for parameter in operation.get("parameters", ()):
            if parameter["in"] != "query" or operation["method"] != "GET":
                continue
            client = home.world.staff if "users" in operation["path"] else home.world.owner
            for value in corpus.QUERIES:
                reply = client.raw("GET", f"{operation['path']}?{parameter['name']}={value}")
                if reply.status != 200:
                    assert_refusal(reply, f"{operation['path']}?{parameter['name']}={value[:40]}")


def test_headers_that_make_no_sense(home: Household) -> None:
    for headers in corpus.HEADERS:
        for method, path in (
            ("GET", "/api/v1/budgets/"),
            ("GET", f"/api/v1/budgets/{home.a['id']}/"),
            ("PATCH", "/api/v1/users/me/"),
        ):
            given = {name: value.encode("latin-1") for name, value in headers.items()}
            more = {"Content-Type": "application/json"} if method == "PATCH" else {}
            reply = home.world.owner.raw(method, path, b"{}" if more else None, given | more)  # type: ignore[arg-type]
            assert reply.status < 500, f"{headers} {reply.told()}"
            assert b"<form" not in reply.body


def test_other_representations_are_not_offered(home: Household) -> None:
    owner = home.world.owner
    assert owner.raw("GET", "/api/v1/budgets/", None, {"Accept": "application/xml"}).status == 406
    page = owner.raw("GET", "/api/v1/budgets/", None, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status, page.headers["Content-Type"]) == (200, "application/json")
    assert owner.raw("GET", "/api/v1/budgets/?format=api").headers["Content-Type"] == "application/json"


def test_a_missing_slash(home: Household) -> None:
    for operation in shapes.OPERATIONS:
        where = target(home, operation["path"]).rstrip("/")
        if operation["method"] == "GET":
            reply = home.world.owner.raw("GET", f"{where}?page=1")
            assert reply.status in {301, 302, 307, 308}, reply.told()
            assert reply.headers["Location"].endswith(f"{where}/?page=1")
        else:
            reply = home.world.owner.raw(operation["method"], where, b"{}", {"Content-Type": "application/json"})
            assert reply.status == 404, f"{operation['method']} {where} {reply.told()}"
            assert_refusal(reply, where)


def test_addresses_that_lead_nowhere(home: Household) -> None:
    for where in (
        "/api/v1/nonsense/",
        "/api/v2/budgets/",
        "/api/",
        "/media/x/",
        "/api/v1/budgets/x/y/z/",
        "//",
        "/%00/",
        "/%ff/",
    ):
        for client in (home.world.owner, home.world.nobody):
            for method in ("GET", "POST", "DELETE"):
                reply = client.raw(method, where)
                assert reply.status in {400, 401, 404}, f"{method} {where} {reply.told()}"
                assert_refusal(reply, where)
    reply = home.world.owner.raw("GET", f"/api/v1/budgets/?search={'x' * 9000}")
    assert 400 <= reply.status < 500


def test_a_zero_transaction_is_refused(home: Household) -> None:
    for amount in ("0", "0.00", "-0.00", 0, -0.0):
        given = transaction_given(home) | {"amount": amount}
        assert list(home.world.owner.refused("POST", "/transactions/", given)) == ["amount"]


def test_the_largest_amounts_do_not_overflow(home: Household) -> None:
    owner = home.world.owner
    account = owner.open_account(home.world.bank, name="Large", available_balance="999999999999.99")
    try:
        reply = owner.send(
            "POST",
            "/transactions/",
            transaction_given(home) | {"bank_account": account["id"], "amount": "999999999999.99"},
        )
        assert reply.status in {201, 400}, reply.told()
        if reply.status == 400:
            assert_refusal(reply, "overflow")
    finally:
        owner.delete(f"/bank-accounts/{account['id']}/")
