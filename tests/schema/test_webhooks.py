"""Webhooks over GraphQL."""

from typing import Any

import pytest

from backend.ledger.models import BankAccount, User, Webhook, WebhookDelivery
from backend.ledger.services import webhooks
from tests import build
from tests.schema.door import ask, data, nodes
from tests.services import hooked

pytestmark = pytest.mark.django_db

CREATE = """mutation ($id: ID!, $input: CreateWebhookInput!, $key: String) {
  createWebhook(id: $id, input: $input, idempotencyKey: $key) {
    ... on CreatedWebhook { secret webhook { uuid url kinds active owner bankAccount { name } } }
    ... on Problem { code field message } } }"""
LISTS = """query ($hooks: WebhookFilters, $messages: WebhookDeliveryFilters) {
  webhooks(filters: $hooks) { totalCount edges { node { uuid deliveries { edges { node { kind } } } } } }
  webhookDeliveries(filters: $messages) { totalCount edges { node { kind status webhook { url } payload error } } } }"""


def given(**more: Any) -> dict[str, Any]:
    return {"url": "https://receiver.example/", "kinds": ["GOAL_REACHED", "FUNDING_DONE"]} | more


def test_a_webhook_is_made_and_its_secret_is_shown_once(owner: User, account: BankAccount) -> None:
    made = data(owner, CREATE, id=str(account.pk), input=given())["createWebhook"]
    row = Webhook.objects.get()
    assert made == {
        "secret": row.secret,
        "webhook": {
            "uuid": str(row.pk),
            "url": "https://receiver.example/",
            "kinds": ["FUNDING_DONE", "GOAL_REACHED"],
            "active": True,
            "owner": "owner",
            "bankAccount": {"name": "Checking"},
        },
    }


def test_a_key_makes_one_webhook_and_the_secret_is_told_again(owner: User, account: BankAccount) -> None:
    answers = [data(owner, CREATE, id=str(account.pk), input=given(), key="once") for _ in range(2)]
    assert answers[0] == answers[1]
    assert Webhook.objects.count() == 1


def test_what_cannot_be_is_a_problem_that_names_its_field(owner: User, account: BankAccount) -> None:
    for field, more in (("url", {"url": "https://10.0.0.1/"}), ("kinds", {"kinds": []})):
        found = data(owner, CREATE, id=str(account.pk), input=given(**more))["createWebhook"]
        assert (found["code"], found["field"]) == ("invalid", field)
    wrong = ask(owner, CREATE, id=str(account.pk), input=given(kinds=["PING"]))
    assert wrong["errors"][0]["extensions"]["code"] == "invalid_document"


def test_lists_show_webhooks_with_their_messages_and_are_narrowed(
    owner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    one = hooked.hook(account)
    other = hooked.hook(shared_account, url="https://other.example/", now=build.at(1))
    webhooks.ping(actor=owner, webhook_id=one.pk, now=build.NOW)
    build.transaction(shared_account, amount="-600")
    found = data(owner, LISTS)
    assert [each["deliveries"]["edges"][0]["node"]["kind"] for each in nodes(found["webhooks"])] == [
        "ping",
        "budget.below_zero",
    ]
    assert {(each["kind"], each["webhook"]["url"]) for each in nodes(found["webhookDeliveries"])} == {
        ("ping", one.url),
        ("budget.below_zero", other.url),
    }
    hooked.change(other, active=False)
    for hooks, messages, counts in (
        ({"account": str(account.pk)}, {"account": str(account.pk)}, (1, 1)),
        ({"active": False}, {"webhook": str(other.pk)}, (1, 1)),
        ({"active": True}, {"status": ["FAILED"]}, (1, 1)),
        ({}, {"kind": "BUDGET_BELOW_ZERO"}, (2, 1)),
        ({}, {"kind": "GOAL_REACHED"}, (2, 0)),
    ):
        answer = data(owner, LISTS, hooks=hooks, messages=messages)
        assert (answer["webhooks"]["totalCount"], answer["webhookDeliveries"]["totalCount"]) == counts


def test_others_find_nothing(owner: User, stranger: User, account: BankAccount) -> None:
    hook = hooked.hook(account)
    webhooks.ping(actor=owner, webhook_id=hook.pk, now=build.NOW)
    for messages in ({}, {"webhook": str(hook.pk)}, {"account": str(account.pk)}):
        found = data(stranger, LISTS, messages=messages)
        assert (found["webhooks"]["totalCount"], found["webhookDeliveries"]["totalCount"]) == (0, 0)
    foreign = data(stranger, CREATE, id=str(account.pk), input=given())["createWebhook"]
    assert foreign["code"] == "not_found"


def test_it_is_changed_tried_out_replayed_and_deleted(owner: User, stranger: User, account: BankAccount) -> None:
    key = str(hooked.hook(account).pk)
    change = """mutation ($id: ID!, $input: UpdateWebhookInput!) { updateWebhook(id: $id, input: $input) {
      ... on Webhook { kinds disabledReason failingSince } ... on Problem { code field } } }"""
    assert data(owner, change, id=key, input={"kinds": ["FUNDING_SHORT"]})["updateWebhook"] == {
        "kinds": ["FUNDING_SHORT"],
        "disabledReason": None,
        "failingSince": None,
    }
    assert data(owner, change, id=key, input={"url": None})["updateWebhook"] == {"code": "invalid", "field": "url"}
    ping = "mutation ($id: ID!) { testWebhook(id: $id) { ... on WebhookDelivery { id uuid kind status } } }"
    made = data(owner, ping, id=key)["testWebhook"]
    assert (made["kind"], made["status"]) == ("ping", "WAITING")
    WebhookDelivery.objects.update(status="failed", next_try_at=None, tries=9, error="No.", answer=500)
    replay = """mutation ($id: ID!) { replayWebhookDelivery(id: $id) {
      ... on WebhookDelivery { uuid status tries answer } } }"""
    again = data(owner, replay, id=made["id"])["replayWebhookDelivery"]
    assert again == {"uuid": made["uuid"], "status": "WAITING", "tries": 0, "answer": 500}
    rotate = """mutation ($id: ID!) { rotateWebhookSecret(id: $id) {
      ... on RotatedWebhook { secret webhook { uuid oldSecretsUntil } } ... on Problem { code } } }"""
    rotated = data(owner, rotate, id=key)["rotateWebhookSecret"]
    row = Webhook.objects.get()
    assert (rotated["secret"], rotated["webhook"]["uuid"]) == (row.secret, key)
    assert rotated["webhook"]["oldSecretsUntil"]
    assert data(stranger, rotate, id=key)["rotateWebhookSecret"] == {"code": "not_found"}
    delete = "mutation ($id: ID!) { deleteWebhook(id: $id) { ... on Deleted { uuid } ... on Problem { code } } }"
    assert data(owner, delete, id=key)["deleteWebhook"] == {"uuid": key}
    assert data(owner, delete, id=key)["deleteWebhook"] == {"code": "not_found"}
