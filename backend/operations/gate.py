"""Nobody is served from tables that are older than the code: until they are migrated, a request is told to come again.
The scheduler, too, leaves its work until then.

Tables that are newer do: that is how one web server after the other is replaced without a pause. `/healthz` and
`/readyz` stand before this, so that a process manager sees a process that lives and a proxy one that is not ready.
"""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from . import health

log = logging.getLogger(__name__)

RETRY = 5
"""Seconds after which a client may try again."""

is_open = False
"""Whether this process found its tables migrated: no migration is taken back while it runs, so it looks no more."""


class Gate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if opens() else _later()


def opens() -> bool:
    """Whether work may begin; also where the database does not answer, which whoever comes finds out."""
    global is_open  # noqa: PLW0603  one answer per process; two threads that find it at once find the same
    if is_open:
        return True
    try:
        is_open = health.migrations() == health.OK
    except DatabaseError:
        return True
    if not is_open:
        log.error("The tables are older than this version: run docker/entrypoint migrate, or manage.py migrate")
    return is_open


def _later() -> HttpResponse:
    told = {"detail": "The service is being brought to a new version. Try again in a moment.", "code": "not_ready"}
    response = JsonResponse(told, status=503, headers={"Retry-After": str(RETRY), "Cache-Control": "no-store"})
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django takes a 503 for a fault of its own
    return response
