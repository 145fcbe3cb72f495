"""A backup of a service that is in use, restored into an empty installation: it is what the other one was just then."""

import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import databases, prepared, servers

from .client import Client, File
from .service import PASSWORD, ROOT, Service
from .test_uploads import PNG

ROUNDS = int(os.environ.get("MIBUDGE_TEST_ROUNDS") or ("3" if servers.STRICT else "1"))
ROWS = "SELECT memo, image FROM ledger_transaction WHERE memo <> ''"


@dataclass
class Place:
    """Where installations are made: each `environment` leads to an empty database."""

    folder: Path
    server: str
    stack: ExitStack
    number: Iterator[int] = field(default_factory=count)

    def service(self) -> Service:
        folder = self.folder / str(next(self.number))
        folder.mkdir()
        variables = {"DATABASE_URL": self.stack.enter_context(databases.empty(self.server))} if self.server else {}
        return Service(folder, variables)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    server = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with ExitStack() as stack:
        yield Place(folder=folder, server=server, stack=stack)


@pytest.fixture
def one_machine(folder: Path) -> Place:
    """On SQLite, where the database makes no difference."""
    return Place(folder=folder, server="", stack=ExitStack())


@dataclass
class Writer:
    """Makes transactions that are numbered, one after the other; each third has a file."""

    client: Client
    account: str
    name: str
    started: int = 0
    acknowledged: int = 0

    def run(self, enough: threading.Event) -> None:
        while not enough.is_set():
            given: dict[str, Any] = {
                "bank_account": self.account,
                "amount": "-0.01",
                "posted_date": f"2026-03-{self.started % 28 + 1:02}",
                "transaction_type": "ach",
                "raw_description": "A SHOP",
                "memo": f"{self.name}/{self.started}",
            }
            if self.started % 3 == 0:
                given["image"] = File("receipt.png", PNG, "image/png")
            self.started += 1
            self.client.post("/transactions/", given, kind="multipart")
            self.acknowledged += 1


@dataclass
class Backup:
    path: Path
    at_least: dict[str, int]
    at_most: dict[str, int]


def back_up(service: Service, writers: list[Writer], path: Path) -> Backup:
    at_least = {writer.name: writer.acknowledged for writer in writers}
    done = service.manage("backup", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    return Backup(path, at_least, {writer.name: writer.started for writer in writers})


def test_a_backup_under_load_restores_what_was_there(place: Place) -> None:
    service = place.service()
    if not place.server:
        prepared.migrated(service.data)
    service.start()
    try:
        bank = service.people_and_banks({"owner": []}, {"First Bank": "USD"})["First Bank"]
        client = Client(service.port, username="owner", password=PASSWORD)
        account = client.open_account(bank, available_balance="1000.00", account_number="DE89370400440532013000")["id"]
        writers = [Writer(client, account, name) for name in "ab"]
        enough = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(writer.run, enough) for writer in writers]
            try:
                made = [back_up(service, writers, place.folder / f"{number}.tar.gz") for number in range(ROUNDS)]
            finally:
                enough.set()
            for each in running:
                each.result()
        client.close_all()
        service.stop()
        restored = [check(place, each) for each in made]
        again(restored[-1], client.token, account)
        assert refusal(restored[-1], made[0].path).startswith(
            "CommandError: Nothing was restored. This installation is"
        )
    finally:
        service.kill()


