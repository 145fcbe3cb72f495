"""What owners do with webhooks, and whose they are."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, User, Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules
from backend.ledger.services import accounts, owners, webhooks
from tests import build
from tests.ledger import states
from tests.services import hooked

pytestmark = pytest.mark.django_db
LATER = build.at(1)


def fields(webhook: Webhook) -> dict[str, Any]:
    names = ("url", "secret", "kinds", "active", "disabled_reason", "owner_id", "failing_since")
    row = Webhook.objects.get(pk=webhook.pk)
    return {name: getattr(row, name) for name in names}


def waiting(webhook: Webhook) -> WebhookDelivery:
    """A message to the webhook that waits."""
    return webhooks.ping(actor=build.first_owner(webhook.bank_account), webhook_id=webhook.pk, now=build.NOW)


def leave(account: BankAccount, user: User) -> None:
    owners.remove(actor=user, account_id=account.pk, username=user.username, now=LATER)


def test_a_webhook_has_a_secret_of_its_own_that_lies_encrypted(account: BankAccount) -> None:
    one, other = hooked.hook(account), hooked.hook(account)
    assert one.secret != other.secret
    assert one.secret.startswith("whsec_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM ledger_webhook")
        stored = str(cursor.fetchall())
    assert one.secret not in stored
    assert hooked.URL not in stored


def test_a_new_secret_signs_with_those_before_it_for_a_day(account: BankAccount) -> None:
    hook = hooked.hook(account)
    first, hour = hook.secret, timedelta(hours=1)

    def rotated(now: datetime) -> Webhook:
        return webhooks.rotate(actor=hook.owner, webhook_id=hook.pk, now=now)

    second = rotated(build.NOW).secret
    assert first != second
    row = rotated(build.NOW + hour)
    assert webhooks.signing(row, now=build.NOW + hour) == (row.secret, second, first), "an answer may have been lost"
    assert row.old_secrets_until == build.NOW + hour + timedelta(days=1)
    assert len(webhooks.signing(rotated(build.NOW + 2 * hour), now=build.NOW + 2 * hour)) == 3
    row = rotated(build.NOW + timedelta(days=3))
    assert len(webhooks.signing(row, now=build.NOW + timedelta(days=4) - hour)) == 2
    assert webhooks.signing(row, now=build.NOW + timedelta(days=4)) == (row.secret,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT old_secrets FROM ledger_webhook")
        assert "whsec_" not in str(cursor.fetchall())


def test_nobody_gets_the_secret_of_anothers_receiver(
    shared_account: BankAccount, owner: User, coowner: User, stranger: User
) -> None:
    hook = hooked.hook(shared_account, actor=owner)
    with states.refused(errors.NotFound):
        webhooks.rotate(actor=stranger, webhook_id=hook.pk, now=LATER)
    with states.refused(errors.Forbidden):
        webhooks.rotate(actor=coowner, webhook_id=hook.pk, now=LATER)
    assert fields(hook)["secret"] == hook.secret


def test_kinds_are_kept_once_and_in_order(account: BankAccount) -> None:
    hook = hooked.hook(account, *reversed(rules.KINDS), rules.FUNDING_DONE)
    assert fields(hook)["kinds"] == list(rules.KINDS)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://receiver.example/"}, "url"),
        ({"url": "https://192.168.1.5/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://user:word@receiver.example/"}, "url"),
        ({"kinds": ["budget.bankrupt"]}, "kinds"),
        ({"kinds": [rules.PING]}, "kinds"),
        ({"kinds": []}, "kinds"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_when_made_and_when_changed(
    account: BankAccount, given: dict[str, Any], field: str
) -> None:
    actor, hook = build.first_owner(account), hooked.hook(account)
    before = fields(hook)
    with states.refused(errors.InvalidValue, field=field):
        made = {"url": hooked.URL, "kinds": rules.KINDS} | given
        webhooks.create(actor=actor, account_id=account.pk, now=build.NOW, **made)
    with states.refused(errors.InvalidValue, field=field):
        hooked.change(hook, **given)
    assert fields(hook) == before


def test_the_operator_can_allow_private_networks(account: BankAccount, settings: Any) -> None:
    settings.WEBHOOKS_PRIVATE = True
    assert hooked.hook(account, url="http://192.168.1.5:8123/api/webhook/x").url.startswith("http://192")
    with states.refused(errors.InvalidValue, field="url"):
        hooked.hook(account, url="http://169.254.169.254/")


def test_an_account_has_ten_at_most(account: BankAccount) -> None:
    hooks = [hooked.hook(account) for _ in range(webhooks.MOST)]
    with states.refused(errors.InvalidValue):
        hooked.hook(account)
    webhooks.delete(actor=build.first_owner(account), webhook_id=hooks[0].pk, now=build.NOW)
    hooked.hook(account)


def test_others_find_nothing(account: BankAccount, stranger: User, staff: User) -> None:
    hook = hooked.hook(account)
    row = waiting(hook)
    for user in (stranger, staff):
        for key, delivery in ((hook.pk, row.pk), (uuid4(), uuid4())):
            with states.refused(errors.NotFound):
                webhooks.create(actor=user, account_id=account.pk, url=hooked.URL, kinds=rules.KINDS, now=build.NOW)
            for call in (
                lambda: webhooks.update(actor=user, webhook_id=key, changes={"active": False}, now=build.NOW),  # noqa: B023  called in this round
                lambda: webhooks.delete(actor=user, webhook_id=key, now=build.NOW),  # noqa: B023  called in this round
                lambda: webhooks.ping(actor=user, webhook_id=key, now=build.NOW),  # noqa: B023  called in this round
                lambda: webhooks.replay(actor=user, delivery_id=delivery, now=build.NOW),  # noqa: B023  called in this round
            ):
                with states.refused(errors.NotFound):
                    call()


# Switched off and on


def test_what_waits_is_given_up_when_a_webhook_is_switched_off(account: BankAccount) -> None:
    hook, other = hooked.hook(account), hooked.hook(account)
    row, others = waiting(hook), waiting(other)
    hooked.change(hook, active=False)
    row.refresh_from_db()
    assert (row.status, row.next_try_at, row.error) == ("failed", None, webhooks.OFF)
    assert hooked.status(others.pk) == "waiting"


def test_what_is_off_is_neither_tried_out_nor_replayed(account: BankAccount) -> None:
    hook = hooked.hook(account)
    row = waiting(hook)
    hooked.change(hook, active=False)
    actor = build.first_owner(account)
    with states.refused(errors.WebhookOff):
        webhooks.ping(actor=actor, webhook_id=hook.pk, now=build.NOW)
    with states.refused(errors.WebhookOff):
        webhooks.replay(actor=actor, delivery_id=row.pk, now=build.NOW)


def test_switched_on_again_it_begins_anew(account: BankAccount) -> None:
    hook = hooked.hook(account)
    Webhook.objects.update(failing_since=build.NOW)
    webhooks.switch_off(account_id=account.pk, webhook_id=hook.pk, reason="Nothing arrived.", now=build.NOW)
    assert (fields(hook)["active"], fields(hook)["disabled_reason"]) == (False, "Nothing arrived.")
    assert hooked.copied(account) == []
    hooked.change(hook, active=True)
    assert fields(hook)["disabled_reason"] == ""
    assert fields(hook)["failing_since"] is None
    assert hooked.copied(account) == list(rules.KINDS)


def test_a_change_that_changes_nothing_writes_nothing(account: BankAccount) -> None:
    hook = hooked.hook(account)
    hooked.change(hook, url=hooked.URL, kinds=rules.KINDS, active=True, now=LATER)
    assert Webhook.objects.get().modified_at == build.NOW
    hooked.change(hook, kinds=[rules.FUNDING_DONE], now=LATER)
    assert Webhook.objects.get().modified_at == LATER


# Tried out, and sent again


def test_a_webhook_is_tried_out_by_one_message_at_a_time(account: BankAccount) -> None:
    hook = hooked.hook(account, rules.FUNDING_DONE)
    rows = {waiting(hook).pk for _ in range(3)}
    assert len(rows) == 1
    assert hooked.told(hook) == [(rules.PING, {"webhook": str(hook.pk)})]


def test_a_replayed_message_is_the_same_message(account: BankAccount) -> None:
    hook = hooked.hook(account)
    row = waiting(hook)
    for status in ("delivered", "failed"):
        WebhookDelivery.objects.filter(pk=row.pk).update(
            status=status, next_try_at=None, tries=9, delivered_at=build.NOW
        )
        webhooks.replay(actor=build.first_owner(account), delivery_id=row.pk, now=LATER)
        found = WebhookDelivery.objects.get(pk=row.pk)
        assert (found.status, found.tries, found.next_try_at, found.delivered_at) == ("waiting", 0, LATER, None)
        assert (found.event_id, found.payload) == (row.event_id, row.payload)


# Whose it is


def test_every_owner_may_change_a_webhook_and_it_stays_whose_it_was(
    shared_account: BankAccount, owner: User, coowner: User
) -> None:
    hook = hooked.hook(shared_account, actor=owner)
    hooked.change(hook, actor=coowner, kinds=[rules.FUNDING_DONE])
    assert fields(hook)["owner_id"] == owner.pk
    leave(shared_account, coowner)
    assert fields(hook)["active"]


def test_nothing_is_sent_any_more_where_somebody_who_left_said(
    shared_account: BankAccount, owner: User, coowner: User
) -> None:
    theirs, ours = hooked.hook(shared_account, actor=coowner), hooked.hook(shared_account, actor=owner)
    rows = [waiting(each) for each in (theirs, ours)]
    leave(shared_account, coowner)

    assert (fields(theirs)["active"], fields(theirs)["disabled_reason"]) == (False, webhooks.LEFT)
    assert [hooked.status(row.pk) for row in rows] == ["failed", "waiting"]
    build.transaction(shared_account, amount="-600")
    assert hooked.kinds(theirs) == [rules.PING]
    assert hooked.kinds(ours) == [rules.PING, rules.BUDGET_BELOW_ZERO]


def test_whoever_changes_the_url_says_where_it_goes(shared_account: BankAccount, owner: User, coowner: User) -> None:
    hook = hooked.hook(shared_account, actor=owner)
    hooked.change(hook, actor=coowner, url="https://elsewhere.example/")
    leave(shared_account, coowner)
    assert not fields(hook)["active"]


def test_a_webhook_whose_owner_left_needs_a_new_url(shared_account: BankAccount, owner: User, coowner: User) -> None:
    hook = hooked.hook(shared_account, actor=coowner)
    leave(shared_account, coowner)
    with states.refused(errors.InvalidValue, field="url"):
        hooked.change(hook, actor=owner, active=True)
    with states.refused(errors.InvalidValue, field="url"):
        hooked.change(hook, actor=owner, active=True, url=hooked.URL)
    hooked.change(hook, actor=owner, active=True, url="https://mine.example/")
    assert fields(hook)["owner_id"] == owner.pk


def test_with_the_account_its_webhooks_are_gone(account: BankAccount, owner: User, groceries: Budget) -> None:
    waiting(hooked.hook(account))
    accounts.delete(actor=owner, account_id=account.pk, now=build.NOW)
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()
