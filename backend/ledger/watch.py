"""How the ledger tells that somebody was given access to something, or lost it, without knowing who watches.

Only what is committed is told: a word for what happened, and keys. Names, addresses and secrets are not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, by the user of which key, to the thing of which key, and which other user it concerns if one."""

    name: str
    user: int
    thing: UUID | None = None
    whom: int | None = None


Listener = Callable[[Event], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have each event told to this one too."""
    _listeners.append(listener)


def note(name: str, *, user: int, thing: UUID | None = None, whom: int | None = None) -> None:
    """Tell of it once the present database transaction is committed."""
    event = Event(name=name, user=user, thing=thing, whom=whom)

    def tell() -> None:
        for listener in _listeners:
            listener(event)

    transaction.on_commit(tell, robust=True)
