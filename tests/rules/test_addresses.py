"""Where messages may go: what is not surely public is refused."""

import pytest

from backend.ledger.rules import addresses

PUBLIC = (
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.1.1 "
    "172.15.255.255 172.32.0.1 192.0.1.1 192.167.1.1 198.17.1.1 198.20.0.1 223.255.255.255 "
    "2606:4700:4700::1111 2a00:1450:4001::200e 2001:4860:4860::8888 2003::1 3ffe::1"
).split()
HOME = (
    "10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 172.16.0.1 172.31.255.255 "
    "192.168.0.1 192.168.255.255 ::1 fc00::1 fdff::1"
).split()
NEVER = (
    "0.0.0.0 0.1.2.3 169.254.0.1 169.254.169.254 192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 "
    "198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 "
    ":: ::2 ::ffff:1.1.1.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::1.1.1.1 64:ff9b::7f00:1 64:ff9b:1::1 "
    "100::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:0a00:1::1 3fff::1 4000::1 5f00::1 "
    "fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 2606:4700::1%eth0"
).split()


def allowed(text: str, *, private: bool) -> bool:
    address = addresses.parse(text)
    assert address is not None
    return addresses.allowed(address, private=private)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_reached(text: str) -> None:
    assert allowed(text, private=False)
    assert allowed(text, private=True)


@pytest.mark.parametrize("text", HOME)
def test_private_networks_are_reached_where_the_operator_allows_it(text: str) -> None:
    assert not allowed(text, private=False)
    assert allowed(text, private=True)


@pytest.mark.parametrize("text", NEVER)
def test_others_are_never_reached(text: str) -> None:
    assert not allowed(text, private=False)
    assert not allowed(text, private=True)


@pytest.mark.parametrize(
    "text", "localhost 127.1 2130706433 0x7f000001 017700000001 127.0.0.01 1.2.3.4.5 [::1]".split()
)
def test_other_spellings_are_no_addresses(text: str) -> None:
    assert addresses.parse(text) is None
