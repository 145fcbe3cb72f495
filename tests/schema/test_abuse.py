"""Requests that mean no good: each gets a short, clear answer and leaves nothing behind, whoever sends it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from backend.ledger.models import User
from backend.schema.view import View
from tests import build, worlds
from tests.ledger import states
from tests.schema.abuse import CORPUS
from tests.schema.abuse.request import Request
from tests.tokens import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
LARGEST = 1_000_000
"""Bytes of an answer."""

BEFORE_IT_RUNS = {"limit", "invalid_document", "syntax", "bad_request"}
"""What is refused without a look at any row, and so to everybody."""

TRACES = "Traceback", 'File "', ".py", "django", "graphql", "strawberry", "SELECT ", "canary", "internal"
"""What nobody is told: where the code failed, what it is made of, what is whose."""


@pytest.fixture
def ids(db: None) -> dict[str, str]:
    return worlds.once(furnished)


def furnished() -> dict[str, str]:
    """The keys of the owner's household, by the words that stand for them in the corpus; beside it lives a stranger."""
    account = build.account(owner=build.user("owner"), balance="1000.00")
    build.user("stranger")
    budget = build.budget(account, name="canary", balance="10.00")
    build.transaction(account, amount="-5.00", raw_description="canary", splits={budget: "5.00"})
    return {"UNALLOCATED": str(build.unallocated(account).pk), "ACCOUNT": str(account.pk), "BUDGET": str(budget.pk)}


def send(request: Request, ids: dict[str, str], headers: dict[str, str]) -> Any:
    client = Client(SERVER_NAME="localhost", headers=headers)
    return client.generic(request.method, request.path, request.filled(ids), content_type=request.content_type)


def codes(value: Any) -> Iterator[str]:
    """The codes of all errors of an answer, those among its data included."""
    if isinstance(value, dict):
        if isinstance(value.get("code"), str):
            yield value["code"]
        for each in value.values():
            yield from codes(each)
    elif isinstance(value, list):
        for each in value:
            yield from codes(each)


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_breaks_grows_or_changes(ids: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    request, known = CORPUS[name], [bearer(User.objects.get(username=each)) for each in ("owner", "stranger")]
    before = states.rows()
    own, foreign = (send(request, ids, headers) for headers in known)
    assert states.rows() == before

    answer = own.json()
    assert own.status_code == request.status, own.content[:500]
    assert set(codes(answer)) == ({request.code} if request.code else set()), own.content[:500]
    assert ("data" in answer) == (request.status == 200)
    if request.limit:
        assert answer["errors"][0]["extensions"]["limit"] == request.limit
    if request.code in BEFORE_IT_RUNS:
        assert not answer.get("data")
        assert foreign.content == own.content
    for response in (own, foreign):
        assert response.status_code == request.status
        assert len(response.content) < LARGEST
        assert "internal" not in set(codes(response.json()))
        for error in response.json().get("errors", ()):
            assert error["message"]
            assert not [trace for trace in TRACES if trace in error["message"]], error["message"][:500]
    assert b"canary" not in foreign.content

    monkeypatch.setattr(View, "run", None)  # nobody without a sign-in comes that far
    anonymous = send(request, ids, {})
    assert anonymous.status_code in (401, 405, 413)
    assert anonymous.status_code in (401, request.status)
    assert len(anonymous.content) < 500
