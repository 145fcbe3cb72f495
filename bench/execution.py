"""What does GraphQL cost beyond the rows that it shows?

    python -m bench.execution [--times 30]

CPU time of 500 rows with ten fields each, as GraphQL answers them (parsed, checked, planned, queried, written as JSON),
against the same rows by `values()` and a JSON dump: by the statements that read those very pages, and by one statement
that reads them all. All by turns, in one process.
"""

import argparse
import gc
import logging
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bench import database

if TYPE_CHECKING:
    from bench.rows import Case

ROWS = 500


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="What does GraphQL cost beyond the rows that it shows?")
    parser.add_argument("--times", type=int, default=30, help="measurements of each")
    options = parser.parse_args(arguments)
    with database.own() as server:
        from bench.rows import Budgets, Transactions

        logging.disable(logging.INFO)  # a line for each request
        print(f"{server}: {ROWS} rows, ten fields each, CPU ms\n")
        print(f"{'':34}{'GraphQL':>9}{'same pages':>12}{'ratio':>7}{'one values()':>14}{'ratio':>7}{'HTTP':>9}")
        for case in (Transactions(rows=ROWS), Budgets(rows=ROWS)):
            show(case, times=options.times)
    return 0


def show(case: "Case", *, times: int) -> None:
    case.check()
    gc.collect()
    gc.freeze()  # as the web server does
    took = measured(
        {"graphql": case.graphql, "pages": case.values_of_pages, "values": case.values, "http": case.http}, times=times
    )
    graphql = took["graphql"]
    print(f"{case.title:34}{graphql:9.1f}", end="")
    for name, width in (("pages", 12), ("values", 14)):
        print(f"{took[name]:{width}.1f}{graphql / took[name]:7.1f}", end="")
    print(f"{took['http']:9.1f}")


def measured(calls: Mapping[str, Callable[[], object]], *, times: int) -> dict[str, float]:
    """The median of each call's CPU time, in ms."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(times):
        for name, call in calls.items():
            started = time.process_time()
            call()
            found[name].append((time.process_time() - started) * 1000)
    return {name: statistics.median(each) for name, each in found.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
