"""What does a request cost the web server, and what the database?

    python -m bench.capacity [--times 200] [--port 8170]
    DATABASE_URL=postgres://user:password@host/an_empty_database python -m bench.capacity [--standby URL]

The service runs as its users run it, with the demo household; one client sends one request after the other. CPU time is
read from the kernel (Linux): of gunicorn's processes, and of the PostgreSQL backends that serve this database. Those of
a standby are told apart by their user: its URL names another one than DATABASE_URL, who may read all tables.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from bench.dashboard import LATEST, QUERY
from bench.service import Client, running

PROC = Path("/proc")
TICK = 1000 / os.sysconf("SC_CLK_TCK")
NEWS = "query News($since: String) { changes(since: $since) { cursor } }"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does a request cost the web server, and what the database?")
    parser.add_argument("--times", type=int, default=200, help="requests of each kind")
    parser.add_argument("--port", type=int, default=8170, help="where the service listens meanwhile")
    parser.add_argument("--standby", default="", help="URL of a streaming standby that answers reads")
    options = parser.parse_args(arguments)
    urls = [os.environ.get("DATABASE_URL", ""), options.standby]
    with running(port=options.port, variables={"MIBUDGE_REPLICA_URL": options.standby}) as client:
        print(f"{'ms of CPU':44}{'web':>8}{'database':>10}{'standby':>10}{'ms to wait':>12}")
        for name, request in requests(client).items():
            for _ in range(10):
                request()
            before, waits = [spent(b"gunicorn", below=os.getpid()), *map(spent, map(backends, urls))], []
            for _ in range(options.times):
                began = time.perf_counter()
                request()
                waits.append((time.perf_counter() - began) * 1000)
            after = [spent(b"gunicorn", below=os.getpid()), *map(spent, map(backends, urls))]
            web, database, standby = ((late - early) / options.times for late, early in zip(after, before, strict=True))
            print(f"{name:44}{web:8.1f}{database:10.1f}{standby:10.1f}{statistics.median(waits):12.1f}")
    return 0


def requests(client: Client) -> Mapping[str, Callable[[], object]]:
    """What people and their programs ask for, by what it is called."""
    account = client.get("bank-accounts/?account_type=C")["results"][0]["id"]
    budgets = client.get(f"budgets/?bank_account={account}&archived=false&page_size=100")["results"]
    one, other = [each["id"] for each in budgets if each["name"] != "Unallocated"][:2]
    latest = client.ask(NEWS, {})["changes"]["cursor"]
    number = count()
    row = {
        "bank_account": account,
        "posted_date": client.get("transactions/?page_size=1")["results"][0]["posted_date"],
        "transaction_type": "pin_purchase",
        "raw_description": "SOME SHOP",
    }
    entered = client.send("POST", "/api/v1/transactions/", row | {"amount": "-30.00"})["id"]

    def enter() -> object:
        return client.send("POST", "/api/v1/transactions/", row | {"amount": f"-{next(number) + 1}.10"})

    def split() -> object:
        shares = {one: f"{1 + next(number) % 9}.00", other: "2.00"}
        return client.send("POST", f"/api/v1/transactions/{entered}/splits/", {"splits": shares})

    def move() -> object:
        body = {"bank_account": account, "src_budget": one, "dst_budget": other, "amount": "0.01"}
        return client.send("POST", "/api/v1/internal-transactions/", body)

    return {
        "the dashboard, GraphQL": lambda: client.ask(QUERY, {"latest": LATEST}),
        "is there news, GraphQL": lambda: client.ask(NEWS, {"since": latest}),
        "20 budgets, REST": lambda: client.get(f"budgets/?bank_account={account}&page_size=20"),
        "50 transactions, REST": lambda: client.get("transactions/?page_size=50"),
        "one transaction, REST": lambda: client.get(f"transactions/{entered}/"),
        "enter a transaction, REST": enter,
        "split one, REST": split,
        "move money, REST": move,
    }


def backends(address: str) -> bytes:
    """How the backends of a database call themselves that serve this user; on SQLite there are none."""
    url = urlsplit(address)
    return f"postgres: {url.username} {url.path[1:]}".encode() if url.scheme else b"no such process"


def spent(name: bytes, *, below: int | None = None) -> float:
    """CPU time so far, in ms, of the processes whose command line holds the name; of descendants only, if so asked."""
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            told = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        found[int(folder.name)] = (int(told[1]), command, (int(told[11]) + int(told[12])) * TICK)

    def is_ours(process: int) -> bool:
        return process == below or (process in found and is_ours(found[process][0]))

    return sum(
        took for process, (_, command, took) in found.items() if name in command and (below is None or is_ours(process))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
