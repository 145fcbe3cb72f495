"""Several senders, and owners who change their mind, at the same time and with real commits."""

import threading
from typing import Any

import pytest

from backend.ledger.models import BankAccount, User, Webhook, WebhookDelivery
from backend.ledger.services import owners, webhooks
from scheduler import receivers
from scheduler import webhooks as sender
from scheduler.receivers import Answer
from tests import build
from tests.services import hooked
from tests.services.test_funding_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS = 3
MESSAGES = 6


def send() -> int:
    return sender.send(now=build.at(1), clock=lambda: build.at(1))


def messages(hook: Webhook) -> None:
    for _ in range(MESSAGES):
        row = webhooks.ping(actor=hook.owner, webhook_id=hook.pk, now=build.NOW)
        WebhookDelivery.objects.filter(pk=row.pk).update(kind="funding.done")


@pytest.fixture
def got(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that arrived."""
    arrived: list[str] = []
    guard = threading.Lock()

    def post(url: str, *, headers: dict[str, str], **_: Any) -> Answer:
        with guard:
            arrived.append(url + headers["Webhook-Id"])
        return Answer(status=200)

    monkeypatch.setattr(receivers, "post", post)
    return arrived


def test_of_several_senders_each_message_is_sent_by_one(
    account: BankAccount, shared_account: BankAccount, got: list[str]
) -> None:
    for each in (account, shared_account):
        messages(hooked.hook(each))
    assert sum(at_once([send] * SENDERS)) == 2 * MESSAGES
    assert len(got) == len(set(got)) == 2 * MESSAGES
    assert set(WebhookDelivery.objects.values_list("status", "tries")) == {("delivered", 1)}


def test_whoever_leaves_while_it_is_sent_gets_no_more(
    shared_account: BankAccount, owner: User, coowner: User, got: list[str]
) -> None:
    hook = hooked.hook(shared_account, actor=coowner)
    messages(hook)

    def leave() -> None:
        owners.remove(actor=owner, account_id=shared_account.pk, username=coowner.username, now=build.at(1))

    def spend() -> None:
        build.transaction(shared_account, amount="-600", actor=owner)

    at_once([send, leave, spend])
    arrived = len(got)
    assert send() == 0
    assert len(got) == arrived
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) <= {"delivered", "failed"}
    hook.refresh_from_db()
    assert not hook.active
