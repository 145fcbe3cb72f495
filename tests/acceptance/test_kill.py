"""The service killed in the middle of writes: what was acknowledged is there, and the books are right.

MIBUDGE_TEST_KILLS says how often, on each database.
"""

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import count

import pytest

from tests import databases, prepared, servers

from . import books
from .client import Client, Item
from .service import PASSWORD, Service

READY = 10.0  # seconds that a start after a kill may take, where an ordinary one takes less
WRITERS = 6
KILLS = int(os.environ.get("MIBUDGE_TEST_KILLS") or ("2" if servers.STRICT else "1"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    on_server = request.param == "postgresql"
    with databases.empty(request.getfixturevalue("postgres_url")) if on_server else nullcontext("") as database:
        service = Service(tmp_path_factory.mktemp("killed"), {"DATABASE_URL": database} if database else {})
        if not database:
            prepared.migrated(service.data)
        service.ordinary = service.restart()
        yield service
        service.kill()


@pytest.fixture(scope="module")
def bank(service: Service) -> str:
    return service.people_and_banks({"owner": []}, {"First Bank": "USD"})["First Bank"]


@pytest.fixture
def client(service: Service, bank: str) -> Iterator[Client]:
    client = Client(service.port, username="owner", password=PASSWORD)
    yield client
    client.close_all()


class Writer:
    """Writes until the service is gone; keeps what was acknowledged."""

    def __init__(self, client: Client, account: Item, budget: str, number: int) -> None:
        self.client, self.account, self.budget, self.number = client, account, budget, number
        self.acknowledged: dict[str, Item] = {}
        self.deleted: set[str] = set()

    def run(self, enough: threading.Event, progress: threading.Semaphore) -> None:
        for turn in count():
            try:
                self.write(turn)
            except (OSError, AssertionError, json.JSONDecodeError) as error:
                if not enough.is_set():
                    raise AssertionError(f"refused before the kill: {error}") from error
                return
            except Exception as error:
                if not enough.is_set():
                    raise AssertionError(f"no answer before the kill: {error!r}") from error
                return
            progress.release()

    def write(self, turn: int) -> None:
        # Back and forth in time, and no instant twice: clocks do not tell which of two at once came first.
        day = f"2026-03-{turn * 7 % 28 + 1:02}T{self.number:02}:{turn // 28:02}"
        made = self.client.spend(self.account["id"], "-1.00", f"{day}:00Z", memo=f"{self.number}/{turn}")
        self.acknowledged[f"/transactions/{made['id']}/"] = made
        if turn % 3 == 0:
            for row in self.client.split(made["id"], {self.budget: "0.25"}):
                self.acknowledged[f"/allocations/{row['id']}/"] = row
        if turn % 3 == 1:
            moved = self.client.move(
                self.account["id"], self.account["unallocated_budget"], self.budget, "0.10", f"{day}:30Z"
            )
            self.acknowledged[f"/internal-transactions/{moved['id']}/"] = moved
        if turn % 3 == 2:
            path = f"/transactions/{made['id']}/"
            del self.acknowledged[path]  # from now on it may be gone
            self.client.delete(path)
            self.deleted.add(path)


def test_kill_9_loses_no_acknowledged_write(service: Service, bank: str, client: Client) -> None:
    account = client.open_account(bank, available_balance="1000.00", posted_balance="1000.00")
    budgets = [client.budget(account["id"], f"Budget {number}")["id"] for number in range(WRITERS)]
    writers = [Writer(client, account, budget, number) for number, budget in enumerate(budgets)]
    times = []
    for number in range(KILLS):
        enough, progress = threading.Event(), threading.Semaphore(0)
        with ThreadPoolExecutor(WRITERS) as pool:
            running = [pool.submit(writer.run, enough, progress) for writer in writers]
            for _ in range(WRITERS * 3 + number % 5 * 5):  # so one of them at least has come as far as to delete
                assert progress.acquire(timeout=60)
            enough.set()
            service.kill()
            for each in running:
                each.result()
        client.close_all()

        times.append(service.restart())

        assert service.verify().startswith("0 breaches")
        assert times[-1] < max(READY, 4 * service.ordinary)  # on a busy machine everything is slow
        present = client.dump()
        for writer in writers:
            for path, row in writer.acknowledged.items():
                _, noun, key, _ = path.split("/")
                assert fixed(present[noun][key]) == fixed(row)
            assert all(path.split("/")[2] not in present["transactions"] for path in writer.deleted)
        assert books.check(client, account["id"], available=1000, posted=1000) > WRITERS
    assert sum(len(writer.deleted) for writer in writers)
    print(f"ready again after {min(times):.1f} to {max(times):.1f} s")


def fixed(row: Item) -> Item:
    """What later writes to other rows leave alone."""
    names = ("id", "bank_account", "transaction", "budget", "amount", "posted_date", "memo", "src_budget", "dst_budget")
    return {name: row[name] for name in names if name in row}


def test_after_a_stop_everything_is_as_it_was(service: Service, bank: str, client: Client) -> None:
    client.open_account(bank, available_balance="5.00")
    before = client.dump()
    client.close_all()

    assert service.stop() == 0
    assert service.processes() == []
    service.start()

    assert client.dump() == before
    assert service.verify().startswith("0 breaches")
    assert "Traceback" not in service.log.read_text()
