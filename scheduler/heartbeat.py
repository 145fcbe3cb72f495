"""A file that tells when the scheduler last looked for work."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from . import notes


def path() -> Path:
    return Path(settings.DATA) / "scheduler.heartbeat"


def beat(now: datetime) -> None:
    """Note that the scheduler is alive at `now`."""
    notes.write(path(), now)


def last() -> datetime | None:
    """When it last was, None if never."""
    return notes.read(path())
