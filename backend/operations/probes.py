"""The addresses that machines ask, not people: `/healthz`, `/readyz` and, for scrapers alone, `/metrics`.

They are met before everything else: whoever asks them may use any name for this machine and plain HTTP, and each of the
answers is small and says nothing about anybody.
"""

from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from backend import clock, fallback

from . import health, scrapers

Answer = Callable[[HttpRequest], HttpResponse]


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 where everything is there that a request needs, else 503; either way the checks by name."""
    checks = health.checks(now=clock.now())
    ready = all(found == health.OK for found in checks.values())
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus reads; 404 to whoever may not, as if it were not there."""
    if not scrapers.may_read(request.META):
        return fallback.not_found(request, Http404())
    from prometheus_client import CONTENT_TYPE_LATEST

    from . import metrics as counted

    return HttpResponse(counted.text(now=clock.now()), content_type=CONTENT_TYPE_LATEST)


PATHS: Mapping[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class Probes:
    """Answers these addresses, GET and HEAD; hands on everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = PATHS.get(request.path)
        if answer is None:
            return self.get_response(request)
        response = answer(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(("GET", "HEAD"))
        response["Cache-Control"], response["Content-Length"] = "no-store", str(len(response.content))
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django takes a 503 for a fault of its own
        return response
