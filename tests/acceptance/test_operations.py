"""What a running service tells those who watch it."""

import json
import re

from .client import Client
from .conftest import World

ANSWERED = re.compile(
    r'^mibudge_requests_total\{door="rest",method="GET",operation="/api/v1/currencies/",status="200"\} (.+)$',
    re.MULTILINE,
)


def counted(text: str) -> float:
    found = ANSWERED.search(text)
    return float(found[1]) if found else 0


def test_the_service_is_ready_with_its_scheduler(world: World) -> None:
    answer = world.nobody.raw("GET", "/readyz")
    assert (answer.status, answer.json()["status"]) == (200, "ready")
    assert set(answer.json()["checks"].values()) == {"ok"}
    head = world.nobody.raw("HEAD", "/readyz")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(answer.body)))


def test_any_worker_answers_for_all(world: World) -> None:
    before = counted(world.nobody.raw("GET", "/metrics").body.decode())
    for _ in range(12):
        client = Client(world.service.port)
        client.token = world.owner.token
        client.get("/currencies/")
        client.close_all()
    world.owner.open_account(world.bank)
    for _ in range(4):
        client = Client(world.service.port)
        told = client.raw("GET", "/metrics").body.decode()
        client.close_all()
        assert counted(told) == before + 12
    assert 'mibudge_lookup_failed{what="funding"} 0.0' in told
    assert 'mibudge_ledger_writes_total{action="created",door="rest"' in told
    assert "mibudge_scheduler_heartbeat_age_seconds" in told


def test_the_metrics_are_not_for_those_behind_a_proxy(world: World) -> None:
    answer = world.nobody.raw("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert (answer.status, json.loads(answer.body)) == (404, {"detail": "Not found."})


def test_nobody_can_say_that_a_request_is_of_another_path(world: World) -> None:
    """A proxy that keeps a path from the world would let it through under another name."""
    answer = world.nobody.raw("GET", "/other/api/v1/banks/", headers={"SCRIPT_NAME": "/other"})
    assert answer.status == 404
