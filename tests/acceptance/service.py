"""The service as its users run it: processes of its own, data of its own, reached over HTTP alone."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds after which waiting is given up; nothing is measured
PASSWORD = "correct horse battery staple"

# What no documented request can do, and an installation's owner does by hand.
PREPARE = """
import json, sys
from django.core.management import call_command
from django.db import connection
people, banks = json.loads(sys.argv[1])
for name, options in people:
    call_command("createuser", name, *options, stdout=sys.stderr)
for name, currency in banks:
    call_command("createbank", name, "--currency", currency)
"""
SHARE = """
import sys
from backend.ledger.models import BankAccount, User
BankAccount.objects.get(pk=sys.argv[1]).owners.add(User.objects.get(username=sys.argv[2]))
"""
DEACTIVATE = """
import sys
from backend.ledger.models import User
User.objects.filter(username=sys.argv[1]).update(is_active=False)
"""


class Service:
    def __init__(self, folder: Path, variables: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.ordinary = 0.0  # seconds that an undisturbed start took
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MIBUDGE_")}
        for name in ("DATABASE_URL", "HUEY_URL", "DJANGO_SETTINGS_MODULE"):
            kept.pop(name, None)
        own = {"MIBUDGE_DATA": str(folder / "data"), "MIBUDGE_DEMO": "0", "PORT": str(self.port)}
        self.environment = kept | own | dict(variables or {})

    def command(self) -> list[str]:
        """What is started."""
        return [sys.executable, "-m", "backend.serve", "--with-parent"]

    @property
    def data(self) -> Path:
        return Path(self.environment["MIBUDGE_DATA"])

    def start(self) -> float:
        """Start, wait until a request is answered; how many seconds that took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < PATIENCE, self.log.read_text()
            time.sleep(0.05)
        return time.monotonic() - began

    def restart(self) -> float:
        """Start, wait until the service says that it is ready, its scheduler too; how many seconds that took."""
        took = self.start()
        began = time.monotonic()
        while not self._answers("/readyz", 200):
            assert time.monotonic() - began < PATIENCE, self.log.read_text()
            time.sleep(0.05)
        return took + time.monotonic() - began

    def _answers(self, path: str = "/api/v1/budgets/", status: int = 401) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == status
        except OSError:
            return False
        finally:
            connection.close()

    def processes(self) -> list[int]:
        """Ids of everything that runs on this service's data, wherever it hangs in the process tree."""
        mark = f"MIBUDGE_DATA={self.environment['MIBUDGE_DATA']}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found

    def kill(self) -> None:
        """`kill -9` of every process of the service at once."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.wait_for_the_end()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal the service as a whole; its exit code. Returns when no process is left."""
        assert self.process
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.wait_for_the_end()
        return code

    def wait_for_the_end(self) -> None:
        if self.process:
            self.process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while self.processes():
            assert time.monotonic() < deadline, "processes of the service are left"
            time.sleep(0.05)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command, without Django's checks of the code, which take longer than most commands."""
        return self._run("manage.py", *arguments, "--skip-checks")

    def verify(self) -> str:
        """The last line of what `manage.py verify_ledger` says; fails where it found a breach."""
        found = self.manage("verify_ledger")
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout.strip().splitlines()[-1]

    def people_and_banks(self, people: Mapping[str, list[str]], banks: Mapping[str, str]) -> dict[str, str]:
        """Make users (name: options of `createuser`) and banks (name: currency); the banks' ids by name."""
        given = json.dumps([list(people.items()), list(banks.items())])
        printed = self.script(PREPARE, given)
        return dict(zip(banks, printed.split(), strict=True))

    def share(self, account: str, username: str) -> None:
        """Make somebody a co-owner."""
        self.script(SHARE, account, username)

    def deactivate(self, username: str) -> None:
        self.script(DEACTIVATE, username)

    def script(self, text: str, *arguments: str) -> str:
        """What a program prints that runs with the service's settings."""
        found = self._run("-c", "import django; django.setup()\n" + text, *arguments)
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment | {
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "MIBUDGE_PASSWORD": PASSWORD,
            "PYTHONPATH": str(ROOT),
        }
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
