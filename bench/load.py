"""How many requests does the service answer in a second when many ask at once, and how long do they wait?

    python -m bench.load [--seconds 60] [--clients 16] [--rows 100000] [--port 8171]
    DATABASE_URL=postgres://user:password@host/an_empty_database python -m bench.load

The service runs as its users run it, with the demo household and an account with a long history beside it. All clients
are the same user, who works in the long account: none is spared another's lock. Each sends its next request as soon as
it has the answer to the last, four of five of them reads. Then others come who send what is over a limit (sign-ins with
a wrong password, bodies that are too large, GraphQL that costs too much), beside a user who goes on asking.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bench.capacity import NEWS, backends, spent
from bench.dashboard import LATEST, QUERY
from bench.neighbour import at, honest
from bench.service import Client, running

FLOOR = 100
"""Requests that are to be answered in a second."""

P95, P99 = 250, 500
"""Milliseconds within which 95 and 99 of a hundred are to be answered."""

SHARES = {
    "the dashboard": 5,
    "is there news": 20,
    "one transaction": 20,
    "50 transactions": 20,
    "20 budgets": 15,
    "enter a transaction": 8,
    "split it": 4,
    "move money": 8,
}
"""Of a hundred requests. Eighty read."""

REFUSED_WITHIN = 1.0
"""Seconds within which 99 of 100 requests over a limit are to be refused."""

RECOVERED_WITHIN = 5.0
"""Seconds after which nobody is to notice that they were sent."""

WIDE = "{ " + " ".join(f"a{i}: transactions(first: 100) {{ edges {{ node {{ uuid }} }} }}" for i in range(15)) + " }"


class Asker(threading.Thread):
    """A client that asks until it is told to stop; `took` has the seconds of each answer by what was asked."""

    def __init__(self, *, port: int, headers: Mapping[str, str], account: str, number: int) -> None:
        super().__init__()
        self.client = Client(port)
        self.client.headers = dict(headers)
        self.random = random.Random(number)  # noqa: S311  the same choices in each run
        self.stopping = threading.Event()
        self.took: dict[str, list[float]] = {name: [] for name in SHARES}
        self.failures: Counter[str] = Counter()
        self.asks = requests(self, account=account, number=number)

    def run(self) -> None:
        self.client.connection.close()  # it was idle for longer than the service keeps one
        names = self.random.choices(list(SHARES), weights=list(SHARES.values()), k=10_000)
        for name in names:
            if self.stopping.is_set():
                return
            started = time.perf_counter()
            self.asks[name]()
            self.took[name].append(time.perf_counter() - started)

    def send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        status, text = self.client.answer(method, path, json.dumps(body) if body is not None else None)
        if status >= 300 or b'"errors"' in text[:200]:
            self.failures[f"{method} {path.partition('?')[0]} {status} {text[:80]!r}"] += 1
            return {}
        found = json.loads(text)
        return found if isinstance(found, dict) else {}


def requests(asker: Asker, *, account: str, number: int) -> Mapping[str, Callable[[], object]]:
    """What a client asks for, by its name."""
    budgets = asker.client.get(f"budgets/?bank_account={account}&archived=false&page_size=20")["results"]
    one, other = (budgets[each]["id"] for each in (0, 1))
    latest = asker.client.get(f"transactions/?bank_account={account}&page_size=1")["results"][0]
    row = {
        "bank_account": account,
        "transaction_type": "pin_purchase",
        "raw_description": "SOME SHOP",
    }
    mine = latest["id"]
    numbers = count(number * 10_000)
    cursor = asker.client.ask(NEWS, {})["changes"]["cursor"]

    def enter() -> None:
        nonlocal mine
        fresh = {"posted_date": datetime.now(UTC).isoformat(), "amount": f"-{10 + next(numbers) % 90}.10"}
        made = asker.send("POST", "/api/v1/transactions/", row | fresh)
        mine = made.get("id", mine)

    def move() -> None:
        source, target = asker.random.sample((one, other), 2)
        body = {"bank_account": account, "src_budget": source, "dst_budget": target, "amount": "0.01"}
        asker.send("POST", "/api/v1/internal-transactions/", body)

    def split() -> None:
        if mine == latest["id"]:
            enter()  # splits what it entered itself
        shares = {one: f"{1 + next(numbers) % 3}.00", other: "2.00"}
        asker.send("POST", f"/api/v1/transactions/{mine}/splits/", {"splits": shares})

    def news() -> None:
        nonlocal cursor
        found: Any = graphql(NEWS, {"since": cursor})
        cursor = found["data"]["changes"]["cursor"] if found else cursor

    def graphql(query: str, variables: Mapping[str, object]) -> object:
        return asker.send("POST", "/graphql/", {"query": query, "variables": variables})

    pages = f"/api/v1/transactions/?bank_account={account}&page_size=50"
    return {
        "the dashboard": lambda: graphql(QUERY, {"latest": LATEST}),
        "is there news": news,
        "one transaction": lambda: asker.send("GET", f"/api/v1/transactions/{mine}/"),
        "50 transactions": lambda: asker.send("GET", f"{pages}&page={1 + next(numbers) % 5}"),
        "20 budgets": lambda: asker.send("GET", f"/api/v1/budgets/?bank_account={account}&page_size=20"),
        "enter a transaction": enter,
        "split it": split,
        "move money": move,
    }


class Flooder(threading.Thread):
    """Sends what is over a limit until it is told to stop; `took` has the seconds of each refusal by its status."""

    def __init__(self, *, port: int, headers: Mapping[str, str], number: int) -> None:
        super().__init__()
        self.client = Client(port)
        self.client.headers = dict(headers)
        self.stopping = threading.Event()
        self.took: dict[str, list[float]] = {}
        wrong = json.dumps({"username": f"nobody-{number % 2}", "password": "a wrong one"})
        self.asks = {
            "sign-in": ("/api/token/", wrong),
            "large body": ("/api/v1/transactions/", "x" * (1024**2 + 1)),
            "GraphQL that costs too much": ("/graphql/", json.dumps({"query": WIDE})),
        }

    def run(self) -> None:
        while not self.stopping.is_set():
            for name, (path, body) in self.asks.items():
                started = time.perf_counter()
                try:
                    status, text = self.client.answer("POST", path, body)
                    assert status >= 400 or b'"errors"' in text, (name, status)
                except OSError:  # it was hung up on
                    self.client.connection.close()
                    status = 0
                self.took.setdefault(f"{name} {status or 'hung up'}", []).append(time.perf_counter() - started)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="How many requests are answered in a second, and how long do they take?"
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long it is measured")
    parser.add_argument("--clients", type=int, default=16, help="who ask at once")
    parser.add_argument("--rows", type=int, default=100_000, help="transactions of the account")
    parser.add_argument("--port", type=int, default=8171, help="where the service listens meanwhile")
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)  # in a process of its own
    options = parser.parse_args(arguments)
    if options.fill:
        fill(options.rows)
        return 0
    with running(port=options.port) as client:
        command = [sys.executable, "-m", "bench.load", "--fill", "--rows", str(options.rows)]
        subprocess.run(command, env=client.environment, check=True)  # noqa: S603  the project's own
        client.connection.close()  # it was idle for longer than the service keeps one
        accounts = client.get("bank-accounts/?page_size=100")["results"]
        account = next(each["id"] for each in accounts if each["name"] == f"{options.rows} rows")
        print(f"load average before: {os.getloadavg()[0]:.1f}")
        good = load(client, account=account, options=options)
        return 0 if flood(client, port=options.port) and good else 1


def fill(rows: int) -> None:
    """The account with the long history, of the demo user."""
    import django

    os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "MIBUDGE_SERVING": "0"}
    django.setup()
    from backend.ledger.models import User
    from bench.household import Household, analyze

    Household(rows=rows, owner=User.objects.get(username="demo"))
    analyze()


def load(client: Client, *, account: str, options: argparse.Namespace) -> bool:
    askers = [
        Asker(port=options.port, headers=client.headers, account=account, number=each)
        for each in range(options.clients)
    ]
    served = backends(os.environ.get("DATABASE_URL", ""))
    before, started = (spent(b"gunicorn", below=os.getpid()), spent(served)), time.monotonic()
    for each in askers:
        each.start()
    time.sleep(options.seconds)
    for each in askers:
        each.stopping.set()
    for each in askers:
        each.join()
    seconds = time.monotonic() - started
    after = spent(b"gunicorn", below=os.getpid()), spent(served)
    took = {name: [each for asker in askers for each in asker.took[name]] for name in SHARES}
    for name, each in took.items():
        print(f"{name:24}{len(each):6}   p50 {at(each, 50):6.0f}   p95 {at(each, 95):6.0f}   p99 {at(each, 99):6.0f}")
    everything = [each for some in took.values() for each in some]
    rate, p95, p99 = len(everything) / seconds, at(everything, 95), at(everything, 99)
    print(f"{rate:.0f} requests/s, ms: p50 {at(everything, 50):.0f}, p95 {p95:.0f}, p99 {p99:.0f}", end="; ")
    web, database = ((late - early) / len(everything) for late, early in zip(after, before, strict=True))
    print(f"ms of CPU for each: web {web:.1f}, database {database:.1f}; load average {os.getloadavg()[0]:.1f}")
    failures = sum((asker.failures for asker in askers), Counter[str]())
    print(f"failures: {dict(failures) or 'none'}")
    return rate >= FLOOR and p95 <= P95 and p99 <= P99 and not failures


def flood(client: Client, *, port: int) -> bool:
    client.connection.close()
    alone = honest(client, seconds=10)
    flooders = [Flooder(port=port, headers=client.headers, number=each) for each in range(8)]
    for each in flooders:
        each.start()
    beside = honest(client, seconds=15)
    for each in flooders:
        each.stopping.set()
    for each in flooders:
        each.join()
    time.sleep(RECOVERED_WITHIN)
    client.connection.close()
    later = honest(client, seconds=10)
    took: dict[str, list[float]] = {}
    for flooder in flooders:
        for name, some in flooder.took.items():
            took.setdefault(name, []).extend(some)
    for name, some in sorted(took.items()):
        print(f"{name:36}{len(some):6}   p50 {at(some, 50):6.0f}   p99 {at(some, 99):6.0f}")
    for name, some in (("alone", alone), ("beside", beside), ("5 s later", later)):
        print(f"honest, {name:10} p50 {at(some, 50):6.0f}   p99 {at(some, 99):6.0f}")
    refusals = [some for name, some in took.items() if not name.endswith("401")]  # a sign-in of many is allowed
    return max(at(some, 99) for some in refusals) <= REFUSED_WITHIN * 1000 and at(later, 99) <= P99


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
