"""Reads that a standby answers: never older than the request, whatever becomes of the standby."""

import json
import random
import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend.rest import urls
from backend.schema.root import schema
from tests.schema.paths import Paths

from . import pairs
from .client import Client, Reply
from .pairs import until
from .service import ROOT, Service

ROUNDS = 100
WEB = [sys.executable, "-m", "gunicorn", "--config", "python:backend.web", "backend.wsgi"]
PREPARE = """
import json
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests import build, tokens
from tests.schema import furnished, test_every_path
owner, coowner = build.user("owner"), build.user("coowner")
staff = build.user("staff", is_staff=True)
mine = build.account(owner=owner, name="canary-mine", balance="500.00")
ours = build.account(owner=owner, co_owners=[coowner], name="Household", balance="500.00")
furnished.furnish(mine, "canary-mine")
print(json.dumps({
    "headers": {each.username: tokens.bearer(each) for each in (owner, coowner, staff)},
    "ours": str(ours.pk),
    "ids": test_every_path.ids_of(mine) | {
        "run": str(mine.auto_spend_runs.first().pk),
        "import": str(mine.statement_imports.first().pk),
        "webhook": str(mine.webhooks.first().pk),
    },
}))
"""
NOUNS = {
    "allocations": "allocation",
    "bank-accounts": "bankAccount",
    "banks": "bank",
    "budgets": "budget",
    "internal-transactions": "transfer",
    "transactions": "transaction",
}
OTHERS = {"run_id": "run", "import_id": "import", "webhook_id": "webhook"}
FILES = {"transactions/<key:id>/image/", "transactions/<key:id>/document/"}
"""Of which there are none."""

Counts = dict[tuple[str, str], int]
BY_STANDBY = {("replica", "current"), ("replica", "waited")}

GIVEN_UP = {("primary", "canceled"), ("primary", "lost")}
BY_STAFF = {"users/", "users/<str:username>/"}

pytestmark = pytest.mark.skipif(bool(pairs.missing()), reason=pairs.missing())


@dataclass
class World:
    pair: pairs.Pair
    service: Service
    people: dict[str, Client]
    ids: dict[str, str]
    ours: str

    @property
    def owner(self) -> Client:
        return self.people["owner"]

    def reads(self) -> Counts:
        """How many reads were answered so far, by whom and why."""
        text = self.owner.raw("GET", "/metrics").body.decode()
        found = re.findall(r'mibudge_replica_reads_total\{answered_by="(\w+)",why="(\w+)"\} (\d+)', text)
        return {(by, why): int(number) for by, why, number in found}

    def since(self, before: Counts) -> Counts:
        more = {each: number - before.get(each, 0) for each, number in self.reads().items()}
        return {each: number for each, number in more.items() if number}


class Web(Service):
    """The web server alone: nothing here waits for the scheduler."""

    def command(self) -> list[str]:
        return WEB


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pairs.Pair() as pair:
        service = Web(
            tmp_path_factory.mktemp("replica"),
            {
                "DATABASE_URL": pair.url("primary"),
                "MIBUDGE_REPLICA_URL": pair.url("standby"),
                "MIBUDGE_WORKERS": "1",
                "PYTHONPATH": str(ROOT),
            },
        )
        told = json.loads(service.script(PREPARE).splitlines()[-1])
        pair.run("primary", "ALTER ROLE mibudge SET log_statement = 'all'")
        people = {"nobody": Client(service.port)}
        for name, headers in told["headers"].items():
            people[name] = Client(service.port)
            people[name].token = headers["Authorization"].removeprefix("Bearer ")
        try:
            service.start()
            yield World(pair, service, people, told["ids"], told["ours"])
        finally:
            for client in people.values():
                client.close_all()
            service.kill()
    assert "Traceback" not in service.log.read_text(), service.log.read_text()


def graphql(client: Client, document: str) -> Reply:
    return client.raw(
        "POST", "/graphql/", json.dumps({"query": document}).encode(), {"Content-Type": "application/json"}
    )


