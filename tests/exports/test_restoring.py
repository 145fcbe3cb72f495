"""A JSON export becomes the same ledger again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model, QuerySet

from backend.ledger import access, errors, posting
from backend.ledger.models import (
    AutoSpendRun,
    Bank,
    BankAccount,
    Budget,
    Change,
    Entry,
    FundingEvent,
    StatementImport,
    Transaction,
    Transfer,
    User,
)
from backend.ledger.selectors.exports import tables
from backend.ledger.services import import_hindrances, import_revert, sessions, transactions
from tests import build
from tests.exports import home as homes
from tests.exports.home import Document, Home
from tests.ledger import states
from tests.services import funded

pytestmark = pytest.mark.django_db

BELOW = (Budget, FundingEvent, Transfer, Transaction, Entry, AutoSpendRun, StatementImport)
NOT_EQUAL = {"last_change": "a line of this instance's history"}


def rows(user: User) -> dict[str, list[object]]:
    """Every column of every row that the user owns, but for who acted."""
    mine: dict[type[Model], QuerySet[Any]] = {model: access.below(user, model) for model in BELOW}
    mine[StatementImport] = mine[StatementImport].exclude(status="previewed")
    mine[BankAccount] = access.accounts(user)
    mine[Bank] = Bank.objects.filter(accounts__in=access.accounts(user)).distinct()
    found: dict[str, list[object]] = {}
    for model, each in mine.items():
        told = [field for field in model._meta.concrete_fields if field.related_model is not User]
        columns = [field.attname for field in told if field.name not in NOT_EQUAL]
        found[model.__name__] = list(each.order_by("pk").values_list(*columns))
    return found


def test_ids_balances_versions_and_everything_else_are_as_they_were(home: Home, media: Path) -> None:
    before, text = rows(home.owner), homes.taken(home.owner)
    foreign = Transaction.objects.get(bank_account=home.shared, amount=-7)
    homes.wipe(media)
    ana = build.user("ana")
    result = homes.restore(text, user=ana)

    states.sound()
    after = rows(ana)
    at = [field.attname for field in Transaction._meta.concrete_fields].index("linked_transaction_id")
    before["Transaction"] = [
        (*row[:at], None, *row[at + 1 :]) if isinstance(row, tuple) and row[0] == foreign.pk else row
        for row in before["Transaction"]
    ]
    assert after == before
    assert result.made == ["coowner"]
    assert result.rows["accounts"] == 4
    assert {file.name for file in media.iterdir()} >= {home.picture}


def test_exported_again_it_is_the_same_document(home: Home, media: Path) -> None:
    text = homes.taken(home.owner)
    homes.wipe(media)
    homes.restore(text, user=build.user("owner"))
    assert homes.taken(User.objects.get(username="owner")) == text


def test_each_owner_of_a_shared_account_can_take_it_along(home: Home, media: Path) -> None:
    text = homes.taken(home.partner)
    homes.wipe(media)
    homes.restore(text, user=build.user("coowner"))
    states.sound()
    assert homes.taken(User.objects.get(username="coowner")) == text
    assert {each.name for each in access.accounts(User.objects.get(username="coowner"))} == {
        "Household",
        "Partner's own",
    }


def test_the_restored_ledger_goes_on(home: Home, media: Path) -> None:
    text = homes.taken(home.owner)
    funded.run(home.checking, 30)
    build.transaction(BankAccount.objects.get(pk=home.checking.pk), amount="-1.00", posted_date=-20)
    expected = dict(Budget.objects.filter(bank_account=home.checking).values_list("pk", "balance"))
    homes.wipe(media)
    homes.restore(text, user=build.user("ana"))
    account = BankAccount.objects.get(pk=home.checking.pk)
    funded.run(account, 30)
    build.transaction(account, amount="-1.00", posted_date=-20)
    assert dict(Budget.objects.filter(bank_account=account).values_list("pk", "balance")) == expected
    states.sound()


def test_the_history_is_kept_in_its_order(home: Home, media: Path) -> None:
    def told() -> list[dict[str, Any]]:
        columns = ("at", "actor__username", "door", "noun", "row_id", "action", "dated", "values")
        seen = StatementImport.objects.filter(status="previewed").values("pk")
        kept = Change.objects.filter(bank_account=home.checking).exclude(row_id__in=seen)
        lines = list(kept.order_by("pk").values(*columns))
        for values in [line["values"] for line in lines if "skipped_by_id" in line["values"]]:
            values["skipped_by_id"] = [key and User.objects.get(pk=key).username for key in values["skipped_by_id"]]
        return lines

    before, text = told(), homes.taken(home.owner)
    homes.wipe(media)
    homes.restore(text, user=build.user("owner"))
    assert told() == before
    assert any(line["values"].get("skipped_by_id") == [None, "owner"] for line in before)


def test_every_user_of_whom_the_history_keeps_the_key_is_known_by_name_in_a_document() -> None:
    kept = {
        field.attname
        for model, kind in posting.journal.KINDS.items()
        for field in model._meta.concrete_fields
        if tables.is_user(field) and field.attname in kind.fields
    }
    assert kept == tables.USERS_IN_HISTORY


def test_restored_imports_know_what_was_left_out_and_what_stands_in_the_way(home: Home, media: Path) -> None:
    def told() -> list[Any]:
        records = list(StatementImport.objects.filter(status="committed").order_by("pk"))
        assert [len(record.left_out) for record in records].count(1) == 1
        assert [len(record.undo) for record in records].count(1) == 1
        return [(record.pk, list(hindrances(record))) for record in records]

    def hindrances(record: StatementImport) -> Iterator[Any]:
        entered, settled = import_revert.rows_of(record)
        return iter(list(import_hindrances.found(record, entered=entered, settled=settled.values())))

    edited = Transaction.objects.get(bank_account=home.checking, raw_description="BANK ROW")
    transactions.update(actor=home.owner, transaction_id=edited.pk, changes={"memo": "mine"}, now=build.NOW)
    before, text = told(), homes.taken(home.owner)
    assert sorted(len(found) for _, found in before) == [0, 1, 1]
    homes.wipe(media)
    owner = build.user("owner")
    homes.restore(text, user=owner)
    assert told() == before
    [free] = [key for key, found in before if not found]
    import_revert.revert(actor=owner, import_id=free, now=build.NOW)
    states.sound()


def test_a_document_of_the_first_version_has_no_imports(document: Document, media: Path) -> None:
    document["version"] = 1
    del document["statement_imports"]
    for row in document["transactions"]:
        del row["statement_import"], row["statement_place"]
    document["history"] = [line for line in document["history"] if line["noun"] != Change.Noun.STATEMENT_IMPORT]
    homes.restore(homes.written(document), user=User.objects.get(username="ana"), known=["ana"])
    states.sound()


def test_people_of_the_document_get_in_only_by_a_password_of_this_instance(home: Home, media: Path) -> None:
    text = homes.taken(home.owner)
    homes.wipe(media)
    homes.restore(text, user=build.user("ana"))
    made = User.objects.get(username="coowner")
    assert not made.has_usable_password()
    assert not made.is_staff
    assert not made.is_superuser
    assert (made.name, made.timezone) == ("Paula", "Asia/Tokyo")
    assert list(access.accounts(made).values_list("name", flat=True)) == ["Household"]
    assert build.first_owner(BankAccount.objects.get(pk=home.shared.pk)) == made


def test_somebody_who_is_here_already_takes_part_only_if_that_is_said(home: Home, media: Path) -> None:
    text = homes.taken(home.owner)
    homes.wipe(media)
    ana, other = build.user("ana"), build.user("Coowner")
    with states.refused(errors.InvalidExport, field="people[0]"):
        homes.restore(text, user=ana)
    homes.restore(text, user=ana, known=["coowner"])
    assert list(access.accounts(other).values_list("name", flat=True)) == ["Household"]
    assert other.name == User.objects.get(pk=other.pk).name == ""


def test_who_is_restored_is_not_also_somebody_else(home: Home, media: Path) -> None:
    text = homes.taken(home.owner)
    homes.wipe(media)
    user = build.user("COOWNER")
    with states.refused(errors.InvalidExport, field="people[0]"):
        homes.restore(text, user=user, known=["coowner"])


def test_nothing_is_mixed_into_what_is_there(home: Home) -> None:
    text, ana = homes.taken(home.owner), build.user("ana")
    with states.refused(errors.Conflict):
        homes.restore(text, user=home.owner)
    with states.refused(errors.InvalidExport, field="accounts[0]") as refusal:
        homes.restore(text, user=ana, known=["coowner"])
    assert "already" in refusal.value.message


def test_a_bank_that_is_here_stays_as_it_is(home: Home, media: Path) -> None:
    text, key = homes.taken(home.owner), home.checking.bank_id
    homes.wipe(media)
    Bank.objects.create(pk=key, name="Known here", created_at=build.NOW, modified_at=build.NOW)
    homes.restore(text, user=build.user("ana"))
    assert Bank.objects.get(pk=key).name == "Known here"


def test_another_instance_lets_nobody_in_by_a_link_of_this_one(home: Home) -> None:
    assert b"password" not in homes.taken(home.owner).lower()
    assert str(sessions.start(home.owner, now=build.NOW).pk).encode() not in homes.taken(home.owner)
