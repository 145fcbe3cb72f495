"""Jobs pass through the queue signed, on SQLite and on Redis."""

from pathlib import Path
from typing import Any

import pytest
from huey.utils import load_class

from scheduler import settings as scheduler_settings

KEY = "k" * 40


def open_queue(folder: Path, url: str = "") -> Any:
    found = scheduler_settings.configuration(url=url, folder=folder, key=KEY)
    huey = load_class(found["huey_class"])
    return huey("test-mibudge", **found["connection"], serializer=found["serializer"], immediate=found["immediate"])


def deliver(queue: Any) -> list[int]:
    """Put one job into the queue, take it out and run it; what the job saw."""
    seen: list[int] = []
    queue.flush()
    job = queue.task(name="remember")(seen.append)
    job(7)
    assert seen == []
    queue.execute(queue.dequeue())
    assert queue.pending_count() == 0
    return seen


def test_a_job_waits_in_a_private_file(tmp_path: Path) -> None:
    queue = open_queue(tmp_path)

    assert deliver(queue) == [7]
    assert (tmp_path / "huey.db").stat().st_mode & 0o077 == 0
    queue.storage.close()


def test_a_job_waits_in_redis(tmp_path: Path, redis_url: str) -> None:
    queue = open_queue(tmp_path, redis_url)

    assert deliver(queue) == [7]
    assert list(tmp_path.iterdir()) == []
    queue.storage.conn.close()


def test_a_message_signed_by_somebody_else_is_not_run(tmp_path: Path) -> None:
    serializer = scheduler_settings.configuration(url="", folder=tmp_path, key=KEY)["serializer"]
    foreign = scheduler_settings.configuration(url="", folder=tmp_path, key="other")["serializer"]

    assert serializer.deserialize(serializer.serialize("work")) == "work"
    with pytest.raises(ValueError, match=r"[Ss]ignature"):
        serializer.deserialize(foreign.serialize("work"))


def test_two_installations_that_share_a_server_have_a_queue_each(tmp_path: Path) -> None:
    names = {scheduler_settings.configuration(url="", folder=tmp_path, key=key)["name"] for key in (KEY, "other")}

    assert len(names) == 2
    assert not any(KEY in name for name in names)
