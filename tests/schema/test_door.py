"""What reaches the GraphQL door over HTTP, and what is turned away."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from backend.ledger.models import Session, User
from backend.schema import limits
from tests import tokens
from tests.schema.door import ask, post
from tests.token_corpus import BAD, Subject, good
from tests.tokens import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ME = {"query": "{ me { username } }"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Tokens are signed for the present time here."""
    return iter([None])


def send(user: User, body: bytes | str, content_type: str = "application/json", **headers: str) -> Any:
    return Client(headers={**bearer(user), **headers}).post("/graphql/", body, content_type=content_type)


def test_a_signed_in_user_gets_an_answer_that_no_cache_keeps(owner: User) -> None:
    response = post(owner, ME)

    assert response.status_code == 200
    assert response.json() == {"data": {"me": {"username": "owner"}}}
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"


def test_nobody_else_is_even_read(db: None) -> None:
    response = Client().post("/graphql/", "{" * 100_000, content_type="application/json")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "detail": "Authentication credentials were not provided.",
        "code": "not_authenticated",
    }


@pytest.mark.parametrize("name", [*BAD, "refresh"])
def test_a_bad_token_is_no_sign_in(owner: User, name: str) -> None:
    session: Session = tokens.session(owner)
    token = good(Subject(session, "refresh")) if name == "refresh" else BAD[name](Subject(session))
    response = Client(headers={"Authorization": f"Bearer {token}"}).post("/graphql/", ME, "application/json")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["code"] in ("token_not_valid", "bad_authorization_header")


def test_a_cookie_is_no_sign_in(owner: User) -> None:
    client = Client()
    client.cookies.load({"access": good(Subject(tokens.session(owner)))})

    assert client.post("/graphql/", ME, content_type="application/json").status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_post_is_offered(owner: User, method: str) -> None:
    response = getattr(Client(headers=bearer(owner)), method)("/graphql/?query={me{username}}")

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/graphql", ""])
def test_only_json_is_read(owner: User, content_type: str) -> None:
    assert send(owner, json.dumps(ME), content_type).status_code == 415


def test_uploads_are_not_taken(owner: User) -> None:
    parts = {"operations": json.dumps(ME), "map": "{}"}

    assert Client(headers=bearer(owner)).post("/graphql/", parts).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"null",
        b"1",
        b'"text"',
        b"[]",
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 1}',
        b'{"query": ["{ me { username } }"]}',
        b'{"query": "{ me { username } }", "variables": []}',
        b'{"query": "{ me { username } }", "variables": "x"}',
        b'{"query": "{ me { username } }", "variables": {"x": NaN}}',
        b'{"query": "{ me { username } }", "operationName": 1}',
        b'{"query": "{ me { username } }", "operationName": []}',
        b'{"query": "{ me { username } }", "operationName": "other"}',
        b'{"query": "{ me { username } }", "extensions": []}',
        b'{"query": "\\ud800"}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"[" * 60_000,
        b'{"query": "{ me { username } }", "variables": {"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}}",
        b'[{"query": "{ me { username } }"}, {"query": "{ me { username } }"}]',
        b'{"query": "subscription { me { username } }"}',
    ],
)
def test_what_is_no_request_is_refused(owner: User, body: bytes) -> None:
    response = send(owner, body)

    assert response.status_code == 400 or (response.status_code == 200 and response.json()["data"] is None)
    assert response.json()["errors"][0]["message"]
    assert response["Cache-Control"] == "no-store"


def test_a_body_may_be_so_long_and_no_longer(owner: User) -> None:
    fits = json.dumps(ME).ljust(limits.BODY)

    assert send(owner, fits).status_code == 200
    assert send(owner, fits + " ").status_code == 413
    assert send(owner, fits * 40).status_code == 413


def test_other_fields_of_the_body_do_not_matter(owner: User) -> None:
    response = post(owner, {**ME, "variables": None, "operationName": None, "extensions": None, "more": [1]})

    assert response.json() == {"data": {"me": {"username": "owner"}}}


def test_without_its_last_slash_the_path_is_unknown(owner: User) -> None:
    response = Client(headers=bearer(owner)).post("/graphql", ME, content_type="application/json")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"


def test_signed_in_users_may_look_at_the_schema(owner: User) -> None:
    answer = ask(owner, "{ __schema { queryType { name } } __typename }")

    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}, "__typename": "Query"}}


def test_names_are_not_suggested(owner: User) -> None:
    (error,) = ask(owner, "{ me { usernam } }")["errors"]

    assert "username" not in error["message"]
    assert error["extensions"] == {"code": "invalid_document"}


def test_a_document_that_does_not_parse_says_where(owner: User) -> None:
    (error,) = ask(owner, "{ me {")["errors"]

    assert error["extensions"] == {"code": "syntax"}
    assert error["locations"] == [{"line": 1, "column": 7}]
