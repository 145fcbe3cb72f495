"""A body that the service refuses before it has read it."""

import http.client
import json
from typing import Any

import pytest

from .conftest import World


@pytest.mark.parametrize("kept", [True, False], ids=["line kept", "line closed"])
@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"x" * 20_000_000, 413),
        ("multipart/form-data; boundary=x", b"x" * 12_000_000, 413),
        ("multipart/form-data; boundary=x", b"x" * 8_000_000, 401),
        ("application/json", [b"x" * 65536] * 100, 411),
    ],
    ids=["too large", "files too large", "of nobody", "in chunks"],
)
def test_who_sends_a_refused_body_whole_is_told_why(
    world: World, kind: str, body: Any, status: int, kept: bool
) -> None:
    line = http.client.HTTPConnection("127.0.0.1", world.service.port, timeout=60)
    given = {"Content-Type": kind, "Connection": "keep-alive" if kept else "close"}
    line.request("POST", "/api/v1/transactions/", body, given, encode_chunked=status == 411)
    answer = line.getresponse()
    assert (answer.status, bool(json.loads(answer.read())["detail"])) == (status, True)
    line.close()
