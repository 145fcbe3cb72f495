"""Django's connection to a standby: PostgreSQL's, by one that never waits for ever.

A server that hangs keeps its connections open and says nothing, and a statement's time limit is kept by the server
itself. So here the client has one too.
"""

from typing import Any, TypeVar

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen

Result = TypeVar("Result")

ANSWER = 1.0
"""Seconds for what a standby answers at once or is not there: whether it has everything, the start of a connection."""

READ = 6.0
"""Seconds for a statement that reads: one more than the server gives it (`backend.databases.STANDBY_LIMITS`)."""


class Impatient(psycopg.Connection[Any]):
    """Closes itself and raises OperationalError where the server says nothing for `patience` seconds."""

    patience = ANSWER

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not the server's word: it is gone, or hangs
                self.pgconn.finish()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Impatient:
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        return Impatient.connect(**conn_params)
