"""The real consumer under its supervisor, killed in the middle of its work: it goes on where it stopped.

MIBUDGE_TEST_KILLS says how often each way to die is tried.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from scheduler import settings
from tests import prepared, servers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="parts die with their parent by a way of Linux")

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
ORPHANED = 10
"""Seconds that a consumer may outlive its parent."""

KILLS = int(os.environ.get("MIBUDGE_TEST_KILLS") or ("3" if servers.STRICT else "1"))
DAYS = max(60, 30 * KILLS)

CONSUMER = b"manage.py\0run_huey"
SUPERVISOR = """
import signal, sys
from backend import serve
signal.signal(signal.SIGTERM, serve._stop)
sys.exit(serve.supervise([serve.jobs()]))
"""

SEED = f"""
from datetime import timedelta
from backend import clock
from backend.ledger.models import BankAccount
from backend.ledger.services import funding
from tests import build
from tests.services import funded

now = clock.now()
then = now - timedelta(days={DAYS})
last = f"UNTIL={{now - timedelta(days=2):%Y%m%d}}"
owner = build.user("owner")
for name in ("Undisturbed", "Killed"):
    account = build.account(owner=owner, name=name, balance="{DAYS * 8}", now=then)
    BankAccount.objects.filter(pk=account.pk).update(import_gate=False)
    weekly, daily = f"RRULE:FREQ=WEEKLY;{{last}}", f"RRULE:FREQ=DAILY;{{last}}"
    funded.goal(account, schedule=daily, amount="1", now=then)
    funded.rent(account, recurrence=weekly, funding_schedule=daily, now=then)
    funded.goal(account, name="Short", schedule=f"RRULE:FREQ=DAILY;INTERVAL=9;{{last}}", amount="60", now=then)
    for days in range(5, {DAYS}, 10):
        at = then + timedelta(days=days)
        build.transaction(account, amount="20", posted_date=at, raw_description="WAGES", now=at)
    if name == "Undisturbed":
        while funding.run(account_id=account.pk, now=now).events:
            pass
everyday, savings = (build.account(owner=owner, name=name, now=now) for name in ("Everyday", "Rainy Day"))
build.transaction(everyday, amount="-5", raw_description="TO RAINY DAY", posted_date=now, now=now)
build.transaction(savings, amount="5", posted_date=now, now=now)
"""

EVENTS = """
    SELECT b.name, e.kind, e."on", e.status, e.intended, e.moved, e.reason
    FROM ledger_fundingevent e JOIN ledger_budget b ON b.id = e.budget_id
    JOIN ledger_bankaccount a ON a.id = b.bank_account_id
    WHERE a.name = ? ORDER BY 1, 2, 3
"""
BALANCES = """
    SELECT b.name, b.balance, b.net_funding, b.complete
    FROM ledger_budget b JOIN ledger_bankaccount a ON a.id = b.bank_account_id WHERE a.name = ? ORDER BY 1
"""
TRANSFERS = """
    SELECT s.name, t.name, m.amount, m.effective_at
    FROM ledger_transfer m JOIN ledger_budget s ON s.id = m.source_id JOIN ledger_budget t ON t.id = m.target_id
    JOIN ledger_bankaccount a ON a.id = m.bank_account_id WHERE a.name = ? ORDER BY 2, 4, 3
