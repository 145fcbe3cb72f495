"""The household's statement files say exactly what its rows say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from backend.ledger.demo import life, ofx
from backend.ledger.demo.household import Account, Household
from backend.ledger.statements import ofx as reader


@pytest.fixture(scope="module")
def household() -> Household:
    return life.life(today=date(2026, 11, 22))


@pytest.fixture(params=["checking", "savings", "card"])
def account(request: pytest.FixtureRequest, household: Household) -> Account:
    return household.account(request.param)


def test_what_is_written_is_what_is_read(household: Household, account: Account):
    for statement in ofx.monthly(household, account):
        assert reader.read(ofx.ofx_text(statement).encode()) == [statement]


def test_the_statements_hold_every_row_once(household: Household, account: Account):
    statements = list(ofx.monthly(household, account))
    assert tuple(row for statement in statements for row in statement.rows) == account.rows
    assert len({ofx.file_name(account, statement) for statement in statements}) == 19


def test_each_statement_begins_where_the_one_before_ended(household: Household, account: Account):
    statements = list(ofx.monthly(household, account))
    balance, start = account.opening, household.start
    for statement in statements:
        assert statement.start == start
        assert statement.end
        balance += sum((row.amount for row in statement.rows if not row.pending), Decimal(0))
        assert statement.ledger_balance == balance
        start = statement.end + timedelta(days=1)
    assert statements[-1].end == household.today


def test_pending_rows_are_in_the_available_balance_of_the_last_statement_only(household: Household, account: Account):
    *earlier, last = ofx.monthly(household, account)
    assert all(statement.available_balance == statement.ledger_balance for statement in earlier)
    pending = [row.amount for row in last.rows if row.pending]
    assert last.available_balance == (last.ledger_balance or 0) + sum(pending)


def test_names_are_no_longer_than_the_format_allows(household: Household, account: Account):
    for statement in ofx.monthly(household, account):
        for line in ofx.ofx_text(statement).splitlines():
            if "<NAME>" in line:
                name = line.partition("<NAME>")[2].partition("<")[0]
                assert 1 <= len(name.replace("&amp;", "&")) <= ofx.NAME_LENGTH


def test_a_file_is_named_after_its_account_and_month(household: Household):
    checking = household.account("checking")
    assert ofx.file_name(checking, next(ofx.monthly(household, checking))) == "checking-2025-05.ofx"
