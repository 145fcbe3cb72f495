"""The standbys: which of them has everything, and which is left alone for a while."""

import itertools
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import ConnectionHandler, Error
from psycopg.pq import TransactionStatus

from . import base

log = logging.getLogger(__name__)

REST = 5.0
"""Seconds for which a standby is left alone that was lost, or does not follow this primary."""

WAIT = 0.025
"""Seconds that a read may wait for a standby to catch up; what was committed just now mostly takes it 2 to 10 ms."""

PAUSE = 0.001
"""Seconds until it is asked again; each time twice as many."""

CURRENT, WAITED = "current", "waited"
BEHIND, LOST, RESTING, FOREIGN = "behind", "lost", "resting", "foreign"

# Of which cluster, database and timeline the log is: positions in another one say nothing. After a failover a standby
# that stayed on the old timeline may be further than the new primary, and have what that one never had. A standby tells
# the timeline of its last restart point, which is the present one or an older one, so it is not believed too early.
LOG = "(pg_control_system()).system_identifier || '.' || oid || '.'"
HERE = "FROM pg_database WHERE datname = current_database()"

MARK = f"""SELECT {LOG} || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8),
(CASE current_setting('synchronous_commit')
WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text {HERE}"""

LOOK = f"""SELECT pg_is_in_recovery()
AND %s = {LOG} || lpad(upper(to_hex((pg_control_checkpoint()).timeline_id)), 8, '0'),
pg_last_wal_replay_lsn() >= %s::pg_lsn {HERE}"""

SAID = {
    "": (logging.INFO, "%s answers again"),
    LOST: (logging.WARNING, "%s does not answer: the primary answers its reads"),
    FOREIGN: (logging.WARNING, "%s does not follow this primary: the primary answers its reads"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in the log of the primary before which everything lies that anybody knows to be written.

    `log` says which log it is, as far as a standby must agree; `position` is a pg_lsn.
    """

    log: str
    position: str


def mark() -> Mark:
    """The primary's mark of this moment; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(MARK)
        found, position = cursor.fetchone()
    return Mark(log=found, position=position)


@cache
def _connections() -> ConnectionHandler:
    """Connections of their own for each thread, kept between requests: Django's own are closed after each."""
    return ConnectionHandler({DEFAULT_DB_ALIAS: {}, **settings.STANDBYS})


class Standby:
    """One of them, as this process sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = ""  # one of SAID: what the log has last
        self.rests_until = 0.0
        self.is_behind = False  # whether it was so at the last look: then nobody waits for it

    @property
    def connection(self) -> Any:
        """This thread's."""
        return _connections()[self.name]

    def asked(self, mark: Mark, *, until: float) -> str:
        """CURRENT if it has everything up to the mark, WAITED if it had by the time `until`, else why it has not."""
        if self.state == LOST:
            self._look_again()
            return RESTING
        if time.monotonic() < self.rests_until:
            return RESTING
        try:
            return self._asked(mark, until=until)
        except Error:
            self.lose()
            self.forget()
            return LOST

    def _asked(self, mark: Mark, *, until: float) -> str:
        found, pause = self._look(mark), PAUSE
        if found == BEHIND and not self.is_behind:
            while found == BEHIND and time.monotonic() + pause < until:
                time.sleep(pause)
                pause *= 2
                found = self._look(mark)
            self.is_behind = found == BEHIND
            return WAITED if found == CURRENT else found
        self.is_behind = found == BEHIND
        return found

    def _look(self, mark: Mark) -> str:
        follows, has = self._told(mark)
        if not follows:
            self.rests_until = time.monotonic() + REST
            self._enter(FOREIGN)
            return FOREIGN
        self._enter("")
        return CURRENT if has else BEHIND

    def _told(self, mark: Mark) -> tuple[bool | None, bool | None]:
        """Whether it follows that log, and has the position; of a connection that is broken, a new one is asked."""
        began, is_new = time.monotonic(), self.connection.connection is None
        try:
            return self._ask(mark)
        except Error:
            self.forget()
            if is_new or time.monotonic() - began >= base.ANSWER:
                raise
        return self._ask(mark)

    def _ask(self, mark: Mark) -> tuple[bool | None, bool | None]:
        with self.connection.cursor() as cursor:
            cursor.execute(LOOK, [mark.log, mark.position])
            follows, has = cursor.fetchone()
        return follows, has

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within it this thread's statements go there instead of to the primary."""
        primary, mine = connections[DEFAULT_DB_ALIAS], self.connection
        connections[DEFAULT_DB_ALIAS] = mine
        mine.connection.patience = base.READ
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = primary
            raw = mine.connection
            if raw is None or raw.info.transaction_status != TransactionStatus.IDLE:
                self.forget()
            else:
                raw.patience = base.ANSWER

    def lose(self) -> None:
        """Leave it alone: it did not answer, or went away."""
        self.rests_until = time.monotonic() + REST
        self._enter(LOST)

    def forget(self) -> None:
        """Close this thread's connection, in whatever state it is."""
        with suppress(Error):
            self.connection.close()
        del _connections()[self.name]

    def _look_again(self) -> None:
        """Once it has rested: beside the requests, none of which waits for it."""
        if time.monotonic() >= self.rests_until:
            self.rests_until = time.monotonic() + REST  # two threads that come here at once are no harm
            threading.Thread(target=self._greet, name=f"look for {self.name}", daemon=True).start()

    def _greet(self) -> None:
        try:
            self.connection.ensure_connection()
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT")
        except Error:
            return
        finally:
            self.forget()
        self.rests_until = 0.0
        self._enter("")

    def _enter(self, state: str) -> None:
        if self.state != state:
            self.state = state
            level, text = SAID[state]
            log.log(level, text, self.name)


@cache
def known() -> tuple[Standby, ...]:
    return tuple(map(Standby, settings.STANDBYS))


_turns = itertools.count()


def choose(mark: Mark) -> tuple[Standby | None, str]:
    """A standby that has everything up to the mark, and how; or None, and what the last one lacked. By turns."""
    turn, until, why = next(_turns), time.monotonic() + WAIT, ""
    for place in range(len(known())):
        standby = known()[(turn + place) % len(known())]
        why = standby.asked(mark, until=until)
        if why in {CURRENT, WAITED}:
            return standby, why
    return None, why
