"""Through which door the present work came in; the history tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REST, GRAPHQL, SCHEDULER, COMMAND, ADMIN = "rest", "graphql", "scheduler", "command", "admin"
ALL = (REST, GRAPHQL, SCHEDULER, COMMAND, ADMIN)

_current: ContextVar[str] = ContextVar("door", default=COMMAND)


def current() -> str:
    """The door of the work that this thread is doing; a command unless somebody said otherwise."""
    return _current.get()


@contextmanager
def through(door: str) -> Iterator[None]:
    """Note that what is done inside came in through that door."""
    token = _current.set(door)
    try:
        yield
    finally:
        _current.reset(token)
