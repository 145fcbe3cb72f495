"""How the service connects to SQLite and to PostgreSQL."""

import os
import tempfile
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
WRITERS_QUEUE = "backend.sqlite"
SCHEMES = ("postgres://", "postgresql://")
STANDBY = "backend.replica"

LIMITS = "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
STANDBY_LIMITS = "-c statement_timeout=5s -c lock_timeout=1s -c idle_in_transaction_session_timeout=30s"
"""What a standby does not do in that time the primary does, who then has all of its own."""


def configuration(url: str, *, serving: bool, pool: int) -> dict[str, Any]:
    """Django's description of the database behind a URL such as `sqlite:///file` or `postgres://user:word@host/name`.

    `serving`: statements have time limits, and connections are kept open: on PostgreSQL up to `pool` of a process,
    shared by its threads (0: none), on SQLite one of each thread. Both are for processes that answer requests or run
    jobs, not for commands: a migration may take long, and a pool of one user is none.
    """
    found: dict[str, Any] = environ.Env.db_url_config(url)
    options = found.setdefault("OPTIONS", {})
    found["CONN_MAX_AGE"] = 0
    if found["ENGINE"] == SQLITE:
        found["ENGINE"] = WRITERS_QUEUE
        # Unless a transaction takes the write lock at once, a third of the concurrent ones fail ("database is locked").
        # An acknowledged write must outlive a power cut, which in WAL mode takes synchronous=FULL.
        options.setdefault("transaction_mode", "IMMEDIATE")
        options.setdefault("timeout", 20)
        setup = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        options.setdefault("init_command", f"{setup} PRAGMA cache_size=-1000;" if serving else setup)  # kB of each
        if serving:
            # To open one and read the tables' definitions takes a millisecond; the last to close empties the WAL.
            found["CONN_MAX_AGE"] = None
        found["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"mibudge-test-{os.getpid()}.sqlite3")}
    elif found["ENGINE"] == POSTGRESQL:
        found["TEST"] = {"NAME": f"test_{found['NAME']}_{os.getpid()}"}
        found["CONN_HEALTH_CHECKS"] = True
        if serving:
            options["options"] = f"{LIMITS} {options.get('options', '')}".strip()
            if pool:
                options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://: others are not supported.")
    found["ATOMIC_REQUESTS"] = False
    return found


def standbys(urls: list[str], *, primary: str) -> dict[str, dict[str, Any]]:
    """Django's descriptions of the streaming standbys behind such URLs, by names of their own; `primary` is its URL."""
    found: dict[str, dict[str, Any]] = {}
    for number, url in enumerate(urls, start=1):
        if not url.startswith(SCHEMES):
            raise ImproperlyConfigured(
                "MIBUDGE_REPLICA_URL must hold addresses that begin with postgres://, separated by commas "
                "(a comma within one is written %2C)."
            )
        if not primary.startswith(SCHEMES):
            raise ImproperlyConfigured(
                "MIBUDGE_REPLICA_URL names a standby of the PostgreSQL that DATABASE_URL names: set both, or none."
            )
        if url == primary:
            raise ImproperlyConfigured("MIBUDGE_REPLICA_URL names the same database as DATABASE_URL: leave it away.")
        described: dict[str, Any] = environ.Env.db_url_config(url)
        options = described.setdefault("OPTIONS", {})
        options["options"] = f"{STANDBY_LIMITS} {options.get('options', '')}".strip()
        options.setdefault("connect_timeout", 2)
        found[f"Replica {number}"] = described | {"ENGINE": STANDBY, "CONN_MAX_AGE": None, "ATOMIC_REQUESTS": False}
    return found
