"""The export for Beancount: an independent ledger reads it without an error, and agrees to the cent."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.ledger.services import budgets
from tests import build
from tests.exports import books
from tests.exports import home as homes
from tests.exports.home import ODD, Home

pytestmark = pytest.mark.django_db

HOSTILE = (
    *("", "-", "🎉", "a:b", "a b", "lower", "ßharp", "食費", "1st", "--x--", "x;y", 'quo"te', "back\\slash"),
    *("é", "e\u0301", "\u0600", "\u01c6", "\U0001d509raktur", "\u2177"),
    *("Unallocated", "Assets", "In-Transit", "new\nline", "tab\there"),
    *("a" * 200, "b" * 99 + "x", "* heading", "2026-01-01 open Assets:Evil", '"\n2026-01-01 open Assets:Evil'),
    *("{}", "#tag ^link", "\u2028", "\x1b[31m", "; comment", "\\", '\\"', "\\n"),
)


def test_beancount_agrees_with_a_home_of_everything(home: Home) -> None:
    for user in (home.owner, home.partner):
        books.agree(user)


def test_bean_check_accepts_the_file(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "books.beancount"
    file.write_bytes(homes.taken(home.owner, "beancount"))
    command = [sys.executable, "-m", "beancount.scripts.check", str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    file.write_bytes(file.read_bytes().replace(b" balance Assets:Checking  ", b" balance Assets:Checking  1"))
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 1


def test_what_the_file_asserts_is_exact(home: Home) -> None:
    asserted = [line for line in homes.taken(home.owner, "beancount").decode().splitlines() if " balance " in line]
    assert asserted
    assert all(" ~ 0 " in line for line in asserted)


def test_somebody_who_owns_nothing_gets_an_empty_book(stranger: User) -> None:
    assert books.agree(stranger).entries == []


def test_each_part_of_a_transaction_is_told_with_its_category(account: BankAccount, groceries: Budget) -> None:
    row = build.transaction(account, amount="-30.00", raw_description="SHOP", splits={groceries: "20.00"})
    Entry.objects.filter(transaction=row, budget=groceries).update(category="Food & Drink:Groceries", memo="bread")
    found = books.agree(build.first_owner(account)).of(row)
    assert [(each.account, each.units.number) for each in found.postings] == [
        ("Assets:Checking:Unallocated", Decimal("-10.00")),
        ("Expenses:Uncategorized:Unassigned", Decimal("10.00")),
        ("Assets:Checking:Groceries", Decimal("-20.00")),
        ("Expenses:Food-Drink:Groceries", Decimal("20.00")),
    ]
    assert found.postings[2].meta["memo"] == "bread"


@pytest.mark.parametrize(
    ("amount", "category", "account_name"),
    [
        ("5", "Uncategorized:Unassigned", "Income:Uncategorized:Unassigned"),
        ("-5", "Uncategorized:Unassigned", "Expenses:Uncategorized:Unassigned"),
        ("5", "Income:Paycheck", "Income:Paycheck"),
        ("-5", "Income:Paycheck", "Income:Paycheck"),
        ("5", "Education: Tuition & Fees", "Expenses:Education:Tuition-Fees"),
        ("-5", "Education: Tuition & Fees", "Expenses:Education:Tuition-Fees"),
        ("-5", "", "Expenses:Uncategorized:Unassigned"),
    ],
)
def test_income_is_told_from_expenses(account: BankAccount, amount: str, category: str, account_name: str) -> None:
    row = build.transaction(account, amount=amount)
    Entry.objects.filter(transaction=row).update(category=category)
    assert books.agree(build.first_owner(account)).of(row).postings[1].account == account_name


def test_money_between_ones_own_accounts_is_neither_income_nor_expense(home: Home) -> None:
    found = books.agree(home.owner)
    out = Transaction.objects.get(bank_account=home.checking, amount=-60)
    assert out.linked_transaction
    one, other = found.of(out), found.of(out.linked_transaction)
    assert one.links == other.links != frozenset()
    assert one.postings[1].account == other.postings[1].account == "Assets:In-Transit"
    assert found.balances["Assets:In-Transit"] == 0


def test_a_link_into_an_account_of_somebody_else_is_not_told(home: Home) -> None:
    row = Transaction.objects.get(bank_account=home.shared, amount=-7)
    found = books.agree(home.owner).of(row)
    assert not found.links
    assert found.postings[1].account == "Expenses:Uncategorized:Unassigned"
    theirs = books.agree(home.partner)
    assert theirs.of(row).links
    assert theirs.balances["Assets:In-Transit"] == 0


def test_what_is_pending_has_another_flag(home: Home) -> None:
    row = Transaction.objects.get(bank_account=home.checking, pending=True)
    assert books.agree(home.owner).of(row).flag == "!"


def test_a_credit_card_is_a_liability(home: Home) -> None:
    assert books.agree(home.owner).of(home.card).account == "Liabilities:Visa"


def test_any_name_and_any_text_can_stand_in_the_file(owner: User) -> None:
    made = []
    for number, text in enumerate(HOSTILE):
        account = build.account(owner=owner, name="Checking", balance=number)
        BankAccount.objects.filter(pk=account.pk).update(name=text)
        for _ in range(2):
            budget = build.budget(account, name="x", balance="1.00")
            Budget.objects.filter(pk=budget.pk).update(name=text)
        row = build.transaction(account, amount="-3.00", raw_description=text or "x", memo=text)
        Transaction.objects.filter(pk=row.pk).update(description=text, party=text)
        Entry.objects.filter(transaction=row).update(memo=text)
        made.append((account, row, text))
    found = books.agree(owner)
    for account, row, text in made:
        assert found.of(account).meta["name"].split() == text.translate(dict.fromkeys(range(32), " ")).split()
        assert found.of(row).narration.split() == (found.of(account).meta["name"] if text else "x").split()
    assert "Assets:Evil" not in {each.account for each in found.opened.values()}


def test_texts_are_whole_but_for_their_lines(home: Home) -> None:
    row = Transaction.objects.get(bank_account=home.checking, memo=ODD)
    assert books.agree(home.owner).of(row).meta["memo"] == " ".join(ODD.split())


def test_days_that_beancount_cannot_read_are_moved_to_the_nearest(account: BankAccount) -> None:
    build.transaction(account, amount="-1.00", posted_date="0900-01-01")
    build.transaction(account, amount="-2.00", posted_date="9999-12-30")
    found = books.agree(build.first_owner(account))
    assert {each.date.year for each in found.transactions() if "id" in each.meta} == {1700, 2099}


def test_archived_and_deleted_budgets_are_told(home: Home) -> None:
    found = books.agree(home.owner)
    told = {each.name: found.of(each).meta["kind"] for each in Budget.objects.filter(bank_account=home.checking)}
    assert told["Once"] == "Goal, archived"
    assert told["Never"] == "Goal, deleted"
    assert told["Unallocated"] == "Unallocated"


def test_a_transfer_moves_between_two_budgets(account: BankAccount, groceries: Budget, rent: Budget) -> None:
    build.transfer(account, source=groceries, target=rent, amount="4.00")
    budgets.archive(actor=build.first_owner(account), budget_id=rent.pk, now=build.NOW)
    moved = [each.postings for each in books.agree(build.first_owner(account)).transactions()][1:]
    assert [(post.account.split(":")[-1], post.units.number) for pair in moved for post in pair] == [
        ("Groceries", -4), ("Rent", 4), ("Rent", -4), ("Unallocated", 4),
    ]  # fmt: skip


def test_more_rows_take_no_more_queries(account: BankAccount) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            homes.taken(build.first_owner(account), "beancount")
        return len(captured)

    build.transaction(account)
    few = queries()
    for _ in range(20):
        build.transaction(account, amount="-1.00")
    assert queries() == few
