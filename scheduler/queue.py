"""How much waits in the job queue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Depth:
    """Jobs that could run now, and jobs whose time has not come."""

    pending: int
    scheduled: int


def depth() -> Depth:
    """Raises what the queue's storage raises where it does not answer."""
    from huey.contrib.djhuey import HUEY  # opens the queue, which most processes have no need of

    return Depth(pending=HUEY.pending_count(), scheduled=HUEY.scheduled_count())
