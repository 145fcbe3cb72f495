"""How the ledger tells what was written, without knowing who counts it. Only what is committed is told."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial

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
    if _listeners:
        transaction.on_commit(partial(_tell, doors.current(), Counter(written)), robust=True)


def _tell(door: str, written: Written) -> None:
    for listener in _listeners:
        listener(door, written)
