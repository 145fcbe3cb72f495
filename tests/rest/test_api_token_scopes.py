"""What an API token may do: what its scopes are for, and nothing else."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from backend.ledger.models import ApiToken, BankAccount, Transaction, User
from backend.ledger.services import api_tokens
from backend.rest import scopes, views
from tests import tokens
from tests.build import NOW
from tests.contract.document import Operation, operations
from tests.rest import house as houses
from tests.rest.house import House

pytestmark = pytest.mark.django_db


def actions() -> set[tuple[str, str]]:
    """Every view of `/api/v1/` with each action that a path leads to."""
    found = set()
    for pattern in get_resolver().url_patterns:
        for each in getattr(pattern, "url_patterns", [pattern]):
            view = getattr(each.callback, "cls", None)
            if view is not None and issubclass(view, views.View):
                found |= {(view.__name__, action) for action in each.callback.actions.values()}
    return found


def test_every_operation_says_what_a_token_needs_for_it() -> None:
    """Whoever adds one decides; until then no token may do it."""
    named = {f"{view}.{action}" for view, action in actions()}

    assert named - set(scopes.OPERATIONS) == set()
    assert set(scopes.OPERATIONS) - named == set()
    assert sum(len(each.split()) for each in scopes.SCOPES.values()) == len(scopes.OPERATIONS)


def test_what_is_not_listed_no_token_may_do(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = tokens.script(owner)
    assert client.get("/api/v1/budgets/").status_code == 200
    monkeypatch.delitem(scopes.OPERATIONS, "Budgets.list")

    assert client.get("/api/v1/budgets/").status_code == 403
    assert tokens.browser(owner).get("/api/v1/budgets/").status_code == 200


def test_views_that_look_at_no_scopes_take_no_api_token(owner: User) -> None:
    from rest_framework.settings import api_settings

    from backend.authentication import BearerAuthentication

    assert list(api_settings.DEFAULT_AUTHENTICATION_CLASSES) == [BearerAuthentication]
    client = tokens.script(owner)
    assert client.post("/api/token/logout/").status_code == 204  # it ends no sign-in, and the token goes on
    assert client.get("/api/v1/users/me/").status_code == 200


@pytest.mark.parametrize("scope", [*ApiToken.Scope.values])
@pytest.mark.parametrize(
    "operation", [each for each in operations() if each.path.startswith("/api/v1/")], ids=lambda each: each.id
)
def test_a_token_does_what_its_scope_is_for_and_nothing_else(operation: Operation, scope: str, house: House) -> None:
    User.objects.update(is_staff=True)  # so that nothing but the scope is in the way
    api = houses.client(house.owner)
    made = tokens.api_token(house.owner, scope)
    api.force_authenticate(api_tokens.bearer(secret=made.secret, now=NOW))
    before = houses.ledger()
    answer = houses.send(api, operation, house)

    if scopes.needed(*api_view(houses.url(operation, house), operation.method)) == scope:
        assert answer.status_code == operation.status, answer.content
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
        assert houses.ledger() == before


def test_no_token_takes_a_committed_import_back(owner: User, account: BankAccount) -> None:
    """It deletes transactions, for which somebody signs in."""
    client, path = tokens.script(owner), f"/api/v1/bank-accounts/{account.pk}/imports/"
    made = client.post(path, {"file": SimpleUploadedFile("may.csv", b"Date,Amount,Description\n2026-05-04,-1.00,X\n")})
    assert made.status_code == 201, made.content
    revert = f"{path}{made.json()['id']}/revert/"
    row = Transaction.objects.get()

    for refused in (client.post(revert), client.delete(f"/api/v1/transactions/{row.pk}/")):
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert Transaction.objects.get() == row
    assert tokens.browser(owner).post(revert).status_code == 200
    assert not Transaction.objects.exists()


def api_view(url: str, method: str) -> tuple[str, str]:
    callback: Any = get_resolver().resolve(url).func
    return callback.cls.__name__, callback.actions[method.lower()]
