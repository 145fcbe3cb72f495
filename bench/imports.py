"""What does a statement of 10,000 rows cost, beside as many single requests, and how much memory does it take?

    python -m bench.imports [--rows 10000] [--posts 100] [--rounds 3] [--sizes 1000 10000 20000]

In one process, through the views of the REST API: by turns, some transactions are entered one by one, and a file of
many rows is uploaded to another account. Both are parsed, checked, journaled and stored as for a client. Then files of
several sizes, each in a process that has done nothing else, and in a reader that is looked at alone.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bench import database

HEADER = "Date,Description,Amount,Currency\n"
SHOPS = ("CORNER MARKET", "SQ *COFFEE BAR", "NORTHWAY FUEL", "CITY WATER UTILITY", "BOOK NOOK")
DAYS = 400
READER = """
import resource, sys
from backend.ledger.statements import contained
contained.read(sys.stdin.buffer.read(), name="statement.csv", currency="USD")
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does a statement cost, beside as many single requests?")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the statement")
    parser.add_argument("--posts", type=int, default=100, help="transactions that are entered one by one, each round")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are done")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 20_000], help="rows, for the memory")
    options = parser.parse_args(arguments)
    with database.own() as server:
        client, account = prepared()
        print(server)
        single = account("Single")
        ratios = []
        for number in range(options.rounds):
            posts = [seconds(lambda n=each: post(client, single, n)) for each in range(options.posts)]
            many = account(f"Many {number}")
            took = seconds(lambda: upload(client, many, statement(options.rows)))  # noqa: B023  called in this round
            one = statistics.mean(posts)
            ratios.append(one * options.rows / took)
            print(f"a POST takes {one * 1000:.1f} ms, a file of {options.rows} rows {took:.2f} s: 1/{ratios[-1]:.0f}")
        print(f"the file takes 1/{statistics.median(ratios):.0f} of the time of as many POSTs; 1/50 is aimed at")
        for size in options.sizes:
            memory(client, account(f"Of {size}"), statement(size), size)
        return 0


def prepared() -> tuple[Any, Callable[[str], str]]:
    """A signed-in client of the service as gunicorn loads it, and what opens an account; both ways were gone once."""
    import logging

    from bench.household import Household

    household = Household(rows=0)
    from rest_framework.test import APIClient

    from backend import clock, wsgi
    from backend.ledger.models import Bank
    from backend.ledger.services import accounts

    assert wsgi.application
    logging.disable(logging.INFO)
    client = APIClient(SERVER_NAME="localhost")
    client.force_authenticate(household.owner)
    bank = Bank.objects.get()

    def account(name: str) -> str:
        return str(accounts.create(actor=household.owner, name=name, bank_id=bank.pk, now=clock.now()).pk)

    first = account("First")
    post(client, first, 0)
    upload(client, account("Second"), statement(10))
    return client, account


def post(client: Any, account: str, number: int) -> None:
    body = {
        "bank_account": account,
        "amount": f"-{1 + number % 90}.25",
        "posted_date": str(date(2025, 1, 1) + timedelta(days=number * DAYS // 300)),
        "transaction_type": "ach",
        "raw_description": f"{SHOPS[number % len(SHOPS)]} {number}",
    }
    assert client.post("/api/v1/transactions/", body, format="json").status_code == 201


def statement(rows: int) -> str:
    first = date(2025, 1, 1)
    return HEADER + "".join(
        f"{first + timedelta(days=n * DAYS // rows)},{SHOPS[n % len(SHOPS)]} {n},-{1 + n % 90}.25,USD\n"
        for n in range(rows)
    )


def upload(client: Any, account: str, text: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("statement.csv", text.encode())
    answer = client.post(f"/api/v1/bank-accounts/{account}/imports/", {"file": file}, format="multipart")
    assert answer.status_code == 201, answer.content
    assert answer.json()["entered"] == text.count("\n") - 1


def memory(client: Any, account: str, text: str, rows: int) -> None:
    """Tell by how much a process grows at most that imports the file, and how large the reader of the file gets."""
    from django.db import connection

    connection.close()
    inlet, outlet = os.pipe()
    if not os.fork():
        before = most(resource.RUSAGE_SELF)
        upload(client, account, text)
        os.write(outlet, str(most(resource.RUSAGE_SELF) - before).encode())
        os._exit(0)
    os.wait()
    grown = int(os.read(inlet, 100))
    read = subprocess.run([sys.executable, "-c", READER], input=text.encode(), stdout=subprocess.PIPE, check=True)  # noqa: S603
    reader = int(read.stdout) * 1024
    each = f"{grown / rows / 1000:.1f} kB a row"
    print(f"{rows} rows: the worker grows by {grown / 1e6:.1f} MB, {each}; its reader has {reader / 1e6:.1f} MB")


def most(whose: int) -> int:
    """The most memory a process had, in bytes."""
    return resource.getrusage(whose).ru_maxrss * 1024


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
