"""What the job consumer does beside its jobs; it alone loads this."""

import logging

from django.conf import settings
from huey.contrib.djhuey import on_startup

from backend import counters

log = logging.getLogger(__name__)

_serving: list[object] = []


@on_startup()
def show_metrics() -> None:
    """Show what this process counted, where the settings say. A worker that is started again finds it done."""
    if settings.SCHEDULER_METRICS is None or _serving:
        return
    counters.make()
    from . import exposed

    try:
        _serving.append(exposed.serve(settings.SCHEDULER_METRICS))
    except OSError:  # funding is worth more than its counters
        log.exception("The metrics cannot be shown: MIBUDGE_SCHEDULER_METRICS names a place that is taken, or none")
