"""What lies encrypted in the database: nobody reads it there, every owner reads it as it was."""

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client

from backend import prepare
from backend.ledger.models import BankAccount, IdempotencyKey, User
from backend.ledger.models.sealed import MARK
from backend.ledger.services import accounts, idempotency, sealing
from tests import build, tokens

NUMBER = "DE89370400440532013000"


def stored(table: str, column: str) -> list[Any]:
    """The values of a column as they lie in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY {column}")  # noqa: S608  tables' own names
        return [value for (value,) in cursor.fetchall()]


def numbers() -> list[Any]:
    return stored("ledger_bankaccount", "account_number")


@pytest.fixture
def numbered(owner: User) -> BankAccount:
    return build.account(owner=owner, account_number=NUMBER)


@pytest.fixture
def other_key(settings: Any) -> str:
    """From here on another data key is in use, and the one so far is gone."""
    key = secrets.token_urlsafe(48)
    settings.DATA_KEYS = [key]
    return key


def test_an_account_number_is_read_as_it_was_and_cannot_be_seen_in_the_table(numbered: BankAccount) -> None:
    assert BankAccount.objects.get().account_number == NUMBER
    [found] = numbers()
    assert found.startswith(MARK)
    assert NUMBER not in found
    assert NUMBER[-4:] not in found


def test_no_number_is_none(owner: User) -> None:
    build.account(owner=owner)

    assert BankAccount.objects.get().account_number is None
    assert numbers() == [None]


def test_two_equal_numbers_do_not_look_equal(owner: User, stranger: User) -> None:
    for user in (owner, stranger):
        build.account(owner=user, account_number=NUMBER)

    assert len(set(numbers())) == 2


def test_a_changed_number_is_sealed_too(numbered: BankAccount, owner: User) -> None:
    accounts.update(actor=owner, account_id=numbered.pk, changes={"account_number": "12345678"}, now=build.NOW)

    assert BankAccount.objects.get().account_number == "12345678"
    [found] = numbers()
    assert "12345678" not in found


def test_no_row_is_looked_up_by_what_is_sealed(numbered: BankAccount) -> None:
    assert BankAccount.objects.filter(account_number__isnull=True).count() == 0
    for lookup in ("", "__contains", "__in", "__startswith"):
        with pytest.raises(FieldError):
            BankAccount.objects.filter(**{f"account_number{lookup}": NUMBER}).exists()


def test_answers_kept_for_a_second_try_do_not_tell_the_number(client: Client, owner: User) -> None:
    body = {"name": "New", "bank": str(build.bank().pk), "account_number": NUMBER}
    headers = {**tokens.bearer(owner), "Idempotency-Key": "once"}

    first, again = (
        client.post("/api/v1/bank-accounts/", body, content_type="application/json", headers=headers) for _ in range(2)
    )

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["account_number"] == NUMBER
    assert all(NUMBER not in answer for answer in stored("ledger_idempotencykey", "answer"))


def test_text_of_a_version_that_did_not_encrypt_is_read_and_sealed_at_the_next_write(numbered: BankAccount) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_bankaccount SET account_number = '4711'")

    assert BankAccount.objects.get().account_number == "4711"
    assert sealing.reseal() == 1
    assert numbers() != ["4711"]
    assert BankAccount.objects.get().account_number == "4711"


def test_the_wrong_key_says_so_instead_of_showing_rubbish(numbered: BankAccount, other_key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MIBUDGE_DATA_KEY"):
        BankAccount.objects.get()
    with pytest.raises(ImproperlyConfigured, match="MIBUDGE_DATA_KEY"):
        sealing.check()


def test_the_service_does_not_start_with_the_wrong_key(numbered: BankAccount, other_key: str) -> None:
    with pytest.raises(SystemExit, match="MIBUDGE_DATA_KEY"):
        prepare.check_data_key()


def test_the_right_key_passes_the_check(numbered: BankAccount) -> None:
    sealing.check()


def test_a_key_is_exchanged_without_losing_anything(
    owner: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = settings.DATA_KEYS[0], secrets.token_urlsafe(48)
    wanted = sorted(f"{place:08}" for place in range(sealing.ROWS_AT_ONCE + 2))
    bank = build.bank()
    for number in wanted:
        build.account(owner=owner, at_bank=bank, account_number=number)
    idempotency.once(
        user=owner, key="k", asked="a", now=build.NOW, act=lambda: idempotency.Answer(status=201, body="answer")
    )

    settings.DATA_KEYS = [new, old]
    call_command("reseal")
    assert capsys.readouterr().out == f"{len(wanted) + 1} values were encrypted anew.\n"
    assert sealing.reseal() == 0

    settings.DATA_KEYS = [new]
    assert sorted(row.account_number or "" for row in BankAccount.objects.all()) == wanted
    assert IdempotencyKey.objects.get().answer == "answer"


def test_what_was_not_resealed_yet_can_be_read_meanwhile(numbered: BankAccount, settings: Any) -> None:
    settings.DATA_KEYS = [secrets.token_urlsafe(48), *settings.DATA_KEYS]
    build.account(owner=numbered.owners.get(), account_number="new", now=build.NOW + timedelta(days=1))

    assert {row.account_number for row in BankAccount.objects.all()} == {NUMBER, "new"}
