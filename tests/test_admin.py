"""The admin keeps banks and switches users; ledger rows can only be looked at."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from backend import clock
from backend.ledger import errors
from backend.ledger.models import Bank, BankAccount, Budget, Entry, FundingEvent, Transaction, Transfer, User
from backend.ledger.selectors import sign_ins
from backend.ledger.services import funding_events, passwords, sign_in
from tests import build
from tests.conftest import PASSWORD
from tests.ledger import states

LEDGER = [BankAccount, Budget, Transaction, Transfer, Entry, FundingEvent]


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    """A browser in which a superuser is signed in."""
    client.force_login(User.objects.create_superuser("admin", password="a password of the admin"))
    return client


def test_a_bank_can_be_added_and_changed(desk: Client) -> None:
    form = {"name": "First Bank", "routing_number": "1", "default_currency": "EUR"}
    desk.post(reverse("admin:ledger_bank_add"), form)
    made = Bank.objects.get()

    desk.post(reverse("admin:ledger_bank_change", args=[made.pk]), form | {"name": "Second Bank"})

    changed = Bank.objects.get()
    assert (changed.pk, changed.name, changed.default_currency) == (made.pk, "Second Bank", "EUR")
    assert changed.created_at == made.created_at < changed.modified_at


@pytest.mark.parametrize("model", LEDGER)
def test_ledger_rows_can_be_looked_at_and_nothing_else(desk: Client, model: type[Model]) -> None:
    name = f"admin:ledger_{model._meta.model_name}"

    rows = desk.get(reverse(f"{name}_changelist"))

    assert rows.status_code == 200
    assert "delete_selected" not in rows.content.decode()
    assert desk.get(reverse(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("page", ["change", "delete"])
def test_no_ledger_row_can_be_changed_or_deleted(desk: Client, account: BankAccount, page: str) -> None:
    plan = build.budget(account, funding_schedule="RRULE:FREQ=WEEKLY", balance="5.00")
    build.transaction(account)
    funding_events.skip(actor=build.first_owner(account), budget_id=plan.pk, on=build.TODAY, now=build.NOW)
    before = states.fingerprint_of(account)
    for model in LEDGER:
        row = model._default_manager.all()[:1].get()
        url = reverse(f"admin:ledger_{model._meta.model_name}_{page}", args=[row.pk])
        assert desk.get(url).status_code == (200 if page == "change" else 403)
        assert desk.post(url, {"name": "x", "amount": "1.00", "post": "yes"}).status_code == 403

    assert states.fingerprint_of(account) == before


def test_a_user_can_be_switched_off_but_not_renamed_or_added(desk: Client, stranger: User) -> None:
    form = {"username": "renamed", "name": "Somebody", "is_active": ""}

    assert desk.post(reverse("admin:ledger_user_change", args=[stranger.pk]), form).status_code == 302
    assert desk.get(reverse("admin:ledger_user_add")).status_code == 403

    stranger.refresh_from_db()
    assert (stranger.username, stranger.name, stranger.is_active) == ("stranger", "Somebody", False)


def test_an_ordinary_user_is_turned_away(client: Client, owner: User) -> None:
    client.force_login(owner)

    assert client.get(reverse("admin:index")).status_code == 302


def told(client: Client, username: str, password: str, *, address: str = "192.0.2.1") -> str:
    """What the page answers to a sign-in; nothing where it leads on."""
    form = {"username": username, "password": password, "next": reverse("admin:index")}
    answer = client.post(reverse("admin:login"), form, REMOTE_ADDR=address)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_passwords_cannot_be_guessed_at_the_admin_either(client: Client, staff: User) -> None:
    for _ in range(sign_in.PER_ORIGIN):
        assert "correct username" in told(client, "staff", "a guess")

    assert "Too many failed attempts" in told(client, "Staff", PASSWORD)
    assert not told(Client(), "staff", PASSWORD, address="192.0.2.2")


def test_what_is_guessed_at_the_admin_counts_at_the_api(client: Client, staff: User) -> None:
    for _ in range(sign_in.PER_ORIGIN):
        told(client, "staff", "a guess")

    with pytest.raises(errors.TooManyAttempts):
        sign_in.checked(username="staff", password=PASSWORD, address="192.0.2.1", now=clock.now())


def test_who_is_no_staff_is_answered_like_who_is_not_there(client: Client, owner: User) -> None:
    there, not_there = told(client, "owner", PASSWORD), told(client, "nobody", PASSWORD)

    assert "correct username" in there
    assert there.count("correct username") == not_there.count("correct username")


def test_who_signs_out_everywhere_is_out_of_the_admin_too(client: Client, staff: User) -> None:
    assert not told(client, "staff", PASSWORD)
    assert client.get(reverse("admin:index")).status_code == 200
    assert sign_ins.sessions(staff, now=clock.now()).count() == 1

    passwords.end_all(actor=staff, revoke_tokens=False, now=clock.now())

    assert client.get(reverse("admin:index")).status_code == 302


def test_a_sign_in_to_the_admin_is_one_of_the_users_and_ends_with_it(client: Client, staff: User) -> None:
    assert not told(client, "staff", PASSWORD)
    assert not told(Client(), "staff", PASSWORD)

    client.post(reverse("admin:logout"))

    assert sign_ins.sessions(staff, now=clock.now()).count() == 1
    assert client.get(reverse("admin:index")).status_code == 302


def test_every_table_of_the_admin_is_listed_here() -> None:
    ours = {model for model in admin.site._registry if model._meta.app_label == "ledger"}

    assert ours == {Bank, User, *LEDGER}
