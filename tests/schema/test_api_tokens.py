"""API tokens at the GraphQL door: reading needs `read`, each mutation its own scope, tokens a sign-in."""

from typing import Any

import pytest
from django.test import Client
from strawberry.extensions import DisableValidation

from backend.ledger import errors
from backend.ledger.models import ApiToken, BankAccount, Budget, IdempotencyKey, Transfer, User
from backend.ledger.services import api_tokens
from backend.schema import scopes
from backend.schema.context import Context
from backend.schema.root import schema
from tests import build, tokens
from tests.schema.door import data

pytestmark = pytest.mark.django_db
MOVE = """mutation ($input: CreateTransferInput!) {
  createTransfer(input: $input) { __typename ... on Problem { code field } } }"""


def ask(client: Client, query: str, **variables: object) -> Any:
    return client.post("/graphql/", {"query": query, "variables": variables}, content_type="application/json")


def given(unallocated: Budget, groceries: Budget) -> dict[str, str]:
    return {"source": str(unallocated.pk), "target": str(groceries.pk), "amount": "1.00"}


def test_every_mutation_says_what_a_token_needs_for_it() -> None:
    """Whoever adds one decides; until then no token may do it."""
    root = schema._schema.mutation_type
    assert root is not None

    assert set(root.fields) - set(scopes.MUTATIONS) == set()
    assert set(scopes.MUTATIONS) - set(root.fields) == set()
    assert sum(len(each.split()) for each in scopes.SCOPES.values()) == len(scopes.MUTATIONS)


def test_reading_needs_the_scope(owner: User, account: BankAccount) -> None:
    query = "{ bankAccounts { edges { node { name } } } }"

    assert ask(tokens.script(owner, "read"), query).json()["data"]["bankAccounts"]["edges"]
    for scope in ("import", "move_money"):
        answer = ask(tokens.script(owner, scope), query)
        assert answer.status_code == 403
        assert answer.json() == {"detail": "This needs a token with the scope read.", "code": "insufficient_scope"}


def test_a_mutation_needs_its_scope_too(owner: User, unallocated: Budget, groceries: Budget) -> None:
    client, able = tokens.script(owner, "read", "import"), tokens.script(owner, "read", "move_money")
    refused = ask(client, MOVE, input=given(unallocated, groceries)).json()

    assert refused["data"] is None
    assert refused["errors"][0]["message"] == "This needs a token with the scope move_money."
    assert refused["errors"][0]["extensions"]["code"] == "insufficient_scope"
    assert not Transfer.objects.exists()
    assert ask(able, MOVE, input=given(unallocated, groceries)).json()["data"]["createTransfer"]["__typename"]
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("mutation", sorted(scopes.MUTATIONS))
def test_no_token_does_what_it_is_not_for(owner: User, mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, under the name of another, and in a fragment. Arguments are not what is looked at here."""
    monkeypatch.setattr(schema, "extensions", [DisableValidation])
    able = [scope for scope in ApiToken.Scope.values if scope != scopes.needed(mutation)]
    user = api_tokens.bearer(secret=tokens.api_token(owner, *able).secret, now=build.NOW)
    for document in (
        f"mutation {{ {mutation} {{ __typename }} }}",
        f"mutation {{ markImported: {mutation} {{ __typename }} }}",
        f"mutation {{ __typename ...F }} fragment F on Mutation {{ {mutation} {{ __typename }} }}",
    ):
        result = schema.execute_sync(document, context_value=Context(user=user, now=build.NOW))
        assert [type(each.original_error) for each in result.errors or ()] == [errors.InsufficientScope]


def test_what_is_not_listed_no_token_may_do(
    owner: User, unallocated: Budget, groceries: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(scopes.MUTATIONS, "createTransfer")
    answer = ask(tokens.script(owner), MOVE, input=given(unallocated, groceries)).json()

    assert answer["errors"][0]["extensions"]["code"] == "insufficient_scope"
    assert not Transfer.objects.exists()


def test_one_refused_mutation_keeps_the_others_of_the_document_back(
    owner: User, unallocated: Budget, groceries: Budget
) -> None:
    two = """mutation ($input: CreateTransferInput!) { createTransfer(input: $input) { __typename }
      updateMe(input: {name: "x"}) { __typename } }"""
    answer = ask(tokens.script(owner), two, input=given(unallocated, groceries)).json()

    assert answer["errors"][0]["extensions"]["code"] == "insufficient_scope"
    assert not Transfer.objects.exists()


def test_tokens_are_made_listed_and_revoked_by_whoever_signed_in(owner: User, account: BankAccount) -> None:
    make = """mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
      ... on NewApiToken { secret apiToken { uuid prefix scopes accounts } } } }"""
    made = data(owner, make, input={"name": "x", "scopes": ["READ"], "accounts": [str(account.pk)]})["createApiToken"]
    client = Client(headers={"Authorization": f"Bearer {made['secret']}"})

    assert made["apiToken"]["accounts"] == [str(account.pk)]
    assert data(owner, "{ apiTokens { uuid prefix scopes accounts } }")["apiTokens"] == [made["apiToken"]]
    assert ask(client, "{ me { username } }").json()["data"] == {"me": {"username": "owner"}}
    refused = ask(client, "{ apiTokens { uuid } }").json()
    assert refused["errors"][0]["extensions"]["code"] == "insufficient_scope"
    revoke = "mutation ($id: UUID!) { revokeApiToken(id: $id) { ... on ApiToken { revokedAt } } }"
    assert data(owner, revoke, id=made["apiToken"]["uuid"])["revokeApiToken"]["revokedAt"]
    assert ask(client, "{ me { username } }").status_code == 401


def test_a_secret_is_not_kept_under_a_key(owner: User) -> None:
    make = 'mutation { createApiToken(input: {name: "x", scopes: [READ]}, idempotencyKey: "k") { __typename } }'
    answer = ask(Client(headers=tokens.bearer(owner)), make).json()

    assert answer["errors"][0]["extensions"]["code"] == "invalid_document"
    assert not ApiToken.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_the_history_names_the_token(owner: User, unallocated: Budget, groceries: Budget) -> None:
    ask(tokens.script(owner), MOVE, input=given(unallocated, groceries))
    history = data(owner, "{ history(filters: {type: TRANSFER}) { edges { node { actor token } } } }")["history"]

    assert history["edges"] == [{"node": {"actor": "owner", "token": "a script"}}]
