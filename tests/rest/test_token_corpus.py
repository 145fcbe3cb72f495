"""Tokens that must never count, shown to the REST door."""

from typing import Any

import pytest
from django.test import Client

from backend import clock
from backend.ledger.models import ApiToken, Session, User
from tests import tokens
from tests.token_corpus import BAD, BAD_API_TOKENS, LIKE_A_TOKEN, Subject, good

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ME = "/api/v1/users/me/"


@pytest.fixture
def session(owner: User) -> Session:
    return tokens.session(owner)


def refresh_with(raw: str) -> Any:
    client = Client()
    client.cookies["refresh_token"] = raw
    return client.post("/api/token/refresh/")


def test_a_good_token_counts(session: Session) -> None:
    """What the corpus is held against: each of its tokens differs from this one."""
    response = Client(headers={"Authorization": f"Bearer {good(Subject(session))}"}).get(ME)

    assert response.json()["username"] == "owner"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_no_bearer(session: Session, name: str) -> None:
    response = Client(headers={"Authorization": f"Bearer {BAD[name](Subject(session))}"}).get(ME)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["code"] in ("token_not_valid", "bad_authorization_header")


def test_a_refresh_token_is_no_bearer(session: Session) -> None:
    token = good(Subject(session, "refresh"))
    response = Client(headers={"Authorization": f"Bearer {token}"}).get(ME)

    assert response.status_code == 401
    assert response.json() == {
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token has wrong type"}],
    }


def test_a_good_token_refreshes(session: Session) -> None:
    assert refresh_with(good(Subject(session, "refresh"))).status_code == 200


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_refreshes_nothing(session: Session, name: str) -> None:
    response = refresh_with(BAD[name](Subject(session, "refresh")))

    assert response.status_code == 401
    assert "access" not in response.json()


def test_an_access_token_refreshes_nothing(session: Session) -> None:
    response = refresh_with(good(Subject(session)))

    assert response.status_code == 401
    assert response.json() == {"detail": "Token has wrong type", "code": "token_not_valid"}
    assert response.cookies["refresh_token"].value == ""


@pytest.mark.parametrize("scheme", ["Token", "bearer", "JWT", "Basic", ""])
def test_other_schemes_are_no_sign_in(session: Session, scheme: str) -> None:
    response = Client(headers={"Authorization": f"{scheme} {good(Subject(session))}".strip()}).get(ME)

    assert response.status_code == 401
    assert response.json()["detail"] == "Authentication credentials were not provided."
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
def test_a_header_of_the_wrong_form_is_said_to_be_one(db: None, header: str) -> None:
    response = Client(headers={"Authorization": header}).get(ME)

    assert response.status_code == 401
    assert response.json()["code"] == "bad_authorization_header"


def test_a_token_counts_nowhere_but_in_its_header(session: Session) -> None:
    client = Client()
    client.cookies["access"] = client.cookies["Authorization"] = good(Subject(session))

    assert client.get(f"{ME}?access={good(Subject(session))}").status_code == 401


def both_doors(raw: str) -> list[Any]:
    """The answers of the two doors to a bearer token."""
    client = Client(headers={"Authorization": f"Bearer {raw}"})
    query = {"query": "{ me { username } }"}
    return [client.get(ME), client.post("/graphql/", query, content_type="application/json")]


def test_a_good_api_token_counts(owner: User) -> None:
    """What the corpus is held against."""
    secret = tokens.api_token(owner, "read").secret

    assert [answer.status_code for answer in both_doors(secret)] == [200, 200]


@pytest.mark.parametrize("name", BAD_API_TOKENS)
def test_a_bad_api_token_is_no_bearer(owner: User, name: str) -> None:
    bad = BAD_API_TOKENS[name](tokens.api_token(owner).secret)
    for answer in both_doors(bad):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
        assert answer.json()["code"] in ("token_not_valid", "bad_authorization_header")
    assert refresh_with(bad).status_code == 401


@pytest.mark.parametrize("end", ["revoked", "expired", "deactivated", "deleted"])
def test_an_api_token_that_is_over_is_like_one_that_never_was(owner: User, end: str) -> None:
    made = tokens.api_token(owner)
    rows, users = ApiToken.objects.filter(pk=made.row.pk), User.objects.filter(pk=owner.pk)
    if end == "revoked":
        rows.update(revoked_at=clock.now())
    elif end == "expired":
        rows.update(expires_at=clock.now())
    elif end == "deactivated":
        users.update(is_active=False)
    else:
        users.delete()
    answers, others = both_doors(made.secret), both_doors(LIKE_A_TOKEN)

    assert [(each.status_code, each.content) for each in answers] == [
        (each.status_code, each.content) for each in others
    ]
    assert {each.status_code for each in answers} == {401}


def test_an_api_token_neither_refreshes_nor_signs_in(owner: User) -> None:
    secret = tokens.api_token(owner).secret
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    assert refresh_with(secret).status_code == 401
    assert client.post("/api/token/refresh/").status_code == 401
    assert client.post("/api/token/", {"username": "owner", "password": secret}).status_code == 401
    assert client.post("/api/token/", {"username": secret, "password": secret}).status_code == 401
