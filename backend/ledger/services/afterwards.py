"""What is done once a write is committed, by whoever made it: funding and linking after an import, for example.

A service that opens its own database transaction does it when that is over. Where the transaction is part of a larger
one, it waits until the larger one is over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Call = Callable[[], object]

_waiting: ContextVar[list[Call] | None] = ContextVar("waiting", default=None)


def do(call: Call) -> None:
    """Call it now, or once the transaction around is committed."""
    waiting = _waiting.get()
    if waiting is None:
        call()
    else:
        waiting.append(call)


@contextmanager
def held() -> Iterator[None]:
    """Around a database transaction that holds whole writes: what they leave for afterwards is done when it is over.

    If it fails, there is nothing to be done.
    """
    calls: list[Call] = []
    token = _waiting.set(calls)
    try:
        yield
    finally:
        _waiting.reset(token)
    for call in calls:
        do(call)
