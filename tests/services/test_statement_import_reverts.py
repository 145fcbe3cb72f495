"""Imports that are taken back, or not, because somebody has built upon them."""

from datetime import date

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Entry, StatementImport, Transaction, User
from backend.ledger.services import (
    accounts,
    allocations,
    budgets,
    linking,
    refunds,
    transactions,
)
from tests import build
from tests.build import NOW
from tests.ledger import states
from tests.services.imported import enter, row
from tests.services.test_statement_imports import D, ledger, preview, record_of, revert

pytestmark = pytest.mark.django_db


def test_a_reverted_import_leaves_the_ledger_as_it_was(account: BankAccount, owner: User, groceries: Budget) -> None:
    enter(account, row(None, pending=True, amount="-6.00"))
    held = Transaction.objects.get()
    shares = {groceries.pk: D("4.00")}
    transactions.split(actor=owner, transaction_id=held.pk, shares=shares, now=NOW)
    Entry.objects.filter(budget=groceries).update(memo="for the weekend")
    before = ledger(account)
    record = record_of(
        enter(account, row("1", day=12, amount="-7.10"), row("2", day=9), row("3", day=12, amount="12.00"))
    )
    assert (record.entered, record.settled) == (2, 1)
    done = revert(record)
    assert (done.status, done.reverted_by) == ("reverted", owner)
    assert ledger(account) == before
    states.sound()


def test_splits_that_the_posted_amount_broke_are_restored(account: BankAccount, owner: User, groceries: Budget) -> None:
    enter(account, row(None, pending=True, amount="-100.00", description="NORTHWAY FUEL"))
    held = Transaction.objects.get()
    transactions.split(actor=owner, transaction_id=held.pk, shares={groceries.pk: D("90.00")}, now=NOW)
    before = ledger(account)
    record = record_of(enter(account, row("1", day=12, amount="-40.00", description="NORTHWAY FUEL")))
    assert record.settled == 1
    assert not Entry.objects.filter(budget=groceries).exists()
    revert(record)
    assert ledger(account) == before
    states.sound()


def test_a_revert_is_done_once_and_the_file_can_come_again(account: BankAccount) -> None:
    record = record_of(enter(account, row("1"), row("2")))
    revert(record)
    after = states.fingerprint()
    assert revert(record).status == "reverted"
    assert states.fingerprint() == after
    assert enter(account, row("1"), row("2")).new == 2
    states.sound()


def test_a_preview_cannot_be_reverted(account: BankAccount) -> None:
    record = preview(account, row("1"))
    with states.refused(errors.ImportOver):
        revert(record)


def do_split(actor: User, made: Transaction, groceries: Budget) -> None:
    transactions.split(actor=actor, transaction_id=made.pk, shares={groceries.pk: D("1.00")}, now=NOW)


def do_category(actor: User, made: Transaction, groceries: Budget) -> None:
    entry = Entry.objects.get(transaction=made)
    allocations.update(actor=actor, allocation_id=entry.pk, changes={"memo": "mine"}, now=NOW)


def do_edit(actor: User, made: Transaction, groceries: Budget) -> None:
    transactions.update(actor=actor, transaction_id=made.pk, changes={"description": "Coffee"}, now=NOW)


def do_link(actor: User, made: Transaction, groceries: Budget) -> None:
    savings = build.account(owner=actor, name="Savings")
    other = build.transaction(savings, amount="5.00")
    linking.link(actor=actor, transaction_id=made.pk, other_id=other.pk, now=NOW)


def do_refund(actor: User, made: Transaction, groceries: Budget) -> None:
    back = build.transaction(made.bank_account, amount="2.00")
    refunds.tie(actor=actor, transaction_id=back.pk, purchase_id=made.pk, now=NOW)


WORK = {"refund": do_refund, "split": do_split, "category": do_category, "edited": do_edit, "linked": do_link}


@pytest.mark.parametrize("reason", WORK)
def test_work_on_a_row_stands_in_the_way(account: BankAccount, owner: User, groceries: Budget, reason: str) -> None:
    record = record_of(enter(account, row("1"), row("2", day=11)))
    made = Transaction.objects.get(statement_place=1)
    WORK[reason](owner, made, groceries)
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    refusal = caught.value
    assert isinstance(refusal, errors.CannotRevert)
    assert [(each.place, each.row_id, each.reason) for each in refusal.rows] == [(1, made.pk, reason)]


