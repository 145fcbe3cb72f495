"""Statements into the ledger: once, whole or not at all, with everything that follows from new rows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.ledger.services import budgets, imports, linking, transactions
from backend.ledger.statements import Row
from tests import build
from tests.build import NOW
from tests.services.imported import balances, counts, enter, row, whole

pytestmark = pytest.mark.django_db


def test_rows_become_transactions(account: BankAccount):
    result = enter(account, row(description="POS PURCHASE 06/08 CORNER PANTRY", kind="POS"))

    assert result == imports.ImportResult(account_id=account.pk, new=1, duplicates=0, settled=0, zeros=0)
    [made] = Transaction.objects.filter(bank_account=account)
    assert (made.amount, made.pending, made.transaction_type) == (Decimal("-5.00"), False, "pin_purchase")
    assert made.posted_date == datetime(2026, 6, 10, tzinfo=UTC)
    assert made.transaction_date == datetime(2026, 6, 8, tzinfo=UTC)
    assert made.raw_description == made.description == "POS PURCHASE 06/08 CORNER PANTRY"
    assert balances(account) == ("995.0000", "995.0000")
    assert whole(account)


def test_the_day_that_the_bank_names_is_the_transactions(account: BankAccount):
    enter(account, row(initiated_on=date(2026, 6, 7)))
    assert Transaction.objects.get().transaction_date == datetime(2026, 6, 7, tzinfo=UTC)


def test_a_row_is_dated_as_a_bare_date_in_the_apis_wherever_the_owner_lives(owner: User):
    User.objects.filter(pk=owner.pk).update(timezone="America/New_York")
    account = build.account(owner=owner)
    enter(account, row())
    assert Transaction.objects.get().posted_date == datetime(2026, 6, 10, tzinfo=UTC)
    assert counts(enter(account, row())) == (0, 1, 0)


def test_the_same_statement_again_adds_nothing(account: BankAccount):
    rows = [row("1"), row("2", day=11), row(None, day=12), row(None, day=12)]
    assert counts(enter(account, *rows)) == (4, 0, 0)
    assert counts(enter(account, *rows)) == (0, 4, 0)
    assert balances(account) == ("980.0000", "980.0000")


def test_overlapping_statements_add_what_is_new(account: BankAccount):
    enter(account, row("1"), row("2", day=11))
    assert counts(enter(account, row("2", day=11), row("3", day=9, amount="100.00"))) == (1, 1, 0)
    assert balances(account) == ("1090.0000", "1090.0000")
    assert whole(account)


def test_the_same_rows_in_another_account_are_other_rows(account: BankAccount, shared_account: BankAccount):
    enter(account, row())
    assert counts(enter(shared_account, row())) == (1, 0, 0)


def test_rows_are_in_the_ledger_in_the_order_of_their_days(account: BankAccount):
    rows = [row(str(number), day=day, amount=f"-{number}.00") for number, day in ((4, 12), (3, 11), (2, 11), (1, 10))]
    enter(account, *rows)
    in_order = Transaction.objects.filter(bank_account=account).order_by("posted_date", "seq")
    assert [str(each.amount) for each in in_order] == ["-1.0000", "-2.0000", "-3.0000", "-4.0000"]
    assert [str(each.posted_balance) for each in in_order] == ["999.0000", "997.0000", "994.0000", "990.0000"]


def test_an_older_statement_shifts_what_comes_later(account: BankAccount):
    enter(account, row("2", day=12))
    enter(account, row("1", day=1, amount="50.00"), end=date(2026, 6, 2))
    assert [str(each.available_balance) for each in Transaction.objects.order_by("posted_date")] == [
        "1050.0000",
        "1045.0000",
    ]
    assert whole(account)


def test_a_pending_row_moves_the_available_balance_only(account: BankAccount):
    enter(account, row(pending=True))
    assert balances(account) == ("1000.0000", "995.0000")


def test_a_pending_row_and_its_posted_one_are_one_transaction(account: BankAccount):
    enter(account, row(pending=True))
    [before] = Transaction.objects.all()
    assert counts(enter(account, row(amount="-6.50", day=12))) == (0, 0, 1)
    [after] = Transaction.objects.all()
    assert (after.pk, after.pending, after.amount) == (before.pk, False, Decimal("-6.50"))
    assert balances(account) == ("993.5000", "993.5000")
    assert counts(enter(account, row(amount="-6.50", day=12), row(pending=True))) == (0, 2, 0)
    assert whole(account)


def test_a_transaction_that_a_user_settled_is_not_entered_again(account: BankAccount, owner: User):
    enter(account, row(pending=True))
    mine = Transaction.objects.get()
    transactions.update(actor=owner, transaction_id=mine.pk, changes={"pending": False}, now=NOW)
    enter(account, row(amount="-6.50", day=12))
    [kept] = Transaction.objects.all()
    assert (kept.amount, kept.pending) == (Decimal("-5.00"), False)
    assert counts(enter(account, row(amount="-6.50", day=12))) == (0, 1, 0)


def test_a_settled_transaction_keeps_how_it_was_split(account: BankAccount, owner: User, groceries: Budget):
    enter(account, row(pending=True))
    shares = {groceries.pk: Decimal("3.00")}
    transactions.split(actor=owner, transaction_id=Transaction.objects.get().pk, shares=shares, now=NOW)
    enter(account, row(amount="-6.00", day=11))
    lies = {entry.budget_id: entry.amount for entry in Entry.objects.exclude(transaction=None)}
    assert lies == {groceries.pk: Decimal("-3.00"), build.unallocated(account).pk: Decimal("-3.00")}
    assert whole(account)


def test_what_settles_as_announced_lies_as_it_lay(account: BankAccount, owner: User, groceries: Budget):
    enter(account, row(pending=True))
    shares = {groceries.pk: Decimal("3.00"), build.budget(account, name="Fun").pk: Decimal("2.00")}
    transactions.split(actor=owner, transaction_id=Transaction.objects.get().pk, shares=shares, now=NOW)
    enter(account, row(day=11))
    lies = {entry.budget_id: -entry.amount for entry in Entry.objects.exclude(transaction=None)}
    assert (Transaction.objects.get().pending, lies) == (False, shares)
    assert whole(account)


def test_rows_over_nothing_are_left_out(account: BankAccount):
    result = enter(account, row(amount="0.00"), row("2"))
    assert (result.new, result.zeros) == (1, 1)


def test_budgets_claim_their_debits(account: BankAccount, owner: User):
    food = build.budget(account, name="Food", auto_spend=[{"party": "pantry", "category": "Food & Drink:Groceries"}])
    enter(account, row("1"), row("2", amount="5.00"), row("3", description="SOMETHING ELSE"))
    [claimed] = Entry.objects.filter(budget=food)
    assert (claimed.amount, claimed.category) == (Decimal("-5.00"), "Food & Drink:Groceries")
    assert whole(account)


def test_an_archived_budget_claims_nothing(account: BankAccount, owner: User):
    food = build.budget(account, name="Food", auto_spend=[{"party": "pantry"}])
    budgets.archive(actor=owner, budget_id=food.pk, now=NOW)
    enter(account, row())
    assert not Entry.objects.filter(budget=food).exists()


@pytest.mark.parametrize(
    ("end", "rows", "through"),
    [
        (date(2026, 6, 14), [row(day=10)], date(2026, 6, 14)),
        (None, [row(day=10), row("2", day=12, pending=True)], date(2026, 6, 10)),
        (date(2026, 6, 9), [row(day=10)], date(2026, 6, 10)),
        (date(2026, 12, 31), [], date(2026, 6, 16)),
        (None, [], None),
    ],
)
def test_the_account_knows_how_far_the_bank_has_told(
    account: BankAccount, end: date | None, rows: Sequence[Row], through: date | None
):
    enter(account, *rows, end=end)
    account.refresh_from_db()
    assert (account.last_imported_at, account.last_posted_through) == (NOW, through)


def test_what_waited_for_the_banks_rows_is_funded(owner: User):
    account = build.account(owner=owner, balance="100.00", now=build.at("2026-06-01"))
    rent = build.budget(
        account,
        name="Rent",
        budget_type="C",
        target_balance="50.00",
        funding_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=12",
        now=build.at("2026-06-01"),
    )
    enter(account, row("1"), end=date(2026, 6, 11))
    assert Budget.objects.get(pk=rent.pk).balance == 0
    enter(account, row("2", day=11), end=date(2026, 6, 12))
    assert Budget.objects.get(pk=rent.pk).balance == Decimal("50.00")
    assert whole(account)


def test_the_other_side_of_a_transfer_is_linked(account: BankAccount, owner: User):
    savings = build.account(owner=owner, name="Rainy Day", account_number="8820")
    enter(account, row("1", amount="-75.00", description="TRANSFER TO SAVINGS ENDING IN 8820"))
    enter(savings, row("1", amount="75.00", day=11, description="TRANSFER"))
    out, into = Transaction.objects.order_by("amount")
    assert (out.linked_transaction, into.linked_transaction) == (into, out)


def test_an_import_stands_though_linking_fails(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(**_: object) -> int:
        raise RuntimeError("no")

    monkeypatch.setattr(linking, "link_account", fail)
    assert counts(enter(account, row())) == (1, 0, 0)
    assert "Linking after an import failed" in caplog.text


def test_how_far_the_bank_has_told_never_goes_back(account: BankAccount):
    enter(account, end=date(2026, 6, 14))
    enter(account, end=date(2026, 5, 31))
    account.refresh_from_db()
    assert account.last_posted_through == date(2026, 6, 14)


def test_a_dry_run_tells_and_keeps_nothing(account: BankAccount):
    assert counts(enter(account, row(), dry_run=True)) == (1, 0, 0)
    assert not Transaction.objects.exists()
    assert balances(account) == ("1000.0000", "1000.0000")
    assert account.last_imported_at is None


def test_the_party_and_memo_that_a_file_names_are_kept(account: BankAccount):
    enter(account, row(party="GREEN GROCER", memo="Strom 30.00; Gas 20.00", description="Abschlag Juni"))
    made = Transaction.objects.get()
    assert (made.party, made.memo, made.raw_description) == (
        "Green Grocer",
        "Strom 30.00; Gas 20.00",
        "Abschlag Juni",
    )


def test_a_reused_id_of_the_bank_is_entered_and_told(account: BankAccount):
    enter(account, row())
    result = enter(account, row(amount="-7.00"))
    assert (result.new, result.suspicious) == (1, 1)


def test_a_row_that_was_typed_in_is_told(account: BankAccount):
    build.transaction(account, amount="-5.00", posted_date=build.at("2026-06-10"))
    result = enter(account, row())
    assert (result.new, result.suspicious) == (1, 1)
