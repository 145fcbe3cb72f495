"""Which settings are refused at the start: those that would be unsafe, or that make no sense.

Each refusal is a sentence that says what to do. What only one place can know, such as a database that does not answer,
is that place's to tell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
HOST = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")
ON, OFF = ("1", "true", "on", "ok", "y", "yes"), ("0", "false", "off", "n", "no")
SHORTEST_KEY = 32
KNOWN = ("changeme", "change-me", "django-insecure", "secret", "password", "example", "mibudge", "12345678")
"""How keys begin that stand in examples."""

A_DAY = 24 * 60
"""Minutes."""
MAKE_ONE = "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` makes one."


def check(
    *,
    hosts: Sequence[str],
    debug: bool,
    https: bool,
    insecure: bool,
    proxies: int,
    bind: str,
    networks: Sequence[IPv4Network | IPv6Network],
    keys: Sequence[tuple[str, str]],
) -> None:
    """Raise ImproperlyConfigured for the first thing that is wrong.

    `bind`: the address that the web server listens at. `keys`: variables and the secrets in them.
    """
    for trouble in (
        *_hosts(hosts, debug=debug, https=https, insecure=insecure),
        *_reach(hosts, debug=debug, https=https, proxies=proxies, bind=bind),
        *_networks(networks),
        *_keys(keys),
    ):
        raise ImproperlyConfigured(trouble)


def _hosts(hosts: Sequence[str], *, debug: bool, https: bool, insecure: bool) -> Iterator[str]:
    others = [host for host in hosts if host not in LOOPBACK]
    if not hosts:
        yield "MIBUDGE_HOSTS is empty: name the hosts that the service answers to, or leave the variable out."
    if any("*" in host or host.startswith(".") for host in hosts):
        yield "MIBUDGE_HOSTS must name each host: with a wildcard, any site could pass itself off as this one."
    for host in hosts:
        if not HOST.fullmatch(host):
            yield f"MIBUDGE_HOSTS has {host}, which no request is for: give the name alone, without https:// and port."
    if debug and others:
        yield (
            "MIBUDGE_DEBUG=1 shows source code to whoever asks, so it is for loopback names only: set MIBUDGE_DEBUG=0, "
            f"or take {others[0]} out of MIBUDGE_HOSTS."
        )
    if others and not (https or insecure):
        yield (
            f"Others reach {others[0]} of MIBUDGE_HOSTS, and without TLS they would send their passwords in the clear: "
            "put a proxy with TLS in front and set MIBUDGE_HTTPS=1 and MIBUDGE_PROXIES=1. On a network where everybody "
            "is trusted, MIBUDGE_INSECURE=1 does without."
        )


def _reach(hosts: Sequence[str], *, debug: bool, https: bool, proxies: int, bind: str) -> Iterator[str]:
    if debug and not _is_loopback(bind):
        yield (
            "MIBUDGE_DEBUG=1 shows source code to whoever asks, and other machines can ask by a name of this one: set "
            "MIBUDGE_DEBUG=0, or MIBUDGE_BIND=127.0.0.1."
        )
    if https and not proxies and not set(hosts) <= set(LOOPBACK):
        yield (
            "With MIBUDGE_HTTPS=1 a proxy is in front, and without MIBUDGE_PROXIES all who come by it would count as "
            "one, so that strangers who guess at a name would keep its owner from signing in: set MIBUDGE_PROXIES=1, "
            "or how many there are, each of which sets X-Forwarded-For and X-Forwarded-Proto."
        )


def _is_loopback(bind: str) -> bool:
    try:
        return ip_address(bind.strip("[]")).is_loopback
    except ValueError:
        return bind == "localhost"


def _networks(networks: Sequence[IPv4Network | IPv6Network]) -> Iterator[str]:
    if any(network.prefixlen == 0 for network in networks):
        yield "MIBUDGE_METRICS_NETWORKS would show the metrics to everybody: name the networks of your scrapers."


def _keys(keys: Sequence[tuple[str, str]]) -> Iterator[str]:
    for number, (name, key) in enumerate(keys):
        if len(key) < SHORTEST_KEY:
            yield f"{name} has fewer than {SHORTEST_KEY} characters, which can be guessed: {MAKE_ONE}"
        if key.lower().startswith(KNOWN) or len(set(key)) < 8:
            yield f"{name} is a key that others can guess: {MAKE_ONE}"
        if any(key == other for _, other in keys[:number]):
            yield f"{name} holds a key that is in use already: each needs one of its own. {MAKE_ONE}"


def parts(texts: Iterable[str]) -> list[str]:
    """The parts of a list without the blanks around them, and without empty ones."""
    return [text.strip() for text in texts if text.strip()]


def flag(name: str, text: str) -> bool:
    """The value of a variable that is on or off."""
    word = text.strip().lower()
    if word not in (*ON, *OFF, ""):
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")
    return word in ON


def whole(name: str, text: str, *, least: int, most: int) -> int:
    """The value of a variable that holds a whole number."""
    try:
        found = int(text)
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
    return found


def choice(name: str, text: str, among: Sequence[str]) -> str:
    """The value of a variable that holds one of a few words."""
    if text not in among:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(among)}.")
    return text


def word(name: str, text: str, *, of: Sequence[str]) -> str:
    """The text of a variable, if it is one of these words; else ImproperlyConfigured."""
    if text not in of:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(of)}.")
    return text
