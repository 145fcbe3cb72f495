"""What every answer carries, to a HEAD too, and how a path without its last slash is met."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.middleware.common import CommonMiddleware
from django.utils.deprecation import MiddlewareMixin

PAGE = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
DATA = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
FILES = "/api/v1/"
"""Where files are sent to: nothing of a body is read there before its sender is known."""

DROPPED = 64 * 1024**2
"""Bytes of a body that are read for nothing; a client that sends more may miss why it was refused."""

DROPPING = 5.0
"""Seconds that this may take: a thread that waits for a slow sender answers nobody else."""

PIECE = 64 * 1024
EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Also on what never gets as far as Django's own middleware: probes, redirects, refused hosts and bodies."""


class Head:
    """Leaves the body out of what answers a HEAD: views answer it as the GET that it asks about, length included.

    Django leaves that to the web server, which would complain of each.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | StreamingHttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            else:
                response.content = b""
        return response


class SecurityHeaders:
    """Tells browsers what an answer may load. Pages may load this origin's files, other answers nothing.

    A view that sets one of these headers itself keeps its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        response.headers.setdefault("Content-Security-Policy", PAGE if is_page else DATA)
        for name, value in EVERYWHERE.items():
            response.headers.setdefault(name, value)
        return response


class BodyLimit:
    """Refuses a body by its announced length, before a byte of it is stored.

    What an answer left unread of a body is read and dropped, within reason: many clients listen only once they have
    sent everything, and would meet a closed connection instead of their answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._refusal(request) or self.get_response(request)
        with suppress(OSError):
            _drop_rest(request)
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request.content_type == "multipart/form-data" and request.path_info.startswith(FILES):
            limit += settings.UPLOAD_MAX_SIZE
        if _is_chunked(request):
            return JsonResponse({"detail": "A body needs its length in Content-Length."}, status=411)
        if _length(request) > limit:
            return JsonResponse({"detail": f"The body is larger than {limit} bytes."}, status=413)
        return None


def _is_chunked(request: HttpRequest) -> bool:
    return "HTTP_TRANSFER_ENCODING" in request.META


def _length(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def _drop_rest(request: HttpRequest) -> None:
    """Read on to the end of the body, unless that is too far away."""
    stream = request.META["wsgi.input"] if _is_chunked(request) else request
    left = DROPPED
    with _cut_in_time(request):
        while _length(request) <= DROPPED and left > 0 and (piece := stream.read(PIECE)):
            left -= len(piece)


@contextmanager
def _cut_in_time(request: HttpRequest) -> Iterator[None]:
    """Nothing more comes from a sender that takes too long; it can still be answered."""
    sender: socket.socket | None = request.META.get("gunicorn.socket")
    if sender is None or _is_read(request):
        yield
        return

    def cut() -> None:
        with suppress(OSError):  # it is gone already
            sender.shutdown(socket.SHUT_RD)

    timer = threading.Timer(DROPPING, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _is_read(request: HttpRequest) -> bool:
    """Whether a body of known length was read to its end, as most are: no thread has to watch over those."""
    if "_body" in vars(request):
        return True
    stream = vars(request).get("_stream")
    return not _is_chunked(request) and getattr(stream, "_pos", 0) >= getattr(stream, "limit", 1)


class TrailingSlash(CommonMiddleware, MiddlewareMixin):
    """Sends a reader to the path with a slash; a write would lose its body on the way and gets the 404 it asked for."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)
