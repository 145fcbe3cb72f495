"""What the scheduler counted, for scrapers: a page of its own process, where MIBUDGE_SCHEDULER_METRICS names a place.

It counts what it writes in its own memory, which no web server on another machine or in another container sees. What
is looked up in the database is for the web server to tell.
"""

import socketserver
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from . import scrapers

PATIENCE = 5
"""Seconds that a scraper may take to ask: it is one at a time."""


def serve(where: tuple[str, int]) -> WSGIServer:
    """Answer there from now on, in a thread that ends with the process. Raises OSError where that cannot be."""
    server = make_server(*where, application, server_class=_Server, handler_class=_Handler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """`/metrics`, to those who may read it at the web server too; to others nothing."""
    from prometheus_client import CONTENT_TYPE_LATEST

    from . import metrics

    if environ["PATH_INFO"] != "/metrics" or environ["REQUEST_METHOD"] != "GET" or not scrapers.may_read(environ):
        start("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]
    text = metrics.counted()
    start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(text)))])
    return [text]


class _Server(WSGIServer):
    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # the library's own asks who has the address, which may take long
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def address_string(self) -> str:
        return str(self.client_address[0])

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the base class calls it so
        """Nothing: scrapers come every few seconds."""
