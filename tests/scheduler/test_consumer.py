"""The real consumer, in a folder of its own: it finds what is due, and nothing is lost when it is killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90
DAYS = 60

SEED = f"""
from datetime import timedelta
from backend import clock
from tests import build
from tests.services import funded

now = clock.now()
then = now - timedelta(days={DAYS})
owner = build.user("owner")
account = build.account(owner=owner, balance="1000", now=then)
account.import_gate = False
account.save()
funded.goal(account, schedule="RRULE:FREQ=DAILY", amount="1", now=then)
other = build.account(owner=owner, name="Rainy Day", now=now)
build.transaction(account, amount="-5", raw_description="TO RAINY DAY", posted_date=now, now=now)
build.transaction(other, amount="5", posted_date=now, now=now)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HUEY_URL")}
    return kept | {"MIBUDGE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "backend.settings"}


@contextmanager
def consumer(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "manage.py", "run_huey"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, timeout=PATIENCE, check=True)


def ask(folder: Path, query: str) -> int:
    with closing(sqlite3.connect(folder / "mibudge.sqlite3", timeout=20)) as database:
        return int(database.execute(query).fetchone()[0])


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "the consumer did not get there"
        time.sleep(0.05)


EVENTS = "SELECT COUNT(*) FROM ledger_fundingevent WHERE status = 'done'"
TRANSFERS = "SELECT COUNT(*) FROM ledger_transfer"
LINKS = "SELECT COUNT(*) FROM ledger_transaction WHERE linked_transaction_id IS NOT NULL"


def test_a_consumer_that_is_killed_is_gone_on_with(environment: dict[str, str], tmp_path: Path) -> None:
    manage(environment, "migrate", "-v0")
    manage(environment, "shell", "-v0", "-c", SEED)
    with consumer(environment) as process:
        wait_until(lambda: ask(tmp_path, EVENTS) >= 3)
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    assert ask(tmp_path, EVENTS) == ask(tmp_path, TRANSFERS)

    with consumer(environment) as process:
        wait_until(lambda: ask(tmp_path, EVENTS) == DAYS + 1)
        wait_until(lambda: ask(tmp_path, LINKS) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert ask(tmp_path, TRANSFERS) == DAYS + 1
    manage(environment, "verify_ledger")
    manage(environment, "fund")
    assert ask(tmp_path, TRANSFERS) == DAYS + 1
