"""Exports over HTTP: who gets what, how it comes, and addresses that work once."""

import json
import logging
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client

from backend import authentication, tickets
from backend.ledger import errors
from backend.ledger.models import BankAccount, Session, SpentToken, Transaction, User
from backend.ledger.selectors import exports as selectors
from backend.ledger.services import sessions
from backend.rest import exports
from backend.schema.context import Context
from backend.schema.root import schema
from tests import build, tokens
from tests.exports import home as homes
from tests.exports.home import Home

pytestmark = pytest.mark.django_db

FORMATS = tuple(selectors.FORMATS)
QUERY = "{ exports { format url expiresAt } }"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(build.NOW, tick=False) as traveller:
        yield traveller


def get(user: User | None, path: str, **query: str) -> Any:
    return Client(headers=tokens.bearer(user) if user else {}).get(f"/api/v1/exports/{path}", query)


def content(response: Any) -> bytes:
    """The body, whole: as many bytes as were announced."""
    assert response.status_code == 200
    found: bytes = response.getvalue()
    assert len(found) == int(response.headers["Content-Length"])
    return found


@pytest.mark.parametrize("format", FORMATS)
def test_what_comes_is_the_export(home: Home, format: str) -> None:  # noqa: A002  the API's word
    response = get(home.owner, f"{format}/")
    assert response.status_code == 200
    assert content(response) == homes.taken(home.owner, format)


@pytest.mark.parametrize("format", FORMATS)
def test_it_is_a_file_to_save_that_nothing_keeps_or_runs(account: BankAccount, format: str) -> None:  # noqa: A002  the API's word
    response = get(build.first_owner(account), f"{format}/")
    content(response)
    assert response.headers["Content-Disposition"] == f'attachment; filename="mibudge-owner-2026-06-15.{format}"'
    assert response.headers["Content-Type"] == selectors.FORMATS[format]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("format", FORMATS)
def test_nobody_gets_anything_without_a_token(account: BankAccount, format: str) -> None:  # noqa: A002  the API's word
    response = get(None, f"{format}/")
    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("format", FORMATS)
def test_nobody_finds_a_trace_of_what_is_not_theirs(
    owner: User,
    coowner: User,
    stranger: User,
    staff: User,
    format: str,  # noqa: A002  the API's word
) -> None:
    accounts = {
        "canary-mine": build.account(owner=owner, name="canary-mine"),
        "canary-ours": build.account(owner=owner, co_owners=[coowner], name="canary-ours"),
        "canary-theirs": build.account(owner=stranger, name="canary-theirs"),
    }
    keys = {}
    for word, account in accounts.items():
        budget = build.budget(account, name=word, memo=word)
        row = build.transaction(account, raw_description=word, memo=word, splits={budget: "1.00"})
        Transaction.objects.filter(pk=row.pk).update(party=word)
        keys[word] = [account.pk, budget.pk, row.pk]
    for user, seen in (
        (owner, {"canary-mine", "canary-ours"}),
        (coowner, {"canary-ours"}),
        (stranger, {"canary-theirs"}),
        (staff, set()),
    ):
        text = content(get(user, f"{format}/")).decode()
        for word, ids in keys.items():
            assert (word in text) == (word in seen)
            assert any(str(key) in text for key in ids) == (word in seen)


def test_of_other_people_only_the_names_are_told(home: Home) -> None:
    text = content(get(home.owner, "json/")).decode()
    assert json.loads(text)["people"] == [{"username": "coowner", "name": "Paula", "timezone": "Asia/Tokyo"}]
    for secret in (home.partner.email, home.partner.password, home.owner.password, home.owner.email, "Partner's own"):
        assert secret not in text


def test_where_a_zone_decides_nothing_it_is_not_told(account: BankAccount, shared_account: BankAccount) -> None:
    [person] = json.loads(content(get(build.first_owner(account), "json/")))["people"]
    assert person == {"username": "coowner", "name": "", "timezone": None}


def test_a_link_into_an_account_of_somebody_else_is_left_out(home: Home) -> None:
    row = Transaction.objects.get(bank_account=home.shared, amount=-7)
    assert row.linked_transaction_id
    for format in FORMATS:  # noqa: A001  the API's word
        assert str(row.linked_transaction_id) not in content(get(home.owner, f"{format}/")).decode()
        assert str(row.linked_transaction_id) in content(get(home.partner, f"{format}/")).decode()


def test_a_table_is_of_one_account_if_asked_for(home: Home) -> None:
    found = content(get(home.owner, "csv/", bank_account=str(home.yen.pk)))
    assert found == homes.taken(home.owner, "csv", account_id=home.yen.pk)
    foreign, unknown = (get(home.owner, "csv/", bank_account=str(key)) for key in (home.theirs.pk, uuid4()))
    assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json())
    assert foreign.json() == {"bank_account": ["There is no such bank account."]}
    refused = get(home.owner, "csv/", bank_account="x")
    assert (refused.status_code, refused.json()) == (400, {"bank_account": ["Enter a valid UUID."]})


def test_the_format_of_the_document_is_no_matter_of_negotiation(account: BankAccount) -> None:
    user = build.first_owner(account)
    client = Client(headers={**tokens.bearer(user), "Accept": "application/xml"})
    for path in ("csv/?format=json", "csv/?format=no"):
        response = client.get(f"/api/v1/exports/{path}")
        assert response.status_code == 200
        assert content(response).startswith(b"Date,")
    assert client.post("/api/v1/exports/csv/").status_code == 405
    assert get(user, "xlsx/").status_code == 404


