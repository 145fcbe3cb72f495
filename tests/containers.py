"""The compose file, tried on this machine's Docker: `python3 -m tests.containers`, with the ports 80 and 443 free.

It builds the image, starts everything in a project of its own, signs in through the proxy, kills each part while it
writes, stops and starts it, backs up and restores; then it removes what it made but the images. Each line that it
prints is something that was seen; at the first that is not, it ends with exit code 1. It takes two or three minutes and
is not among the tests that `make test` runs, since those need no engine.
"""

import http.client
import json
import secrets
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOST = "budget.localhost"  # Caddy makes the certificates of such names itself
PROJECT = "mibudge-tried"
PARTS = ("web", "scheduler", "database", "queue", "proxy")
PATIENCE = 180.0
AUTHORITY = "/data/caddy/pki/authorities/local/root.crt"
KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"
REACH = "import socket, sys; socket.create_connection((sys.argv[1], 443), 3)"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "environment"
        environment.write_text(f"MIBUDGE_HOST={HOST}\nPOSTGRES_PASSWORD={secrets.token_hex(24)}\n")
        project, trial = Project(PROJECT, environment), Project(f"{PROJECT}-restored", environment)
        try:
            run_through(project, trial)
        except (AssertionError, subprocess.CalledProcessError) as failure:
            print(f"NOT SEEN: {failure}")
            if isinstance(failure, subprocess.CalledProcessError):
                print(failure.stderr or failure.stdout)
            return 1
        finally:
            for one in (trial, project):
                one.compose("down", "--volumes", "--remove-orphans")
    return 0


def run_through(project: "Project", trial: "Project") -> None:
    project.compose("up", "--detach", "--build", patience=1800)
    project.wait()
    ended, started = project.state("migrate")["FinishedAt"], project.state("web")["StartedAt"]
    assert ended < started, f"the migration ended at {ended}, the web server started at {started}"
    seen("built and started; the migration was over before the web server started; every part is well")

    project.manage("createuser", "ana", "--name", "Ana", password=(password := secrets.token_urlsafe(16)))
    bank = project.manage("createbank", "Bank", "--currency", "EUR").strip()
    proxied(project, client := Client(project.compose("exec", "-T", "proxy", "cat", AUTHORITY)))
    client.sign_in("ana", password)
    account = client.ok("POST", "/api/v1/bank-accounts/", {"name": "Checking", "bank": bank, "account_type": "C"})
    seen("signed in through the proxy by TLS")

    writer = Writer(client, account["id"])
    writer.start()
    for part in PARTS:
        killed(project, part)
    writer.stop()
    project.wait()
    kept(project, client, writer)
    seen(f"each part was killed and came back; {len(writer.acknowledged)} writes were acknowledged and are there, once")

    project.compose("stop")
    codes = {part: project.state(part)["ExitCode"] for part in PARTS}
    assert not any(codes.values()), f"exit codes {codes}"
    project.compose("up", "--detach")
    project.wait()
    client.wait()
    kept(project, client, writer)
    seen("stopped with exit codes 0 and started again; the same is there")

    restored(project, trial)
    seen("backed up, and restored into an installation of its own")


def proxied(project: "Project", client: "Client") -> None:
    """What the proxy lets through, and which parts reach the network that it stands on."""
    client.wait()
    plain = http.client.HTTPConnection("127.0.0.1", 80, timeout=10)
    plain.request("GET", "/", headers={"Host": HOST})
    answer = plain.getresponse()
    assert answer.status == 308, f"HTTP is answered with {answer.status}"
    assert answer.headers["Location"].startswith(f"https://{HOST}/"), answer.headers["Location"]
    for path in ("/readyz", "/metrics"):
        assert client.send("GET", path)[0] == 404, f"{path} is seen outside"
    networks = project.inspect("proxy")["NetworkSettings"]["Networks"]
    address = networks[f"{project.name}_outside"]["IPAddress"]
    reached = [part for part in ("web", "scheduler") if project.python(part, REACH, address)]
    assert reached == ["scheduler"], f"the network outside is reached by {reached}"
    seen("HTTP leads to HTTPS, /readyz and /metrics are 404 outside, the web server reaches nothing outside")


def killed(project: "Project", part: str) -> None:
    """Kill all of a part's processes as the kernel would: what `docker kill` ends is not started again."""
    before = project.state(part)
    engine(
        *("run", "--rm", "--pid=host", "--user=0", "--network=none", "--entrypoint=/srv/mibudge/.venv/bin/python"),
        *(project.inspect("web")["Config"]["Image"], "-c", KILL, str(before["Pid"])),
    )
    until(
        lambda: project.state(part)["Running"] and project.state(part)["StartedAt"] != before["StartedAt"],
        f"{part} does not come back",
    )
    time.sleep(5)  # something is to be written between two kills


