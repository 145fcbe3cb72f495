"""Power cuts: a process dies right after any of its SQL statements, in make-believe or for real."""

import os
import signal
from collections.abc import Callable
from typing import Any

from django.db import connection, connections


class Cut(BaseException):
    """No code but a test's survives it; an open transaction is rolled back, as the server does with a dead client's."""


class Cutter:
    """Lets so many statements pass and dies after the last of them: before the commit, where that one ends a write."""

    def __init__(self, statements: int, *, die: Callable[[], None] | None = None) -> None:
        self.left = statements
        self.die = die or _raise

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0:
            self.die()
        return result


def dies(call: Callable[[], object], *, after: int) -> bool:
    """Whether the call died after so many statements; it may also end before."""
    try:
        with connection.execute_wrapper(Cutter(after)):
            call()
    except Cut:
        connection.close()  # where BEGIN was the last statement, it would take itself to be outside of a transaction
        return True
    return False


def kills(call: Callable[[], object], *, after: int) -> bool:
    """`dies` for a process of its own, which is killed: nothing is rolled back, closed or said good-bye to."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            with connection.execute_wrapper(Cutter(after, die=_end)):
                call()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def _raise() -> None:
    raise Cut


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
