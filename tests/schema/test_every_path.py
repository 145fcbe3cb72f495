"""Every field by every path up to four fields long: nobody sees a trace of what is not theirs.

On PostgreSQL paths are a field shorter, where not every test must run two fields, and some fields lie beyond them.
"""

import contextlib
import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from strawberry import relay
from strawberry.extensions import DisableValidation, ParserCache
from strawberry_django.optimizer import DjangoOptimizerExtension

from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.ledger.services import (
    api_tokens,
)
from backend.schema.context import Context
from backend.schema.root import schema
from tests import servers, tokens, worlds
from tests.build import NOW
from tests.schema.door import post
from tests.schema.furnished import House, furnished
from tests.schema.paths import Paths, reachable

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
WHOLE = servers.STRICT and connection.vendor == "sqlite"
LONGEST = 4 if WHOLE else 3 if servers.STRICT else 2
TRACE = re.compile(r"canary-[a-z]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ENCODED = re.compile(r'"([A-Za-z0-9+/_-]{12,}={0,2})"')

EMPTY: dict[str, str] = {
    "ChangedRow": "nothing changed since the cursor, which is the present one",
    "ExportLink": "nobody is signed in: the schema is asked without a door",
    "ForecastFlow": "nobody expects anything in the forecast",
    "ForecastPart": "so nothing falls to a budget",
    "ForecastShortfall": "so there is money enough",
    "LedgerBreach": "the ledger is sound",
    "Rebalanced": "nothing changed since the cursor",
    "RegularPast": "a household of a month has no regular past",
}
"""Types of which nothing is shown in the household below, and why."""


@pytest.fixture
def house(db: None) -> House:
    return worlds.once(furnished)


def somebody(name: str) -> User:
    return User.objects.get(username=name)


SEEN = {
    "owner": {"canary-mine", "canary-ours"},
    "coowner": {"canary-ours", "canary-hers"},
    "stranger": {"canary-theirs"},
    "staff": set[str](),
}


def secrets(house: House, user: User) -> dict[str, str]:
    """The words and keys that the user may not see, and what they are of."""
    found: dict[str, str] = {}
    for word, account in house.items():
        if word in SEEN[user.username]:
            continue
        found |= {word: word, str(account.pk): f"account {word}"}
        for model in apps.get_app_config("ledger").get_models():
            if hasattr(model, "bank_account") and model._meta.pk.get_internal_type() == "UUIDField":
                keys = model._base_manager.filter(bank_account=account).values_list("pk", flat=True)
                found |= {str(key): f"{model.__name__} of {word}" for key in keys}
    return found


def ids_of(account: BankAccount) -> dict[str, str]:
    """An id for each field of the root that takes one, and for each argument that is an id."""
    movement = Transaction.objects.filter(bank_account=account, pending=False).order_by("seq")[0]
    rows: dict[str, Any] = {
        "bank": account.bank,
        "bankAccount": account,
        "account": account,
        "budget": Budget.objects.get(bank_account=account, memo__startswith="canary", with_fillup_goal=True),
        "transaction": movement,
        "allocation": movement.allocations.all()[0],
        "transfer": account.transfers.all()[0],
        "statementImport": account.statement_imports.all()[0],
    }
    found = {name: str(row.pk) for name, row in rows.items()}
    return {**found, "node": str(relay.GlobalID("Transaction", str(movement.pk)))}


def traces(answer: object) -> set[str]:
    """The words and keys in an answer, also those within ids and cursors."""
    text = json.dumps(answer, default=str)
    for part in set(ENCODED.findall(text)):
        with contextlib.suppress(ValueError):
            text += b64decode(part).decode()
    return set(TRACE.findall(text))


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The documents are larger than any client's."""
    monkeypatch.setattr(schema, "extensions", [ParserCache, DisableValidation, DjangoOptimizerExtension])


def run(user: User, document: str) -> Any:
    result = schema.execute_sync(document, context_value=Context(user=user, now=NOW))
    return result.data, [error.message for error in result.errors or ()]


def paths(account: BankAccount) -> Paths:
    return Paths(schema._schema, longest=LONGEST, ids=ids_of(account))


def test_everybody_sees_all_of_what_is_theirs_and_no_trace_of_the_rest(house: House) -> None:
    asked = paths(house["canary-mine"])
    own, theirs = dict(asked.documents()), by_ids_of(house["canary-theirs"], "their ")
    if WHOLE:
        assert asked.cells == reachable(schema._schema)
    shown: set[str] = set()
    for user in map(somebody, SEEN):
        hidden = secrets(house, user)
        for field, document in {**theirs, **own}.items():
            answer, errors = run(user, document)
            assert {hidden[trace] for trace in traces([answer, errors]) if trace in hidden} == set(), (user, field)
            if user.username == "owner" and field in own:
                assert (field, errors) == (field, [])
                shown |= set(kinds(answer))

    kinds_asked = {kind for kind, _ in asked.cells}
    assert kinds_asked - shown - {"Query"} == kinds_asked & set(EMPTY)


def test_a_token_of_one_account_leads_to_no_trace_of_another(house: House) -> None:
    mine, ours = house["canary-mine"], house["canary-ours"]
    user = api_tokens.bearer(secret=tokens.api_token(somebody("owner"), accounts=[mine]).secret, now=NOW)
    hidden = secrets({word: account for word, account in house.items() if account != mine}, nobody())
    shown = set()
    for field, document in {**dict(short(mine).documents()), **by_ids_of(ours, "our ", short)}.items():
        answer, errors = run(user, document)
        assert {hidden[trace] for trace in traces([answer, errors]) if trace in hidden} == set(), field
        shown |= {field} if "canary-mine" in json.dumps(answer) else set()

    assert {"bankAccounts", "transactions", "history"} <= shown


def nobody() -> User:
    """Somebody who may see nothing."""
    return User(username="staff")


def short(account: BankAccount) -> Paths:
    """Paths of at most three fields, which lead to each type."""
    return Paths(schema._schema, longest=min(LONGEST, 3), ids=ids_of(account))


def by_ids_of(account: BankAccount, word: str, of: Callable[[BankAccount], Paths] = paths) -> dict[str, str]:
    """The documents that ask by ids of the account, or of what is in it."""
    key = ids_of(account)
    found = {field: text for field, text in of(account).documents() if any(each in text for each in key.values())}
    return {word + field: text for field, text in found.items()}


def kinds(value: Any) -> Iterator[str]:
    """The types of all objects of an answer."""
    if isinstance(value, dict):
        if "__typename" in value:
            yield value["__typename"]
        for each in value.values():
            yield from kinds(each)
    elif isinstance(value, list):
        for each in value:
            yield from kinds(each)


def test_without_a_sign_in_no_field_is_asked(house: House) -> None:
    for _, document in paths(house["canary-mine"]).documents():
        response = post(None, {"query": document})
        assert response.status_code == 401
        assert "canary" not in response.content.decode()
