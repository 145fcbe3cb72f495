"""What is counted, as Prometheus reads it at `/metrics`.

Each process counts for itself. Where PROMETHEUS_MULTIPROC_DIR names a folder, all processes of a group write there and
any of them answers for all; the library decides that when it is imported. What stands in the database, the queue and
the scheduler's notes is looked up when somebody asks. Labels are words that the service chose: there are as many series
as it has operations, whatever clients send.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from backend.ledger.meter import Written
from backend.ledger.selectors import operation, webhooks
from scheduler import heartbeat, queue, verified

log = logging.getLogger(__name__)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
COSTS = (10, 50, 100, 250, 500, 1_000, 2_500, 5_000)
KEPT = 60.0
"""Seconds that the number of waiting events is kept: it takes a look at each account."""

disable_created_metrics()  # a second series beside each, which nobody reads
requests = Counter("mibudge_requests", "Requests that were answered.", ("door", "method", "operation", "status"))
seconds = Histogram("mibudge_request_seconds", "Time to an answer.", ("door", "method", "operation"), buckets=SECONDS)
costs = Histogram(
    "mibudge_graphql_cost", "What GraphQL documents were reckoned to cost.", ("operation",), buckets=COSTS
)
writes = Counter(
    "mibudge_ledger_writes", "Rows of the ledger that were written and committed.", ("door", "noun", "action")
)

replica_reads = Counter(
    "mibudge_replica_reads", "Reads that a standby was to answer, by who did and why.", ("answered_by", "why")
)


def written(door: str, rows: Written) -> None:
    """Count what the ledger tells."""
    for (noun, action), number in rows.items():
        writes.labels(door, noun, action).inc(number)


def text(*, now: datetime) -> bytes:
    """All of it in Prometheus' text format."""
    looked_up = CollectorRegistry(auto_describe=False)
    looked_up.register(State(now))
    return counted() + generate_latest(looked_up)


def counted() -> bytes:
    """What this process counted, or its group."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


class State(Collector):
    """What is looked up at the moment; what cannot be is left out and counted as failed."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        failed = GaugeMetricFamily("mibudge_lookup_failed", "1 where a value could not be looked up.", labels=["what"])
        for what, look in LOOKUPS.items():
            try:
                yield from list(look(self.now))
            except Exception:
                log.exception("A metric could not be looked up: %s", what)
                failed.add_metric([what], 1)
            else:
                failed.add_metric([what], 0)
        yield failed


def _funding(now: datetime) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "mibudge_funding_lag_days", "Days that scheduled funding is behind.", operation.funding_lag(now=now)
    )
    found = _waiting()
    events = GaugeMetricFamily("mibudge_funding_events_waiting", "Funding events that wait, by why.", labels=["why"])
    events.add_metric(["deferred"], found.deferred)
    events.add_metric(["short"], found.short)
    yield events


_kept: tuple[float, operation.Waiting] | None = None


def _waiting() -> operation.Waiting:
    global _kept  # noqa: PLW0603  one number per process; two threads that look at once are no harm
    if _kept is None or time.monotonic() - _kept[0] > KEPT:
        _kept = time.monotonic(), operation.waiting()
    return _kept[1]


def _queue(now: datetime) -> Iterator[Metric]:
    found = queue.depth()
    jobs = GaugeMetricFamily("mibudge_queue_jobs", "Jobs in the queue.", labels=["state"])
    jobs.add_metric(["pending"], found.pending)
    jobs.add_metric(["scheduled"], found.scheduled)
    yield jobs


def _webhooks(now: datetime) -> Iterator[Metric]:
    found = webhooks.backlog(now=now)
    messages = GaugeMetricFamily("mibudge_webhook_messages", "Messages to webhooks that wait.", labels=["state"])
    messages.add_metric(["waiting"], found.waiting)
    messages.add_metric(["late"], found.late)
    yield messages


def _scheduler(now: datetime) -> Iterator[Metric]:
    last, check = heartbeat.last(), verified.last()
    if last is not None:
        yield GaugeMetricFamily(
            "mibudge_scheduler_heartbeat_age_seconds",
            "Since the scheduler last looked for work.",
            (now - last).total_seconds(),
        )
    if check is not None:
        yield GaugeMetricFamily(
            "mibudge_verify_timestamp_seconds", "When the ledger was last verified.", check.at.timestamp()
        )
        yield GaugeMetricFamily("mibudge_verify_breaches", "Breaches that were found then.", check.breaches)


LOOKUPS: dict[str, Callable[[datetime], Iterator[Metric]]] = {
    "funding": _funding,
    "webhooks": _webhooks,
    "queue": _queue,
    "scheduler": _scheduler,
}
