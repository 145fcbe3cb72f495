"""Reads that a standby answers, where it has everything that anybody may know of; the primary answers all others.

Who asks is found out on the primary: the token, the sign-in, the scopes. Then, if what is asked for only reads:

1. The primary tells its mark: the position up to which its log is on disk (`standbys.MARK`). A commit is acknowledged,
   and seen by others, only after its record is on disk; so the mark lies behind each write that anybody has been told
   of or has seen, whoever made it and whatever it was: a transfer, an owner who was removed, a bank. Where
   `synchronous_commit` is off, a commit is acknowledged once its record is in the log: then the mark is the log's end.
2. A standby is asked whether it has replayed its log up to there, after the mark was taken and before any snapshot is.
   What it replayed is what its snapshots see; it never goes back as long as the connection lives, which is why the
   question and the reads go through the same one. (Within one transaction the snapshot would be older than the answer.)
   If it has not, it gets some milliseconds to catch up, unless it was behind at the last look already.
3. If it has, all statements of the read go there, in place of the primary's: whatever the code calls `connection`, as
   Django does. Nothing that reads knows of it.
4. If one of them fails, for whatever reason, the whole read is done again by the primary, and its answer is given.

So an answer is never older than the request, as if the primary had given it. It can hold a commit that was durable but
not yet acknowledged; where commits wait for a synchronous standby, that may be as long as they wait.

What it costs the primary is the one statement of step 1. What was weighed besides: marks of the history per account,
or per user, would let a standby answer that lacks other people's writes only; but they say nothing of what is not in
the history, such as banks, sign-ins and owners, and cost each write something.

Without MIBUDGE_REPLICA_URL nothing of this happens.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError, DataError, Error, InterfaceError, OperationalError

from . import standbys

log = logging.getLogger(__name__)

REPLICA, PRIMARY = "replica", "primary"
CANCELED, REFUSED = "canceled", "refused"
UNMARKED = "unmarked"

CANCELS = frozenset({"40001", "40P01", "55P03", "57014"})
"""SQLSTATEs of statements that the standby gave up: they stood in the way of replaying, or took too long."""

ERRORS = (Error, psycopg.Error)
"""Django's, and the driver's own, which Django lets through where a cursor is closed."""

WRONG = (DataError, psycopg.DataError)
"""What the primary would raise too."""

AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)

Result = TypeVar("Result")
Listener = Callable[[str, str], None]
"""Called with who answered a read, REPLICA or PRIMARY, and why."""

_listeners: list[Listener] = []


@dataclass(slots=True)
class Attempt:
    """One try to have a standby answer. `why` is empty until a standby was looked for."""

    standby: standbys.Standby | None = None
    why: str = ""
    failed: bool = False

    def fail(self, error: BaseException) -> None:
        """Note what went wrong with a statement; the first of several is the reason of the others."""
        if self.standby is None or self.failed or isinstance(error, WRONG):
            return
        self.failed, state = True, getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
        if state in CANCELS:
            self.why = CANCELED
        elif isinstance(error, AWAY):
            self.why = standbys.LOST  # or this connection alone: the next look finds out
        else:
            self.why = REFUSED
            log.error("A standby refused a statement, which was read from the primary then", exc_info=error)


_attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def listen(listener: Listener) -> None:
    """Have it told who answers each read."""
    _listeners.append(listener)


def attempted(ask: Callable[[], Result]) -> Result:
    """What `ask` gives. What it does within `reading` may be answered by a standby; if that fails, `ask` is called once
    more, for the primary. So it must do nothing else that may not happen twice."""
    if not settings.STANDBYS:
        return ask()
    attempt = Attempt()
    token = _attempt.set(attempt)
    try:
        found = ask()
        if not attempt.failed:
            return found
    except Exception:
        if not attempt.failed:
            raise
    finally:
        _attempt.reset(token)
        _tell(attempt)
    return ask()


def _tell(attempt: Attempt) -> None:
    if attempt.why:
        by = REPLICA if attempt.standby and not attempt.failed else PRIMARY
        for listener in _listeners:
            listener(by, attempt.why)


@contextmanager
def reading() -> Iterator[None]:
    """Within it nothing is written, so a standby may answer; only within `attempted`."""
    attempt = _attempt.get()
    if attempt is None or attempt.why or connection.in_atomic_block:
        yield
        return
    attempt.standby, attempt.why = _chosen()
    if attempt.standby is None:
        yield
        return
    with attempt.standby.in_place(), connection.execute_wrapper(_noting(attempt)):
        try:
            yield
        except ERRORS as error:
            attempt.fail(error)
            raise


def _chosen() -> tuple[standbys.Standby | None, str]:
    try:
        mark = standbys.mark()
    except DatabaseError:  # it is a standby itself, say; what is wrong else, the reads will meet
        return None, UNMARKED
    return standbys.choose(mark)


def _noting(attempt: Attempt) -> Callable[..., Any]:
    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except ERRORS as error:
            attempt.fail(error)
            raise

    return run


def read(ask: Callable[[], Result]) -> Result:
    """What `ask` gives, which does nothing but read; it may be called twice."""

    def within() -> Result:
        with reading():
            return ask()

    return attempted(within)


def is_to_be_repeated(causes: Iterable[BaseException | None]) -> bool:
    """Whether the present attempt failed, by one of these errors or before: then they are nobody's to see."""
    attempt = _attempt.get()
    if attempt is None:
        return False
    for cause in causes:
        if isinstance(cause, ERRORS):
            attempt.fail(cause)
    return attempt.failed
