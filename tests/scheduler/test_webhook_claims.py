"""Each message is sent by one sender at a time, and for those only who may still be told."""

from datetime import timedelta

import pytest

from backend.ledger.models import BankAccount, User, Webhook, WebhookDelivery
from backend.ledger.services import accounts, webhook_deliveries, webhooks
from scheduler import receivers
from scheduler import webhooks as sender
from tests.scheduler.receiving import Receiver
from tests.scheduler.sending import MINUTE, NOW, due, message, ping, send, state
from tests.services import hooked

pytestmark = pytest.mark.django_db


def test_of_two_senders_one_claims(hook: Webhook) -> None:
    ping(hook)
    (one,), (other,) = due(), due()
    assert webhook_deliveries.claim(one, now=NOW) is not None
    assert webhook_deliveries.claim(other, now=NOW) is None
    assert due() == []


def test_what_a_sender_that_died_had_claimed_is_sent_by_the_next(hook: Webhook, here: Receiver) -> None:
    row = ping(hook)
    webhook_deliveries.claim(due()[0], now=NOW)
    assert send(NOW + MINUTE) == 0
    assert send(NOW + webhook_deliveries.LEASE) == 1
    assert state(row) == ("delivered", 2, 204, "")


def test_a_claim_lasts_longer_than_a_round() -> None:
    longest = sender.ENOUGH + receivers.TOTAL + sender.GRACE
    assert timedelta(seconds=longest) < webhook_deliveries.LEASE


def test_who_held_a_claim_for_too_long_spoils_nothing(hook: Webhook) -> None:
    row = ping(hook)
    late = webhook_deliveries.claim(due()[0], now=NOW)
    then = NOW + webhook_deliveries.LEASE
    current = webhook_deliveries.claim(due(then)[0], now=then)
    assert late is not None
    assert current is not None

    webhook_deliveries.failed(late, answer=None, error="No.", now=then)
    assert state(row) == ("waiting", 2, None, "")
    webhook_deliveries.delivered(current, answer=200, now=then)
    webhook_deliveries.failed(late, answer=None, error="No.", now=then)
    assert state(row) == ("delivered", 2, 200, "")
    assert Webhook.objects.get().failing_since is None


def test_what_is_switched_off_meanwhile_is_not_claimed(account: BankAccount, hook: Webhook) -> None:
    ping(hook)
    (row,) = due()
    hooked.change(hook, active=False)
    assert webhook_deliveries.claim(row, now=NOW) is None


@pytest.mark.parametrize("gone", ["webhook", "account"])
def test_what_is_deleted_meanwhile_leaves_no_trace(account: BankAccount, hook: Webhook, gone: str) -> None:
    ping(hook)
    claim = webhook_deliveries.claim(due()[0], now=NOW)
    if gone == "webhook":
        webhooks.delete(actor=hook.owner, webhook_id=hook.pk, now=NOW)
    else:
        accounts.delete(actor=hook.owner, account_id=account.pk, now=NOW)
    assert claim is not None
    webhooks.switch_off(account_id=account.pk, webhook_id=hook.pk, reason="Gone.", now=NOW)
    webhook_deliveries.failed(claim, answer=410, error="Gone.", now=NOW)
    webhook_deliveries.delivered(claim, answer=200, now=NOW)
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("gone", ["owner", "log-in"])
def test_nothing_is_sent_for_somebody_who_is_no_owner_or_no_user_any_more(
    shared_account: BankAccount, coowner: User, here: Receiver, gone: str
) -> None:
    hook = hooked.hook(shared_account, url=here.url(), actor=coowner)
    rows = [message(hook) for _ in range(2)]
    if gone == "owner":
        shared_account.owners.remove(coowner)  # behind the service's back
    else:
        User.objects.filter(pk=coowner.pk).update(is_active=False)
    assert send() == 0
    assert here.got == []
    hook.refresh_from_db()
    assert (hook.active, hook.disabled_reason) == (False, webhooks.LEFT)
    assert {state(row)[0] for row in rows} == {"failed"}
