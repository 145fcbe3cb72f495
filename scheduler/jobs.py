"""What is done in the background: plain functions that find their work in the tables and may run at any time."""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from backend.ledger.selectors import funding as due
from backend.ledger.selectors import integrity
from backend.ledger.services import (
    funding,
    idempotency,
    linking,
    sessions,
    statement_imports,
    webhook_deliveries,
)
from scheduler import heartbeat, nights, verified

log = logging.getLogger(__name__)

LONGEST_NIGHT = timedelta(hours=1)
"""What the nightly work may take before the scheduler counts as one that hangs."""

MOST_LINES = 100
"""Breaches that are logged one by one."""


def tick(*, now: datetime, clock: Callable[[], datetime] | None = None) -> int:
    """Fund every account that is due; how many. What goes wrong in one is logged and keeps no other waiting.

    Consumers on several machines tick at once: each goes through the accounts in an order of its own, and what another
    one funded meanwhile is left out. `clock` tells the time that passes meanwhile, for the heartbeat: a tick with much
    to do is alive all along.
    """
    heartbeat.note(now)
    accounts = due.due_accounts(now=now)
    random.shuffle(accounts)
    return sum(_fund(account_id, now=now, clock=clock) for account_id in accounts)


def _fund(account_id: UUID, *, now: datetime, clock: Callable[[], datetime] | None) -> bool:
    """Whether the account was still due."""
    if clock is not None:
        heartbeat.note(clock())
    try:
        if not due.is_due(account_id, now=now):
            return False
        result = funding.run(account_id=account_id, now=now)
    except Exception:
        log.exception("Funding failed; the next tick tries again. Account %s", account_id)
    else:
        log.info("Funded account %s: %s", account_id, dict(result.counts))
    return True


def link(*, now: datetime, back: timedelta) -> int:
    """Link what came in within that time and was not linked then; how many pairs."""
    return linking.sweep(now=now, since=now - back)


def verify(*, now: datetime) -> int:
    """Recompute every invariant from the rows, log each breach as an error and note how many there are; returns it."""
    count = 0
    for count, breach in enumerate(integrity.breaches(), start=1):
        if count <= MOST_LINES:
            log.error(  # without its message, which has the amounts; the command shows them
                "The ledger is broken: %s: %s %s in account %s",
                breach.invariant,
                breach.table,
                breach.row_id,
                breach.account_id,
            )
    if count:
        log.critical("The ledger is broken in %s places: stop the service and run manage.py verify_ledger", count)
    verified.note(at=now, breaches=count)
    return count


def nightly(*, now: datetime, clock: Callable[[], datetime]) -> bool:
    """Do the last night's work if it is not done; whether it was due. What is cut short is done anew.

    The ticks wait for it, so the heart beats meanwhile, by `clock`; after `LONGEST_NIGHT` it does not any more.
    """
    if not nights.due(now=now):
        return False
    with heartbeat.throughout(most=LONGEST_NIGHT, clock=clock):
        tidy(now=now)
        link(now=now, back=timedelta(days=3))
        verify(now=now)
    nights.note(now=now)
    return True


def tidy(*, now: datetime) -> None:
    """Forget what has run out."""
    sessions.forget(now=now)
    idempotency.forget(now=now)
    webhook_deliveries.forget(now=now)
    statement_imports.expire(now=now)