def kept(project: "Project", client: "Client", writer: "Writer") -> None:
    listed = Counter(row["id"] for row in client.rows(f"/api/v1/transactions/?bank_account={writer.account}"))
    lost = writer.acknowledged - set(listed)
    assert not lost, f"lost: {lost}"
    assert set(listed.values()) == {1}
    assert len(listed) == writer.turns, f"{len(listed)} rows of {writer.turns} writes"
    assert project.manage("verify_ledger").startswith("0 breaches")


def restored(project: "Project", trial: "Project") -> None:
    project.manage("backup", "/data/all")
    trial.compose("up", "--detach", "--wait", "database", "queue")
    volume = f"{project.name}_data:/backups"
    told = trial.compose("run", "--rm", "--no-deps", "--volume", volume, "web", "restore", "/backups/all")
    assert "0 breaches" in told, told


class Project:
    """The compose file under a name of its own."""

    def __init__(self, name: str, environment: Path) -> None:
        self.name = name
        self.options = ("compose", "-f", "docker/compose.yaml", "--env-file", str(environment), "-p", name)

    def compose(self, *arguments: str, patience: float = PATIENCE) -> str:
        return engine(*self.options, *arguments, patience=patience)

    def manage(self, *arguments: str, password: str = "") -> str:
        return self.compose("exec", "-T", "-e", f"MIBUDGE_PASSWORD={password}", "web", "docker/entrypoint", *arguments)

    def python(self, part: str, program: str, *arguments: str) -> bool:
        """Whether a program ends well in a part of the service."""
        try:
            self.compose("exec", "-T", part, ".venv/bin/python", "-c", program, *arguments)
        except subprocess.CalledProcessError:
            return False
        return True

    def inspect(self, part: str) -> Any:
        return json.loads(engine("inspect", f"{self.name}-{part}-1"))[0]

    def state(self, part: str) -> Any:
        return self.inspect(part)["State"]

    def wait(self) -> None:
        for part in PARTS:
            until(partial(self.is_well, part), f"{part} is not well")

    def is_well(self, part: str) -> bool:
        state = self.state(part)
        return bool(state["Running"]) and state.get("Health", {"Status": "healthy"})["Status"] == "healthy"


class Client:
    """Speaks to the proxy, whichever name this machine has for itself."""

    def __init__(self, authority: str) -> None:
        self.context = ssl.create_default_context(cadata=authority)
        self.token = ""

    def send(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """The status, 0 if there is no answer, and the answer."""
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        connection = http.client.HTTPSConnection(HOST, timeout=40)
        try:
            plain = socket.create_connection(("127.0.0.1", 443), 40)
            connection.sock = self.context.wrap_socket(plain, server_hostname=HOST)
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as trouble:
            return 0, repr(trouble)
        finally:
            connection.close()
        return answer.status, json.loads(text) if "json" in (answer.headers["Content-Type"] or "") else text

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.send(method, path, body)
        assert status in (200, 201), f"{method} {path}: {status} {answer}"
        return answer

    def wait(self) -> None:
        until(lambda: self.send("GET", "/healthz")[0] == 200, "the proxy has no answer")

    def sign_in(self, name: str, password: str) -> None:
        self.token = self.ok("POST", "/api/token/", {"username": name, "password": password})["access"]

    def rows(self, path: str) -> Iterable[Any]:
        page = 1
        while True:
            answer = self.ok("GET", f"{path}&page_size=100&page={page}")
            yield from answer["results"]
            if not answer["next"]:
                return
            page += 1


class Writer(threading.Thread):
    """Enters purchases, each under a key of its own until it is acknowledged."""

    def __init__(self, client: Client, account: str) -> None:
        super().__init__(daemon=True)
        self.client, self.account = client, account
        self.acknowledged: set[str] = set()
        self.turns = 0
        self.enough = threading.Event()

    def run(self) -> None:
        fields = {"bank_account": self.account, "amount": "-1.00", "transaction_type": "ach"}
        while not self.enough.is_set():
            self.turns += 1
            body = fields | {"posted_date": "2026-01-15", "raw_description": f"PURCHASE {self.turns}"}
            self.acknowledged.add(self.acknowledge(body)["id"])

    def acknowledge(self, body: Any) -> Any:
        while True:
            status, answer = self.client.send("POST", "/api/v1/transactions/", body, f"purchase-{self.turns}")
            if status == 201:
                return answer
            time.sleep(0.1)

    def stop(self) -> None:
        self.enough.set()
        self.join(PATIENCE)
        assert not self.is_alive(), f"write {self.turns} was never acknowledged"


def engine(*arguments: str, patience: float = PATIENCE) -> str:
    done = subprocess.run(
        ["docker", *arguments],  # noqa: S607  the one that this machine has
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience,
        check=True,
    )
    return done.stdout


def until(true: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.5)


def seen(what: str) -> None:
    print(f"seen: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
