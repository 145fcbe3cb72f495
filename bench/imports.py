"""What does a statement of 10,000 rows cost, beside as many single requests?

    python -m bench.imports [--rows 10000] [--posts 300]

In one process, through the views of the REST API: some transactions are entered one by one, then one file of many rows
is uploaded to another account. Both are parsed, checked, journaled and stored as for a client.
"""

import argparse
import statistics
import sys
import time
from datetime import date, timedelta
from typing import Any

from bench import database

HEADER = "Date,Description,Amount,Currency\n"
SHOPS = ("CORNER MARKET", "SQ *COFFEE BAR", "NORTHWAY FUEL", "CITY WATER UTILITY", "BOOK NOOK")
DAYS = 400


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does a statement cost, beside as many single requests?")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the statement")
    parser.add_argument("--posts", type=int, default=300, help="transactions that are entered one by one")
    options = parser.parse_args(arguments)
    with database.own() as server:
        from bench.household import Household

        client, single, many = clients(Household(rows=0))
        posts = [seconds(lambda: post(client, single, number)) for number in range(options.posts)]  # noqa: B023
        took = seconds(lambda: upload(client, many, statement(options.rows)))
        one = statistics.mean(posts)
        print(f"{server}: a POST takes {one * 1000:.1f} ms, a file of {options.rows} rows {took:.2f} s")
        print(f"the file takes 1/{one * options.rows / took:.0f} of the time of as many POSTs; 1/50 is aimed at")
        return 0


def clients(household: Any) -> tuple[Any, str, str]:
    """A signed-in client, and two of its accounts."""
    from rest_framework.test import APIClient

    from backend import clock
    from backend.ledger.models import Bank
    from backend.ledger.services import accounts

    client = APIClient(SERVER_NAME="localhost")
    client.force_authenticate(household.owner)
    bank = Bank.objects.get()
    keys = [
        accounts.create(actor=household.owner, name=name, bank_id=bank.pk, now=clock.now()).pk
        for name in ("Single", "Many")
    ]
    return client, *map(str, keys)


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


def seconds(call: Any) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
