"""Reading several things as they were at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def reading() -> Iterator[None]:
    """Within it, every query sees the same commits, and nothing may be written. Waits for no writer and holds none up.

    Inside a transaction, and inside itself, it changes nothing.
    """
    if connection.in_atomic_block or _begun():
        yield
    elif connection.vendor == "sqlite":
        # atomic() would take the write lock, which a reader does not need
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _begun() -> bool:
    """Whether it goes on already, which Django does not know of a transaction that it did not begin."""
    return connection.vendor == "sqlite" and connection.connection is not None and connection.connection.in_transaction
