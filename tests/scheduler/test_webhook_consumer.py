"""The real consumer, killed while a receiver keeps it waiting: what it had claimed is sent by the next."""

import os
import signal
import socket
import sqlite3
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests import prepared
from tests.scheduler import receiving
from tests.scheduler.receiving import receiver
from tests.scheduler.test_consumer import Jobs, jobs, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="parts die with their parent by a way of Linux")

EVENTS = 5
SEED = f"""
from backend import clock
from tests import build
from tests.services import hooked

now = clock.now()
account = build.account(owner=build.user("owner"), balance="100", now=now)
hooked.hook(account, "budget.below_zero", url="URL", now=now)
for number in range({EVENTS}):
    budget = build.budget(account, name=f"Budget {{number}}", now=now)
    build.transfer(account, source=budget, target=build.unallocated(account), amount="1.00", now=now)
"""
LAPSE = "UPDATE ledger_webhookdelivery SET next_try_at = datetime('now', '-1 minute') WHERE next_try_at IS NOT NULL"
DELIVERED = "SELECT COUNT(*) FROM ledger_webhookdelivery WHERE status = 'delivered' AND next_try_at IS NULL"


def lapse(running: Jobs) -> None:
    """The time passes after which a claim holds no longer."""
    with closing(sqlite3.connect(running.folder / "mibudge.sqlite3", timeout=20)) as database, database:
        database.execute(LAPSE)


def kill(running: Jobs) -> None:
    """The consumer, and its supervisor before there is another."""
    os.kill(running.consumer(), signal.SIGKILL)
    running.kill_both()


def shows_metrics(place: str) -> bool:
    """Whether the consumer itself tells scrapers what it counted."""
    with suppress(OSError), urllib.request.urlopen(f"http://{place}/metrics", timeout=10) as answer:
        return b"mibudge_ledger_writes" in answer.read()
    return False


@pytest.mark.parametrize("die", [kill, Jobs.kill_parent], ids=["killed", "orphaned"])
def test_a_consumer_that_dies_while_it_sends_is_gone_on_with(tmp_path: Path, die: Callable[[Jobs], None]) -> None:
    with jobs(tmp_path) as running, receiver() as there:
        running.environment["MIBUDGE_WEBHOOKS_PRIVATE"] = "1"
        prepared.migrated(tmp_path)
        running.manage("shell", "-v0", "-c", SEED.replace("URL", there.url()))
        there.behaviours = [receiving.status(200), receiving.silence(600)]
        with socket.create_server(("127.0.0.1", 0)) as free:
            place = f"127.0.0.1:{free.getsockname()[1]}"
        running.environment["MIBUDGE_SCHEDULER_METRICS"] = place
        running.start()
        wait_until(lambda: len(there.got) == 2)
        wait_until(lambda: shows_metrics(place))
        die(running)
        running.is_free()
        assert running.ask(DELIVERED) == [(1,)]

        there.behaviours = [receiving.status(200)]
        lapse(running)
        running.start()
        wait_until(lambda: running.ask(DELIVERED) == [(EVENTS,)])
        assert running.end(signal.SIGTERM) == 0

        times: Counter[Any] = Counter(got.headers["webhook-id"] for got in there.got)
        assert sorted(times.values()) == [1] * (EVENTS - 1) + [2]
        log = (running.folder / "log").read_bytes()
        assert b"Traceback" not in log
        assert b"key=1" not in log