def check(place: Place, backup: Backup) -> Service:
    """Restore it; what is there is what each writer had written up to one moment, while the backup was made."""
    assert backup.path.stat().st_mode & 0o777 == 0o600
    service = place.service()
    done = service.manage("restore", str(backup.path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 breaches in 1 accounts" in done.stdout
    rows = dict(written(service))
    for name, least in backup.at_least.items():
        numbers = sorted(int(memo.split("/")[1]) for memo in rows if memo.startswith(f"{name}/"))
        assert numbers == list(range(len(numbers)))
        assert least <= len(numbers) <= backup.at_most[name]
    media = service.data / "media"
    files = {path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()}
    named = {image for image in rows.values() if image}
    assert named <= files
    later = sum(backup.at_most.values()) - len(rows)  # written after that moment, before the backup was done
    assert len(files - named) <= later + 2 * 2  # files of rows that were not committed yet
    return service


def written(service: Service) -> list[tuple[str, str]]:
    """Memo and image of each transaction that has a memo."""
    if "DATABASE_URL" in service.environment:
        with psycopg.connect(service.environment["DATABASE_URL"]) as connection:
            return connection.execute(ROWS).fetchall()
    with closing(sqlite3.connect(service.data / "mibudge.sqlite3")) as database:
        return database.execute(ROWS).fetchall()


def again(service: Service, token: str, account: str) -> None:
    """The restored service runs, and knows its people and their keys."""
    service.start()
    client = Client(service.port)
    client.token = token
    found = client.get(f"/bank-accounts/{account}/")
    assert found["account_number"].endswith("3000")
    image = next(row["image"] for row in client.each("/transactions/") if row["image"])
    assert client.raw("GET", image[image.index("/api/") :]).headers["Content-Type"] == "image/png"
    client.spend(account, "-1.00")
    client.close_all()
    assert service.stop() == 0


def refusal(service: Service, path: Path) -> str:
    done = service.manage("restore", str(path))
    assert done.returncode == 1
    return done.stderr.strip()


def test_a_backup_that_is_killed_leaves_nothing_under_its_name(one_machine: Place) -> None:
    service = one_machine.service()
    prepared.migrated(service.data)
    media = service.data / "media"
    media.mkdir()
    (media / "large.png").write_bytes(os.urandom(60_000_000))
    target = one_machine.folder / "backup.tar.gz"
    command = [sys.executable, "manage.py", "backup", str(target), "--skip-checks"]
    process = subprocess.Popen(command, cwd=ROOT, env=service.environment)
    while not list(one_machine.folder.glob(".mibudge-backup-*/archive")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert not target.exists()
    (media / "large.png").write_bytes(os.urandom(60_000))
    done = service.manage("backup", str(target))
    assert done.returncode == 0, done.stderr
    assert not list(one_machine.folder.glob(".mibudge-backup-*"))
    assert "exists" in service.manage("backup", str(target)).stderr
    with tarfile.open(target) as tar:
        assert {"manifest.json", "media/large.png", "secrets/data"} <= set(tar.getnames())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """An installation with a user, a bank and forty pictures; its backup lies beside its data."""
    service = Service(tmp_path_factory.mktemp("small"))
    prepared.migrated(service.data)
    service.people_and_banks({"owner": []}, {"First Bank": "USD"})
    (service.data / "media").mkdir()
    for number in range(40):
        (service.data / f"media/{number}.png").write_bytes(os.urandom(200_000))
    assert service.manage("backup", str(service.folder / "backup.tar.gz")).returncode == 0
    return service


def test_a_damaged_backup_is_refused_and_nothing_is_changed(one_machine: Place, small: Service) -> None:
    path = small.folder / "backup.tar.gz"
    whole = path.read_bytes()
    target = one_machine.service()
    for number, damaged in enumerate((whole[:-200], whole[: len(whole) // 2] + b"\0" * 99 + whole[len(whole) // 2 :])):
        bad = one_machine.folder / f"bad{number}"
        bad.write_bytes(damaged)
        assert "is damaged or no backup" in refusal(target, bad)
    assert not list(target.data.glob("media/*"))
    done = target.manage("restore", str(path))
    assert done.returncode == 0, done.stderr


def test_a_restore_that_is_killed_is_done_again(one_machine: Place, small: Service) -> None:
    path, data = small.folder / "backup.tar.gz", small.data
    target = one_machine.service()
    there = target.data
    for sign in (".restore-*-*", ".restore-*-*/media/9.png", "media/9.png"):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "restore", str(path), "--skip-checks"], cwd=ROOT, env=target.environment
        )
        while process.poll() is None and not list(there.glob(sign)):
            time.sleep(0.001)
        process.kill()
        process.wait()
    done = target.manage("restore", str(path))
    assert done.returncode == 0 or "not empty" in done.stderr, done.stderr
    assert target.verify().startswith("0 breaches")
    assert not list(there.glob(".restore-*"))
    for file in (data / "media").iterdir():
        assert (there / "media" / file.name).read_bytes() == file.read_bytes()
    assert (there / "secrets/data").read_bytes() == (data / "secrets/data").read_bytes()
