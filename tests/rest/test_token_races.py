"""What holds when several processes or threads are asked at once: real threads, real commits."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from backend.ledger.models import FailedSignIn, SpentToken, User
from backend.ledger.services import sign_in
from tests.conftest import PASSWORD

THREADS = 8
ROUNDS = int(os.environ.get("MIBUDGE_TEST_ROUNDS", "5"))
"""Each is a race of all threads for one token; before a release 200 of them are run on each database."""

GUESSES = 5
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(call: Callable[[], Any]) -> list[Any]:
    """What `call` gave in each of eight threads that started it together."""
    barrier = Barrier(THREADS)

    def run() -> Any:
        try:
            barrier.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(THREADS)]]


def refresh_with(raw: str) -> Any:
    client = Client()
    client.cookies["refresh_token"] = raw
    return client.post("/api/token/refresh/")


def test_of_several_refreshes_with_one_token_exactly_one_wins(owner: User) -> None:
    client = Client()
    client.post("/api/token/", {"username": "owner", "password": PASSWORD})
    token = client.cookies["refresh_token"].value
    for used in range(ROUNDS):
        answers = at_once(lambda token=token: refresh_with(token))  # type: ignore[misc]

        assert sorted(answer.status_code for answer in answers) == [200] + [401] * (THREADS - 1)
        assert {answer.json()["code"] for answer in answers if answer.status_code == 401} == {"token_not_valid"}
        assert SpentToken.objects.count() == used + 1
        token = next(answer for answer in answers if answer.status_code == 200).cookies["refresh_token"].value


def test_a_sign_out_beats_the_refreshes_that_come_after_it(owner: User) -> None:
    client = Client()
    client.post("/api/token/", {"username": "owner", "password": PASSWORD})
    token = client.cookies["refresh_token"].value
    answers = at_once(lambda: (refresh_with(token), client.post("/api/token/logout/"))[0])
    successors = [answer.cookies["refresh_token"].value for answer in answers if answer.status_code == 200]

    assert len(successors) <= 1
    assert all(refresh_with(successor).status_code == 401 for successor in successors)


def test_guesses_made_at_once_are_counted_one_by_one(owner: User) -> None:
    looked_at = []
    for _ in range(GUESSES):
        answers = at_once(lambda: Client().post("/api/token/", {"username": "owner", "password": "wrong"}))
        looked_at += [answer for answer in answers if answer.status_code == 401]

        assert {answer.status_code for answer in answers} <= {401, 429}

    assert len(looked_at) <= sign_in.PER_ORIGIN
    assert FailedSignIn.objects.count() == len(looked_at)
