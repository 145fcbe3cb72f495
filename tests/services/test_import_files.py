"""Which statements and files an account takes, and what they cost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.services import imports
from tests import build
from tests.build import NOW
from tests.services.imported import balances, counts, enter, row, statement, whole

pytestmark = pytest.mark.django_db


def test_another_currency_is_refused(account: BankAccount):
    with pytest.raises(errors.InvalidCurrency) as refusal:
        enter(account, row(), currency="EUR")
    assert refusal.value.field == "currency"
    assert not Transaction.objects.exists()


def test_strangers_and_staff_find_no_account(account: BankAccount, stranger: User, staff: User):
    for actor in (stranger, staff):
        with pytest.raises(errors.NotFound):
            enter(account, row(), actor=actor)
    assert not Transaction.objects.exists()


def test_a_coowner_may_import(shared_account: BankAccount, coowner: User):
    assert counts(enter(shared_account, row(), actor=coowner)) == (1, 0, 0)


def test_a_balance_that_would_pass_twelve_digits_refuses_the_whole_statement(account: BankAccount):
    with pytest.raises(errors.OutOfRange):
        enter(account, row("1"), row("2", amount="999999999999.00"))
    assert not Transaction.objects.exists()


def test_a_file_is_entered_whole_or_not_at_all(owner: User, account: BankAccount):
    parts = [(account.pk, statement(row())), (account.pk, statement(row("2"), currency="EUR"))]
    with pytest.raises(errors.InvalidCurrency):
        imports.run_file(actor=owner, parts=parts, source="ofx", now=NOW)
    assert not Transaction.objects.exists()


def test_statements_of_one_file_may_be_of_one_account(owner: User, account: BankAccount):
    parts = [(account.pk, statement(row("1"), row("2"))), (account.pk, statement(row("2"), row("3")))]
    results = imports.run_file(actor=owner, parts=parts, source="ofx", now=NOW)
    assert [counts(each) for each in results] == [(2, 0, 0), (1, 1, 0)]
    assert whole(account)


def test_a_new_account_closes_with_the_banks_balance(owner: User):
    new = imports.NewAccount(bank_id=build.bank().pk, name="Checking")
    said = statement(
        row("1"),
        row("2", day=11, amount="100.00"),
        row("3", day=14, amount="-1.00"),
        row("4", day=14, amount="-2.00", pending=True),
        ledger_balance=Decimal("595.00"),
        ledger_balance_on=date(2026, 6, 12),
    )
    [result] = imports.run_file(actor=owner, parts=[(new, said)], source="ofx", now=NOW)
    account = BankAccount.objects.get(pk=result.account_id)
    assert (account.name, account.account_number, account.account_type) == ("Checking", "4417", "C")
    assert (account.opening_posted, *balances(account)) == (Decimal("500.00"), "594.0000", "592.0000")
    assert whole(account)


def test_a_new_account_of_two_statements_is_opened_once(owner: User):
    new = imports.NewAccount(bank_id=build.bank().pk, name="Checking")
    imports.run_file(actor=owner, parts=[(new, statement(row("1"))), (new, statement(row("2")))], source="ofx", now=NOW)
    assert Transaction.objects.filter(bank_account=BankAccount.objects.get()).count() == 2


def test_a_new_account_at_no_bank_is_refused(owner: User):
    new = imports.NewAccount(bank_id=uuid4(), name="Checking")
    with pytest.raises(errors.NotFound):
        imports.run_file(actor=owner, parts=[(new, statement())], source="ofx", now=NOW)


def test_a_statement_does_not_query_row_by_row(account: BankAccount, django_assert_max_num_queries: Any):
    # Inserts go in batches, and those of SQLite are small: 400 rows take a few dozen.
    with django_assert_max_num_queries(60):
        enter(account, *(row(str(number), day=1 + number % 14) for number in range(400)))
    assert whole(account)


def test_the_source_keeps_rows_of_formats_apart(account: BankAccount, owner: User):
    enter(account, row())
    again = imports.run(actor=owner, account_id=account.pk, statement=statement(row()), source="csv", now=NOW)
    assert counts(again) == (1, 0, 0)


def test_a_pending_row_that_looks_alike_is_the_posted_one(account: BankAccount):
    enter(account, replace(row(None), pending=True))
    assert counts(enter(account, row("77", day=12))) == (0, 0, 1)
