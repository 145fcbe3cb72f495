"""What a new installation gets, and what the environment changes."""

import json
import os
import secrets
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import ConnectionHandler

from backend import databases, local_files
from backend.settings import PASSWORD_HASHERS

SHOWN = (
    "SECRET_KEY JWT_KEY QUEUE_KEY DATA_KEYS DEBUG ADMIN DEMO ALLOWED_HOSTS SESSION_COOKIE_SECURE SECURE_HSTS_SECONDS "
    "REGISTRATION"
).split()


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own; prints those named in SHOWN as JSON."""
    script = f"from backend import settings as s; import json; print(json.dumps({{n: getattr(s, n) for n in {SHOWN}}}))"
    return subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "MIBUDGE_DATA": str(folder)} | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_installation_makes_private_secrets_and_keeps_them(tmp_path: Path) -> None:
    first = json.loads(start(tmp_path / "data").stdout)
    again = json.loads(start(tmp_path / "data").stdout)

    assert first == again
    other = json.loads(start(tmp_path / "other").stdout)
    keys = [shown[name] for shown in (first, other) for name in ("SECRET_KEY", "JWT_KEY", "QUEUE_KEY")]
    keys += first["DATA_KEYS"] + other["DATA_KEYS"]
    assert len(set(keys)) == 8
    assert not first["DEBUG"]
    assert mode(tmp_path / "data") == mode(tmp_path / "data/secrets") == 0o700
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"django", "jwt", "queue", "data", "huey.db", "mibudge.sqlite3"}
    assert {mode(path) for path in files} == {0o600}


def test_secrets_from_the_environment_leave_no_file(tmp_path: Path) -> None:
    own = [secrets.token_urlsafe(48) for _ in range(5)]
    keys = {"MIBUDGE_SECRET_KEY": own[0], "MIBUDGE_JWT_KEY": own[1], "MIBUDGE_QUEUE_KEY": own[2]}

    shown = json.loads(start(tmp_path, **keys, MIBUDGE_DATA_KEY=f"{own[3]},{own[4]}").stdout)

    assert [shown["SECRET_KEY"], shown["JWT_KEY"], shown["QUEUE_KEY"]] == list(keys.values())
    assert shown["DATA_KEYS"] == own[3:]
    assert list((tmp_path / "secrets").iterdir()) == []


def test_nothing_is_open_that_nobody_asked_for(tmp_path: Path) -> None:
    shown = json.loads(start(tmp_path).stdout)

    assert not shown["ADMIN"]
    assert shown["REGISTRATION"] == "closed"
    opened = json.loads(start(tmp_path, MIBUDGE_ADMIN="1", MIBUDGE_REGISTRATION="invited").stdout)
    assert (opened["ADMIN"], opened["REGISTRATION"]) == (True, "invited")
    refused = start(tmp_path, MIBUDGE_REGISTRATION="open")
    assert refused.returncode != 0
    assert "MIBUDGE_REGISTRATION must be one of closed, invited." in refused.stderr


def test_other_host_names_switch_off_what_is_for_one_machine(tmp_path: Path) -> None:
    proxied = {"MIBUDGE_HTTPS": "1", "MIBUDGE_PROXIES": "1"}
    shown = json.loads(start(tmp_path, MIBUDGE_HOSTS="money.example", **proxied).stdout)

    assert shown["ALLOWED_HOSTS"] == ["money.example"]
    assert not shown["ADMIN"]
    assert not shown["DEMO"]
    assert shown["SESSION_COOKIE_SECURE"]
    assert shown["SECURE_HSTS_SECONDS"] > 0


def test_behind_a_proxy_with_https_the_deployment_checks_find_nothing(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            "PATH": os.environ["PATH"],
            "MIBUDGE_DATA": str(tmp_path),
            "MIBUDGE_HOSTS": "money.example",
            "MIBUDGE_HTTPS": "1",
            "MIBUDGE_PROXIES": "1",
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_processes_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from backend import local_files as l; print(l.secret(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "secret")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) for _ in range(6)]

    told = {process.communicate()[0] for process in running}

    assert len(told) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "secret"]


def test_threads_that_make_a_secret_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        told = set(threads.map(local_files.secret, [tmp_path / "secret"] * 64))

    assert len(told) == 1
    assert len(told.pop()) == 64


def test_argon2_hashes_new_passwords() -> None:
    assert PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_sqlite_takes_the_write_lock_at_once_and_syncs_commits() -> None:
    found = databases.configuration("sqlite:////srv/x.sqlite3", serving=True, pool=4)

    assert found["ENGINE"] == "backend.sqlite"
    assert found["NAME"] == "/srv/x.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert found["OPTIONS"]["timeout"] == 20
    assert "pool" not in found["OPTIONS"]
    assert found["CONN_MAX_AGE"] is None
    assert "cache_size=-1000" in found["OPTIONS"]["init_command"]
    assert databases.configuration("sqlite:////srv/x.sqlite3", serving=False, pool=4)["CONN_MAX_AGE"] == 0
    assert found["ATOMIC_REQUESTS"] is False


def test_postgresql_limits_and_pools_only_what_serves() -> None:
    url = "postgres://u:p@host:5433/money?sslmode=require"

    serving = databases.configuration(url, serving=True, pool=3)
    command = databases.configuration(url, serving=False, pool=3)

    assert "statement_timeout=10s" in serving["OPTIONS"]["options"]
    assert serving["OPTIONS"]["pool"]["max_size"] == 3
    assert serving["CONN_MAX_AGE"] == 0
    assert command["OPTIONS"] == {"sslmode": "require"}
    assert "pool" not in databases.configuration(url, serving=True, pool=0)["OPTIONS"]


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="postgres://"):
        databases.configuration("mysql://u:p@host/money", serving=True, pool=4)


@pytest.mark.django_db
def test_each_connection_is_set_up_to_keep_what_it_acknowledged(tmp_path: Path, request: Any) -> None:
    """Not the tests' own connection, which waits for no disk."""
    expected, questions = {
        "sqlite": (["wal", 2, 1], ["PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA foreign_keys"]),
        "postgresql": (["on", "10s", "5s", "30s"], [f"SHOW {name}" for name in KEPT]),
    }[connection.vendor]
    url = f"sqlite:///{tmp_path}/kept" if connection.vendor == "sqlite" else request.getfixturevalue("postgres_url")
    handler: Any = ConnectionHandler({"default": databases.configuration(url, serving=True, pool=0)})

    with closing(handler["default"]), handler["default"].cursor() as cursor:
        answers = [cursor.execute(question).fetchone()[0] for question in questions]

    assert answers == expected


