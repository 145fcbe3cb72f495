"""When the jobs run. Huey is a doorbell: a task that is lost, doubled or late changes nothing but the time."""

import threading
import time
from datetime import timedelta
from uuid import UUID

from huey import CancelExecution, crontab
from huey.contrib.djhuey import db_periodic_task, db_task, on_startup, pre_execute

from backend import clock
from backend.ledger import doors
from backend.ledger.services import linking
from backend.operations import gate
from scheduler import jobs, webhooks

PATIENCE = 2
"""Seconds that a ring waits, so that one job answers all rings of that time."""

_rung: dict[UUID | None, float] = {}
_guard = threading.Lock()


@pre_execute()
def wait_for_tables(task: object) -> None:
    """Nothing is done on tables older than this version; once they are migrated, the next tick makes up for it."""
    if not gate.opens():
        raise CancelExecution(retry=False)


@db_periodic_task(crontab())
def tick() -> None:
    with doors.through(doors.SCHEDULER):
        jobs.tick(now=clock.now(), clock=clock.now)


@db_periodic_task(crontab())
def tell_webhooks() -> None:
    """What is to be tried again, and what nobody rang about; after the tick, which funds: receivers may be slow."""
    with doors.through(doors.SCHEDULER):
        webhooks.send(now=clock.now(), clock=clock.now)


@db_periodic_task(crontab(minute="*/10"))
def sweep_links() -> None:
    with doors.through(doors.SCHEDULER):
        jobs.link(now=clock.now(), back=timedelta(hours=1))


@on_startup()
def catch_up() -> None:
    """After a pause nothing waits for its next minute, a task that died with the last consumer neither."""
    tick()
    sweep_links()
    tell_webhooks()


@db_periodic_task(crontab(minute="*/10"))
def nightly() -> None:
    with doors.through(doors.SCHEDULER):
        jobs.nightly(now=clock.now(), clock=clock.now)


@db_task()
def link(account_id: str) -> None:
    with doors.through(doors.SCHEDULER):
        linking.link_account(account_id=UUID(account_id), now=clock.now())


def link_soon(account_id: UUID) -> None:
    """Have the account's new transactions linked, unless this process asked for it a moment ago."""
    if _first_ring(account_id):
        link.schedule(args=(str(account_id),), delay=PATIENCE)


@db_task()
def tell() -> None:
    with doors.through(doors.SCHEDULER):
        webhooks.send(now=clock.now(), clock=clock.now)


def tell_soon() -> None:
    """Have messages to webhooks sent, whosever they are, unless this process asked for it a moment ago."""
    if _first_ring(None):
        tell.schedule(delay=PATIENCE)


def _first_ring(about: UUID | None) -> bool:
    """Whether nobody rang about that in the last moments."""
    now = time.monotonic()
    with _guard:
        for other in [other for other, at in _rung.items() if now - at >= PATIENCE]:
            del _rung[other]
        if about in _rung:
            return False
        _rung[about] = now
        return True
