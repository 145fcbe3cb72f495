import logging

from django.apps import AppConfig

from backend import counters, replica, trace
from backend.ledger import meter, watch


class OperationsConfig(AppConfig):
    name = "backend.operations"
    label = "operations"

    def ready(self) -> None:
        meter.listen(count)
        watch.listen(told)
        replica.listen(read)


def count(door: str, rows: meter.Written) -> None:
    counters.make()
    from backend.operations import metrics  # most commands write nothing and have no need of it

    metrics.written(door, rows)


def read(by: str, why: str) -> None:
    from backend.operations import metrics  # as above

    metrics.replica_reads.labels(by, why).inc()


def told(event: watch.Event) -> None:
    thing = None if event.thing is None else str(event.thing)
    trace.security_event(event.name, level=logging.INFO, user=event.user, thing=thing, whom=event.whom)