"""
LINKS = "SELECT COUNT(*) FROM ledger_transaction WHERE linked_transaction_id IS NOT NULL"


class Jobs:
    """A folder of data, and a supervisor with its consumer that work on it."""

    def __init__(self, folder: Path, *, queue: str) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIBUDGE_")}
        kept.pop("DATABASE_URL", None)
        own = {"MIBUDGE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "backend.settings", "HUEY_URL": queue}
        self.environment = kept | own
        self.supervisor: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, timeout=PATIENCE, check=True)

    def start(self) -> None:
        """Start, and wait until both processes are there."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-c", SUPERVISOR]
            self.supervisor = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        wait_until(self.consumer)

    def consumer(self) -> int:
        """The process id of the consumer, 0 while there is none."""
        return next((process for process, command in self.processes().items() if CONSUMER in command), 0)

    def processes(self) -> dict[int, bytes]:
        """Process id and command of all that runs on this folder."""
        mark = f"MIBUDGE_DATA={self.folder}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found[int(entry.name)] = (entry / "cmdline").read_bytes()
        return found

    def ask(self, query: str, *parameters: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "mibudge.sqlite3", timeout=20)) as database:
            return database.execute(query, parameters).fetchall()

    def is_free(self) -> None:
        """Nobody holds the ledger's write lock."""
        with closing(sqlite3.connect(self.folder / "mibudge.sqlite3", timeout=20, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")

    def outcome(self, account: str) -> list[Any]:
        return [self.ask(query, account) for query in (EVENTS, BALANCES, TRANSFERS)]

    # Ways to die; afterwards no process is left.

    def kill_worker(self) -> None:
        """The consumer alone; its supervisor lives and starts another."""
        first = self.consumer()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: self.consumer() not in (0, first))
        self.end(signal.SIGTERM)

    def kill_parent(self) -> None:
        """The supervisor alone; its consumer ends with it."""
        self.end(signal.SIGKILL, within=ORPHANED)

    def kill_both(self) -> None:
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.end(signal.SIGKILL)

    def end(self, number: int, *, within: float = PATIENCE) -> int:
        """Signal the supervisor; its exit code. Returns when no process is left."""
        assert self.supervisor is not None
        self.supervisor.send_signal(number)
        code = self.supervisor.wait(PATIENCE)
        wait_until(lambda: not self.processes(), within=within)
        return code


@contextmanager
def jobs(folder: Path, *, queue: str = "") -> Iterator[Jobs]:
    running = Jobs(folder, queue=queue)
    try:
        yield running
    finally:
        if running.supervisor is not None:
            running.kill_both()


def wait_until(reached: Callable[[], object], *, within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not reached():
        assert time.monotonic() < deadline, "the jobs did not get there"
        time.sleep(0.02)


def survive(running: Jobs) -> None:
    """Each way to die by turns, in the middle of the work; then to the end of it."""
    prepared.migrated(running.folder)
    running.manage("shell", "-v0", "-c", SEED)
    expected = running.outcome("Undisturbed")
    keys = {row[:3] for row in expected[0]}
    deaths = [running.kill_parent, running.kill_worker, running.kill_both] * KILLS
    step = len(keys) // (len(deaths) + 1)
    assert step > 2
    for number, die in enumerate(deaths):
        running.start()
        enough = (number + 1) * step - number % 3
        wait_until(lambda: len(running.ask(EVENTS, "Killed")) >= enough)  # noqa: B023  called in this round
        die()
        running.is_free()
        assert {row[:3] for row in running.ask(EVENTS, "Killed")} <= keys

    running.start()
    wait_until(lambda: running.outcome("Killed") == expected)
    wait_until(lambda: running.ask(LINKS) == [(2,)])
    assert running.end(signal.SIGTERM) == 0
    running.manage("verify_ledger", "--skip-checks")
    running.manage("fund", "--skip-checks")
    assert running.outcome("Killed") == running.outcome("Undisturbed") == expected
    assert b"Traceback" not in (running.folder / "log").read_bytes()


def test_a_consumer_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    with jobs(tmp_path) as running:
        survive(running)


def test_a_job_of_a_consumer_without_a_parent_is_cut_short_in_time() -> None:
    seconds = settings.CONSUMER["shutdown_timeout"]
    assert isinstance(seconds, int)
    assert seconds < ORPHANED


def test_so_it_is_with_its_queue_on_redis(tmp_path: Path, redis_url: str) -> None:
    with jobs(tmp_path, queue=redis_url) as running:
        survive(running)
    assert not (tmp_path / "huey.db").exists()
