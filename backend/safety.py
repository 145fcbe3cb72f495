"""Which settings are refused at the start: those that would be unsafe, or that make no sense.

Each refusal is a sentence that says what to do. What only one place can know, such as a database that does not answer,
is that place's to tell.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
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
    networks: Sequence[IPv4Network | IPv6Network],
    keys: Sequence[tuple[str, str]],
) -> None:
    """Raise ImproperlyConfigured for the first thing that is wrong. `keys`: variables and the secrets in them."""
    for trouble in (*_hosts(hosts, debug=debug, https=https, insecure=insecure), *_networks(networks), *_keys(keys)):
        raise ImproperlyConfigured(trouble)


def _hosts(hosts: Sequence[str], *, debug: bool, https: bool, insecure: bool) -> Iterator[str]:
    others = [host for host in hosts if host not in LOOPBACK]
    if not hosts:
        yield "MIBUDGE_HOSTS is empty: name the hosts that the service answers to, or leave the variable out."
    if any("*" in host or host.startswith(".") for host in hosts):
        yield "MIBUDGE_HOSTS must name each host: with a wildcard, any site could pass itself off as this one."
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
