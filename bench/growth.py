"""Does a write cost more the longer the history is?

    python -m bench.growth [--rows 100000] [--times 50]

Two accounts in one database, one with 100 transactions and one with many; the same writes on both by turns.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench import database

if TYPE_CHECKING:
    from bench.household import Household

FEW = 100
TABLES = ("ledger_transaction", "ledger_entry")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Does a write cost more the longer the history is?")
    parser.add_argument("--rows", type=int, default=100_000, help="transactions of the account with many")
    parser.add_argument("--times", type=int, default=50, help="measurements of each write")
    options = parser.parse_args(arguments)
    with database.own() as server:
        from bench.household import Household, analyze

        started = time.perf_counter()
        few, many = (Household(rows=rows) for rows in (FEW, options.rows))
        print(f"{server}: {FEW} and {options.rows} transactions, filled in {time.perf_counter() - started:.0f} s")
        compare(few, many, times=options.times, title="statistics of an empty table")
        analyze()
        compare(few, many, times=options.times, title="after ANALYZE")
        back_dated(many, rows=options.rows)
        return verify()


def compare(few: "Household", many: "Household", *, times: int, title: str) -> None:
    """Print the medians of each write on both accounts, and their ratio."""
    print(f"\n{title + ', ms':36}{FEW:>9}{'many':>9}{'ratio':>9}")
    for name in few.writes:
        short, long = [], []
        for _ in range(times):
            short.append(seconds(few.writes[name]))
            long.append(seconds(many.writes[name]))
        small, large = statistics.median(short) * 1000, statistics.median(long) * 1000
        print(f"{name:36}{small:9.2f}{large:9.2f}{large / small:9.2f}")


def back_dated(many: "Household", *, rows: int) -> None:
    """Print how many UPDATEs of each table a transaction in the past takes, and how long it takes."""
    print(f"\n{'back-dated by … rows':36}{'ms':>9}  UPDATEs of more than the row itself")
    for back in (10, 1_000, rows):
        shifts = Shifts()
        from django.db import connection

        with connection.execute_wrapper(shifts):
            took = seconds(lambda: many.enter(rows_back=back))  # noqa: B023 (called at once)
        print(f"{back:<36}{took * 1000:9.1f}  " + ", ".join(f"{n} of {table}" for table, n in shifts.counted.items()))


def verify() -> int:
    """Print how long all invariants of all rows take to recompute; 1 if one is broken."""
    from backend.ledger.selectors import integrity

    found: list[integrity.Breach] = []
    took = seconds(lambda: found.extend(integrity.breaches()))
    print(f"\nall invariants recomputed in {took:.1f} s: {len(found)} breaches")
    return 1 if found else 0


class Shifts:
    """Counts the UPDATEs of the tables that hold running balances."""

    def __init__(self) -> None:
        self.counted = dict.fromkeys(TABLES, 0)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        for table in TABLES:
            self.counted[table] += sql.startswith(f'UPDATE "{table}"')
        return execute(sql, params, many, context)


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
