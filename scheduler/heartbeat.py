"""A file that tells when the scheduler last looked for work, or was at a long piece of it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from . import notes

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=30)


def path() -> Path:
    return Path(settings.DATA) / "scheduler.heartbeat"


def beat(now: datetime) -> None:
    """Note that the scheduler is alive at `now`."""
    notes.write(path(), now)


def last() -> datetime | None:
    """When it last was, None if never."""
    return notes.read(path())


def note(now: datetime) -> None:
    """`beat`, if that is possible: a full disk must not keep money from moving."""
    try:
        beat(now)
    except OSError:
        log.exception("The heartbeat could not be written")


@contextmanager
def throughout(*, most: timedelta, clock: Callable[[], datetime]) -> Iterator[None]:
    """Beat while the block runs, but no longer than `most`: who is at long work is alive, who hangs in it is not."""
    over = threading.Event()
    beats = threading.Thread(target=_beat_until, args=(over, time.monotonic() + most.total_seconds(), clock))
    beats.daemon = True  # a process that ends waits for no beat
    beats.start()
    try:
        yield
    finally:
        over.set()
        beats.join()


def _beat_until(over: threading.Event, end: float, clock: Callable[[], datetime]) -> None:
    while time.monotonic() < end and not over.is_set():
        note(clock())
        over.wait(EVERY.total_seconds())