def documented(world: World) -> Iterator[tuple[str, str]]:
    """The route of each GET, and a path to something that is there."""
    for each in urls.urlpatterns:
        route = str(each.pattern)
        if "get" in getattr(each.callback, "actions", {}) and "once" not in route:
            kind = route.split("/")[2]
            path, ids = "/" + route, {name: world.ids[thing] for name, thing in OTHERS.items()}
            ids |= {"username": "owner", "id": world.ids[NOUNS[kind]] if kind in NOUNS else ""}
            for name in re.findall(r"<\w+:(\w+)>", route):
                path = re.sub(rf"<\w+:{name}>", ids[name], path)
            yield route.removeprefix("api/v1/"), path


def test_everything_that_only_reads_is_answered_by_the_standby(world: World) -> None:
    paths = dict(documented(world))
    next_month = f"{datetime.now(UTC) + timedelta(days=30):%F}"
    queries = dict(Paths(schema._schema, longest=1, ids=world.ids).documents())
    queries["node"] = f'{{ node(id: "{world.ids["node"]}") {{ __typename id }} }}'  # no two of its types go together
    queries["forecast"] = queries["forecast"].replace("2026-06-30", next_month)
    answered: Counts = {}
    for _ in range(5):  # a busy machine may be late now and then
        world.pair.catch_up()
        before = world.reads()
        for route, path in paths.items():
            client = world.people["staff" if route in BY_STAFF else "owner"]
            for method in ("GET", "HEAD"):
                reply = client.raw(method, path)
                assert reply.status == (404 if route in FILES else 200), (path, reply.told())
        for name, query in queries.items():
            answer = graphql(world.owner, query)
            assert "errors" not in answer.json(), (name, answer.told())
        answered = world.since(before)
        assert answered.keys() <= {*BY_STANDBY, ("primary", "behind")}
        if answered.keys() <= BY_STANDBY:
            break

    assert sum(answered.get(each, 0) for each in BY_STANDBY) == 2 * len(paths) + len(queries), answered


def test_a_read_costs_the_primary_one_statement_besides_the_sign_in(world: World) -> None:
    known = len(world.pair.log("primary"))

    world.owner.get("/budgets/")

    found = re.findall(r"statement: (.*)", world.pair.log("primary")[known:])
    assert [each[:27] for each in found if each] == ['SELECT "ledger_session"."id', "SELECT (pg_control_system()"]


def test_a_link_of_an_export_is_used_up_on_the_primary(world: World) -> None:
    [link, *_] = graphql(world.owner, "{ exports { url } }").json()["data"]["exports"]
    world.pair.catch_up()
    before = world.reads()

    statuses = [world.people["nobody"].raw("GET", link["url"]).status for _ in range(2)]

    assert statuses == [200, 404]
    assert sum(world.since(before).values()) == 1


def test_nobody_ever_reads_what_is_older_than_the_last_write(world: World) -> None:
    """Two owners of an account read what either wrote just now, while the standby stops and goes on."""
    chance, ended = random.Random(5), threading.Event()  # noqa: S311  nothing to guess
    people = [world.people["owner"], world.people["coowner"]]
    account = people[0].get(f"/bank-accounts/{world.ours}/")
    budget = people[0].budget(world.ours, "Shoes")["id"]
    before = world.reads()

    def disturb() -> None:
        while not ended.is_set():
            with world.pair.standing_still():
                ended.wait(chance.uniform(0, 0.1))
            ended.wait(chance.uniform(0, 0.3))

    with ThreadPoolExecutor(1) as threads:
        disturbing = threads.submit(disturb)
        try:
            for cents in range(1, ROUNDS + 1):
                writes, reads = chance.choice(people), chance.choice(people)
                writes.move(world.ours, account["unallocated_budget"], budget, "0.01", "2026-06-03T00:00:00Z")
                by_rest = reads.get(f"/budgets/{budget}/")["balance"]
                by_graphql = graphql(reads, f'{{ budget(id: "{budget}") {{ balance {{ amount }} }} }}').json()
                assert Decimal(by_rest) * 100 == cents
                assert Decimal(by_graphql["data"]["budget"]["balance"]["amount"]) * 100 == cents
        finally:
            ended.set()
        disturbing.result()

    answered = world.since(before)
    assert sum(answered.values()) == 2 * ROUNDS
    assert answered.keys() <= {*BY_STANDBY, ("primary", "behind")}
    assert sum(answered.get(each, 0) for each in BY_STANDBY) > 0
    assert answered[("primary", "behind")] > 0


