"""How the ledger tells what was written, without knowing who counts it. Only what is committed is told."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from django.db import transaction

from backend.ledger import doors

Written = Mapping[tuple[str, str], int]
"""How many rows of a noun underwent an action, such as ("transaction", "created")."""

Listener = Callable[[str, Written], None]
"""Called with the door of a write and what it wrote."""

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have each committed write told to this one too."""
    _listeners.append(listener)


def note(written: Iterable[tuple[str, str]]) -> None:
    """Tell of these rows once the present database transaction is committed."""
    if not _listeners:
        return
    door, rows = doors.current(), Counter(written)

    def tell() -> None:  # not a partial: of what fails Django tells the name, which a partial does not have
        for listener in _listeners:
            listener(door, rows)

    transaction.on_commit(tell, robust=True)
