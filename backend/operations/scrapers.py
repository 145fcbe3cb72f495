"""Who may read the metrics: programs on this machine, and networks that the settings name. Never through a proxy.

A request that a proxy handed on has its own address as the proxy's, often that of this machine; so one that bears any
word of a proxy's is turned away, and so is one by a name that is not this machine's own, as a page in a browser of this
machine would use it.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
Networks = list[ipaddress.IPv4Network | ipaddress.IPv6Network]


def networks(texts: list[str]) -> Networks:
    """Raises ImproperlyConfigured for one that is none."""
    try:
        return [ipaddress.ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"MIBUDGE_METRICS_NETWORKS must name networks such as 10.0.0.0/24, by commas: {error}."
        ) from error


def place(text: str) -> tuple[str, int] | None:
    """The host and the port of `[HOST:]PORT`; None for no text. Raises ImproperlyConfigured."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ImproperlyConfigured(
            "MIBUDGE_SCHEDULER_METRICS must be a port such as 9464, for this machine alone, or an address and a port "
            "such as 0.0.0.0:9464, for the networks in MIBUDGE_METRICS_NETWORKS too."
        )
    return host or "127.0.0.1", int(port)


def may_read(meta: Mapping[str, Any]) -> bool:
    """Whether the request comes straight from a scraper."""
    if any(meta.get(name) for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(meta.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return _name(meta.get("HTTP_HOST", "")) in LOOPBACK_NAMES
    return any(address in network for network in settings.METRICS_NETWORKS)


def _name(host: str) -> str:
    """Without the port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
