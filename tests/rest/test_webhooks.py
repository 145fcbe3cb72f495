"""Webhooks over REST: made, seen, changed, tried out and replayed by an account's owners, and by nobody else."""

import re
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from backend.ledger.models import BankAccount, Budget, User, Webhook, WebhookDelivery
from backend.ledger.services import webhooks
from tests import build
from tests.rest import house as houses
from tests.services import hooked

pytestmark = pytest.mark.django_db
NEW = {"url": "https://receiver.example/hook", "kinds": ["goal.reached", "budget.below_zero"]}


def path(account: BankAccount, *rest: object) -> str:
    return "/".join(["/api/v1/bank-accounts", str(account.pk), *map(str, rest)]) + "/"


@pytest.fixture
def api(owner: User) -> APIClient:
    return houses.client(owner)


@pytest.fixture
def hook(account: BankAccount) -> Webhook:
    return hooked.hook(account)


@pytest.fixture
def delivery(hook: Webhook) -> WebhookDelivery:
    return webhooks.ping(actor=hook.owner, webhook_id=hook.pk, now=build.NOW)


@time_machine.travel(build.NOW, tick=False)
def test_a_webhook_is_made_and_its_secret_is_shown_once(api: APIClient, account: BankAccount) -> None:
    made = api.post(path(account, "webhooks"), NEW)
    row = Webhook.objects.get()
    shown = {
        "id": str(row.pk),
        "bank_account": str(account.pk),
        "url": NEW["url"],
        "kinds": ["budget.below_zero", "goal.reached"],
        "active": True,
        "disabled_reason": "",
        "failing_since": None,
        "old_secrets_until": None,
        "owner": "owner",
        "created_at": "2026-06-15T12:00:00Z",
        "modified_at": "2026-06-15T12:00:00Z",
    }
    assert (made.status_code, made.json()) == (201, shown | {"secret": row.secret})

    one = path(account, "webhooks", row.pk)
    assert api.get(one).json() == shown
    assert api.get(path(account, "webhooks")).json()["results"] == [shown]
    changed = api.patch(one, {"active": False}).json()
    assert changed == shown | {"active": False, "modified_at": changed["modified_at"]}
    for answer in (api.get(one), api.get(path(account, "webhooks")), api.post(one + "test/")):
        assert row.secret not in answer.content.decode()


def test_it_is_changed_and_deleted(api: APIClient, account: BankAccount, hook: Webhook) -> None:
    one = path(account, "webhooks", hook.pk)
    changed = api.patch(one, {"url": "https://other.example/", "kinds": ["funding.done"]}).json()
    assert (changed["url"], changed["kinds"], changed["active"]) == ("https://other.example/", ["funding.done"], True)
    assert api.put(one, NEW).status_code == 405
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://receiver.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": ""}, "url"),
        ({"url": None}, "url"),
        ({"url": ["https://receiver.example/"]}, "url"),
        ({"url": "https://receiver.example/" + "x" * 500}, "url"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["ping"]}, "kinds"),
        ({"kinds": ["goal.reached", "x"]}, "kinds"),
        ({"kinds": "goal.reached"}, "kinds"),
        ({"kinds": [["goal.reached"]]}, "kinds"),
        ({"kinds": {"goal": "reached"}}, "kinds"),
        ({"kinds": None}, "kinds"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    api: APIClient, account: BankAccount, hook: Webhook, body: dict[str, Any], field: str
) -> None:
    for answer in (
        api.post(path(account, "webhooks"), NEW | body),
        api.patch(path(account, "webhooks", hook.pk), body),
    ):
        assert (answer.status_code, list(answer.json())) == (400, [field])
        assert isinstance(answer.json()[field][0], str)
    assert Webhook.objects.count() == 1


def test_the_log_is_shown_and_narrowed(
    api: APIClient, account: BankAccount, hook: Webhook, delivery: WebhookDelivery, groceries: Budget
) -> None:
    build.transfer(account, source=groceries, target=build.unallocated(account), amount="5.00")
    log = path(account, "webhook-deliveries")
    below, ping = api.get(log).json()["results"]
    assert below["payload"]["data"]["balance"] == "-5.00"
    assert below["payload"]["id"] == below["event"]
    assert below["kind"] == below["payload"]["type"] == "budget.below_zero"
    assert {name: ping[name] for name in ("id", "webhook", "status", "tries", "answer", "error", "delivered_at")} == {
        "id": str(delivery.pk),
        "webhook": str(hook.pk),
        "status": "waiting",
        "tries": 0,
        "answer": None,
        "error": "",
        "delivered_at": None,
    }
    for query, count in (
        ({"webhook": str(hook.pk)}, 2),
        ({"webhook": str(uuid4())}, 0),
        ({"kind": "ping"}, 1),
        ({"status": "waiting"}, 2),
        ({"status": "failed"}, 0),
    ):
        assert api.get(log, query).json()["count"] == count


