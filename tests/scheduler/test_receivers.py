"""One message to one receiver: how it is reached, what counts as an answer, and where it never goes."""

import logging
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.ledger.rules import addresses as rule
from backend.ledger.rules import webhooks as rules
from scheduler import receivers
from scheduler.receivers import Answer
from tests.scheduler import receiving
from tests.scheduler.receiving import Receiver, receiver

PRIVATE = "The URL leads to a private address."
NAME = "receiver.example"


@pytest.fixture
def here() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "CONNECT", 0.5)
    monkeypatch.setattr(receivers, "TOTAL", 0.6)


def post(url: str, *, private: bool = True) -> Answer:
    return receivers.post(url, headers={"Webhook-Id": "1"}, body=b"{}", private=private)


def resolved(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Have every name lead there; the names that were looked up."""
    asked: list[str] = []
    known = socket.getaddrinfo

    def look_up(host: str, port: int, *how: Any, **named: Any) -> list[Any]:
        if rule.parse(host) is not None:
            return list(known(host, port, *how, **named))
        asked.append(host)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is connected to; nothing is reached."""
    tried: list[Any] = []

    def connect(where: Any, timeout: float) -> socket.socket:
        tried.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def test_a_message_arrives_as_it_was_given(here: Receiver) -> None:
    assert post(here.url()) == Answer(status=204)
    (got,) = here.got
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook?key=1", b"{}", "1")
    assert got.headers["host"] == f"127.0.0.1:{here.port}"


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_two_hundreds_are_arrivals(here: Receiver, code: int) -> None:
    here.behaviours = [receiving.status(code)]
    assert post(here.url()) == Answer(status=code)


@pytest.mark.parametrize("code", [300, 301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
def test_other_answers_are_none_and_redirects_are_not_followed(here: Receiver, code: int) -> None:
    here.behaviours = [receiving.status(code, Location=here.url())]
    assert post(here.url()) == Answer(status=code, error=f"The receiver answered {code}.")
    assert len(here.got) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("behaviour", [receiving.silence(3), receiving.drip], ids=["silence", "drip"])
def test_who_takes_too_long_is_cut_off(here: Receiver, behaviour: receiving.Behaviour) -> None:
    here.behaviours = [behaviour]
    assert post(here.url()) == Answer(error=receivers.TIMED_OUT)


def test_a_body_without_end_is_not_read(here: Receiver) -> None:
    here.behaviours = [receiving.flood]
    assert post(here.url()) == Answer(status=200)


def test_what_is_no_http_is_no_answer(here: Receiver) -> None:
    here.behaviours = [receiving.nonsense]
    assert post(here.url()) == Answer(error="The answer was not understood.")


def test_where_nobody_listens_it_is_refused() -> None:
    with receiver() as gone:
        url = gone.url()
    assert post(url) == Answer(error="The connection was refused.")


def test_a_name_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert post(f"https://{NAME}/") == Answer(error="The name of the host is not known.")


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://169.254.169.254/",
        "https://user@receiver.example/",
        "https://receiver.example:22/",
    ],
)
def test_a_url_that_is_not_allowed_any_more_is_not_even_looked_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, tried = resolved(monkeypatch, "1.1.1.1"), connections(monkeypatch)
    answer = post(url, private=False)
    assert answer.status is None
    assert answer.error
    assert asked == tried == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["172.16.0.1"],
        ["192.168.1.5"],
        ["100.64.0.1"],
        ["169.254.169.254"],
        ["0.0.0.0"],  # noqa: S104  what is refused, or tried
        ["224.0.0.1"],
        ["255.255.255.255"],
        ["::1"],
        ["fe80::1"],
        ["fd00::1"],
        ["ff02::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::1"],
        ["1.1.1.1", "10.0.0.1"],
        ["10.0.0.1", "1.1.1.1"],
        ["2606:4700::1", "::1"],
    ],
    ids=str,
)
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved(monkeypatch, *addresses)
    tried = connections(monkeypatch)
    assert post(f"https://{NAME}/", private=False) == Answer(error=PRIVATE)
    assert tried == []


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.1", "::ffff:127.0.0.1", "224.0.0.1"])
def test_nor_to_these_where_private_networks_are_allowed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, address)
    assert post(f"https://{NAME}/") == Answer(error=PRIVATE)


def test_the_name_is_looked_up_once_and_the_checked_addresses_are_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, tried = resolved(monkeypatch, "2606:4700::1", "1.1.1.1"), connections(monkeypatch)
    assert post(f"https://{NAME}:8443/", private=False) == Answer(error="The connection was refused.")
    assert asked == [NAME]
    assert tried == [("2606:4700::1", 8443), ("1.1.1.1", 8443)]


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the name, signed by itself, with its key; made anew, so that none lies among the tests."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(path), "-out", str(path) + ".crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    with receiver(tls=context) as found:
        found.names = names  # type: ignore[attr-defined]
        yield found


def test_by_tls_the_name_is_asked_for_and_proved(
    secure: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved(monkeypatch, "127.0.0.1")
    trusting = ssl.create_default_context(cafile=str(certificate) + ".crt")
    monkeypatch.setattr(receivers, "_context", lambda: trusting)

    assert post(secure.url(NAME, scheme="https")) == Answer(status=204)
    assert secure.names == [NAME]  # type: ignore[attr-defined]
    assert secure.got[0].headers["host"] == f"{NAME}:{secure.port}"

    for other in ("other.example", "127.0.0.1"):
        answer = post(secure.url(other, scheme="https"))
        assert answer == Answer(error="The certificate of the host is not valid.")
    assert len(secure.got) == 1


def test_a_certificate_that_nobody_vouches_for_is_none(secure: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "127.0.0.1")
    assert post(secure.url(NAME, scheme="https")) == Answer(error="The certificate of the host is not valid.")
    assert secure.got == []


def test_who_speaks_no_tls_is_told_nothing(here: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "127.0.0.1")
    assert post(here.url(NAME, scheme="https")) == Answer(error="No secure connection came about.")
    assert here.got == []


@pytest.mark.usefixtures("impatient")
def test_a_handshake_that_does_not_go_on_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert post(f"https://{NAME}:{port}/") == Answer(error=receivers.TIMED_OUT)


def test_nothing_of_it_is_logged(here: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    post(here.url())
    assert caplog.records == []
    assert rules.PING not in caplog.text
