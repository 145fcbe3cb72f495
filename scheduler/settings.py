"""Where the job queue lives and how its consumer runs."""

import hashlib
from pathlib import Path
from typing import Any

from huey.serializer import SignedSerializer

from backend import local_files

# Threads leave no orphan behind. A lock outlives the process that held it and the queue has one consumer, so locks that
# are found at the start are stale. TERM lets a running job end if it soon does; one that is cut short is gone on with.
CONSUMER = {
    "workers": 1,
    "worker_type": "thread",
    "max_delay": 1.0,
    "flush_locks": True,
    "graceful_signal": "TERM",
    "shutdown_timeout": 5,
}


def configuration(*, url: str, folder: Path, key: str) -> dict[str, Any]:
    """Huey's settings: a SQLite file of its own in `folder`, or Redis where `url` is given (`redis://host:port/db`).

    Messages are pickles: `key` signs them, so that only this installation can put work into the queue.
    """
    where = {"huey_class": "huey.RedisHuey", "connection": {"url": url}}
    if not url:
        path = local_files.private_file(folder / "huey.db")
        where = {"huey_class": "huey.SqliteHuey", "connection": {"filename": str(path), "timeout": 20}}
    return where | {
        "name": f"mibudge-{hashlib.sha256(key.encode()).hexdigest()[:12]}",  # several installations may share a Redis
        "serializer": SignedSerializer(secret=key, salt="mibudge-queue"),
        "immediate": False,
        "results": False,  # nobody waits for an answer: what a job did stands in the database
        "consumer": CONSUMER,
    }
