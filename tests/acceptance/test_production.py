"""The README's production section, followed word for word on a fresh Debian, and what it then is like to be there."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from .machine import Machine, fresh, missing, until
from .service import PASSWORD, PATIENCE, ROOT

PROXIED = {"Host": "budget.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
PORT = 8000
UNITS = ("mibudge-web", "mibudge-scheduler")
VARIABLES = "set -a && . /etc/mibudge.env && set +a && cd /opt/mibudge && runuser -u mibudge -- "
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


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Where the section was followed; the tests below go on from what those before them left."""
    if reason := missing():
        pytest.skip(reason)
    with fresh(tmp_path_factory.mktemp("production")) as machine:
        machine.file("/root/section").write_text(section())
        done = machine.run("bash", "-e", "-u", "-o", "pipefail", "/root/section", MIBUDGE_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stdout + done.stderr + journal(machine)
        assert '"status": "ready"' in done.stdout
        yield machine


def ask(machine: Machine, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    headers = PROXIED | {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with closing(machine.connection(PORT)) as connection:
        connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
    return answer.status, json.loads(text) if text else None


def sign_in(machine: Machine) -> str:
    status, signed_in = ask(machine, "POST", "/api/token/", {"username": "ana", "password": PASSWORD})
    assert status == 200, signed_in
    return str(signed_in["access"])


def ready(machine: Machine) -> bool:
    try:
        return ask(machine, "GET", "/readyz")[0] == 200
    except OSError:
        return False


def journal(machine: Machine) -> str:
    return machine.do("journalctl", "--no-pager", "--output=cat", *(f"--unit={unit}" for unit in UNITS))


def shown(machine: Machine, unit: str) -> dict[str, str]:
    """What systemd says of a unit."""
    return dict(line.split("=", 1) for line in machine.do("systemctl", "show", unit).splitlines())


def funded(machine: Machine) -> int:
    count = "SELECT count(*) FROM ledger_fundingevent WHERE status = 'done'"
    return int(machine.do("runuser", "-u", "postgres", "--", "psql", "-At", "-d", "mibudge", "-c", count))


def test_who_comes_through_the_proxy_signs_in(machine: Machine) -> None:
    assert ask(machine, "GET", "/api/v1/users/me/", token=sign_in(machine))[1]["username"] == "ana"


def test_secrets_and_data_are_closed_to_other_users(machine: Machine) -> None:
    assert machine.do("stat", "-c", "%U %a", "/etc/mibudge.env") == "root 600\n"
    assert machine.do("stat", "-c", "%U %a", "/var/lib/mibudge") == "mibudge 700\n"


def test_the_database_knows_all_letters(machine: Machine) -> None:
    """Whatever language the machine speaks: searches find é by É only if the database does."""
    query = "SELECT pg_encoding_to_char(encoding), upper('é') FROM pg_database WHERE datname = 'mibudge'"
    assert machine.do("runuser", "-u", "postgres", "--", "psql", "-At", "-d", "mibudge", "-c", query) == "UTF8|É\n"


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_runs_restricted(machine: Machine, unit: str) -> None:
    told = shown(machine, unit)
    written = (ROOT / "docker/systemd" / f"{unit}.service").read_text()
    asked = dict(re.findall(r"^((?:Protect|Private|NoNew|Lock)\w+|User|Restart|UMask)=(.+)$", written, re.MULTILINE))
    assert len(asked) >= 12
    assert {name: told[name] for name in asked} == asked
    assert (told["UnitFileState"], told["ActiveState"], told["NRestarts"]) == ("enabled", "active", "0")
    process = dict(
        line.split(":\t", 1)
        for line in machine.do("cat", f"/proc/{told['MainPID']}/status").splitlines()
        if ":\t" in line
    )
    assert machine.do("id", "-u", "mibudge").split() * 4 == process["Uid"].split()
    assert (process["NoNewPrivs"], process["Seccomp"]) == ("1", "2")
    assert {int(process[name], 16) for name in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb")} == {0}


def test_what_was_due_while_the_scheduler_was_stopped_is_funded(machine: Machine) -> None:
    machine.do("systemctl", "stop", "mibudge-scheduler")
    machine.do("sh", "-c", f'{VARIABLES} docker/entrypoint shell --command "$SEED"', SEED=SEED)
    assert funded(machine) == 0
    machine.do("systemctl", "start", "mibudge-scheduler")
    until(lambda: funded(machine) >= 5, "funding")


def test_prometheus_is_told_everything(machine: Machine) -> None:
    """Straight from the machine; not through the proxy."""
    with closing(machine.connection(PORT)) as connection:
        connection.request("GET", "/metrics")
        told = connection.getresponse().read().decode()
    failed = dict(re.findall(r'^mibudge_lookup_failed\{what="(\w+)"\} (.+)$', told, re.MULTILINE))
    assert set(failed.values()) == {"0.0"}
    assert "queue" in failed
    assert 'mibudge_queue_jobs{state="pending"}' in told
    assert ask(machine, "GET", "/metrics")[0] == 404


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_that_is_killed_comes_back(machine: Machine, unit: str) -> None:
    before = shown(machine, unit)["MainPID"]
    machine.do("systemctl", "kill", "--kill-whom=main", "--signal=KILL", unit)

    def back() -> bool:
        told = shown(machine, unit)
        return told["SubState"] == "running" and told["MainPID"] not in ("0", before) and told["NRestarts"] == "1"

    until(back, f"second {unit}")
    until(lambda: ready(machine), "readiness")
    assert sign_in(machine)


def test_a_request_that_is_under_way_is_answered_before_the_web_server_stops(machine: Machine) -> None:
    """Its body is still coming when the web server is told to stop."""
    body = json.dumps({"name": "Savings", "bank": "nonsense", "account_type": "S"}).encode()
    more = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    authorized = {"Authorization": f"Bearer {sign_in(machine)}"}
    with closing(machine.connection(PORT)) as connection:
        connection.putrequest("POST", "/api/v1/bank-accounts/", skip_host=True)
        for name, value in (PROXIED | more | authorized).items():
            connection.putheader(name, value)
        connection.endheaders(body[:5])
        time.sleep(1)  # until a thread has it
        stopping = threading.Thread(target=machine.do, args=("systemctl", "stop", "mibudge-web"))
        stopping.start()
        time.sleep(1)
        connection.send(body[5:])
        answer = connection.getresponse()
        assert answer.status == 400
        assert "bank" in json.loads(answer.read())
        stopping.join()
    assert shown(machine, "mibudge-web")["Result"] == "success"
    with pytest.raises(OSError, match="refused"):
        ask(machine, "GET", "/healthz")


def test_all_is_there_after_a_reboot(machine: Machine) -> None:
    before = funded(machine)
    machine.reboot()
    until(lambda: ready(machine), "readiness", patience=3 * PATIENCE)
    for unit in UNITS:
        assert shown(machine, unit)["ActiveState"] == "active"
    assert funded(machine) == before
    assert ask(machine, "GET", "/api/v1/users/me/", token=sign_in(machine))[1]["username"] == "ana"
    assert machine.do("sh", "-c", f"{VARIABLES} docker/entrypoint verify_ledger")


def test_nothing_went_wrong_that_nobody_saw(machine: Machine) -> None:
    log = journal(machine)
    assert all(f"Started {unit}" in log for unit in UNITS)
    assert "Traceback" not in log, log
