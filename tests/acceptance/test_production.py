"""The README's production section, run as it is written: with PostgreSQL, Redis, and the scripts that the image runs.

What only root can do on a machine of its own is done by stand-ins; MIBUDGE_TEST_FRESH=1 also installs the packages.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest

from tests import databases

from . import stubs
from .service import PASSWORD, PATIENCE, ROOT, free_port

PROXIED = {"Host": "budget.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
UNITS = ("mibudge-web", "mibudge-scheduler")
SEED = """
from datetime import timedelta
from backend import clock
from backend.ledger.models import BankAccount, User
from tests import build
from tests.services import funded
then = clock.now() - timedelta(days=5)
account = build.account(owner=User.objects.get(username="ana"), balance="1000", now=then)
BankAccount.objects.update(import_gate=False)
funded.goal(account, schedule="RRULE:FREQ=DAILY", amount="1", now=then)
"""


def section() -> str:
    text = (ROOT / "README.md").read_text()
    part = text[text.index("## Production") : text.index("## How it is built")]
    (script,) = re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE)
    return str(script)


@dataclass
class Machine:
    """Where the section is run; `database` stands for the one that it makes."""

    folder: Path
    database: str
    queue: str
    port: int
    mark: str

    @property
    def units(self) -> Path:
        return self.folder / "units"

    def script(self) -> str:
        """The section with the places of this machine in place of the real ones; each is in it."""
        venv = str(ROOT / ".venv")
        places = {
            "postgres://mibudge:$PASSWORD@127.0.0.1:5432/mibudge": self.database,
            "redis://127.0.0.1:6379/0": self.queue,
            "/etc/systemd/system/": f"{self.units}/",
            "/etc/mibudge.env": f"{self.folder}/env",
            "/opt/mibudge": f"{self.folder}/opt",
            "/var/lib/mibudge": f"{self.folder}/data",
            "PORT=8000": f"PORT={self.port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
        }
        if os.environ.get("MIBUDGE_TEST_FRESH") != "1":
            places[".ci/venv requirements.lock"] = f"ln -s {venv} .venv"
        text = section()
        for real, here in places.items():
            assert real in text
            text = text.replace(real, here)
        return text

    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "MIBUDGE_STUB_MARK": self.mark,
            "MIBUDGE_PASSWORD": PASSWORD,
            "STUB_UNITS": str(self.units),
            "STUB_OPT": f"{self.folder}/opt",
            "STUB_ENV": f"{self.folder}/env",
        }

    def variables(self) -> dict[str, str]:
        lines = (self.folder / "env").read_text().splitlines()
        return self.environment() | dict(line.split("=", 1) for line in lines)

    def log(self) -> str:
        return "\n".join(path.read_text() for path in self.units.glob("*.log"))

    def start(self, unit: str) -> None:
        subprocess.run(["systemctl", "start", unit], env=self.environment(), check=True)  # noqa: S607  the stand-in

    def processes(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if f"MIBUDGE_STUB_MARK={self.mark}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found

    def terminate(self, unit: str) -> None:
        """As `systemctl stop` does; what it started must be gone within its time."""
        process = int((self.units / f"{unit}.pid").read_text())
        os.kill(process, signal.SIGTERM)
        until(lambda: process not in alive(self.processes()), f"end of {unit}")


def alive(processes: list[int]) -> list[int]:
    return [each for each in processes if Path(f"/proc/{each}/cmdline").read_bytes()]


def until(look: Any, what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {what} within {PATIENCE} seconds")


@pytest.fixture
def machine(folder: Path, postgres_url: str, redis_url: str) -> Iterator[Machine]:
    with databases.empty(postgres_url) as database:
        machine = Machine(folder=folder, database=database, queue=redis_url, port=free_port(), mark=token_hex(8))
        machine.units.mkdir()
        stubs.make(folder / "bin")
        yield machine
        for process in machine.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        until(lambda: not alive(machine.processes()), "end of what was started")


def ask(machine: Machine, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    headers = PROXIED | {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with closing(http.client.HTTPConnection("127.0.0.1", machine.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
    return answer.status, json.loads(text) if text else None


def test_the_production_section_gives_a_running_service(machine: Machine) -> None:
    shell = shutil.which("bash")
    assert shell
    taken = subprocess.run(
        [shell, "-e", "-u", "-o", "pipefail"],
        input=machine.script(),
        cwd=ROOT,
        env=machine.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert taken.returncode == 0, taken.stdout + taken.stderr + machine.log()
    assert '"status": "ready"' in taken.stdout
    assert (machine.folder / "env").stat().st_mode & 0o777 == 0o600

    status, signed_in = ask(machine, "POST", "/api/token/", {"username": "ana", "password": PASSWORD})
    assert status == 200, signed_in
    token = signed_in["access"]
    assert ask(machine, "GET", "/api/v1/users/me/", token=token)[1]["username"] == "ana"

    funds_what_is_due(machine)
    tells_prometheus(machine)
    answers_what_it_has_begun(machine, token)
    assert "Traceback" not in machine.log()


def funds_what_is_due(machine: Machine) -> None:
    """The scheduler is stopped and started; it makes up for what was due meanwhile."""
    machine.terminate("mibudge-scheduler")
    seed = [sys.executable, "-c", "import django; django.setup()\n" + SEED]
    variables = machine.variables() | {"DJANGO_SETTINGS_MODULE": "backend.settings", "PYTHONPATH": str(ROOT)}
    subprocess.run(seed, cwd=ROOT, env=variables, check=True)
    machine.start("mibudge-scheduler")

    def done() -> bool:
        with psycopg.connect(machine.database) as connection:
            found = connection.execute("SELECT count(*) FROM ledger_fundingevent WHERE status = 'done'").fetchone()
            return found is not None and found[0] >= 5

    until(done, "funding")


def tells_prometheus(machine: Machine) -> None:
    """Straight from this machine; not through the proxy."""
    with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/metrics", timeout=PATIENCE) as answer:
        told = answer.read().decode()
    failed = dict(re.findall(r'^mibudge_lookup_failed\{what="(\w+)"\} (.+)$', told, re.MULTILINE))
    assert set(failed.values()) == {"0.0"}
    assert "queue" in failed
    assert 'mibudge_queue_jobs{state="pending"}' in told
    assert ask(machine, "GET", "/metrics")[0] == 404


def answers_what_it_has_begun(machine: Machine, token: str) -> None:
    """A request whose body is still coming when the web server is told to stop gets its answer."""
    body = json.dumps({"name": "Savings", "bank": "nonsense", "account_type": "S"}).encode()
    more = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Length": str(len(body))}
    with closing(http.client.HTTPConnection("127.0.0.1", machine.port, timeout=PATIENCE)) as connection:
        connection.putrequest("POST", "/api/v1/bank-accounts/", skip_host=True)
        for name, value in (PROXIED | more).items():
            connection.putheader(name, value)
        connection.endheaders(body[:5])
        time.sleep(1)  # until a thread has it
        stopping = threading.Thread(target=machine.terminate, args=("mibudge-web",))
        stopping.start()
        time.sleep(1)
        connection.send(body[5:])
        answer = connection.getresponse()
        assert answer.status == 400
        assert "bank" in json.loads(answer.read())
        stopping.join()
    with pytest.raises(OSError, match="refused"):
        ask(machine, "GET", "/healthz")
