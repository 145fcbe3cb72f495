"""What those who watch for misuse are told of: who was given access to something, or lost it, and who took it along."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.ledger import errors, watch
from backend.ledger.models import BankAccount, User
from backend.ledger.services import api_tokens, invitations, owners, passwords, sessions, webhooks
from tests import build, tokens
from tests.rest import house as houses
from tests.services import hooked

pytestmark = pytest.mark.django_db
NOW = build.NOW


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[Callable[[], Any]], Any]:
    """What a write tells, once it is committed."""

    def told_by(write: Callable[[], Any]) -> list[tuple[Any, ...]]:
        events: list[watch.Event] = []
        monkeypatch.setattr(watch, "_listeners", [events.append])
        with django_capture_on_commit_callbacks(execute=True):
            write()
            assert not events
        return [(each.name, each.user, each.thing, each.whom) for each in events]

    return told_by


def test_of_webhooks(told: Any, account: BankAccount, owner: User) -> None:
    hook = hooked.hook(account)
    asked: dict[str, Any] = {"actor": owner, "webhook_id": hook.pk, "now": NOW}
    made = told(lambda: hooked.hook(account))
    assert [each[:2] for each in made] == [("webhook_created", owner.pk)]
    assert told(lambda: hooked.change(hook)) == []
    assert told(lambda: hooked.change(hook, url="https://other.example/")) == [
        ("webhook_changed", owner.pk, hook.pk, None)
    ]
    assert told(lambda: webhooks.rotate(**asked)) == [("webhook_secret_rotated", owner.pk, hook.pk, None)]
    assert told(lambda: webhooks.delete(**asked)) == [("webhook_deleted", owner.pk, hook.pk, None)]


def test_of_api_tokens(told: Any, owner: User) -> None:
    made = tokens.api_token(owner).row
    revoke = lambda: api_tokens.revoke(actor=owner, token_id=made.pk, now=NOW)  # noqa: E731  it is called once
    [(name, user, thing, whom)] = told(lambda: tokens.api_token(owner))
    assert (name, user, whom) == ("api_token_created", owner.pk, None)
    assert thing is not None
    assert told(revoke) == [("api_token_revoked", owner.pk, made.pk, None)]
    assert told(revoke) == []
    assert told(lambda: api_tokens.revoke_all(user=owner, now=NOW)) == [("api_tokens_revoked", owner.pk, None, None)]
    assert told(lambda: api_tokens.revoke_all(user=owner, now=NOW)) == []


@pytest.mark.usefixtures("shared_account")
def test_of_invitations_and_owners(told: Any, account: BankAccount, owner: User, coowner: User) -> None:
    made = invitations.invite(actor=owner, account_id=account.pk, now=NOW)
    other = invitations.invite(actor=owner, account_id=account.pk, now=NOW).row
    asked: dict[str, Any] = {"actor": owner, "account_id": account.pk, "username": "coowner", "now": NOW}
    [created] = told(lambda: invitations.invite(actor=owner, account_id=account.pk, now=NOW))
    assert created[:2] == ("invitation_created", owner.pk)
    for _ in range(2):
        found = told(lambda: invitations.revoke(actor=owner, invitation_id=other.pk, now=NOW))
        assert found == [("invitation_revoked", owner.pk, other.pk, None)][: len(found)]
    assert found == []

    assert told(lambda: invitations.accept(actor=coowner, secret=made.secret, now=NOW)) == [
        ("invitation_accepted", coowner.pk, made.row.pk, None),
        ("owner_added", coowner.pk, account.pk, coowner.pk),
    ]
    assert told(lambda: owners.remove(**asked)) == [("owner_removed", owner.pk, account.pk, coowner.pk)]
    assert told(lambda: owners.add(**asked)) == [("owner_added", owner.pk, account.pk, coowner.pk)]
    assert told(lambda: owners.add(**asked)) == []


def test_of_sign_ins(told: Any, owner: User) -> None:
    session = tokens.session(owner)
    end: dict[str, Any] = {"actor": owner, "session_id": session.pk, "now": NOW}
    assert told(lambda: sessions.end_own(**end)) == [("sign_in_ended", owner.pk, session.pk, None)]
    assert told(lambda: passwords.end_all(actor=owner, revoke_tokens=False, now=NOW)) == [
        ("sign_ins_ended", owner.pk, None, None)
    ]


def test_what_comes_to_nothing_is_not_told(told: Any, account: BankAccount, stranger: User) -> None:
    def refused() -> None:
        for write in (
            lambda: hooked.hook(account, actor=stranger),
            lambda: invitations.invite(actor=stranger, account_id=account.pk, now=NOW),
            lambda: invitations.accept(actor=stranger, secret="mbi_none", now=NOW),
            lambda: owners.add(actor=stranger, account_id=account.pk, username="stranger", now=NOW),
        ):
            with pytest.raises(errors.NotFound):
                write()

    assert told(refused) == []


def test_the_log_names_who_from_where_and_what_and_no_secret(
    account: BankAccount,
    owner: User,
    coowner: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    path = f"/api/v1/bank-accounts/{account.pk}/invitations/"
    with django_capture_on_commit_callbacks(execute=True):
        made = houses.client(owner).post(path).json()
        watch.note("owner_added", user=owner.pk, thing=account.pk, whom=coowner.pk)
    houses.client(owner).get("/api/v1/exports/json/").getvalue()
    told = [each for each in caplog.records if each.name == "backend.security"]
    facts = [each.facts for each in told]  # type: ignore[attr-defined]

    assert [(each["event"], each["user"]) for each in facts] == [
        ("invitation_created", str(owner.pk)),
        ("owner_added", str(owner.pk)),
        ("exported_json", str(owner.pk)),
    ]
    assert (facts[0]["id"], facts[1]["whom"]) == (made["id"], coowner.pk)
    assert facts[2]["address"] == "127.0.0.1"
    assert "mbi_" in str(made)
    assert "mbi_" not in caplog.text