KEPT = ("synchronous_commit", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.mark.django_db
def test_threads_share_the_pool_of_their_process(postgres_url: str) -> None:
    handler: Any = ConnectionHandler({"default": databases.configuration(postgres_url, serving=True, pool=2)})

    def backend_process(_: int) -> int:
        with handler["default"].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found = int(cursor.fetchone()[0])
        handler["default"].close()
        return found

    try:
        with ThreadPoolExecutor(8) as threads:
            processes = set(threads.map(backend_process, range(40)))
    finally:
        handler["default"].close_pool()

    assert 1 <= len(processes) <= 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"DATABASE_URL": "", "MIBUDGE_REPLICA_URL": "postgres://u@standby/money"},
            "names a standby of the PostgreSQL",
        ),
        (
            {"MIBUDGE_REPLICA_URL": "postgres://u@one/money,two/money"},
            "must hold addresses that begin with postgres://",
        ),
        ({"MIBUDGE_REPLICA_URL": "postgres://u@primary/money"}, "names the same database as DATABASE_URL"),
    ],
)
def test_standbys_that_make_no_sense_are_refused(tmp_path: Path, given: dict[str, str], message: str) -> None:
    refused = start(tmp_path, **{"DATABASE_URL": "postgres://u@primary/money", **given})

    assert refused.returncode != 0
    assert message in refused.stderr


def test_standbys_have_less_time_than_the_primary_and_keep_their_connections() -> None:
    one, two = "postgres://u:p@one:5433/money?sslmode=require", "postgresql://u@two/money"

    found = databases.standbys([one, two], primary="postgres://u@primary/money")

    assert [(name, each["HOST"]) for name, each in found.items()] == [("Replica 1", "one"), ("Replica 2", "two")]
    assert {each["CONN_MAX_AGE"] for each in found.values()} == {None}
    assert found["Replica 1"]["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout=5s" in found["Replica 2"]["OPTIONS"]["options"]
    assert databases.standbys([], primary="sqlite:////srv/x.sqlite3") == {}
