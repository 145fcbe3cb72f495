"""A query has so many seconds: then the statement that runs is interrupted, and no other begins."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from graphql import GraphQLError

SECONDS = 5.0
STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock: less than a millisecond."""

SLACK = 1.0
"""Seconds after which PostgreSQL is told anew how long a statement may take."""


class Overdue(GraphQLError):
    """The query took longer than it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The query took more than {seconds:g} seconds and was given up: ask for less at once.",
            extensions={"code": "deadline"},
        )


@contextmanager
def limited(seconds: float, *, owned: bool) -> Iterator[None]:
    """Within it, statements raise Overdue once `seconds` are over.

    `owned`: the transaction is the query's own, so that its settings may be changed.
    """
    clock = _Clock(seconds, owned=owned)
    with connection.execute_wrapper(clock):
        if connection.vendor != "sqlite":
            yield
            return
        raw: Any = connection.connection
        raw.set_progress_handler(clock.is_over, STEPS)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)


class _Clock:
    def __init__(self, seconds: float, *, owned: bool) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds
        tells = owned and connection.vendor == "postgresql"
        self.told = math.inf if tells else -math.inf  # how many seconds were left then

    def is_over(self) -> bool:
        return time.monotonic() >= self.end

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        left = self.end - time.monotonic()
        if left <= 0:
            raise Overdue(self.seconds)
        try:
            if left < self.told - SLACK:
                self.told = left
                context["cursor"].cursor.execute(f"SET LOCAL statement_timeout = {math.ceil(left * 1000)}")
            return execute(sql, params, many, context)
        except OperationalError as error:
            if self.is_over():
                raise Overdue(self.seconds) from error
            raise
