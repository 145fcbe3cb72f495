"""Runs all tests: on SQLite, those that use the database once more on PostgreSQL, and those of the running service.

    python -m tests [arguments for pytest]

A server that does not answer is skipped with its reason. MIBUDGE_TEST_STRICT=1 makes each skip a failure. Without
arguments two lanes run at once; what the second one prints comes when both are done.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import IO

import pytest

from tests import servers

OUTSIDE = "tests/acceptance"
"""Tests that see a running service from outside: which database other tests have does not matter to them."""

running: set["subprocess.Popen[bytes]"] = set()
stopping = threading.Event()


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, stop)
    sqlite = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HUEY_URL")}
    postgresql = sqlite | {"DATABASE_URL": servers.POSTGRESQL.url}
    missing = {server: server.missing() for server in (servers.POSTGRESQL, servers.REDIS)}
    inside = arguments or [f"--ignore={OUTSIDE}"]

    def second(output: IO[bytes] | None) -> list[int]:
        codes = []
        if not missing[servers.POSTGRESQL]:
            codes.append(run("PostgreSQL", [*inside, "--database-only"], postgresql, output))
        if not arguments:
            codes.append(run("the running service", [OUTSIDE], sqlite, output))
        return codes

    if arguments:
        codes = [run("SQLite", inside, sqlite), *second(None)]
    else:
        with tempfile.TemporaryFile() as output, ThreadPoolExecutor() as lanes:
            other = lanes.submit(second, output)
            codes = [run("SQLite", inside, sqlite), *other.result()]
            output.seek(0)
            print(output.read().decode(errors="replace"))
    for server, reason in missing.items():
        print(f"{server.name}: skipped: {reason}" if reason else f"{server.name}: tests ran at {server.place}")
        if reason and servers.STRICT:
            codes.append(1)
    return next((code for code in codes if code), 0)


def run(name: str, arguments: list[str], environment: dict[str, str], output: IO[bytes] | None = None) -> int:
    """pytest's exit code."""
    if stopping.is_set():
        return pytest.ExitCode.INTERRUPTED
    title = f"Tests on {name}\n".encode()
    (output or sys.stdout.buffer).write(title)
    (output or sys.stdout.buffer).flush()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], env=environment, stdout=output, stderr=output
    )
    running.add(process)
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the terminal told pytest, too
            stopping.set()
            continue
        running.discard(process)
        none_here = code == pytest.ExitCode.NO_TESTS_COLLECTED and "--database-only" in arguments
        return 0 if none_here else abs(code)


def stop(number: int, frame: FrameType | None) -> None:
    """A TERM reaches pytest as Ctrl-C does, so that it still cleans up."""
    stopping.set()
    for process in list(running):
        process.send_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
