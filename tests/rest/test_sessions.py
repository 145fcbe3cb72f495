"""One's own sign-ins and password: what ends what, and at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from backend.ledger.models import FailedSignIn, IdempotencyKey, Session, User
from backend.ledger.services import sign_in
from tests import tokens
from tests.build import NOW
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
SESSIONS = "/api/v1/sessions/"
CHANGE = "/api/v1/users/me/password/"
NEW = "another long password of theirs"


def signed_in(name: str = "owner", password: str = PASSWORD, agent: str = "a browser") -> Client:
    """A browser that signed in by password; its refresh cookie is in its jar."""
    client = Client(headers={"User-Agent": agent})
    answer = client.post("/api/token/", {"username": name, "password": password}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {answer.json()['access']}"
    return client


def change(client: Client, current: str = PASSWORD, new: str = NEW, **body: Any) -> Any:
    body |= {"current_password": current, "new_password": new}
    return client.post(CHANGE, body, content_type="application/json")


def counts(client: Client) -> bool:
    """Whether the access token and the cookie of that browser do; the cookie is used up."""
    by_bearer = client.get(ME).status_code
    by_cookie = client.post("/api/token/refresh/").status_code
    assert {by_bearer, by_cookie} <= {200, 401}
    assert by_bearer == by_cookie
    return by_bearer == 200


def test_another_password_ends_all_sign_ins_but_this_one_and_no_token(owner: User, stranger: User) -> None:
    this, other, script, somebody = signed_in(), signed_in(), tokens.script(owner), signed_in("stranger")
    answer = change(this)

    assert (answer.status_code, answer.json()) == (200, {"sessions": 1, "tokens": 0})
    assert counts(this)
    assert not counts(other)
    assert counts(somebody)
    assert script.get(ME).status_code == 200
    assert counts(signed_in(password=NEW))
    assert Client().post("/api/token/", {"username": "owner", "password": PASSWORD}).status_code == 401


def test_another_password_revokes_the_tokens_if_that_is_asked(owner: User, stranger: User) -> None:
    script, other = tokens.script(owner), tokens.script(stranger)

    assert change(signed_in(), revoke_tokens=True).json() == {"sessions": 0, "tokens": 1}
    assert script.get(ME).status_code == 401
    assert other.get(ME).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"current_password": "wrong"}, "current_password"),
        ({"current_password": ""}, "current_password"),
        ({"current_password": None}, "current_password"),
        ({"current_password": f" {PASSWORD}"}, "current_password"),
        ({"new_password": "short"}, "new_password"),
        ({"new_password": "password1234"}, "new_password"),
        ({"new_password": "8462846284628462"}, "new_password"),
        ({"new_password": "owner@example.org"}, "new_password"),
        ({"new_password": "x" * 1001}, "new_password"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_ends_nothing(owner: User, body: dict[str, Any], field: str) -> None:
    this, other = signed_in(), signed_in()
    given = {"current_password": PASSWORD, "new_password": NEW, **body}
    answer = this.post(CHANGE, given, content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert counts(this)
    assert counts(other)


def test_wrong_passwords_are_counted_as_when_signing_in(owner: User) -> None:
    this, other = signed_in(), signed_in()
    for _ in range(sign_in.PER_ORIGIN):
        assert change(this, "wrong").status_code == 400
    held_back = change(this)

    assert held_back.status_code == 429
    assert 0 < int(held_back["Retry-After"]) <= 900
    assert change(other).status_code == 200  # somebody who guesses there locks nobody out here


def test_those_who_watch_are_told(
    owner: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "PER_ORIGIN", 1)
    change(signed_in())
    this = signed_in(password=NEW)
    for _ in range(2):
        change(this, "wrong")
    mutation = 'mutation { changePassword(input: {currentPassword: "wrong", newPassword: "x"}) { __typename } }'
    this.post("/graphql/", {"query": mutation}, content_type="application/json")
    told = [record.message for record in caplog.records if record.name == "backend.security"]

    assert [each for each in told if each != "signed_in"] == [
        "password_changed",
        "sign_in_failed",
        "sign_in_held_back",
        "sign_in_held_back",
    ]
    assert not any(word in caplog.text for word in ("wrong", PASSWORD, NEW))


def test_a_right_password_leaves_no_count(owner: User) -> None:
    change(signed_in())

    assert not FailedSignIn.objects.exists()


def test_passwords_are_not_kept_under_a_key(owner: User) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    answer = signed_in().post(CHANGE, body, content_type="application/json", headers={"Idempotency-Key": "k"})

    assert answer.status_code == 400
    assert not IdempotencyKey.objects.exists()


def test_a_token_changes_no_password_and_touches_no_sign_in(owner: User) -> None:
    script, browser = tokens.script(owner), signed_in()
    key = Session.objects.get().pk
    answers = [
        change(script),
        script.get(SESSIONS),
        script.delete(f"{SESSIONS}{key}/"),
        script.post(f"{SESSIONS}end-all/", {}, content_type="application/json"),
    ]

    assert {each.status_code for each in answers} == {403}
    assert counts(browser)


def test_the_sign_ins_are_listed_with_their_last_use(owner: User, stranger: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        old = signed_in(agent="a phone")
        signed_in("stranger")
        clock.shift(timedelta(minutes=5))
        this = signed_in(agent="a\x07 browser " + "x" * 300)
        over = signed_in()
        over.post("/api/token/logout/")
        clock.shift(timedelta(minutes=5))
        old.post("/api/token/refresh/")
        found = this.get(SESSIONS).json()["results"]

    assert [each["agent"][:9] for each in found] == ["a phone", "a browser"]
    assert [each["current"] for each in found] == [False, True]
    assert [each["created_at"] for each in found] == ["2026-06-15T12:00:00Z", "2026-06-15T12:05:00Z"]
    assert [each["last_used_at"] for each in found] == ["2026-06-15T12:10:00Z", "2026-06-15T12:05:00Z"]
    assert {len(each["agent"]) for each in found} == {7, 200}


def test_one_sign_in_can_be_ended(owner: User) -> None:
    this, other = signed_in(), signed_in()
    (key,) = [each["id"] for each in this.get(SESSIONS).json()["results"] if not each["current"]]

    assert this.delete(f"{SESSIONS}{key}/").status_code == 204
    assert this.delete(f"{SESSIONS}{key}/").status_code == 404
    assert not counts(other)
    assert counts(this)


def test_foreign_and_unknown_sign_ins_are_one_answer(owner: User, stranger: User) -> None:
    theirs = signed_in("stranger")
    key = Session.objects.get().pk
    this = signed_in()
    answers = [this.delete(f"{SESSIONS}{each}/") for each in (key, uuid4(), "nonsense")]

    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}
    assert counts(theirs)


@pytest.mark.parametrize("revoke", [False, True])
def test_signing_out_everywhere_ends_every_sign_in(owner: User, stranger: User, revoke: bool) -> None:
    this, other, somebody, script = signed_in(), signed_in(), signed_in("stranger"), tokens.script(owner)
    answer = this.post(f"{SESSIONS}end-all/", {"revoke_tokens": revoke}, content_type="application/json")

    assert (answer.status_code, answer.json()) == (200, {"sessions": 2, "tokens": int(revoke)})
    assert [counts(each) for each in (this, other, somebody)] == [False, False, True]
    assert script.get(ME).status_code == (401 if revoke else 200)
