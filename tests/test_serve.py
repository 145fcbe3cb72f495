"""`python -m backend.serve` as a process of its own: it starts, serves, stops, and leaves nobody behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from django.conf import settings

from backend import serve
from tests import prepared

LONG = 60.0  # seconds after which a test gives up waiting; nothing is measured

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


T = TypeVar("T")


class Service:
    """A running service with data of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIBUDGE_")}
        self.environment = kept | {
            "MIBUDGE_DATA": str(folder / "data"),
            "MIBUDGE_DEMO": "0",
            "MIBUDGE_WORKERS": "1",
            "PORT": str(self.port),
        }
        for name in ("DATABASE_URL", "HUEY_URL", "DJANGO_SETTINGS_MODULE"):
            self.environment.pop(name, None)
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.serve", "--with-parent"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def get(self, path: str) -> int:
        """The status of an answer; waits for the service to come up."""
        return until(lambda: self._try(path), f"answer of {path}")

    def _try(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            assert self.process.poll() is None, self.log.read_text()
            return 0
        finally:
            connection.close()

    def parts(self) -> dict[int, str]:
        """Process id and command line of everything that this service started, wherever it hangs now."""
        mark = f"MIBUDGE_DATA={self.folder / 'data'}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != self.process.pid:
                with suppress(OSError):
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def consumer(self) -> int:
        """Process id of the job consumer, 0 while there is none."""
        return next((process for process, command in self.parts().items() if "run_huey" in command), 0)

    def end(self, number: int) -> int:
        """Send a signal to the supervisor alone, wait until all is over; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(LONG)
        until(lambda: not self.parts(), "end of all parts")
        return code


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until(look: Callable[[], T], what: str) -> T:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {what} within {LONG} seconds")


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Service]:
    """On a folder that was not there yet."""
    yield from running(tmp_path)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """On the data of the last time."""
    prepared.migrated(tmp_path / "data")
    yield from running(tmp_path)


def running(folder: Path) -> Iterator[Service]:
    service = Service(folder)
    yield service
    for process in [*service.parts(), service.process.pid]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    service.process.wait()


def test_it_serves_until_it_is_told_to_stop(new: Service) -> None:
    assert new.get("/no/such/path/") == 404, new.log.read_text()
    assert until(new.consumer, "consumer")

    assert new.end(signal.SIGTERM) == 0

    log = new.log.read_text()
    assert f"http://localhost:{new.port}/" in log
    assert "Traceback" not in log


def test_killed_outright_it_leaves_nobody_behind_and_starts_again(service: Service) -> None:
    service.get("/")

    assert service.end(signal.SIGKILL) == -signal.SIGKILL

    service.start()
    assert service.get("/no/such/path/") == 404, service.log.read_text()
    assert service.end(signal.SIGINT) == 0


def test_a_part_that_dies_is_started_again(service: Service) -> None:
    service.get("/")
    first = until(service.consumer, "consumer")

    os.kill(first, signal.SIGKILL)

    until(lambda: service.consumer() not in (0, first), "second consumer")
    assert "jobs ended unexpectedly (killed by SIGKILL)" in service.log.read_text()
    assert service.end(signal.SIGTERM) == 0


def test_a_part_that_keeps_dying_ends_the_service(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "PAUSE", 0)

    code = serve.supervise([serve.Part("broken", [sys.executable, "-c", "raise SystemExit(7)"])])

    assert code == 1
    assert capfd.readouterr().out.count("broken ended unexpectedly (exit code 7)") == serve.TRIES


def test_a_port_in_use_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = subprocess.run(
            [sys.executable, "-m", "backend.serve"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PORT": str(server.getsockname()[1]), "MIBUDGE_DATA": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert found.returncode == 1
    assert "Address already in use" in found.stdout
    assert "Traceback" not in found.stderr
