"""Valid documents at random: whatever is asked for or done, nothing breaks, and the ledger stays sound."""

import random
from collections import Counter
from typing import Any

import pytest
from django.db.models import QuerySet
from strawberry import relay

from backend.ledger.models import (
    Bank,
    BankAccount,
    Budget,
    Entry,
    FundingEvent,
    Transaction,
    Transfer,
    User,
    Webhook,
    WebhookDelivery,
)
from backend.ledger.selectors import integrity
from backend.ledger.services import webhooks
from backend.schema.root import schema
from tests import build, servers
from tests.ledger import everything
from tests.schema.door import post
from tests.schema.random_documents import Writer
from tests.schema.test_abuse import codes
from tests.services import hooked

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
QUERIES, WRITES = (1_500, 500) if servers.STRICT else (200, 80)
UNREAD = {"syntax", "invalid_document"}
"""What a valid document is never told."""

LEAVES = {"deleteBankAccount", "removeOwner"}
"""After these nothing is left to try."""


@pytest.fixture
def house(owner: User, coowner: User, account: BankAccount, foreign_account: BankAccount) -> BankAccount:
    """One of everything, the account beside it, and one of somebody else's."""
    shared = build.account(owner=owner, co_owners=[coowner], name="canary", balance="1000.00")
    everything.furnish(shared, owner=owner)
    hook = hooked.hook(shared)
    webhooks.ping(actor=owner, webhook_id=hook.pk, now=build.NOW)
    build.budget(foreign_account, balance="1.00")
    build.transaction(foreign_account)
    return shared


def ids() -> dict[str, list[str]]:
    """A few ids of every type, in both spellings, somebody else's among them."""
    found: dict[str, list[str]] = {"Allocation": keys(Entry.objects.filter(transfer=None), "Allocation")}
    for model in (Bank, BankAccount, Budget, FundingEvent, Transaction, Transfer, Webhook, WebhookDelivery):
        found[model.__name__] = keys(model._base_manager.all(), model.__name__)
    return {kind: texts for kind, texts in found.items() if texts}


def keys(rows: QuerySet[Any], kind: str) -> list[str]:
    found = [str(key) for key in rows.order_by("pk").values_list("pk", flat=True)[:8]]
    return found + [str(relay.GlobalID(kind, key)) for key in found]


def cursors(answer: Any) -> list[str]:
    """The cursors in an answer."""
    if isinstance(answer, dict):
        own = [each for name, each in answer.items() if "ursor" in name and isinstance(each, str)]
        return own + [each for value in answer.values() for each in cursors(value)]
    return [each for value in answer for each in cursors(value)] if isinstance(answer, list) else []


def test_whatever_is_asked_nothing_breaks(house: BankAccount, owner: User) -> None:
    known, seen, told = ids(), list[str](), Counter[str]()
    for seed in range(QUERIES):
        body = Writer(schema._schema, seed=seed, ids=known, cursors=seen[-20:]).query()
        response = post(owner, body)
        answer = response.json()
        assert response.status_code == 200, (seed, body, answer)
        found = set(codes(answer.get("errors")))
        assert not found & {*UNREAD, "internal", "deadline"}, (seed, body, answer)
        told.update(found or {"answered"})
        seen += cursors(answer)

    assert told["answered"] > QUERIES * 0.4, told
    assert told["limit"] < QUERIES * 0.1, told


def test_whatever_is_done_nothing_breaks(house: BankAccount, owner: User) -> None:
    root = schema._schema.mutation_type
    assert root
    names, told = sorted(set(root.fields) - LEAVES), Counter[str]()
    for seed in range(WRITES):
        if seed % 20 == 0:
            known = ids()
        body = Writer(schema._schema, seed=seed, ids=known).mutation(random.Random(seed).choice(names))  # noqa: S311  examples, no secrets
        response = post(owner, body)
        answer = response.json()
        assert response.status_code == 200, (seed, body, answer)
        found = set(codes(answer))
        assert not found & {*UNREAD, "internal", "deadline"}, (seed, body, answer)
        told.update(found or {"done"})

    assert told["done"] > WRITES * 0.1, told
    assert list(integrity.breaches()) == []
