"""The table for spreadsheets: nothing in it is a formula, numbers are numbers, and the import reads it again."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.ledger.selectors.exports import sheet
from backend.ledger.services import accounts, imports
from backend.ledger.statements import contained
from tests import build
from tests.exports import books
from tests.exports import home as homes
from tests.exports.formulas import PREFIXES
from tests.exports.home import ODD, Home
from tests.ledger import states

pytestmark = pytest.mark.django_db

TEXTS = ("Description", "Bank account", "Own description", "Party", "Own note", "Budgets")
NUMBERS = ("Amount", "Available after", "Posted after")


def table(user: User, account: BankAccount | None = None) -> list[dict[str, str]]:
    text = homes.taken(user, "csv", account_id=account and account.pk).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("prefix", PREFIXES, ids=repr)
def test_no_text_of_any_field_is_a_formula_in_any_export(account: BankAccount, groceries: Budget, prefix: str) -> None:
    text = f"{prefix}1+1"
    row = build.transaction(account, amount="-3.00", splits={groceries: "3.00"})
    if "\0" in prefix and connection.vendor == "postgresql":
        with pytest.raises((ValueError, DataError), match="NUL"), transaction.atomic():
            Transaction.objects.filter(pk=row.pk).update(memo=text)
        return
    BankAccount.objects.filter(pk=account.pk).update(name=text)
    Budget.objects.filter(pk=groceries.pk).update(name=text, memo=text)
    Transaction.objects.filter(pk=row.pk).update(raw_description=text, description=text, party=text, memo=text)
    Entry.objects.filter(transaction=row).update(memo=text)
    owner = build.first_owner(account)

    [cells] = table(owner)
    for column in TEXTS:
        expected = f"{text}: -3.00" if column == "Budgets" else text
        assert cells[column] == "'" + expected.replace("\0", " ")
    assert [cells[column] for column in NUMBERS] == ["-3.00", "997.00", "997.00"]

    document = json.loads(homes.taken(owner))
    [told] = document["transactions"]
    assert [told[field] for field in ("raw_description", "description", "party", "memo")] == [text] * 4
    assert document["accounts"][0]["name"] == text
    assert {each["memo"] for each in document["entries"]} == {text}
    assert [each["memo"] for each in document["budgets"] if each["name"] == text] == [text]

    book = books.agree(owner)
    whole = " ".join(text.replace("\0", " ").split())
    assert book.of(account).meta["name"] == book.of(groceries).meta["name"] == whole
    assert (book.of(row).payee, book.of(row).narration, book.of(row).meta["memo"]) == (whole, whole, whole)


def test_numbers_are_numbers_in_the_decimals_of_their_currency(home: Home) -> None:
    rows = table(home.owner)
    for row in rows:
        for column in NUMBERS:
            Decimal(row[column])
    amounts = {(row["Currency"], row["Amount"]) for row in rows}
    assert {("JPY", "-1200"), ("KWD", "-10.005"), ("USD", "-42.10")} <= amounts


def test_each_transaction_is_a_row_in_the_order_of_the_ledger(home: Home) -> None:
    ids = [row["Transaction id"] for row in table(home.owner, home.checking)]
    found = Transaction.objects.filter(bank_account=home.checking).order_by("posted_date", "seq")
    assert ids == [str(row.pk) for row in found]
    everything = {row["Transaction id"] for row in table(home.owner)}
    assert len(everything) == Transaction.objects.exclude(bank_account=home.theirs).count()


def test_a_row_tells_how_the_money_lies(account: BankAccount, groceries: Budget) -> None:
    row = build.transaction(account, amount="-30.00", splits={groceries: "20.00"}, pending=True)
    Entry.objects.filter(transaction=row, budget=groceries).update(category="Food & Drink:Groceries")
    [cells] = table(build.first_owner(account))
    assert cells["Budgets"] == "Unallocated: -10.00; Groceries: -20.00"
    assert cells["Category"] == "Uncategorized:Unassigned; Food & Drink:Groceries"
    assert (cells["Pending"], cells["Type"], cells["Date"]) == ("yes", "Signature Purchase", "2026-06-15")
    assert (cells["Available after"], cells["Posted after"]) == ("970.00", "1000.00")


def test_a_link_is_told_where_both_sides_are_ones_own(home: Home) -> None:
    linked = {row["Amount"]: row["Linked with"] for row in table(home.owner, home.shared)}
    assert linked["60.00"] == str(Transaction.objects.get(bank_account=home.checking, amount=-60).pk)
    assert linked["-7.00"] == ""


def test_somebody_elses_account_is_not_there(home: Home) -> None:
    with states.refused(errors.NotFound, field="bank_account"):
        homes.taken(home.owner, "csv", account_id=home.theirs.pk)


def test_only_a_table_is_of_one_account(home: Home) -> None:
    for format in ("json", "beancount"):  # noqa: A001  the API's word
        with states.refused(errors.InvalidValue, field="bank_account"):
            homes.taken(home.owner, format, account_id=home.checking.pk)
    with states.refused(errors.InvalidValue, field="format"):
        homes.taken(home.owner, "xlsx")


def bank_facts(account: BankAccount) -> list[tuple[object, ...]]:
    """What a bank would tell of the account's transactions, and what the account came to by them."""
    rows = Transaction.objects.filter(bank_account=account).order_by("posted_date", "pending", "seq")
    return [
        (row.posted_date.date(), row.amount, row.pending, " ".join(row.raw_description.split()), row.transaction_date)
        for row in rows
    ]


