"""Webhooks: what they are told, where they may be, how a message is signed, and when it is tried again.

Messages follow the Standard Webhooks specification (headers, secret, signature, shape of the body), so that receivers
can check them with its libraries.
"""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from backend.ledger.errors import InvalidValue

from . import addresses

FUNDING_DONE = "funding.done"
FUNDING_SHORT = "funding.short"
BUDGET_BELOW_ZERO = "budget.below_zero"
GOAL_REACHED = "goal.reached"
IMPORT_COMMITTED = "import.committed"
KINDS = (FUNDING_DONE, FUNDING_SHORT, BUDGET_BELOW_ZERO, GOAL_REACHED, IMPORT_COMMITTED)
"""What a webhook can ask for."""

PING = "ping"
"""What one is sent to be tried out."""

LONGEST_URL = 500
PREFIX = "whsec_"
KEY_BYTES = 32
GRACE = timedelta(hours=24)
"""So long old secrets sign too after a new one took their place."""

MOST_OLD_SECRETS = 2

DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60, 24 * 60, 24 * 60, 24 * 60)
)  # and after the last of them it is given up
PATIENCE = timedelta(days=3)
"""So long may everything fail before a webhook is switched off."""

GONE = 410
"""By this status a receiver says that it wants no more."""

CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%#-]+")
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?:{LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.IGNORECASE)
"""A name whose last part is no number: numbers in any spelling would be read as addresses."""

OPEN_PORTS = {True: 443, False: 80}
FIRST_FREE_PORT = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a URL leads: `host` is a name or an address, `path` what is asked for there, its query included."""

    secure: bool
    host: str
    port: int
    path: str


def place(url: str, *, private: bool) -> Place:
    """Where the URL leads. `private`: the operator allows private networks, and HTTP without TLS.

    Whether a name leads to an address that is allowed is found out when it is looked up. Raises InvalidValue.
    """
    if len(url) > LONGEST_URL:
        raise _refused(f"Ensure this field has no more than {LONGEST_URL} characters.")
    parts = _parts(url)
    secure = parts.scheme == "https"
    if not secure and not (private and parts.scheme == "http"):
        raise _refused("Enter a URL that begins with https://.")
    if parts.fragment or "#" in url:
        raise _refused("A webhook's URL has no fragment.")
    if "@" in parts.netloc:
        raise _refused("A webhook's URL holds no user name and no password.")
    host, port = parts.hostname or "", parts.port or OPEN_PORTS[secure]
    if port != OPEN_PORTS[secure] and port < FIRST_FREE_PORT:
        raise _refused(f"Port {port} is of another service.")
    _check_host(host, private=private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure=secure, host=host, port=port, path=path)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        zero = parts.port == 0
    except ValueError:
        raise _refused("Enter a valid URL.") from None
    if zero or parts.netloc.endswith(":") or not CHARACTERS.fullmatch(url):
        raise _refused("Enter a valid URL.")
    return parts


def _check_host(host: str, *, private: bool) -> None:
    address = addresses.parse(host)
    if address is None and (len(host) > 253 or not NAME.fullmatch(host)):
        raise _refused("Enter a URL with the name of a host.")
    local = host == "localhost" or host.endswith(".localhost")
    if (local and not private) or (address is not None and not addresses.allowed(address, private=private)):
        raise _refused("The URL leads to a private address.")


def _refused(message: str) -> InvalidValue:
    return InvalidValue(message, field="url")


def secret(random: bytes) -> str:
    """A signing secret made of random bytes, as receivers' libraries take it."""
    return PREFIX + b64encode(random).decode()


def signatures(secrets: Iterable[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `Webhook-Signature`: a signature by each secret, in that order."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def message(*, event_id: UUID, kind: str, at: datetime, data: Mapping[str, object]) -> str:
    """The body that tells of an event."""
    told = {
        "id": str(event_id),
        "type": kind,
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def next_try(tries: int, *, at: datetime) -> datetime | None:
    """When a message is tried again whose `tries`-th try failed; None if it is given up."""
    return at + DELAYS[tries - 1] if tries <= len(DELAYS) else None
