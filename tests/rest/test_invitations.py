"""Inviting a co-owner by a link that works once, for a week, for as long as its inviter owns the account."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client

from backend import clock
from backend.ledger.models import BankAccount, Change, IdempotencyKey, Invitation, User
from backend.ledger.services import invitations
from tests import build, tokens
from tests.build import NOW

pytestmark = pytest.mark.django_db
ACCEPT = "/api/v1/invitations/accept/"
REGISTER = "/api/token/register/"
NEW = {"username": "robin", "password": "correct horse battery", "timezone": "Asia/Kathmandu"}


def browser(user: User) -> Client:
    return Client(headers=tokens.bearer(user))


def of(account: BankAccount) -> str:
    return f"/api/v1/bank-accounts/{account.pk}/invitations/"


def invite(owner: User, account: BankAccount) -> Any:
    return browser(owner).post(of(account)).json()


def accept(user: User, secret: str) -> Any:
    return browser(user).post(ACCEPT, {"secret": secret}, content_type="application/json")


def owners(account: BankAccount) -> list[str]:
    return sorted(account.owners.values_list("username", flat=True))


def test_who_accepts_owns_the_account_too(owner: User, stranger: User, account: BankAccount) -> None:
    made = invite(owner, account)
    answer = accept(stranger, made["secret"])
    listed = browser(owner).get(of(account)).json()["results"]

    assert (answer.status_code, answer.json()["owners"]) == (200, ["owner", "stranger"])
    assert browser(stranger).get(f"/api/v1/bank-accounts/{account.pk}/").json() == answer.json()
    assert [(each["inviter"], each["used_by"]) for each in listed] == [("owner", "stranger")]
    noted = Change.objects.latest("pk")
    assert (noted.actor, noted.values) == (stranger, {"owners": [["owner"], ["owner", "stranger"]]})


def test_the_link_is_shown_once_and_only_a_hash_is_kept(owner: User, account: BankAccount) -> None:
    made = invite(owner, account)
    row = Invitation.objects.get()
    parts = urlsplit(made["link"])

    assert (parts.path, parts.fragment) == ("/invitations/", made["secret"])
    assert made["secret"] not in str({name: getattr(row, name) for name in vars(row)})
    assert set(made) - set(browser(owner).get(of(account)).json()["results"][0]) == {"secret", "link"}
    kept = browser(owner).post(of(account), headers={"Idempotency-Key": "k"})
    assert kept.status_code == 400
    assert not IdempotencyKey.objects.exists()


def end(invitation: Invitation, way: str) -> None:
    """Let the invitation not count any more."""
    rows = Invitation.objects.filter(pk=invitation.pk)
    if way == "used":
        rows.update(used_at=NOW)
    elif way == "revoked":
        rows.update(revoked_at=NOW)
    elif way == "expired":
        rows.update(expires_at=NOW)
    elif way == "inviter is no owner any more":
        invitation.bank_account.owners.set([build.user("other")])
    elif way == "inviter deactivated":
        User.objects.filter(pk=invitation.inviter_id).update(is_active=False)
    else:
        invitation.bank_account.delete()


@pytest.mark.parametrize(
    "way", ["used", "revoked", "expired", "inviter is no owner any more", "inviter deactivated", "account deleted"]
)
def test_one_that_does_not_count_is_like_one_that_never_was(
    owner: User, stranger: User, account: BankAccount, way: str, settings: Any
) -> None:
    settings.REGISTRATION = "invited"
    with time_machine.travel(NOW, tick=False):
        made = invitations.invite(actor=owner, account_id=account.pk, now=NOW)
        end(made.row, way)
        answers = [accept(stranger, secret) for secret in (made.secret, "mbi_" + "A" * 43, "x")]
        register = Client().post(REGISTER, {**NEW, "secret": made.secret}, content_type="application/json")

    assert {(each.status_code, each.content) for each in [*answers, register]} == {(400, answers[0].content)}
    assert list(answers[0].json()) == ["secret"]
    assert not BankAccount.objects.filter(owners=stranger).exists()
    assert not User.objects.filter(username="robin").exists()


def test_it_counts_for_a_week(owner: User, stranger: User, account: BankAccount) -> None:
    made = invitations.invite(actor=owner, account_id=account.pk, now=NOW)
    with time_machine.travel(NOW + timedelta(days=7) - timedelta(seconds=1), tick=False):
        assert accept(stranger, made.secret).status_code == 200


def test_an_owner_uses_no_invitation_up(owner: User, account: BankAccount, stranger: User) -> None:
    made = invite(owner, account)

    assert accept(owner, made["secret"]).status_code == 409
    assert accept(stranger, made["secret"]).status_code == 200
    assert accept(stranger, made["secret"]).status_code == 400


def test_invitations_are_made_seen_and_revoked_by_owners_who_sign_in(
    owner: User, coowner: User, stranger: User, shared_account: BankAccount
) -> None:
    made = invite(owner, shared_account)
    one = f"{of(shared_account)}{made['id']}/"
    script = tokens.script(owner)

    assert browser(stranger).get(of(shared_account)).status_code == 404
    assert browser(stranger).post(of(shared_account)).status_code == 404
    assert browser(stranger).delete(one).status_code == 404
    assert browser(owner).delete(f"{of(shared_account)}{uuid4()}/").status_code == 404
    by_token = [
        script.get(of(shared_account)),
        script.post(of(shared_account)),
        script.delete(one),
        script.post(ACCEPT, {"secret": made["secret"]}, content_type="application/json"),
    ]
    assert {each.status_code for each in by_token} == {403}
    assert browser(coowner).delete(one).status_code == 204
    assert accept(stranger, made["secret"]).status_code == 400


def test_there_is_an_end_of_invitations(owner: User, account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MOST", 1)
    made = invite(owner, account)
    assert browser(owner).post(of(account)).status_code == 409
    browser(owner).delete(f"{of(account)}{made['id']}/")

    assert browser(owner).post(of(account)).status_code == 201


def test_a_refused_name_leaves_the_invitation_as_it_was(owner: User, account: BankAccount, settings: Any) -> None:
    settings.REGISTRATION = "invited"
    secret = invite(owner, account)["secret"]
    for wrong, field in (
        ({"username": "OWNER"}, "username"),
        ({"username": "funding-system"}, "username"),
        ({"username": "two words"}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "robin"}, "password"),
        ({"timezone": "Mars"}, "timezone"),
    ):
        answer = Client().post(REGISTER, {**NEW, "secret": secret, **wrong}, content_type="application/json")
        assert (answer.status_code, list(answer.json())) == (400, [field])
    answer = Client().post(REGISTER, {**NEW, "secret": secret}, content_type="application/json")
    robin = User.objects.get(username="robin")

    assert answer.status_code == 201
    assert answer.cookies["refresh_token"]["httponly"]
    assert (robin.timezone, robin.is_staff, robin.is_superuser) == ("Asia/Kathmandu", False, False)
    assert owners(account) == ["owner", "robin"]
    signed_in = Client(headers={"Authorization": f"Bearer {answer.json()['access']}"})
    assert signed_in.get(f"/api/v1/bank-accounts/{account.pk}/").status_code == 200


def test_nobody_registers_where_the_operator_did_not_open_it(owner: User, account: BankAccount) -> None:
    secret = invite(owner, account)["secret"]
    answer = Client().post(REGISTER, {**NEW, "secret": secret}, content_type="application/json")

    assert answer.status_code == 403
    assert not User.objects.filter(username="robin").exists()
    assert Client().post("/api/v1/users/", NEW, content_type="application/json").status_code == 401
    assert browser(owner).post("/api/v1/users/", NEW, content_type="application/json").status_code == 403
    assert User.objects.count() == 1


def test_the_link_leads_to_a_page_that_shows_how(client: Client, settings: Any) -> None:
    closed = client.get("/invitations/")
    settings.REGISTRATION = "invited"
    invited = client.get("/invitations/")
    script = client.get("/static/invitation.js")

    assert "no log-in here yet" not in closed.content.decode()
    assert "no log-in here yet" in invited.content.decode()
    assert "script-src 'self';" in closed["Content-Security-Policy"]
    assert "/static/invitation.js" in closed.content.decode()
    assert b"/api/v1/invitations/accept/" in script.getvalue()
    assert client.post("/invitations/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_several_who_accept_at_once_one_becomes_an_owner(owner: User, account: BankAccount) -> None:
    made = invitations.invite(actor=owner, account_id=account.pk, now=clock.now())
    people = [build.user(f"guest{number}") for number in range(6)]
    barrier = Barrier(len(people))

    def run(user: User) -> int:
        try:
            client = browser(user)
            barrier.wait(timeout=30)
            return int(client.post(ACCEPT, {"secret": made.secret}, content_type="application/json").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        statuses = list(pool.map(run, people))

    assert sorted(statuses) == [200] + [400] * 5
    assert len(owners(account)) == 2
