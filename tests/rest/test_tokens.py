import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import Morsel
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from backend.ledger.models import Session, SpentToken, User
from tests.build import NOW
from tests.conftest import PASSWORD
from tests.tokens import bearer

SIGN_IN = "/api/token/"
REFRESH = "/api/token/refresh/"
SIGN_OUT = "/api/token/logout/"
ME = "/api/v1/users/me/"


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def sign_in(client: Client, username: str = "owner", password: str = PASSWORD) -> Any:
    return client.post(SIGN_IN, {"username": username, "password": password}, content_type="application/json")


def cookie(response: Any) -> Morsel[str]:
    return response.cookies["refresh_token"]


def who(client: Client, access: str) -> int:
    return client.get(ME, headers={"Authorization": f"Bearer {access}"}).status_code


def refresh_with(raw: str, **headers: str) -> Any:
    client = Client(headers=headers)
    client.cookies["refresh_token"] = raw
    return client.post(REFRESH)


def test_a_sign_in_gives_the_access_token_alone_in_its_body(client: Client, owner: User) -> None:
    response = sign_in(client)

    assert response.status_code == 200
    assert list(response.json()) == ["access"]
    assert response["Cache-Control"] == "no-store"
    assert who(Client(), response.json()["access"]) == 200


def test_the_refresh_token_is_a_cookie_that_scripts_and_other_sites_cannot_use(client: Client, owner: User) -> None:
    got = cookie(sign_in(client))

    assert got["httponly"] is True
    assert got["secure"] is True
    assert got["samesite"] == "Strict"
    assert got["max-age"] == 1_209_600
    assert got["path"] == "/api/token/"
    assert got["domain"] == ""


@pytest.mark.parametrize("username", ["OWNER", " owner ", "\tOwner"])
def test_capitals_and_blanks_do_not_count_in_a_name(client: Client, owner: User, username: str) -> None:
    assert sign_in(client, username).status_code == 200


def test_blanks_count_in_a_password(client: Client, owner: User) -> None:
    assert sign_in(client, password=f" {PASSWORD}").status_code == 401


def test_forms_sign_in_too(client: Client, owner: User) -> None:
    given = {"username": "owner", "password": PASSWORD}
    urlencoded = client.post(SIGN_IN, f"username=owner&password={PASSWORD}", "application/x-www-form-urlencoded")

    assert client.post(SIGN_IN, given).status_code == 200  # the test client sends multipart/form-data
    assert urlencoded.status_code == 200


def test_unknown_wrong_and_inactive_are_one_answer(client: Client, owner: User, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    answers = [sign_in(client, "owner", "wrong"), sign_in(client, "nobody"), sign_in(client, "stranger")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].json()["detail"] == "No active account found with the given credentials"
    assert answers[0]["WWW-Authenticate"] == 'Bearer realm="api"'


def test_an_unknown_name_costs_as_many_password_hashes_as_a_known_one(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    sign_in(client, "owner", "wrong")
    known = len(hashed)
    sign_in(client, "nobody", "wrong")

    assert len(hashed) - known == known == 1


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, {"username": ["This field is required."], "password": ["This field is required."]}),
        ({"username": "", "password": "x"}, {"username": ["This field may not be blank."]}),
        ({"username": None, "password": "x"}, {"username": ["This field may not be null."]}),
        ({"username": ["owner"], "password": "x"}, {"username": ["Not a valid string."]}),
        ({"username": "ow\0ner", "password": "x"}, {"username": ["Null characters are not allowed."]}),
    ],
)
def test_a_missing_or_misshapen_field_is_named(client: Client, db: None, body: Any, refusal: Any) -> None:
    response = client.post(SIGN_IN, body, content_type="application/json")

    assert response.status_code == 400
    assert response.json() == refusal


@pytest.mark.parametrize("text", ["{", "[]", "[" * 50_000, '{"username": "\\ud800", "password": "x"}', "\xff"])
def test_a_body_that_is_no_object_is_a_400(client: Client, db: None, text: str) -> None:
    assert client.post(SIGN_IN, text.encode("latin-1"), content_type="application/json").status_code == 400


def test_methods_and_types_that_are_not_offered(client: Client, db: None) -> None:
    assert client.get(SIGN_IN).status_code == 405
    assert "POST" in client.get(SIGN_IN)["Allow"]
    assert client.post(SIGN_IN, "username=owner", content_type="text/plain").status_code == 415


def test_a_refresh_gives_new_tokens_and_uses_the_old_one_up(client: Client, owner: User) -> None:
    old = cookie(sign_in(client)).value
    response = client.post(REFRESH)

    assert response.status_code == 200
    assert list(response.json()) == ["access"]
    assert who(Client(), response.json()["access"]) == 200
    assert cookie(response).value not in ("", old)
    assert cookie(response)["max-age"] == 1_209_600
    assert refresh_with(old).status_code == 401


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/xml", "multipart/form-data"])
def test_the_body_of_a_refresh_does_not_matter(client: Client, owner: User, content_type: str) -> None:
    sign_in(client)

    assert client.post(REFRESH, b'{"refresh": broken', content_type=content_type).status_code == 200


