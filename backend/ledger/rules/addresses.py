"""Which network addresses a webhook may be sent to, after IANA's registries of special-purpose addresses."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(each) for each in text.split())


NOT_PUBLIC = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
    "2001::/23 2001:db8::/32 2002::/16 3fff::/20"
)
"""Of IPv4 all that is not public, of IPv6 what is not within PUBLIC."""

PUBLIC = IPv6Network("2000::/3")
"""All IPv6 addresses outside are something else: loopback, link-local, multicast, or an IPv4 address in disguise."""

HOME = _networks("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7")
"""What the operator can allow. Link-local addresses are not among them: clouds hand out credentials there."""


def parse(text: str) -> Address | None:
    """The address that the text spells in full; None for a name, and for spellings such as 127.1."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def allowed(address: Address, *, private: bool) -> bool:
    """Whether a message may go there; `private`: the operator allows private networks."""
    if private and _within(address, HOME):
        return True
    public = not _within(address, NOT_PUBLIC)
    return public if isinstance(address, IPv4Address) else public and address.scope_id is None and address in PUBLIC


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
