"""One message to one receiver: its name is looked up once, and what is connected to is the address that was checked."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

from backend.ledger.errors import InvalidValue
from backend.ledger.rules import addresses, webhooks
from backend.ledger.rules.webhooks import Place

CONNECT = 3.0
"""Seconds that it may take to reach an address."""

TOTAL = 10.0
"""Seconds that it may take until the receiver has answered."""

MOST_ADDRESSES = 4
TIMED_OUT = "There was no answer in time."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The status that the receiver answered with, if it did, and in words why the message did not arrive, if so."""

    status: int | None = None
    error: str = ""


class _Failed(Exception):
    """The receiver was not reached; says why."""


def post(url: str, *, headers: Mapping[str, str], body: bytes, private: bool) -> Answer:
    """Send the message. What the receiver answers beside its status is not read, a redirect is not followed."""
    deadline = time.monotonic() + TOTAL
    try:
        place = webhooks.place(url, private=private)
        connection = _connected(place, _looked_up(place, private=private), deadline=deadline)
    except InvalidValue as refusal:
        return Answer(error=refusal.message)
    except _Failed as failure:
        return Answer(error=str(failure))
    try:
        return _told(connection, place, headers=headers, body=body, deadline=deadline)
    finally:
        connection.close()


def _looked_up(place: Place, *, private: bool) -> Sequence[str]:
    """The addresses of the place. One that is not allowed spoils them all."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise _Failed("The name of the host is not known.") from None
    texts = [str(where[0]) for *_, where in found]
    for text in texts:
        address = addresses.parse(text)
        if address is None or not addresses.allowed(address, private=private):
            raise _Failed("The URL leads to a private address.")
    return texts[:MOST_ADDRESSES]


def _connected(place: Place, texts: Sequence[str], *, deadline: float) -> socket.socket:
    failure = "The host has no address."
    for text in texts:
        try:
            return socket.create_connection((text, place.port), timeout=min(CONNECT, _left(deadline)))
        except TimeoutError:
            failure = "The host was not reached in time."
        except ConnectionRefusedError:
            failure = "The connection was refused."
        except OSError:
            failure = "The host was not reached."
    raise _Failed(failure)


def _told(
    connection: socket.socket, place: Place, *, headers: Mapping[str, str], body: bytes, deadline: float
) -> Answer:
    cut = threading.Event()
    try:
        if place.secure:
            connection = _context().wrap_socket(connection, server_hostname=place.host, do_handshake_on_connect=False)
        with _cut_at(deadline, connection, cut):
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            status = _exchanged(connection, place, headers=headers, body=body)
    except ssl.SSLCertVerificationError:
        return Answer(error="The certificate of the host is not valid.")
    except (OSError, http.client.HTTPException, ValueError) as error:
        if cut.is_set() or isinstance(error, TimeoutError):
            return Answer(error=TIMED_OUT)
        broken = isinstance(error, ssl.SSLError)
        return Answer(error="No secure connection came about." if broken else "The answer was not understood.")
    finally:
        connection.close()
    if cut.is_set():
        return Answer(error=TIMED_OUT)
    if 200 <= status < 300:
        return Answer(status=status)
    return Answer(status=status, error=f"The receiver answered {status}.")


@cache
def _context() -> ssl.SSLContext:
    """What certificates are checked by: the system's authorities, which are read once."""
    return ssl.create_default_context()


def _exchanged(connection: socket.socket, place: Place, *, headers: Mapping[str, str], body: bytes) -> int:
    """The status of the answer. `Host` is the place's name, whatever address is connected to."""
    kind = http.client.HTTPSConnection if place.secure else http.client.HTTPConnection
    exchange = kind(place.host, place.port)
    exchange.sock = connection  # it is connected, so it looks nothing up
    exchange.request("POST", place.path, body=body, headers=dict(headers))
    return exchange.getresponse().status


@contextmanager
def _cut_at(deadline: float, connection: socket.socket, cut: threading.Event) -> Iterator[None]:
    """Cut the connection at the deadline: a receiver that sends a byte now and then would never time out."""

    def end() -> None:
        cut.set()
        with suppress(OSError):  # it is over already
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, which another thread may be in

    timer = threading.Timer(_left(deadline), end)
    timer.daemon = True
    connection.settimeout(_left(deadline))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.05)
