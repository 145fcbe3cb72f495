"""Messages to webhooks on their way: sent, tried again, given up; what that costs and leaves behind."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger import doorbell
from backend.ledger.models import BankAccount, Budget, Webhook, WebhookDelivery
from backend.ledger.rules import webhooks as rules
from backend.ledger.selectors import webhooks as selectors
from backend.ledger.services import webhook_deliveries, webhooks
from scheduler import jobs, tasks
from tests import build
from tests.scheduler import receiving
from tests.scheduler.receiving import Receiver
from tests.scheduler.sending import MINUTE, NOW, SOON, due, message, ping, send, state
from tests.services import funded, hooked

pytestmark = pytest.mark.django_db


# On the way


def test_what_happened_arrives_signed(account: BankAccount, groceries: Budget, hook: Webhook, here: Receiver) -> None:
    build.transfer(account, source=groceries, target=build.unallocated(account), amount="5.00")
    assert here.got == []
    assert send(SOON) == 1
    (got,) = here.got
    row = WebhookDelivery.objects.get()

    assert got.is_signed_with(hook.secret)
    assert not got.is_signed_with(rules.secret(b"x" * 32))
    assert got.headers["webhook-id"] == str(row.event_id) == got.told["id"]
    assert got.headers["webhook-timestamp"] == str(int(SOON.timestamp()))
    assert got.headers["content-type"].startswith("application/json")
    assert got.told["type"] == "budget.below_zero"
    assert got.told["data"]["balance"] == "-5.00"
    assert got.body == row.payload.encode()
    assert state(row) == ("delivered", 1, 204, "")
    assert row.delivered_at == row.last_tried_at == SOON
    assert send(SOON) == 0
    assert len(here.got) == 1


def test_after_a_rotation_both_secrets_sign_and_after_a_day_the_new_one_alone(hook: Webhook, here: Receiver) -> None:
    row, day = webhooks.rotate(actor=hook.owner, webhook_id=hook.pk, now=NOW), timedelta(days=1)
    for now in (NOW, NOW + day):
        ping(hook, now=now)
        assert send(now) == 1
    both, alone = here.got
    assert (both.is_signed_with(row.secret), both.is_signed_with(hook.secret)) == (True, True)
    assert (alone.is_signed_with(row.secret), alone.is_signed_with(hook.secret)) == (True, False)
    assert " " not in alone.headers["webhook-signature"]

    jobs.tidy(now=NOW + day - MINUTE)
    assert Webhook.objects.get().old_secrets == hook.secret
    jobs.tidy(now=NOW + day)
    assert Webhook.objects.get().old_secrets is None


def test_it_is_tried_again_later_and_later_under_its_id_and_signed_anew(hook: Webhook, here: Receiver) -> None:
    here.behaviours = [receiving.status(503), receiving.status(302, Location="/"), receiving.status(200)]
    row, now = ping(hook), NOW
    for delay, code in ((MINUTE, 503), (5 * MINUTE, 302)):
        assert send(now) == 0
        assert send(now + delay - timedelta(seconds=1)) == 0
        assert state(row) == ("waiting", row.tries, code, f"The receiver answered {code}.")
        now += delay
    assert send(now) == 1
    assert state(row) == ("delivered", 3, 200, "")
    assert {got.headers["webhook-id"] for got in here.got} == {str(row.event_id)}
    assert len({got.body for got in here.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in here.got}) == 3
    assert all(got.is_signed_with(hook.secret) for got in here.got)


def test_at_last_it_is_given_up_and_the_webhook_is_switched_off_which_says_why(
    account: BankAccount, hook: Webhook, here: Receiver
) -> None:
    here.behaviours = [receiving.status(500)]
    row, now, tries = ping(hook), NOW, 0
    while (due := WebhookDelivery.objects.get(pk=row.pk).next_try_at) is not None:
        now, tries = due, tries + 1
        send(now)
    hook.refresh_from_db()

    assert tries <= 9
    assert row.status == "waiting"
    assert state(row)[0] == "failed"
    assert not hook.active
    assert hook.disabled_reason == "Nothing arrived since 2026-06-15 12:00 UTC. The receiver answered 500."
    assert now - NOW >= rules.PATIENCE
    assert hooked.copied(account) == []


def test_a_replayed_message_is_sent_again_as_it_was(hook: Webhook, here: Receiver) -> None:
    row = ping(hook)
    send()
    webhooks.replay(actor=hook.owner, delivery_id=row.pk, now=NOW + MINUTE)
    assert send(NOW + MINUTE) == 1
    first, second = here.got
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert state(row) == ("delivered", 1, 204, "")


def test_one_that_wants_no_more_is_told_no_more(hook: Webhook, here: Receiver) -> None:
    here.behaviours = [receiving.status(410)]
    rows = [message(hook) for _ in range(2)]
    send()
    hook.refresh_from_db()
    assert (hook.active, hook.disabled_reason) == (False, "The receiver wants no more: it answered 410.")
    assert {state(row)[0] for row in rows} == {"failed"}


def test_a_success_ends_a_series_of_failures(hook: Webhook, here: Receiver) -> None:
    here.behaviours = [receiving.status(500), receiving.status(200), receiving.status(500)]
    for now, since in ((NOW, NOW), (NOW + MINUTE, None), (NOW + 4 * rules.PATIENCE, NOW + 4 * rules.PATIENCE)):
        if since:
            ping(hook, now=now)
        send(now)
        hook.refresh_from_db()
        assert (hook.failing_since, hook.active) == (since, True)


def test_nothing_is_sent_to_what_is_not_allowed_any_more(
    account: BankAccount, here: Receiver, hook: Webhook, settings: Any
) -> None:
    row = ping(hook)
    settings.WEBHOOKS_PRIVATE = False
    send()
    assert state(row) == ("waiting", 1, None, "Enter a URL that begins with https://.")
    assert here.got == []


# What it costs, and what is left of it


def test_a_minute_with_nothing_to_send_is_one_query_that_an_index_answers(account: BankAccount, hook: Webhook) -> None:
    rows = [
        WebhookDelivery(
            bank_account=account, webhook=hook, event_id=uuid4(), kind="ping", payload="{}",
            status="delivered", created_at=NOW, modified_at=NOW,
        )
        for _ in range(2_000)
    ]  # fmt: skip
    WebhookDelivery.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as captured:
        assert send() == 0
    (query,) = captured.captured_queries
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + query["sql"])
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "delivery_due" in plan


def test_what_waits_and_what_is_late_is_counted(hook: Webhook) -> None:
    rows = [message(hook) for _ in range(3)]
    webhook_deliveries.claim(due()[0], now=NOW)
    WebhookDelivery.objects.filter(pk=rows[0].pk).update(status="delivered", next_try_at=None)
    assert selectors.backlog(now=NOW) == selectors.Backlog(waiting=2, late=0)
    assert selectors.backlog(now=NOW + 6 * MINUTE).late == 2
    assert selectors.backlog(now=NOW - 6 * MINUTE).late == 0


def test_the_log_is_kept_for_a_month(hook: Webhook, here: Receiver) -> None:
    row, waits = message(hook), message(hook)
    send()
    WebhookDelivery.objects.filter(pk=waits.pk).update(status="waiting", next_try_at=NOW)
    jobs.tidy(now=NOW + webhook_deliveries.KEPT)
    assert WebhookDelivery.objects.count() == 2
    jobs.tidy(now=NOW + webhook_deliveries.KEPT + MINUTE)
    assert list(WebhookDelivery.objects.all()) == [waits]
    assert row != waits


def test_logs_tell_which_webhook_and_why_and_nothing_else(
    account: BankAccount, groceries: Budget, hook: Webhook, here: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    here.behaviours = [receiving.status(500)]
    build.transfer(account, source=groceries, target=build.unallocated(account), amount="5.00")
    send(SOON)
    assert str(hook.pk) in caplog.text
    for secret in (hook.secret, "key=1", "127.0.0.1", "Groceries", "5.00"):
        assert secret not in caplog.text


# The queue


def test_the_task_comes_after_the_one_that_funds(account: BankAccount, here: Receiver, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    hooked.hook(account, rules.FUNDING_DONE, url=here.url())
    funded.goal(funded.free(account))
    tasks.tick.call_local()
    time_machine.move_to(SOON, tick=False)
    tasks.tell_webhooks.call_local()
    assert [json.loads(got.body)["data"]["moved"] for got in here.got] == ["10.00"]
    names = [type(task).__name__ for task in tasks.tick.huey._registry.periodic_tasks]
    assert names.index("tick") < names.index("tell_webhooks")


def test_what_is_told_rings_once_it_is_committed(
    account: BankAccount,
    groceries: Budget,
    hook: Webhook,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rung: list[Any] = []
    monkeypatch.setitem(doorbell._answers, doorbell.TELL, rung.append)
    steps: list[Callable[[], Any]] = [
        lambda: ping(hook),
        lambda: build.transfer(account, source=groceries, target=build.unallocated(account), amount="5.00"),
        lambda: webhooks.replay(actor=hook.owner, delivery_id=WebhookDelivery.objects.all()[0].pk, now=NOW),
        lambda: build.transfer(account, source=groceries, target=build.unallocated(account), amount="5.00"),
    ]
    for number, step in enumerate(steps, start=1):
        with django_capture_on_commit_callbacks(execute=True):
            step()
        assert rung == [account.pk] * min(number, 3)


def test_rings_of_a_moment_make_one_task(
    account: BankAccount, shared_account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(tasks, "_rung", {})
    monkeypatch.setattr(tasks.tell, "schedule", lambda **kwargs: asked.append(kwargs))
    clock = iter([100.0, 101.0, 102.5])
    monkeypatch.setattr("scheduler.tasks.time.monotonic", lambda: next(clock))
    for each in (account, shared_account, account):
        doorbell._answers[doorbell.TELL](each.pk)
    assert asked == [{"delay": 2}] * 2


def test_the_task_that_a_ring_makes_sends(hook: Webhook, here: Receiver, time_machine: Any) -> None:
    time_machine.move_to(SOON, tick=False)
    ping(hook)
    tasks.tell.call_local()
    assert len(here.got) == 1
