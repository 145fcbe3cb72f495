"""Power cuts: a process dies right after any of its SQL statements."""

from collections.abc import Callable
from typing import Any

from django.db import connection


class Cut(BaseException):
    """No code but a test's survives it; an open transaction is rolled back, as the server does with a dead client's."""


class Cutter:
    """Lets so many statements pass and dies after the last of them: before the commit, where that one ends a write."""

    def __init__(self, statements: int) -> None:
        self.left = statements

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0:
            raise Cut
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
