"""The connection that `backend.sqlite` tells of, where Django looks for it."""

from threading import Lock

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_turn = Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        if not _turn.acquire(timeout=self.settings_dict["OPTIONS"]["timeout"]):
            raise OperationalError("database is locked")  # as SQLite says it
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it
        finally:
            _turn.release()
