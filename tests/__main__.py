"""Runs all tests: on SQLite, those that use the database once more on PostgreSQL, and those of the running service.

    python -m tests [arguments for pytest]

A server that does not answer is skipped with its reason. MIBUDGE_TEST_STRICT=1 makes each skip a failure and tries
every generated example. MIBUDGE_TEST_ANEW=1 generates others in each run, to look for what nobody has met yet. Without
arguments the tests go in four parts, and several runs of them at once: more than the machine has cores, since those
that start processes wait for them, and four at most. The long runs come first, so that they end together.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import FrameType
from typing import IO

import pytest

from tests import prepared, servers

OUTSIDE = "tests/acceptance"
"""Tests that see a running service from outside: which database other tests have does not matter to them."""

DOORS = ["tests/schema"]
LEDGER = [f"tests/{each}" for each in ("rest", "parity", "contract", "selectors", "ledger")]
FILES = [f"tests/{each}" for each in ("statements", "exports", "rules", "demo", "commands")]
PARTS = [[f"--ignore={each}" for each in (*DOORS, *LEDGER, *FILES, OUTSIDE)], FILES, LEDGER, DOORS]
LANES = max(2, min(4, (os.cpu_count() or 1) + (1 if servers.STRICT else 2)))

running: set["subprocess.Popen[bytes]"] = set()
stopping = threading.Event()


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop)
    kept = dict(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of some hundred processes compiles the code anew
    with tempfile.TemporaryDirectory(prefix="mibudge-prepared-") as folder:
        return run_all(arguments, kept | {prepared.VARIABLE: folder})


def run_all(arguments: list[str], environment: Mapping[str, str]) -> int:
    sqlite = {name: value for name, value in environment.items() if name not in ("DATABASE_URL", "HUEY_URL")}
    postgresql = sqlite | {"DATABASE_URL": servers.POSTGRESQL.url}
    missing = {server: server.missing() for server in (servers.POSTGRESQL, servers.REDIS)}
    parts = [arguments] if arguments else PARTS
    runs = [Run("SQLite", part, sqlite) for part in parts]
    if not missing[servers.POSTGRESQL]:
        on_both = [Run("PostgreSQL", [*part, "--database-only"], postgresql) for part in parts]
        runs = [each for pair in zip(runs, on_both, strict=True) for each in pair]
    if not arguments:
        runs.insert(0, Run("the running service", [OUTSIDE], sqlite))
    codes = at_once(runs, lanes=1 if arguments else LANES)
    for server, reason in missing.items():
        print(f"{server.name}: skipped: {reason}" if reason else f"{server.name}: tests ran at {server.place}")
        if reason and servers.STRICT:
            codes.append(1)
    return next((code for code in codes if code), 0)


@dataclass(frozen=True)
class Run:
    """A call of pytest."""

    name: str
    arguments: list[str]
    environment: dict[str, str]


def at_once(runs: Sequence[Run], *, lanes: int) -> list[int]:
    """The exit codes of all; so many go on at once. The first lane is seen meanwhile, the others afterwards."""
    waiting, codes = deque(runs), list[int]()

    def lane(output: IO[bytes] | None) -> None:
        with suppress(IndexError):
            while True:
                codes.append(run(waiting.popleft(), output))

    with ExitStack() as files, ThreadPoolExecutor() as others:
        outputs = [files.enter_context(tempfile.TemporaryFile()) for _ in range(lanes - 1)]
        going = [others.submit(lane, output) for output in outputs]
        lane(None)
        for each, output in zip(going, outputs, strict=True):
            each.result()
            output.seek(0)
            print(output.read().decode(errors="replace"))
    return codes


def run(asked: Run, output: IO[bytes] | None) -> int:
    """pytest's exit code."""
    if stopping.is_set():
        return pytest.ExitCode.INTERRUPTED
    title = f"Tests on {asked.name}: {' '.join(asked.arguments)}\n".encode()
    (output or sys.stdout.buffer).write(title)
    (output or sys.stdout.buffer).flush()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *asked.arguments], env=asked.environment, stdout=output, stderr=output
    )
    running.add(process)
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the terminal told pytest, too
            stopping.set()
            continue
        running.discard(process)
        none_here = code == pytest.ExitCode.NO_TESTS_COLLECTED and "--database-only" in asked.arguments
        return 0 if none_here else abs(code)


def stop(number: int, frame: FrameType | None) -> None:
    """A TERM reaches pytest as Ctrl-C does, so that it still cleans up."""
    stopping.set()
    for process in list(running):
        process.send_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
