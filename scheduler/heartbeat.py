"""A file that tells when the scheduler last looked for work."""

from datetime import datetime
from pathlib import Path

from django.conf import settings


def path() -> Path:
    return Path(settings.DATA) / "scheduler.heartbeat"


def beat(now: datetime) -> None:
    """Note that the scheduler is alive at `now`."""
    draft = path().with_suffix(".draft")
    draft.write_text(now.isoformat())
    draft.replace(path())


def last() -> datetime | None:
    """When it last was, None if never."""
    try:
        return datetime.fromisoformat(path().read_text())
    except (FileNotFoundError, ValueError):
        return None