def test_who_was_removed_or_signed_out_reads_nothing_any_more(world: World) -> None:
    coowner, owner = world.people["coowner"], world.owner
    assert coowner.get(f"/bank-accounts/{world.ours}/")["name"] == "Household"
    with world.pair.standing_still():
        remove = f'mutation {{ removeOwner(id: "{world.ours}", username: "coowner") {{ __typename }} }}'
        assert graphql(owner, remove).json()["data"]["removeOwner"]["__typename"] != "Problem"

        rest, [by_graphql] = coowner.send("GET", f"/bank-accounts/{world.ours}/"), names(coowner)
        assert rest.status == 404
        assert by_graphql == []
    world.pair.catch_up()
    assert coowner.send("GET", f"/bank-accounts/{world.ours}/").status == 404

    with world.pair.standing_still():
        assert coowner.raw("POST", "/api/v1/sessions/end-all/").status < 300
        assert coowner.send("GET", "/bank-accounts/").status == 401


def test_a_standby_may_go_away_come_back_give_up_and_lead(world: World) -> None:
    ready, known = world.owner.raw("GET", "/readyz").body, len(world.service.log.read_text())
    world.pair.kill("standby")
    before = world.reads()
    for _ in range(3):
        assert world.owner.get("/budgets/")["count"]
        assert world.owner.raw("GET", "/readyz").body == ready
    assert world.since(before) == {("primary", "lost"): 1, ("primary", "resting"): 2}

    world.pair.start("standby", "-c max_standby_streaming_delay=0")
    world.pair.catch_up()
    before = world.reads()
    until(lambda: bool(world.owner.get("/budgets/")["count"]) and BY_STANDBY & world.since(before).keys() != set())
    said = [line for line in world.service.log.read_text()[known:].splitlines() if "backend.replica" in line]
    assert [line.split("backend.replica.standbys ")[1].split(" request=")[0] for line in said] == [
        "Replica 1 does not answer: the primary answers its reads",
        "Replica 1 answers again",
    ]

    before, ended = world.reads(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        vacuuming = threads.submit(in_the_way, world.pair, ended)
        try:
            until(lambda: GIVEN_UP & exported(world, before).keys() != set())
        finally:
            ended.set()
        vacuuming.result()
    assert world.since(before).keys() <= {*BY_STANDBY, *GIVEN_UP, ("primary", "behind")}

    world.pair.run("standby", "SELECT pg_promote()")
    world.pair.run("standby", "UPDATE ledger_budget SET name = 'of another world'", database="mibudge")
    before = world.reads()
    assert "of another world" not in json.dumps(world.owner.get("/budgets/"))
    assert world.since(before) == {("primary", "foreign"): 1}


def exported(world: World, before: Counts) -> Counts:
    """Who answered since then, after some that take a while."""
    for _ in range(5):
        assert world.owner.send("GET", "/exports/json/").status == 200
    return world.since(before)


def in_the_way(pair: pairs.Pair, ended: threading.Event) -> None:
    """Clean up rows that snapshots of the standby may still see, which it gives them up for."""
    while not ended.is_set():
        pair.run("primary", "UPDATE ledger_entry SET memo = memo", database="mibudge")
        pair.run("primary", "VACUUM ledger_entry", database="mibudge")


def names(client: Client) -> list[list[str]]:
    found = graphql(client, "{ bankAccounts { edges { node { name } } } }").json()["data"]["bankAccounts"]["edges"]
    return [[each["node"]["name"] for each in found]]