def test_what_fails_is_told_instead_of_half_a_file(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def pieces(*_: object, **__: object) -> Any:
        yield b"half"
        raise RuntimeError("in the middle")

    monkeypatch.setattr(selectors.document, "pieces", pieces)
    client = Client(raise_request_exception=False, headers=tokens.bearer(build.first_owner(account)))
    with caplog.at_level(logging.CRITICAL):
        response = client.get("/api/v1/exports/json/")
    assert response.status_code == 500
    assert b"half" not in response.content


def test_who_comes_while_others_are_at_it_is_asked_to_wait(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", threading.BoundedSemaphore(1))
    with exports.AT_ONCE:
        response = get(build.first_owner(account), "json/")
        assert (response.status_code, response.headers["Retry-After"]) == (429, "5")
    assert content(get(build.first_owner(account), "json/"))


def links(user: User, session: Session | None = None) -> dict[str, str]:
    """The addresses that GraphQL gives, by format, in a sign-in of its own or in that one."""
    token = authentication.access_token(session or tokens.session(user))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    response = client.post("/graphql/", {"query": QUERY}, content_type="application/json")
    found = json.loads(response.content)["data"]["exports"]
    assert {each["expiresAt"] for each in found} == {(build.NOW + timedelta(minutes=5)).isoformat()}
    return {each["format"]: each["url"] for each in found}


def test_graphql_gives_an_address_for_each_format(home: Home) -> None:
    found = links(home.owner)
    assert set(found) == {"JSON", "BEANCOUNT", "CSV"}
    for format, address in found.items():  # noqa: A001  the API's word
        assert content(Client().get(address)) == homes.taken(home.owner, format.lower())


def test_without_a_sign_in_there_are_no_addresses(account: BankAccount) -> None:
    """An API token, of which this user came with one, is none."""
    user = build.first_owner(account)
    found = schema.execute_sync(QUERY, context_value=Context(user=user, now=build.NOW))
    assert (found.errors, found.data) == (None, {"exports": []})


def test_an_address_works_once(account: BankAccount) -> None:
    address = links(build.first_owner(account))["CSV"]
    content(Client().get(address))
    again = Client().get(address)
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


def test_using_an_address_twice_ends_no_sign_in(account: BankAccount, clock: Any) -> None:
    session = tokens.session(build.first_owner(account))
    address = links(session.user, session)["CSV"]
    content(Client().get(address))
    clock.shift(60)
    assert Client().get(address).status_code == 404
    assert sessions.live(session_id=session.pk, now=build.NOW) == session


def test_an_address_works_for_five_minutes(account: BankAccount, clock: Any) -> None:
    first, second = links(build.first_owner(account)), links(build.first_owner(account))
    clock.shift(299)
    content(Client().get(first["CSV"]))
    clock.shift(1)
    assert Client().get(second["CSV"]).status_code == 404
    assert SpentToken.objects.count() == 1


def test_an_address_ends_with_the_sign_in_that_asked_for_it(account: BankAccount) -> None:
    user = build.first_owner(account)
    session = tokens.session(user)
    found = list(links(user, session).values())
    sessions.end(session_id=session.pk, now=build.NOW)
    assert Client().get(found[0]).status_code == 404
    other = list(links(user).values())
    user.set_password("another password")
    user.save()
    assert Client().get(other[0]).status_code == 404
    third = list(links(user).values())
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert Client().get(third[0]).status_code == 404
    assert not SpentToken.objects.exists()


def test_an_address_says_for_whom_and_what_and_nobody_can_change_that(account: BankAccount, stranger: User) -> None:
    address = links(build.first_owner(account))["CSV"]
    ticket = address.split("/")[-2]
    for changed in (ticket[:-1], ticket[1:], ticket.replace(":", ""), ticket.swapcase(), "x", ":", "x" * 5000, "%00"):
        assert Client().get(f"/api/v1/exports/once/{changed}/").status_code == 404
    assert content(Client(headers=tokens.bearer(stranger)).get(address)) == homes.taken(
        build.first_owner(account), "csv"
    )


def test_only_a_get_uses_an_address_up(account: BankAccount) -> None:
    address = links(build.first_owner(account))["CSV"]
    for method in ("head", "post", "put", "delete", "options", "patch"):
        assert getattr(Client(), method)(address).status_code in (200, 405)
    assert not SpentToken.objects.exists()
    content(Client().get(address))


def test_two_uses_at_the_same_time_give_one_file(account: BankAccount) -> None:
    """Whoever writes the row first has it; the other one's insert fails."""
    user = build.first_owner(account)
    ticket = tickets.issue("csv", session_id=tokens.session(user).pk, now=build.NOW)
    assert tickets.redeem(ticket, now=build.NOW) == ("csv", user)
    with pytest.raises(errors.NotFound):
        tickets.redeem(ticket, now=build.NOW)
    assert not connection.needs_rollback


def test_a_key_of_the_service_signs_addresses_for_nothing_else(account: BankAccount) -> None:
    """What another part of the service signed opens nothing."""
    session = tokens.session(build.first_owner(account))
    until = int((build.NOW + timedelta(minutes=5)).timestamp())
    for salt in ("django.core.signing", "mibudge", tickets.SALT + "x"):
        forged = signing.dumps(["csv", session.pk.hex, "0" * 24, until], salt=salt)
        assert Client().get(f"/api/v1/exports/once/{forged}/").status_code == 404
