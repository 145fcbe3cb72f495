"""Gives each request an id, and notes afterwards what became of it: one line in the log, and the metrics.

What is noted are the route as the URL map has it, and ids: never the path as it was sent, the query or the body.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from backend import addresses, trace

from . import metrics, probes

log = logging.getLogger("backend.requests")

HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "unknown"
SAID = frozenset({"method", "operation", "status"})
UPLOAD_REFUSALS = frozenset({400, 413, 415})
PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
DOORS = (("api/", "rest"), ("graphql/", "graphql"), ("admin/", "admin"))


@dataclass(frozen=True, slots=True)
class Operation:
    """What was asked for, in words that the service chose: as many as it has operations, whatever clients send."""

    door: str
    method: str
    name: str


class Requests:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        mine = trace.Trace(id=trace.new_id(request.headers.get(HEADER)), address=addresses.client(request.META))
        with trace.of(mine):
            response = self.get_response(request)
            response[HEADER] = mine.id
            if request.path not in probes.PATHS:  # they come every few seconds, and from nobody
                _note(request, response, mine, seconds=time.perf_counter() - began)
        return response


def _note(request: HttpRequest, response: HttpResponse, mine: trace.Trace, *, seconds: float) -> None:
    match = _match(request)
    asked = operation(request, match, mine)
    facts: dict[str, trace.Fact] = {
        "door": asked.door,
        "method": asked.method,
        "operation": asked.name,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "user": mine.user,
        "cost": mine.cost,
    }
    log.info("%s %s %s", asked.method, asked.name, response.status_code, extra={"facts": facts, "said": SAID})
    _count(asked, mine, status=response.status_code, seconds=seconds)
    _security(request, response, mine, match)


def _count(asked: Operation, mine: trace.Trace, *, status: int, seconds: float) -> None:
    labels = (asked.door, asked.method, asked.name)
    metrics.requests.labels(*labels, str(status)).inc()
    metrics.seconds.labels(*labels).observe(seconds)
    if mine.cost is not None:
        metrics.costs.labels(asked.name).observe(mine.cost)


def operation(request: HttpRequest, match: ResolverMatch | None, mine: trace.Trace) -> Operation:
    """Which operation a request asked for."""
    method = request.method or ""
    method = method if method in METHODS else UNKNOWN
    if match is None:
        name = "static" if request.path.startswith("/static/") else UNKNOWN
        return Operation("web", method, name)
    door = next((door for start, door in DOORS if match.route.startswith(start)), "web")
    name = "/" + PLACEHOLDER.sub(r"{\1}", match.route)
    if door == "graphql" and mine.operation:
        name = mine.operation
    return Operation(door, method, name)


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Where the path leads; a request that was refused before was not asked where it went."""
    if request.resolver_match is not None:
        return request.resolver_match
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _security(request: HttpRequest, response: HttpResponse, mine: trace.Trace, match: ResolverMatch | None) -> None:
    """What belongs to somebody else looks like what does not exist; who asks for much of it is to be seen."""
    status = response.status_code
    if status == 403:
        trace.security_event("forbidden")
    elif status == 404 and match is not None and match.kwargs:
        trace.security_event("not_found_or_foreign", thing=_id(match.kwargs))
    elif status in UPLOAD_REFUSALS and request.content_type == "multipart/form-data":
        trace.security_event("upload_refused")
    for code in mine.refused:
        trace.security_event("not_found_or_foreign" if code == "not_found" else "forbidden")


def _id(kwargs: Mapping[str, object]) -> str | None:
    """The id in the path, if it is one."""
    try:
        return str(UUID(str(kwargs.get("id"))))
    except ValueError:
        return None
