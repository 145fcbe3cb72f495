"""What the JSON export holds: everything, of one moment, in constant memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import FileField, ForeignKey
from django.test.utils import CaptureQueriesContext

from backend.ledger import models
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import snapshot
from backend.ledger.selectors.exports import document, tables
from backend.ledger.services.restoring import values
from tests import build
from tests.exports import home as homes
from tests.exports.home import Home

pytestmark = pytest.mark.django_db

LEFT_OUT = {
    models.ApiToken: "a token is of its instance",
    models.Invitation: "so is an invitation",
    models.IdempotencyKey: "answers that are kept for a week",
    models.Session: "a sign-in is of its instance",
    models.SpentToken: "so is a token",
    models.FailedSignIn: "so is a wrong password",
    models.User: "people are told by their names",
    models.Webhook: "what an instance tells to others, with secrets",
    models.WebhookDelivery: "what it told them",
}
TABLES = (tables.BANKS, tables.ACCOUNTS, *tables.BELOW)


def test_no_table_is_forgotten() -> None:
    """Whoever adds one exports it, or says here why not."""
    assert {table.model for table in TABLES} | set(LEFT_OUT) == set(apps.get_app_config("ledger").get_models())


def test_no_column_is_forgotten() -> None:
    left_out = {(table.name, name) for table in TABLES for name in table.without}
    assert left_out == {
        ("history", "id"),
        ("accounts", "webhook_kinds"),
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_can_be_read_again(table: tables.Table) -> None:
    known = (
        *(kind for kind, _ in values.READERS),
        models.AmountField,
        ForeignKey,
        FileField,
    )
    assert [field.name for field in table.fields if not isinstance(field, known)] == []


def test_every_row_of_the_home_is_there(home: Home) -> None:
    found = homes.document(home.owner)
    for table in tables.BELOW:
        mine = table.model._default_manager.exclude(bank_account=home.theirs)
        if table.model is models.StatementImport:
            mine = mine.exclude(status="previewed")
        if table.model is models.Change:
            mine = mine.exclude(row_id__in=models.StatementImport.objects.filter(status="previewed").values("pk"))
        assert len(found[table.name]) == mine.count() > 0
    assert {row["name"] for row in found["accounts"]} == {"Checking", "Household", "円", "Visa"}
    assert [row["name"] for row in found["budgets"] if row["deleted_at"]] == ["Never"]
    assert found["user"] == {
        "username": "owner",
        "name": "Ana",
        "timezone": "Europe/Lisbon",
        "default_bank_account": str(home.checking.pk),
    }


def test_amounts_are_texts_in_the_decimals_of_their_currency(home: Home) -> None:
    found = homes.document(home.owner)
    balances = {row["currency"]: row["available_balance"] for row in found["accounts"] if row["name"] != "Household"}
    assert (balances["JPY"], balances["KWD"]) == ("7800.00", "-11.239")
    assert {type(row["amount"]) for section in ("transactions", "entries", "transfers") for row in found[section]} == {
        str
    }


def test_equal_ledgers_give_equal_documents_whatever_order_a_database_keeps_names_in(account: BankAccount) -> None:
    budget, user = build.budget(account), build.first_owner(account)
    texts = []
    for rule in ({"party": "a", "max": "1"}, {"max": "1", "party": "a"}):
        Budget.objects.filter(pk=budget.pk).update(auto_spend=[rule])
        texts.append(homes.taken(user))
    assert texts[0] == texts[1]


def test_each_row_is_a_line(home: Home) -> None:
    lines = homes.taken(home.owner).decode().split("\n")
    rows = [json.loads(line.rstrip(",")) for line in lines if line.startswith("{") and line != "{"]
    found = homes.document(home.owner)
    assert len(rows) == sum(len(section) for section in found.values() if isinstance(section, list))


def test_the_members_come_in_their_order(home: Home) -> None:
    assert tuple(homes.document(home.owner)) == tables.SECTIONS


def test_somebody_who_owns_nothing_gets_a_whole_document(stranger: User) -> None:
    found = homes.document(stranger)
    assert [name for name in tables.SECTIONS[4:] if found[name]] == []
    homes.restore(homes.written(found), user=stranger)


def test_what_is_written_meanwhile_is_not_in_it(account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queries run within one snapshot, whoever reads the pieces how slowly."""
    user = build.first_owner(account)
    inside: list[bool] = []

    @contextmanager
    def reading() -> Iterator[None]:
        inside.append(True)
        yield
        inside.append(False)

    def pieces(*_: object, **__: object) -> Iterator[bytes]:
        assert inside == [True]
        yield b"{}"

    monkeypatch.setattr(snapshot, "reading", reading)
    monkeypatch.setattr(document, "pieces", pieces)
    assert homes.taken(user) == b"{}"
    assert inside == [True, False]


def test_more_rows_take_no_more_queries(account: BankAccount, groceries: Budget) -> None:
    """Until a chunk is full."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            homes.taken(build.first_owner(account))
        return len(captured)

    build.transaction(account, splits={groceries: "1.00"})
    few = queries()
    for _ in range(20):
        build.transaction(account, amount="-2.00", splits={groceries: "1.00"})
    assert queries() == few <= 25


def test_a_file_that_was_lost_is_left_out(home: Home) -> None:
    whole = homes.document(home.owner)
    assert [file["name"][-4:] for file in whole["files"]] == [".png", ".pdf"]
    models.Transaction.objects.get(image=home.picture).image.storage.delete(home.picture)
    assert [file["name"][-4:] for file in homes.document(home.owner)["files"]] == [".pdf"]
