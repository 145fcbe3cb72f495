"""Tokens that must never count, shown to the REST door."""

from typing import Any

import pytest
from django.test import Client

from backend.ledger.models import Session, User
from tests import tokens
from tests.token_corpus import BAD, Subject, good

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