def test_it_is_tried_out_and_a_message_is_replayed(api: APIClient, account: BankAccount, hook: Webhook) -> None:
    made = api.post(path(account, "webhooks", hook.pk, "test"))
    assert (made.status_code, made.json()["kind"], made.json()["status"]) == (200, "ping", "waiting")
    WebhookDelivery.objects.update(status="delivered", next_try_at=None, tries=1)
    again = api.post(path(account, "webhook-deliveries", made.json()["id"], "replay"))
    assert (again.status_code, again.json()["status"], again.json()["tries"]) == (200, "waiting", 0)
    assert again.json()["event"] == made.json()["event"]

    hooked.change(hook, active=False)
    for action in (("webhooks", hook.pk, "test"), ("webhook-deliveries", made.json()["id"], "replay")):
        refused = api.post(path(account, *action))
        assert (refused.status_code, refused.json()["code"]) == (400, "webhook_off")


def test_a_key_makes_one_webhook_and_the_secret_is_told_again(api: APIClient, account: BankAccount) -> None:
    answers = [api.post(path(account, "webhooks"), NEW, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Webhook.objects.count() == 1


@time_machine.travel(build.NOW, tick=False)
def test_a_secret_is_rotated_and_the_new_one_is_shown_once(
    shared_account: BankAccount, owner: User, coowner: User
) -> None:
    hook = hooked.hook(shared_account, actor=owner)
    one = path(shared_account, "webhooks", hook.pk)
    rotate, key = path(shared_account, "webhooks", hook.pk, "rotate-secret"), {"Idempotency-Key": "once"}
    answers = [houses.client(owner).post(rotate, headers=key) for _ in range(2)]
    shown = answers[0].json()

    assert (answers[0].status_code, answers[1].json()) == (200, shown)
    assert shown["secret"] == Webhook.objects.get().secret != hook.secret
    assert shown["old_secrets_until"] == "2026-06-16T12:00:00Z"
    assert houses.client(owner).get(one).json() == {name: shown[name] for name in shown if name != "secret"}
    refused = houses.client(coowner).post(rotate)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def requests(account: BankAccount, hook: object, delivery: object) -> list[tuple[str, str, Any]]:
    return [
        ("get", path(account, "webhooks"), None),
        ("post", path(account, "webhooks"), NEW),
        ("post", path(account, "webhooks"), {"no": "sense"}),
        ("get", path(account, "webhooks", hook), None),
        ("patch", path(account, "webhooks", hook), {"active": False}),
        ("patch", path(account, "webhooks", hook), {"url": 5}),
        ("delete", path(account, "webhooks", hook), None),
        ("post", path(account, "webhooks", hook, "rotate-secret"), None),
        ("post", path(account, "webhooks", hook, "test"), None),
        ("get", path(account, "webhook-deliveries"), None),
        ("post", path(account, "webhook-deliveries", delivery, "replay"), None),
    ]


def test_others_find_nothing_whatever_they_ask_for(
    foreign_account: BankAccount, delivery: WebhookDelivery, stranger: User, staff: User
) -> None:
    hook, account, before = delivery.webhook, delivery.bank_account, houses.ledger()
    for user in (stranger, staff):
        for method, url, body in requests(account, hook.pk, delivery.pk):
            answer = getattr(houses.client(user), method)(url, body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, url)
    # Nor by way of an account of their own.
    for method, url, body in requests(foreign_account, hook.pk, delivery.pk):
        if re.search(rf"{hook.pk}|{delivery.pk}", url):
            assert getattr(houses.client(stranger), method)(url, body).status_code == 404
    for method, url, body in requests(account, hook.pk, delivery.pk):
        assert getattr(houses.client(None), method)(url, body).status_code == 401
    assert houses.ledger() == before


@pytest.mark.parametrize("key", ["zzz", "0", str(uuid4()), "%00"])
def test_ids_that_name_nothing_are_not_found(api: APIClient, account: BankAccount, key: str) -> None:
    for method, url, body in requests(account, key, key):
        if f"/{key}/" in url:
            assert getattr(api, method)(url, body).status_code == 404


def test_who_left_an_account_finds_nothing_any_more(shared_account: BankAccount, owner: User, coowner: User) -> None:
    hook = hooked.hook(shared_account, actor=coowner)
    one = path(shared_account, "webhooks", hook.pk)
    houses.client(owner).get(one)
    shared_account.owners.remove(coowner)
    assert houses.client(coowner).get(one).status_code == 404
    assert houses.client(owner).get(one).json()["owner"] == "coowner"
