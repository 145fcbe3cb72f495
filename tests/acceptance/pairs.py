"""A PostgreSQL and its streaming standby, both of the test's own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from .service import PATIENCE, free_port

PROGRAMS = Path("/usr/lib/postgresql")
HASTE = "-c fsync=off -c shared_buffers=32MB -c listen_addresses=127.0.0.1 -c hot_standby_feedback=off"


def programs() -> Path | None:
    """Where the programs of the newest PostgreSQL are that is installed here."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def missing() -> str:
    """Why there can be no such pair here, in a sentence; empty if there can."""
    if programs() is None:
        return f"there are no programs of PostgreSQL in {PROGRAMS}"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL does not run as root, and there is no user postgres"
        if shutil.which("runuser") is None:
            return "PostgreSQL does not run as root, and there is no runuser"
    return ""


def until(holds: Callable[[], bool]) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


class Pair:
    """`settings` of the primary, such as "-c log_statement=all"."""

    def __init__(self, settings: str = "") -> None:
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix="mibudge-pair-"))
        self.ports = {"primary": free_port(), "standby": free_port()}

    def __enter__(self) -> Self:
        try:
            if os.geteuid() == 0:
                shutil.chown(self.folder, "postgres")
            self._run(
                "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--pgdata=primary"
            )
            self.start("primary", self.settings)
            self.run("primary", "CREATE ROLE mibudge LOGIN")
            self.run("primary", "CREATE DATABASE mibudge OWNER mibudge")
            source = f"host=127.0.0.1 port={self.ports['primary']} user=postgres"
            self._run("pg_basebackup", "-d", source, "-D", "standby", "-R", "-X", "stream", "-c", "fast", "--no-sync")
            self.start("standby")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for name in ("standby", "primary"):
            with suppress(subprocess.CalledProcessError):
                self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        return f"postgres://mibudge@127.0.0.1:{self.ports[name]}/mibudge"

    def start(self, name: str, settings: str = "") -> None:
        options = f"-c port={self.ports[name]} -c unix_socket_directories={self.folder} {HASTE} {settings}"
        self._run("pg_ctl", "start", "-w", "-D", name, "-l", f"{name}.log", "-o", options)

    def kill(self, name: str) -> None:
        """End it as a crash would."""
        if (self.folder / name / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-m", "immediate", "-D", name)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def catch_up(self) -> None:
        """Wait until the standby has everything."""
        [[mark]] = self.run("primary", "SELECT pg_current_wal_flush_lsn()")
        until(lambda: self.run("standby", "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", mark) == [(True,)])

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """The standby gets everything and replays nothing."""
        self.catch_up()
        self.run("standby", "SELECT pg_wal_replay_pause()")
        until(lambda: self.run("standby", "SELECT pg_get_wal_replay_pause_state()") == [("paused",)])
        try:
            yield
        finally:
            self.run("standby", "SELECT pg_wal_replay_resume()")

    @contextmanager
    def hanging(self, name: str) -> Iterator[None]:
        """It is there, takes connections, and does nothing."""
        first = int((self.folder / name / "postmaster.pid").read_text().split()[0])
        processes = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)

    def run(self, name: str, sql: str, *values: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """The rows that a statement gives there, by its superuser."""
        with psycopg.connect(
            host="127.0.0.1", port=self.ports[name], user="postgres", dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        folder = programs()
        assert folder is not None
        before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*before, str(folder / program), *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
