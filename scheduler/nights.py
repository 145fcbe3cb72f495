"""When the nightly work is due: after 03:17 UTC, or as soon as anything runs where nothing ran in the night."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings

from . import notes

HOUR = time(3, 17, tzinfo=UTC)


def path() -> Path:
    """The file that tells when the nightly work was last done."""
    return Path(settings.DATA) / "scheduler.night"


def due(*, now: datetime) -> bool:
    """Whether the last night's work is not done. A new installation's first night is the next one."""
    done = notes.read(path())
    if done is None or done > now:  # never, or by a clock that was ahead
        note(now=now)
        return False
    return done < _latest(now)


def note(*, now: datetime) -> None:
    """The work is done."""
    notes.write(path(), now)


def _latest(now: datetime) -> datetime:
    today = datetime.combine(now.astimezone(UTC), HOUR)
    return today if today <= now else today - timedelta(days=1)