def test_the_import_reads_the_table_again_and_comes_to_the_same(owner: User) -> None:
    account = build.account(owner=owner, balance="1000.00", name="Old")
    texts = [f"{prefix}SHOP" for prefix in PREFIXES if prefix != "\0"] + [
        ODD,
        "a, b; c",
        "'s Hertogenbosch",
        "'=x",
        "' y",
    ]
    for number, text in enumerate(texts):
        build.transaction(
            account,
            amount=f"{(-1) ** number * (number + 1)}.{number:02}",
            raw_description=text,
            posted_date=-number // 2,
        )
    build.transaction(account, amount="-9.99", raw_description="=PENDING()", pending=True)
    Transaction.objects.update(transaction_date=build.NOW.replace(hour=0))
    [statement] = contained.read(homes.taken(owner, "csv"), name="export.csv")
    again = build.account(owner=owner, balance="1000.00", name="New")
    imports.run(actor=owner, account_id=again.pk, statement=statement, source="csv", now=build.NOW)
    assert bank_facts(again) == bank_facts(account)
    account.refresh_from_db()
    again.refresh_from_db()
    assert (again.available_balance, again.posted_balance) == (account.available_balance, account.posted_balance)
    assert imports.run(actor=owner, account_id=again.pk, statement=statement, source="csv", now=build.NOW).new == 0


def test_a_table_of_several_accounts_is_taken_apart_again(home: Home) -> None:
    """Equal names and long ones are told apart too."""
    for _ in range(2):
        build.transaction(build.account(owner=home.owner, name="Twin " * 12), amount="-1.00")
    statements = contained.read(homes.taken(home.owner, "csv"), name="export.csv")
    found = sorted((each.currency, len(each.rows)) for each in statements)
    mine = BankAccount.objects.filter(owners=home.owner)
    assert found == sorted((str(each.currency), each.transactions.count()) for each in mine)
    assert {"Household", "Visa", "円"} <= {each.account_name for each in statements}


def test_the_command_that_imports_finds_the_accounts_of_a_table(home: Home, tmp_path: Path) -> None:
    """By their names; what is known is not entered again, and what was deleted comes back."""
    file = tmp_path / "export.csv"
    file.write_bytes(homes.taken(home.owner, "csv", account_id=home.shared.pk))
    before = bank_facts(home.shared)
    accounts.delete(actor=home.owner, account_id=home.shared.pk, now=build.NOW)
    again = build.account(owner=home.owner, name="Household", balance="500.00")
    for _ in range(2):
        call_command("import_statement", str(file), user="owner", stdout=io.StringIO())
    assert [facts[:4] for facts in bank_facts(again)] == [facts[:4] for facts in before]


def test_more_rows_take_no_more_queries(account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for one with each chunk."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            homes.taken(build.first_owner(account), "csv")
        return len(captured)

    build.transaction(account)
    few = queries()
    for _ in range(9):
        build.transaction(account, amount="-1.00")
    assert queries() == few
    monkeypatch.setattr(sheet, "CHUNK", 5)
    assert queries() == few + 1
