"""Paths nobody serves, bodies nobody reads, and what every answer carries."""

import io
import logging
import socket
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

from backend import fallback, middleware
from backend.logs import LineFormatter

handler400, handler403 = fallback.bad_request, fallback.forbidden
handler404, handler500 = fallback.not_found, fallback.failed


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret detail")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>page</p>")


def own_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("file", headers={"Content-Security-Policy": "sandbox", "Content-Type": "image/png"})


urlpatterns = [path("broken/", broken), path("page/", page), path("own-policy/", own_policy)]


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def test_an_unknown_path_is_a_404_in_json(client: Client) -> None:
    response = client.get("/no/such/path/")

    assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def test_a_read_without_the_last_slash_is_sent_on_with_its_query(client: Client) -> None:
    response = client.get("/page?x=1")

    assert (response.status_code, response["Location"]) == (301, "/page/?x=1")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_without_the_last_slash_is_a_404_in_json(client: Client, method: str) -> None:
    response = client.generic(method, "/page", b"{}", content_type="application/json")

    assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def test_a_failure_is_told_in_the_log_and_not_to_the_client(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/broken/")

    assert (response.status_code, response.json()) == (500, {"detail": "Internal server error."})
    assert b"secret detail" not in response.content
    assert "a secret detail" in caplog.text


def test_a_foreign_host_name_is_a_400_in_json(client: Client) -> None:
    response = client.get("/page/", headers={"host": "elsewhere.example"})

    assert (response.status_code, response.json()) == (400, {"detail": "Bad request."})


@pytest.mark.parametrize(
    ("path", "content_type", "size", "status"),
    [
        ("/nowhere/", "application/json", 1024**2, 404),
        ("/nowhere/", "application/json", 1024**2 + 1, 413),
        ("/nowhere/", "multipart/form-data; boundary=x", 1024**2, 404),
        ("/api/token/", "multipart/form-data; boundary=x", 1024**2 + 1, 413),
        ("/api/v1/nowhere/", "application/json", 1024**2 + 1, 413),
        ("/api/v1/nowhere/", "multipart/form-data; boundary=x", 11 * 1024**2, 404),
        ("/api/v1/nowhere/", "multipart/form-data; boundary=x", 11 * 1024**2 + 1, 413),
    ],
)
def test_a_body_over_its_limit_is_refused_by_its_length(
    client: Client, path: str, content_type: str, size: int, status: int
) -> None:
    response = client.post(path, b"x" * size, content_type=content_type)

    assert response.status_code == status
    assert "detail" in response.json()


@pytest.mark.parametrize(
    ("length", "left"),
    [(0, 0), (5, 0), (1024**2 + 1, 0), (middleware.DROPPED, 0), (middleware.DROPPED + 1, middleware.DROPPED + 1)],
)
def test_what_an_answer_left_unread_is_dropped_unless_it_is_far_too_much(
    client: Client, length: int, left: int
) -> None:
    body = io.BytesIO(b"x" * length)
    given: Any = {"CONTENT_LENGTH": str(length), "wsgi.input": body}
    client.generic("POST", "/nowhere/", **given)

    assert len(body.read()) == left


@pytest.mark.parametrize("length", [{"CONTENT_LENGTH": "5"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_nobody_is_waited_for_who_does_not_send_what_was_announced(
    client: Client, monkeypatch: pytest.MonkeyPatch, length: dict[str, str]
) -> None:
    monkeypatch.setattr(middleware, "DROPPING", 0.01)
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as body:
        ours.settimeout(20)
        given: Any = {**length, "wsgi.input": body, "gunicorn.socket": ours}

        response = client.generic("POST", "/nowhere/", **given)

        assert response.status_code in (404, 411)
        assert ours.recv(1) == b"", "nothing more comes, and that was not found out by waiting"
        theirs.settimeout(20)
        ours.sendall(b"an answer")
        assert theirs.recv(9) == b"an answer"


def test_a_body_of_unknown_length_is_refused_and_dropped_within_reason(client: Client) -> None:
    body = io.BytesIO(b"x" * (middleware.DROPPED + 3))
    given: Any = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": body}
    response = client.generic("POST", "/nowhere/", **given)

    assert response.status_code == 411
    assert "detail" in response.json()
    assert len(body.read()) == 3


@pytest.mark.parametrize(
    "path", ["/page/", "/no/such/path/", "/page", "/broken/", "/static/admin/css/base.css", "/healthz", "/metrics"]
)
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    response = client.get(path)
    list(response)
    headers = response.headers

    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_a_page_may_load_its_own_files_and_data_may_load_nothing(client: Client) -> None:
    assert "default-src 'self'" in client.get("/page/")["Content-Security-Policy"]
    assert "default-src 'none'" in client.get("/no/such/path/")["Content-Security-Policy"]


def test_a_view_may_set_a_policy_of_its_own(client: Client) -> None:
    assert client.get("/own-policy/")["Content-Security-Policy"] == "sandbox"


def test_a_log_record_is_one_line_whatever_it_holds() -> None:
    try:
        raise ValueError("first\nsecond\rthird")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "a\nb", None, (type(error), error, error.__traceback__))

    text = LineFormatter().format(record)

    assert r"a\nb\nTraceback" in text
    assert len(text.splitlines()) == 1
