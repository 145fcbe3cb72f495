"""How much memory do the processes hold after long use?

    python -m bench.memory [--requests 10000] [--events 1000] [--port 8172]
    DATABASE_URL=postgres://user:password@host/an_empty_database python -m bench.memory

The service runs as its users run it, with the demo household. Eight clients at once send requests of all kinds, a tenth
of them writes and a tenth pages of 500 rows. Then goals fall due, and the scheduler is waited for. Memory is read from
the kernel (Linux), in MiB: what is resident, and the share of it that a process adds to the others (PSS).
"""

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import capacity
from bench.service import Client, running

PROC = Path("/proc")
CLIENTS = 8
WORKER, SCHEDULER = 150, 120
"""MiB that are not to be passed."""

PATIENCE = 600.0
"""Seconds that the events may take."""


@dataclass(frozen=True)
class Process:
    """A process of the service, and the MiB that it holds."""

    name: str
    resident: float
    share: float


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="How much memory do the processes hold after long use?")
    parser.add_argument("--requests", type=int, default=10_000, help="that the web server answers")
    parser.add_argument("--events", type=int, default=1_000, help="that the scheduler funds")
    parser.add_argument("--port", type=int, default=8172, help="where the service listens meanwhile")
    parser.add_argument("--fund", action="store_true", help=argparse.SUPPRESS)  # in a process of its own
    options = parser.parse_args(arguments)
    if options.fund:
        return fund(options.events)
    with running(port=options.port) as client:
        print(f"{'MiB':40}{'resident':>10}{'share':>10}")
        show("at the start", processes())
        ask(client, port=options.port, requests=options.requests)
        show(f"after {options.requests} requests", processes())
        if not options.events:
            return 0
        command = [sys.executable, "-m", "bench.memory", "--fund", "--events", str(options.events)]
        subprocess.run(command, env=client.environment, check=True)  # noqa: S603  the project's own
        last = processes()
        show(f"after {options.events} events", last)
    limits = {"worker": WORKER, "scheduler": SCHEDULER}
    return 1 if any(each.resident > limits.get(each.name, float("inf")) for each in last) else 0


def ask(client: Client, *, port: int, requests: int) -> None:
    """Send so many requests, by all clients together."""

    def one(number: int) -> None:
        own = Client(port)
        own.headers = dict(client.headers)
        kinds = [each for name, each in capacity.requests(own).items() for _ in range(SHARES[name])]
        kinds += [lambda: own.get("transactions/?page_size=500")] * SHARES["500 transactions"]
        choose = random.Random(number)  # noqa: S311  the same choices in each run
        while own.requests < requests / CLIENTS:
            choose.choice(kinds)()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


SHARES: Mapping[str, int] = {
    "the dashboard, GraphQL": 15,
    "is there news, GraphQL": 15,
    "20 budgets, REST": 15,
    "50 transactions, REST": 20,
    "one transaction, REST": 15,
    "500 transactions": 10,
    "enter a transaction, REST": 4,
    "split one, REST": 3,
    "move money, REST": 3,
}
"""Of a hundred requests."""


def processes() -> list[Process]:
    """Those of the service that this program started, the largest of each kind."""
    found: dict[str, Process] = {}
    for pid in sorted(below(os.getpid())):
        arguments = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ")
        name = "scheduler" if b"run_huey" in arguments else "web" if b"gunicorn" in arguments else ""
        if name == "web":
            name = "worker" if b"gunicorn" in (PROC / str(parent(pid)) / "cmdline").read_bytes() else "parent"
        if name:
            sizes = memory(pid)
            seen = Process(name=name, resident=sizes["Rss"] / 1024, share=sizes["Pss"] / 1024)
            found[name] = max(seen, found.get(name, seen), key=lambda each: each.resident)
    return list(found.values())


def below(process: int) -> set[int]:
    parents = {int(each.name): parent(int(each.name)) for each in PROC.iterdir() if each.name.isdigit()}
    found, more = {process}, True
    while more:
        fresh = {pid for pid, of in parents.items() if of in found} - found
        found |= fresh
        more = bool(fresh)
    return found - {process}


def parent(pid: int) -> int:
    try:
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0  # it is gone


def memory(pid: int) -> Mapping[str, int]:
    """kB by the kernel's names."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def show(when: str, found: list[Process]) -> None:
    print(when)
    for each in found:
        print(f"    {each.name:36}{each.resident:10.0f}{each.share:10.0f}")


def fund(events: int) -> int:
    """Goals of a new account that fall due at once, and wait until the scheduler has funded them all."""
    import django

    os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "MIBUDGE_SERVING": "0"}
    django.setup()
    from datetime import timedelta

    from backend import clock
    from backend.ledger.models import FundingEvent
    from bench import ticks

    days = 100
    now = clock.now() - timedelta(days=days + 1)
    _, account, _ = ticks.household(name="away", goals=max(1, events // days), now=now)
    until = time.monotonic() + PATIENCE
    due = FundingEvent.objects.filter(budget__bank_account=account, status=FundingEvent.Status.DONE)
    while due.count() < events:
        if time.monotonic() > until:
            print(f"only {due.count()} events within {PATIENCE:.0f} s")
            return 1
        time.sleep(1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
