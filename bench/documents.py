"""How long can one GraphQL request keep the service busy, and how much memory can it take?

    python -m bench.documents

Each request of the tests' hostile corpus, and the widest page that may be asked for, is sent once by the owner of 500
budgets and 2,000 transactions: in a process of its own that was forked from one which has answered others before. What
the kernel says of that process counts.
"""

import multiprocessing
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bench import database

SHOWN = 8
SECONDS = 0.5
"""CPU seconds that a request may take."""

GROWTH = 200
"""MB by which the process may grow."""

BYTES = 1_000_000
"""Bytes that the answer may have."""


@dataclass(frozen=True, order=True)
class Spent:
    seconds: float
    megabytes: float
    size: int
    name: str


def main() -> int:
    with database.own() as server:
        from django.db import connections

        from bench.household import Household
        from bench.rows import Budgets
        from tests.schema.abuse import CORPUS
        from tests.schema.abuse.request import asked

        case = Budgets(rows=500)
        case.check()
        house = Household(rows=2_000, owner=case.owner)
        ids = {"ACCOUNT": house.account_id, "BUDGET": house.budget, "UNALLOCATED": house.unallocated}
        words = {word: str(key) for word, key in ids.items()}

        def send(name: str) -> Callable[[], bytes]:
            request = {**CORPUS, "the widest page": asked(f"{case.query} #")}[name]
            body, kind = request.filled(words), request.content_type
            return lambda: case.client.generic(request.method, request.path, body, content_type=kind).content

        found = []
        for name in [*CORPUS, "the widest page"]:
            connections.close_all()  # none is shared with the child
            found.append(apart(name, send(name)))
    print(f"{server}: {len(found)} requests; CPU ms, MB of growth and bytes of the answer of the longest\n")
    for each in sorted(found, reverse=True)[:SHOWN]:
        print(f"{each.name:40}{each.seconds * 1000:9.0f}{each.megabytes:9.1f}{each.size:10}")
    largest, longest = max(found, key=lambda each: each.megabytes), max(found, key=lambda each: each.size)
    print(f"\nmost memory: {largest.megabytes:.1f} MB, {largest.name}; longest answer: {longest.size}, {longest.name}")
    kept = max(found).seconds <= SECONDS and largest.megabytes <= GROWTH and longest.size <= BYTES
    return 0 if kept else 1


def apart(name: str, work: Callable[[], bytes]) -> Spent:
    """What the work takes in a process of its own."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=measured, args=(name, work, sender))
    process.start()
    found: Spent = receiver.recv()
    process.join()
    return found


def measured(name: str, work: Callable[[], bytes], sender: Connection) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    size = len(work())
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sender.send(Spent(seconds, (after.ru_maxrss - before.ru_maxrss) / 1024, size, name))


if __name__ == "__main__":
    sys.exit(main())