def test_a_row_that_has_posted_since_stands_in_the_way(account: BankAccount) -> None:
    record = record_of(enter(account, row(None, pending=True)))
    later = record_of(enter(account, row("1", day=12)))
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    assert "has posted since" in caught.value.message
    revert(later)
    revert(record)
    assert not Transaction.objects.exists()
    states.sound()


def test_what_was_changed_back_does_not_stand_in_the_way(account: BankAccount, owner: User, groceries: Budget) -> None:
    record = record_of(enter(account, row("1")))
    made = Transaction.objects.get()
    for shares in ({groceries.pk: D("1.00")}, {}):
        transactions.split(actor=owner, transaction_id=made.pk, shares=shares, now=NOW)
    for description in ("Mine", made.raw_description):
        transactions.update(actor=owner, transaction_id=made.pk, changes={"description": description}, now=NOW)
    revert(record)
    assert not Transaction.objects.exists()


def test_an_import_that_found_the_rows_there_stands_in_the_way(account: BankAccount) -> None:
    record = record_of(enter(account, row("1")))
    later = record_of(enter(account, row("1"), row("2", day=11)))
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    assert str(later.pk) in caught.value.message
    revert(later)
    revert(record)
    assert not Transaction.objects.exists()


def test_a_link_that_the_service_made_is_cut(account: BankAccount, owner: User) -> None:
    savings = build.account(owner=owner, name="Rainy Day", account_number="8820")
    enter(savings, row("1", amount="75.00", day=11, description="TRANSFER"))
    record = record_of(enter(account, row("1", amount="-75.00", description="TRANSFER TO SAVINGS ENDING IN 8820")))
    linked = Transaction.objects.filter(bank_account=savings).exclude(linked_transaction=None)
    assert linked.exists()
    revert(record)
    assert not linked.exists()
    states.sound()


def test_a_row_that_somebody_deleted_stays_deleted(account: BankAccount, owner: User) -> None:
    record = record_of(enter(account, row("1"), row("2", day=11)))
    transactions.delete(actor=owner, transaction_id=Transaction.objects.get(statement_place=0).pk, now=NOW)
    revert(record)
    assert not Transaction.objects.exists()
    states.sound()


def test_a_part_that_would_go_back_to_an_archived_budget_stands_in_the_way(
    account: BankAccount, owner: User, groceries: Budget
) -> None:
    enter(account, row(None, pending=True, amount="-100.00", description="NORTHWAY FUEL"))
    held = Transaction.objects.get()
    transactions.split(actor=owner, transaction_id=held.pk, shares={groceries.pk: D("90.00")}, now=NOW)
    record = record_of(enter(account, row("1", day=12, amount="-40.00", description="NORTHWAY FUEL")))
    budgets.archive(actor=owner, budget_id=groceries.pk, now=NOW)
    with states.refused(errors.CannotRevert) as caught:
        revert(record)
    assert "Groceries" in caught.value.message


def test_an_archived_budget_that_claimed_a_row_holds_nothing_afterwards(account: BankAccount, owner: User) -> None:
    food = build.budget(account, name="Food", auto_spend=[{"party": "pantry"}])
    record = record_of(enter(account, row("1")))
    budgets.archive(actor=owner, budget_id=food.pk, now=NOW)
    revert(record)
    assert Budget.objects.get(pk=food.pk).balance == 0
    states.sound()


def test_how_far_the_bank_has_told_stays_after_a_revert(account: BankAccount) -> None:
    revert(record_of(enter(account, row("1"))))
    account.refresh_from_db()
    assert account.last_posted_through == date(2026, 6, 14)


def test_an_account_goes_with_its_imports(account: BankAccount, owner: User) -> None:
    enter(account, row("1"))
    preview(account, row("2"))
    accounts.delete(actor=owner, account_id=account.pk, now=NOW)
    assert not StatementImport.objects.exists()
