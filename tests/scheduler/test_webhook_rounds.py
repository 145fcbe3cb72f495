"""A round of sending to many receivers: none of them keeps the others waiting."""

import itertools
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from backend.ledger.models import BankAccount, Webhook
from scheduler import receivers
from scheduler import webhooks as sender
from scheduler.receivers import Answer
from tests.scheduler.receiving import Receiver
from tests.scheduler.sending import MINUTE, NOW, answering, message, ping, send, state
from tests.services import hooked

pytestmark = pytest.mark.django_db


def test_a_receiver_that_fails_is_left_alone_for_this_round_and_others_get_theirs(
    account: BankAccount, hook: Webhook, here: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = hooked.hook(account, url="https://other.example/")
    for _ in range(3):
        message(hook)
        message(other)
    asked = answering(monkeypatch, lambda url: Answer(status=200) if "other" in url else Answer(error="No."))
    assert send() == 3
    assert sorted(asked) == sorted([here.url(), *["https://other.example/"] * 3])


@pytest.mark.parametrize("slow", [True, False], ids=["slow", "dead"])
def test_a_receiver_with_much_to_be_told_keeps_no_other_waiting(
    account: BankAccount, shared_account: BankAccount, monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    busy, other = hooked.hook(account, url="https://busy.example/"), hooked.hook(shared_account)
    for number in range(6):
        message(busy, now=NOW + number * timedelta(seconds=1))
    row = ping(other, now=NOW + timedelta(seconds=9))
    monkeypatch.setattr(sender, "MOST", 3)
    answering(monkeypatch, lambda url: Answer(status=200) if slow or url == other.url else Answer(error="No."))
    if slow:  # then there is time for one of its messages in each round
        monkeypatch.setattr(time, "monotonic", itertools.count().__next__)
        monkeypatch.setattr(sender, "ENOUGH", 1.5)
    for minute in (1, 2, 3):
        send(NOW + minute * MINUTE)
    assert state(row)[0] == "delivered"


def test_messages_to_one_receiver_come_one_after_the_other_the_oldest_first(hook: Webhook, here: Receiver) -> None:
    rows = [message(hook, now=NOW - number * MINUTE) for number in (1, 3, 2)]
    assert send() == 3
    assert [got.headers["webhook-id"] for got in here.got] == [str(rows[each].event_id) for each in (1, 2, 0)]


def test_receivers_are_told_side_by_side(
    shared_account: BankAccount, account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = [hooked.hook(each) for each in (account, account, shared_account)]
    for each in hooks:
        ping(each)
    together = threading.Barrier(3)

    def answer(_: str) -> Answer:
        together.wait(timeout=30)
        return Answer(status=200)

    answering(monkeypatch, answer)
    assert send() == 3


def test_after_a_while_no_more_is_begun(hook: Webhook, here: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [message(hook, now=NOW - number * MINUTE) for number in range(3)]
    monkeypatch.setattr(time, "monotonic", itertools.count().__next__)
    monkeypatch.setattr(sender, "ENOUGH", 1.5)
    monkeypatch.setattr(receivers, "post", lambda *_, **__: Answer(status=200))
    assert send() == 1
    assert [state(row)[:2] for row in rows] == [("waiting", 0), ("waiting", 0), ("delivered", 1)]


def test_a_try_that_never_ends_is_one_that_failed(hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    row, over = ping(hook), threading.Event()
    monkeypatch.setattr(receivers, "TOTAL", 0.2)
    monkeypatch.setattr(sender, "GRACE", 0.0)
    monkeypatch.setattr(receivers, "post", lambda *_, **__: over.wait(30) and Answer(status=200))
    try:
        assert send() == 0
    finally:
        over.set()
    assert state(row) == ("waiting", 1, None, receivers.TIMED_OUT)


def test_what_goes_wrong_here_is_logged_and_tried_again(
    hook: Webhook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row = ping(hook)

    def post(*_: Any, **__: Any) -> Answer:
        raise RuntimeError("poison")

    monkeypatch.setattr(receivers, "post", post)
    assert send() == 0
    assert state(row)[:2] == ("waiting", 1)
    assert "poison" in caplog.text
