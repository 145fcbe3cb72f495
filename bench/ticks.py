"""What does a look for due funding cost, and what do many events that are due at once?

    python -m bench.ticks [--budgets 1000000] [--events 10000] [--times 200]

First the same tick, with nothing due, on a database of 1,000 budgets and on the same one filled up to many. Then one
account that was away for 400 days.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench import database

FEW = 1_000
PER_ACCOUNT = 10
DAYS = 400
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does a look for due funding cost, and what do due events?")
    parser.add_argument("--budgets", type=int, default=1_000_000, help="budgets of the full database")
    parser.add_argument("--events", type=int, default=10_000, help="events that are due at once")
    parser.add_argument("--times", type=int, default=200, help="measurements of the tick")
    options = parser.parse_args(arguments)
    with database.own() as server:
        print(server)
        ticks(many=options.budgets, times=options.times)
        return due(events=options.events)


# A tick with nothing due


def ticks(*, many: int, times: int) -> None:
    """Print the time of a tick on both fillings, and their ratio."""
    from scheduler import jobs

    fill(FEW)
    few = measured(lambda: jobs.tick(now=NOW), times=times)
    started = time.perf_counter()
    fill(many - FEW)
    print(f"{FEW} budgets, then {many}, filled in {time.perf_counter() - started:.0f} s; none of them is due")
    lots = measured(lambda: jobs.tick(now=NOW), times=times)
    print(f"a tick with nothing due, ms: {few:.2f} and {lots:.2f}, ratio {lots / few:.2f}")


def measured(call: Callable[[], int], *, times: int) -> float:
    """The least in ms: what else the machine does only adds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        assert call() == 0
        found.append(time.perf_counter() - started)
    return min(found) * 1000


def fill(budgets: int) -> None:
    """Copies of one funded household, by SQL: accounts that are due some day, with ten budgets each."""
    from django.db import connection

    from backend.ledger.models import BankAccount, Budget

    owner, account, budget = household(name=f"{budgets} budgets", goals=1, now=NOW)
    new_id = "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
    with connection.cursor() as cursor:
        copy(cursor, BankAccount, account, budgets // PER_ACCOUNT, id=new_id, name="'copy'")
        cursor.execute(
            "INSERT INTO ledger_bankaccount_owners (bankaccount_id, user_id) "
            "SELECT id, %s FROM ledger_bankaccount WHERE name = 'copy'",
            [owner.pk],
        )
        places = "(SELECT id FROM ledger_bankaccount WHERE name = 'copy') place"
        copy(cursor, Budget, budget, PER_ACCOUNT, others=places, id=new_id, bank_account_id="place.id")
        cursor.execute("UPDATE ledger_bankaccount SET name = 'filled' WHERE name = 'copy'")
        cursor.execute("ANALYZE")


def copy(cursor: Any, model: Any, row: Any, times: int, *, others: str = "", **columns: str) -> None:
    """Insert a row so many times, for each of the `others`, with some columns replaced by expressions."""
    table = model._meta.db_table
    names = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(columns.get(name, f'template."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    numbers = f"SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}"  # noqa: S608  it is a number
    number = f"(WITH RECURSIVE n(i) AS ({numbers}) SELECT i FROM n) n"  # noqa: S608  as above
    sources = ", ".join(filter(None, [f"{table} template", number, others]))
    field = model._meta.pk
    assert field is not None
    from django.db import connection

    cursor.execute(
        f"INSERT INTO {table} ({listed}) SELECT {values} FROM {sources} WHERE template.id = %s",  # noqa: S608  columns of the models
        [field.get_db_prep_value(row.pk, connection)],
    )


def household(*, name: str, goals: int, now: datetime) -> tuple[Any, Any, Any]:
    """An account that no import gate holds back, with goals that get 1.00 a day from the day after tomorrow on."""
    from backend.ledger.models import Bank, BankAccount, User
    from backend.ledger.services import accounts, budgets

    owner = User.objects.create(username=name)
    bank = Bank.objects.create(name="Bank", created_at=now, modified_at=now)
    account = accounts.create(actor=owner, name=name, bank_id=bank.pk, available_balance=Decimal(10**8), now=now)
    BankAccount.objects.filter(pk=account.pk).update(import_gate=False)
    start: date = now.date() + timedelta(days=2)
    made = [
        budgets.create(
            actor=owner,
            account_id=account.pk,
            fields={
                "name": f"Goal {number}",
                "target_balance": Decimal(10**6),
                "funding_type": "F",
                "funding_amount": Decimal(1),
                "funding_schedule": f"DTSTART:{start:%Y%m%d}\nRRULE:FREQ=DAILY",
            },
            now=now,
        )
        for number in range(goals)
    ]
    account.refresh_from_db()
    assert account.funding_due_on == start
    return owner, account, made[0]


# Many events that are due at once


def due(*, events: int) -> int:
    """Print statements and time per event, of the first run against the last; 1 if 20 statements are passed."""
    from django.db import connection

    from backend.ledger.selectors import integrity
    from backend.ledger.services import funding

    goals = events // DAYS
    _, account, _ = household(name="away", goals=goals, now=NOW - timedelta(days=DAYS + 1))
    counter, settled = Statements(), 0
    started, marks = time.perf_counter(), [(0, time.process_time())]
    with connection.execute_wrapper(counter):
        while done := len(funding.run(account_id=account.pk, now=NOW).events):
            settled += done
            marks.append((settled, time.process_time()))
    took, each = time.perf_counter() - started, counter.count / settled + 2  # begin and commit
    print(f"{settled} events in {took:.0f} s: {each:.1f} statements and {took / settled * 1000:.1f} ms per event")
    first, last = (per_event(*pair) for pair in (marks[:2], marks[-3:-1]))
    print(f"an event of the first run and of the last, ms of CPU: {first:.2f} and {last:.2f}, ratio {last / first:.2f}")
    breaches = len(list(integrity.breaches(account_id=account.pk)))
    print(f"{breaches} breaches")
    return 1 if each > 20 or breaches or settled != goals * DAYS else 0


def per_event(before: tuple[int, float], after: tuple[int, float]) -> float:
    return (after[1] - before[1]) / (after[0] - before[0]) * 1000


class Statements:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))
        return execute(sql, params, many, context)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
