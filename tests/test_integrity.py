"""Each invariant, broken on purpose behind the ledger's back, is named with its row; a healthy ledger has no breach."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F, Model, Value

from backend.ledger.models import AmountField, Budget, Entry, Transaction
from backend.ledger.selectors import integrity
from tests import build, worlds
from tests.ledger import everything
from tests.services import hooked

SIX = Value(Decimal(6), output_field=AmountField())
ONE = Value(Decimal(1), output_field=AmountField())


@pytest.fixture
def household(db: None) -> everything.Household:
    return worlds.once(furnished)


def furnished() -> everything.Household:
    owner = build.user("owner")
    home = everything.furnish(build.account(owner=owner, balance="1000.00"), owner=owner)
    for name in ("account", "goal", "capped", "recurring"):
        getattr(home, name).refresh_from_db()
    assert found() == set()
    return home


def change(row: Model, **columns: Any) -> None:
    """An UPDATE of one row that goes by no rule."""
    assert type(row)._default_manager.filter(pk=row.pk).update(**columns) == 1


def found(account_id: UUID | None = None) -> set[tuple[str, UUID | str]]:
    return {(breach.invariant, breach.row_id) for breach in integrity.breaches(account_id=account_id)}


def allocation(of: Transaction, *, on: Budget) -> Entry:
    return Entry.objects.get(transaction=of, budget=on)


def test_a_healthy_ledger_has_no_breach(household, foreign_account):
    assert list(integrity.breaches()) == []
    assert list(integrity.breaches(account_id=household.account.pk)) == []


def test_an_empty_database_has_no_breach(db):
    assert list(integrity.breaches()) == []


def test_i1_allocations_that_do_not_sum_to_their_transaction(household):
    later = build.transaction(household.account, amount="-5", posted_date=3)
    change(
        household.split,
        amount=F("amount") - ONE,
        available_balance=F("available_balance") - ONE,
        posted_balance=F("posted_balance") - ONE,
    )
    change(later, amount=F("amount") + ONE)
    assert found() == {("I1 sum", household.split.pk), ("I1 sum", later.pk)}


def test_i1_an_allocation_of_the_opposite_sign(household):
    small, large = (build.budget(household.account, name=name) for name in ("A", "B"))
    both = build.transaction(household.account, amount="-10", splits={small: "4", large: "6"})
    for budget, delta in ((small, SIX), (large, -SIX)):
        change(allocation(both, on=budget), amount=F("amount") + delta, balance=F("balance") + delta)
        change(budget, balance=F("balance") + delta)
    assert found() == {("I1 sign", allocation(both, on=small).pk)}


def test_i2_budgets_that_do_not_sum_to_the_available_balance(household):
    change(household.idle, balance=1)
    assert found() == {("I2", household.account.pk), ("I4 balance", household.idle.pk)}


def test_i3_an_available_balance_that_its_transactions_do_not_explain(household):
    change(household.account, available_balance=F("available_balance") + ONE)
    assert found() == {("I3 available", household.account.pk), ("I2", household.account.pk)}


def test_i3_a_posted_balance_that_its_transactions_do_not_explain(household):
    change(household.account, posted_balance=F("posted_balance") + ONE)
    assert found() == {("I3 posted", household.account.pk)}


def test_i4_balances_that_their_entries_do_not_explain(household):
    change(household.idle, balance=1)
    change(household.spare, balance=-1)
    assert found() == {("I4 balance", household.idle.pk), ("I4 balance", household.spare.pk)}


def test_i4_a_budget_other_than_unallocated_that_opened_with_money(household):
    change(household.idle, opening=1, balance=1)
    change(household.spare, opening=-1, balance=-1)
    assert found() == {("I4 opening", household.idle.pk), ("I4 opening", household.spare.pk)}


def test_i4_a_net_funding_that_its_transfers_do_not_explain(household):
    change(household.idle, net_funding=1)
    assert found() == {("I4 net funding", household.idle.pk)}


def test_i4_a_transfer_whose_entries_lie_elsewhere(household):
    leg = Entry.objects.get(transfer=household.transfer, budget=household.recurring)
    change(leg, budget=household.idle)
    assert found() == {("I4 legs", household.transfer.pk)}


def test_i4_a_transfer_with_one_leg(household):
    opening = Entry.objects.get(transfer=household.transfer, budget=household.recurring)
    Entry.objects.filter(pk=opening.pk).delete()
    assert found() == {("I4 legs", household.transfer.pk)}


def test_i5_a_stale_running_balance_of_a_budget(household):
    entry = allocation(household.spent, on=household.unallocated)
    change(entry, balance=F("balance") + ONE)
    assert found() == {("I5 budget balance", entry.pk)}


@pytest.mark.parametrize("column", ["available_balance", "posted_balance"])
def test_i5_a_stale_running_balance_of_the_account(household, column):
    change(household.spent, **{column: F(column) + ONE})
    assert found() == {("I5 account balances", household.spent.pk)}


def test_i5_a_pending_transaction_counts_as_available_only(household):
    change(household.split, pending=True)
    breaches = found()
    assert ("I3 posted", household.account.pk) in breaches
    assert ("I5 account balances", household.split.pk) in breaches


def test_i5_an_entry_that_is_not_dated_like_its_transaction(household):
    entry = allocation(household.spent, on=household.unallocated)
    change(entry, effective_at=entry.effective_at + timedelta(microseconds=1))
    assert found() == {("I5 date", entry.pk)}


def test_i5_an_entry_that_is_not_dated_like_its_transfer(household):
    leg = Entry.objects.get(transfer=household.transfer, budget=household.recurring)
    change(leg, effective_at=leg.effective_at + timedelta(microseconds=1))
    assert found() == {("I5 date", leg.pk)}


def test_i5_numbers_that_were_never_given(household):
    change(household.account, last_seq=1)
    assert found() == {("I5 numbering", household.account.pk)}


def test_i6_a_currency_that_does_not_exist(household):
    change(household.account, currency="XTS")
    assert found() == {("I6 currency", household.account.pk)}


def test_i6_an_amount_of_more_decimals_than_the_currency_has(household):
    change(household.goal, target_balance=Decimal("300.0050"))
    assert found() == {("I6 decimals", household.goal.pk)}


def test_i6_cents_in_an_account_without_minor_unit(household):
    change(household.account, currency="JPY")
    pending = Transaction.objects.get(pending=True)
    assert ("I6 decimals", pending.pk) in found()
    assert {invariant for invariant, _ in found()} == {"I6 decimals"}


def test_i7_an_entry_that_bears_another_account(household, foreign_account):
    entry = allocation(household.spent, on=household.unallocated)
    change(foreign_account, last_seq=1000)
    change(entry, bank_account=foreign_account)
    assert found() == {("I7 reference", entry.pk)}
    assert found(foreign_account.pk) == found(household.account.pk) == {("I7 reference", entry.pk)}


def test_i7_a_fill_up_in_another_account(household, foreign_account):
    change(household.recurring, fillup_goal=build.unallocated(foreign_account))
    assert found() == {("I7 reference", household.recurring.pk)}


def test_i7_a_link_that_nobody_returns(household, foreign_account):
    other = build.transaction(foreign_account, amount="20")
    change(household.spent, linked_transaction=other)
    assert found() == {("I7 link", household.spent.pk)}
    change(other, linked_transaction=household.spent)
    assert found() == set()


def test_a_refund_of_what_was_no_purchase(household):
    one, other = (build.transaction(household.account, amount="4") for _ in range(2))
    change(one, refund_of=household.spent)
    assert found() == set()
    change(one, refund_of=other)
    assert found() == {("refund", one.pk)}


def test_i7_a_refund_of_another_accounts_purchase(household, foreign_account):
    row = build.transaction(household.account, amount="4")
    change(row, refund_of=build.transaction(foreign_account, amount="-4"))
    assert found() == {("I7 reference", row.pk)}


def test_i8_an_event_that_says_more_than_its_transfers_moved(household):
    change(household.event, moved=Decimal(9))
    assert found() == {("I8 moved", household.event.pk)}


def test_an_account_without_unallocated_budget(foreign_account):
    change(foreign_account, opening_available=0, opening_posted=0, available_balance=0, posted_balance=0)
    change(build.unallocated(foreign_account), is_unallocated=False, opening=0, balance=0)
    assert found() == {("unallocated", foreign_account.pk)}


@pytest.mark.parametrize("column", [{"archived": True}, {"deleted_at": build.NOW}])
def test_a_budget_out_of_use_that_holds_money(household, column):
    change(household.goal, **column)
    assert found() == {("out of use", household.goal.pk)}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("idle", {"complete": True}),
        ("goal", {"target_balance": Decimal(50)}),
        ("capped", {"complete": True}),
        ("capped", {"target_balance": Decimal(40)}),
    ],
    ids=["no target", "goal reached", "capped below target", "capped at target"],
)
def test_a_flag_that_does_not_follow_from_the_balances(household, name, columns):
    budget = getattr(household, name)
    change(budget, **columns)
    assert found() == {("complete", budget.pk)}


def test_a_goal_stays_complete_when_its_money_is_spent(household):
    change(household.goal, complete=True)
    assert found() == set()


def test_an_account_that_nobody_owns(household):
    household.account.owners.clear()
    assert found() == {("owners", household.account.pk)}


@pytest.mark.parametrize("kinds", ["", "funding.done", "funding.done goal.reached funding.short"])
def test_a_copy_that_is_not_what_the_webhooks_ask_for(household, kinds):
    hooked.hook(household.account, "funding.done", "goal.reached")
    hooked.change(hooked.hook(household.account, "funding.short"), active=False)
    assert found() == set()
    change(household.account, webhook_kinds=kinds)
    assert found() == {("webhooks", household.account.pk)}


def test_a_row_that_refers_to_what_is_not_there(household):
    with transaction.atomic():
        change(household.recurring, fillup_goal_id=uuid4())
        breaches = list(integrity.breaches())
        transaction.set_rollback(True)  # the foreign key would refuse the commit
    assert [(breach.invariant, breach.row_id) for breach in breaches] == [("orphan", household.recurring.pk)]
    assert "fillup_goal" in breaches[0].message


def test_a_constraint_that_the_database_lost(household):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX account_has_one_unallocated")
        breaches = found()
        transaction.set_rollback(True)
    assert breaches == {("constraint", "account_has_one_unallocated")}


def test_a_breach_is_told_with_its_account_and_both_numbers(household):
    change(household.account, posted_balance=Decimal("1.50"))
    (breach,) = integrity.breaches()
    assert replace(breach, message="") == integrity.Breach(
        invariant="I3 posted",
        table="bank account",
        row_id=household.account.pk,
        account_id=household.account.pk,
        message="",
    )
    assert breach.message == "opening and posted transactions sum to 920.0000, its posted balance is 1.5000"


def test_a_breach_elsewhere_does_not_concern_an_account(household, foreign_account):
    change(household.account, posted_balance=0)
    assert found(foreign_account.pk) == set()
    assert found(household.account.pk) == {("I3 posted", household.account.pk)}
