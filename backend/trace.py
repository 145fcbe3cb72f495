"""What is known of the request that this thread works for: logs and metrics tell it, nothing is decided by it.

Only words that the service chose itself, ids and numbers belong here: never an amount, a description, a token, or
anything else that somebody wrote.
"""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

SANE = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
"""What a proxy may call a request; anything else might be made to be read in a log."""

Fact = str | int | float | None

security = logging.getLogger("backend.security")


@dataclass(slots=True)
class Trace:
    """One request. `operation` and `cost` are set by the GraphQL door, where the path does not tell them."""

    id: str
    address: str
    user: str | None = None
    operation: str | None = None
    cost: int | None = None
    refused: list[str] = field(default_factory=list)
    """Codes of what a GraphQL answer refused; the status does not tell."""


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """The request that this thread works for; None outside of one."""
    return _current.get()


@contextmanager
def of(trace: Trace) -> Iterator[Trace]:
    """Note that what is done inside is done for that request."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def note_user(key: object) -> None:
    """Who sends the request."""
    trace = _current.get()
    if trace is not None:
        trace.user = str(key)


def note_operation(name: str, *, cost: int) -> None:
    """What kind of operation a GraphQL document holds, and what it was reckoned to cost."""
    trace = _current.get()
    if trace is not None:
        trace.operation, trace.cost = name, cost


def new_id(proposed: str | None) -> str:
    """The id of a request: what the client or a proxy calls it if that is sane, else one of our own."""
    return proposed if proposed and SANE.fullmatch(proposed) else secrets.token_hex(16)


def security_event(
    event: str, *, level: int = logging.WARNING, user: object = None, thing: str | None = None, whom: int | None = None
) -> None:
    """Log what somebody who watches for attacks wants to see: who, from where, what, about which id and whom."""
    trace = _current.get()
    known = user if user is not None else trace and trace.user
    facts: dict[str, Fact] = {
        "event": event,
        "user": None if known is None else str(known),
        "address": trace.address if trace else None,
        "id": thing,
    }
    if whom is not None:
        facts["whom"] = whom
    security.log(level, event, extra={"facts": facts})
