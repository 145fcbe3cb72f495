"""Runs all tests: on SQLite, then those that use the database once more on PostgreSQL.

    python -m tests [arguments for pytest]

A server that does not answer is skipped with its reason. MIBUDGE_TEST_STRICT=1 makes each skip a failure.
"""

import os
import signal
import subprocess
import sys

import pytest

from tests import servers


def main(arguments: list[str]) -> int:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HUEY_URL")}
    print("Tests on SQLite", flush=True)
    worst = run(arguments, environment)
    if worst == pytest.ExitCode.INTERRUPTED:
        return worst

    reports = []
    for server in (servers.POSTGRESQL, servers.REDIS):
        reason = server.missing()
        reports.append(f"{server.name}: skipped: {reason}" if reason else f"{server.name}: tests ran at {server.place}")
        if reason and servers.STRICT:
            worst = worst or 1
        elif server is servers.POSTGRESQL and not reason:
            print("Tests on PostgreSQL", flush=True)
            again = run([*arguments, "--database-only"], environment | {"DATABASE_URL": server.url})
            worst = worst or again
    print("\n".join(reports))
    return worst


def run(arguments: list[str], environment: dict[str, str]) -> int:
    """pytest's exit code. A TERM reaches pytest as Ctrl-C does, so that it still cleans up."""
    process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=environment)
    signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(signal.SIGINT))
    while True:
        try:
            return abs(process.wait())
        except KeyboardInterrupt:  # the terminal told pytest, too
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
