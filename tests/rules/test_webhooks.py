"""Webhooks: where they may lead, what is sent, how it is signed, when it is tried again."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.ledger import errors
from backend.ledger.rules import webhooks
from backend.ledger.rules.webhooks import Place

AT = datetime(2026, 6, 15, 10, 0, 0, 250_000, tzinfo=UTC)

FINE = [
    (
        "https://example.org/hook?key=1&b=%20",
        Place(secure=True, host="example.org", port=443, path="/hook?key=1&b=%20"),
    ),
    ("https://EXAMPLE.org", Place(secure=True, host="example.org", port=443, path="/")),
    ("HTTPS://example.org:443/", Place(secure=True, host="example.org", port=443, path="/")),
    ("https://a-b.example.org:8443/x/../y", Place(secure=True, host="a-b.example.org", port=8443, path="/x/../y")),
    ("https://xn--bcher-kva.example?a=b", Place(secure=True, host="xn--bcher-kva.example", port=443, path="/?a=b")),
    ("https://1.1.1.1/", Place(secure=True, host="1.1.1.1", port=443, path="/")),
    ("https://[2606:4700::1]:1024/", Place(secure=True, host="2606:4700::1", port=1024, path="/")),
    ("https://my_box.example/", Place(secure=True, host="my_box.example", port=443, path="/")),
]
AT_HOME = [
    ("http://homeassistant.local:8123/api/webhook/x", "homeassistant.local", 8123),
    ("http://192.168.1.5/", "192.168.1.5", 80),
    ("http://localhost:8000/", "localhost", 8000),
    ("https://[::1]/", "::1", 443),
    ("http://nas/", "nas", 80),
]
NEVER = [
    "",
    "example.org",
    "//example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "https://",
    "https:///x",
    "https://:443/",
    "https://example.org:/",
    "https://example.org:0/",
    "https://example.org:22/",
    "https://example.org:25/",
    "https://example.org:80/",
    "https://example.org:65536/",
    "https://example.org:-1/",
    "https://example.org:4a3/",
    "https://user@example.org/",
    "https://user:word@example.org/",
    "https://example.org@10.0.0.1/",
    "https://@example.org/",
    "https://example.org/#part",
    "https://example.org/#",
    "https://example.org/a b",
    "https://example.org/\n",
    " https://example.org/",
    "https://example.org\\@10.0.0.1/",
    "https://exämple.org/",
    "https://example。org/",
    "https://example.org./",
    "https://.example.org/",
    "https://exa..mple.org/",
    "https://-example.org/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.01/",
    "https://1.2.3/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0.0.0.0/",
    "https://example.org/" + "x" * 500,
    "https://" + "x" * 64 + ".org/",
]


@pytest.mark.parametrize(("url", "place"), FINE)
def test_a_url_leads_somewhere(url: str, place: Place) -> None:
    assert webhooks.place(url, private=False) == place
    assert webhooks.place(url, private=True) == place


@pytest.mark.parametrize(("url", "host", "port"), AT_HOME)
def test_at_home_it_may_lead_to_private_networks_and_without_tls(url: str, host: str, port: int) -> None:
    found = webhooks.place(url, private=True)
    assert (found.host, found.port) == (host, port)
    with pytest.raises(errors.InvalidValue) as refused:
        webhooks.place(url, private=False)
    assert refused.value.field == "url"


@pytest.mark.parametrize("url", NEVER)
def test_other_urls_are_refused(url: str) -> None:
    for private in (False, True):
        with pytest.raises(errors.InvalidValue) as refused:
            webhooks.place(url, private=private)
        assert refused.value.field == "url"


def test_a_message_is_signed_as_the_specification_has_it() -> None:
    signed = webhooks.signatures(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "A" * 43 + "="],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed.split(" ") == [
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",  # the specification's example
        "v1,woH/1mJtZGSMCmpFTxRYbStS24eLLD/oXIYr4PYyZ7g=",
    ]


def test_a_secret_is_random_bytes_in_the_form_of_the_specification() -> None:
    assert webhooks.secret(b"\0" * 32) == "whsec_" + "A" * 43 + "="


def test_a_message_tells_what_when_and_of_what() -> None:
    told = webhooks.message(event_id=UUID(int=7), kind="ping", at=AT, data={"name": "Café", "amount": "1.00"})
    assert json.loads(told) == {
        "id": "00000000-0000-0000-0000-000000000007",
        "type": "ping",
        "timestamp": "2026-06-15T10:00:00.250000Z",
        "data": {"name": "Café", "amount": "1.00"},
    }


def test_tries_come_further_and_further_apart_until_it_is_given_up() -> None:
    waits, tries = [], 1
    while (again := webhooks.next_try(tries, at=AT)) is not None:
        waits.append(again - AT)
        tries += 1

    assert waits == sorted(waits)
    assert (waits[0], waits[-1], tries) == (timedelta(minutes=1), timedelta(days=1), 9)
    assert sum(waits, timedelta()) > webhooks.PATIENCE
