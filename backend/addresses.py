"""Who is at the other end of a request."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings


def client(meta: Mapping[str, Any]) -> str:
    """The client's address: X-Forwarded-For counts only behind as many proxies as the settings say.

    Whoever has one IPv6 address has the 2**64 beside it, so those are one.
    """
    text = meta.get("REMOTE_ADDR", "")
    forwarded = meta.get("HTTP_X_FORWARDED_FOR")
    if settings.PROXIES and forwarded:
        text = forwarded.split(",")[-settings.PROXIES :][0].strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