def test_a_refresh_token_counts_from_the_cookie_only(client: Client, owner: User) -> None:
    token = cookie(sign_in(client)).value
    response = Client().post(REFRESH, {"refresh": token}, content_type="application/json")

    assert response.status_code == 401
    assert response.json()["detail"] == "No refresh token cookie."
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_two_tabs_that_refresh_at_once_stay_signed_in(client: Client, owner: User) -> None:
    token = cookie(sign_in(client)).value
    successor = cookie(refresh_with(token)).value
    late = refresh_with(token)

    assert late.status_code == 401
    assert late.json()["code"] == "token_not_valid"
    assert "refresh_token" not in late.cookies  # the browser holds the successor under that name
    assert refresh_with(successor).status_code == 200


def test_a_token_that_comes_again_later_ends_the_sign_in(
    client: Client, owner: User, clock: time_machine.Traveller
) -> None:
    token = cookie(sign_in(client)).value
    answer = refresh_with(token)
    clock.shift(timedelta(seconds=11))
    reused = refresh_with(token)

    assert reused.status_code == 401
    assert reused.json()["code"] == "token_not_valid"
    assert (cookie(reused).value, cookie(reused)["max-age"], cookie(reused)["path"]) == ("", 0, "/api/token/")
    assert refresh_with(cookie(answer).value).status_code == 401
    assert who(Client(), answer.json()["access"]) == 401


def test_a_sign_in_lasts_fourteen_days_unused_and_thirty_in_all(
    client: Client, owner: User, clock: time_machine.Traveller
) -> None:
    unused = cookie(sign_in(client)).value
    response = sign_in(client)
    clock.shift(timedelta(days=13))
    assert client.post(REFRESH).status_code == 200
    clock.shift(timedelta(days=13))
    response = client.post(REFRESH)
    assert cookie(response)["max-age"] == timedelta(days=4).total_seconds()
    clock.shift(timedelta(days=4))

    assert client.post(REFRESH).status_code == 401
    assert refresh_with(unused).status_code == 401


def test_sign_ins_that_have_run_out_are_forgotten(client: Client, owner: User, clock: time_machine.Traveller) -> None:
    sign_in(client)
    client.post(REFRESH)
    clock.shift(timedelta(days=31))
    sign_in(client)

    assert Session.objects.count() == 1
    assert not SpentToken.objects.exists()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://testserver:8001", "null", "http://[", ""])
@pytest.mark.parametrize("address", [SIGN_IN, REFRESH, SIGN_OUT])
def test_other_sites_may_not_ask(client: Client, owner: User, address: str, origin: str) -> None:
    sign_in(client)
    response = client.post(address, headers={"Origin": origin})

    assert response.status_code == 403
    assert "refresh_token" not in response.cookies


@pytest.mark.parametrize("origin", ["http://testserver", "https://testserver"])
def test_the_own_site_may_ask(client: Client, owner: User, origin: str) -> None:
    sign_in(client)

    assert client.post(REFRESH, headers={"Origin": origin}).status_code == 200


def test_signing_out_ends_the_sign_in_and_drops_the_cookie(client: Client, owner: User) -> None:
    response = sign_in(client)
    other = sign_in(Client())
    out = client.post(SIGN_OUT)

    assert out.status_code == 204
    assert (cookie(out).value, cookie(out)["max-age"]) == ("", 0)
    assert who(Client(), response.json()["access"]) == 401
    assert refresh_with(cookie(response).value).status_code == 401
    assert who(Client(), other.json()["access"]) == 200


def test_signing_out_by_bearer_token(client: Client, owner: User) -> None:
    headers = bearer(owner)

    assert Client(headers=headers).post(SIGN_OUT).status_code == 204
    assert Client(headers=headers).get(ME).status_code == 401


@pytest.mark.parametrize("raw", [None, "", "garbage"])
def test_signing_out_without_having_signed_in(client: Client, db: None, raw: str | None) -> None:
    if raw is not None:
        client.cookies["refresh_token"] = raw

    assert client.post(SIGN_OUT, "{", content_type="application/json").status_code == 204


def test_a_deactivated_user_is_out_at_once(client: Client, owner: User) -> None:
    access = sign_in(client).json()["access"]
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert who(Client(), access) == 401
    assert client.post(REFRESH).status_code == 401


def test_another_password_ends_every_sign_in(client: Client, owner: User) -> None:
    access = sign_in(client).json()["access"]
    owner.set_password("another long password")
    owner.save()

    assert who(Client(), access) == 401
    assert client.post(REFRESH).status_code == 401


def test_a_deleted_user_is_out_at_once(client: Client, stranger: User) -> None:
    access = sign_in(client, "stranger").json()["access"]
    stranger.delete()

    assert who(Client(), access) == 401
    assert client.post(REFRESH).status_code == 401


def test_the_tokens_hold_nothing_but_ids_and_times(client: Client, owner: User) -> None:
    response = sign_in(client)
    for raw in (response.json()["access"], cookie(response).value):
        part = raw.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        assert set(claims) == {"token_type", "exp", "iat", "jti", "user_id", "session", "aud", "iss"}
        assert claims["user_id"] == str(owner.pk)
