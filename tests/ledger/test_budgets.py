"""What a user can do with a budget: open, change, archive, delete; when it counts as complete."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backend.ledger import errors
from backend.ledger.models import Budget, Entry, Transfer
from backend.ledger.services import budgets, transactions
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

D = Decimal
DAILY = "RRULE:FREQ=DAILY"


def now(budget: Budget) -> Budget:
    return Budget.objects.get(pk=budget.pk)


def change(budget: Budget, **fields: Any) -> Budget:
    return budgets.update(
        actor=build.first_owner(budget.bank_account),
        budget_id=budget.pk,
        fields=fields,  # type: ignore[arg-type]
        now=build.NOW,
    )


def archive(budget: Budget) -> Budget:
    return budgets.archive(actor=build.first_owner(budget.bank_account), budget_id=budget.pk, now=build.NOW)


def delete(budget: Budget) -> None:
    budgets.delete(actor=build.first_owner(budget.bank_account), budget_id=budget.pk, now=build.NOW)


# Opening and changing


def test_a_budget_opens_with_nothing(account):
    budget = build.budget(account, name="Holiday", target_balance="300", memo="sea")
    assert (budget.balance, budget.complete, budget.archived, budget.memo) == (D(0), False, False, "sea")
    states.sound()


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"target_balance": D("-1")}, errors.InvalidAmount, "target_balance"),
        ({"target_balance": D("1.005")}, errors.InvalidAmount, "target_balance"),
        ({"target_balance": D(10) ** 12}, errors.InvalidAmount, "target_balance"),
        ({"funding_amount": D("-1")}, errors.InvalidAmount, "funding_amount"),
        ({"funding_amount": D("0.001")}, errors.InvalidAmount, "funding_amount"),
        ({"funding_schedule": "every now and then"}, errors.InvalidSchedule, "funding_schedule"),
        ({"recurrance_schedule": "RRULE:FREQ=SECONDLY"}, errors.InvalidSchedule, "recurrance_schedule"),
        ({"auto_spend": [{"shop": "corner"}]}, errors.InvalidRule, "auto_spend"),
        ({"budget_type": "A"}, errors.InvalidValue, "budget_type"),
    ],
)
def test_what_a_budget_cannot_have_is_refused(account, owner, fields, error, field):
    with states.refused(error, field=field):
        budgets.create(actor=owner, account_id=account.pk, fields={"name": "X", **fields}, now=build.NOW)


def test_an_unknown_account_is_refused(owner):
    with states.refused(errors.NotFound, field="bank_account"):
        budgets.create(actor=owner, account_id=uuid4(), fields={"name": "X"}, now=build.NOW)


def test_account_and_type_stay_and_may_be_sent_again(account, groceries, shared_account):
    with states.refused(errors.Immutable, field="bank_account"):
        change(groceries, bank_account=shared_account.pk)
    with states.refused(errors.Immutable, field="budget_type"):
        change(groceries, budget_type="C")
    changed = change(groceries, bank_account=account.pk, budget_type="G", name="Food", target_date=date(2027, 1, 1))
    assert (changed.name, now(groceries).target_date) == ("Food", date(2027, 1, 1))


def test_a_change_leaves_the_balance(account, groceries):
    build.transaction(account, amount="-10", splits={groceries: "10"})
    change(groceries, name="Food", target_balance=D(50))
    assert now(groceries).balance == D(-10)
    states.sound()


def test_unallocated_keeps_its_name_and_is_not_funded(unallocated):
    for field, value in (("name", "Mine"), ("target_balance", D(1)), ("paused", True), ("funding_schedule", DAILY)):
        with states.refused(errors.Immutable, field=field):
            change(unallocated, **{field: value})
    assert change(unallocated, name="Unallocated", memo="mine", target_balance=D(0), paused=False).memo == "mine"


def test_an_archived_budget_does_not_change(groceries):
    archive(groceries)
    with states.refused(errors.Archived):
        change(groceries, name="Food")


# Complete


def test_a_goal_completes_at_its_target_and_spending_does_not_undo_it(account, unallocated):
    goal = build.budget(account, target_balance="100", balance="99.99")
    assert not goal.complete
    build.transfer(account, source=unallocated, target=goal, amount="0.01")
    assert now(goal).complete
    build.transaction(account, amount="-60", splits={goal: "60"})
    assert now(goal).complete
    states.sound()


def test_a_goal_completes_by_what_was_put_in_though_some_was_spent(account, unallocated):
    goal = build.budget(account, target_balance="100", balance="60")
    build.transaction(account, amount="-60", splits={goal: "60"})
    build.transfer(account, source=unallocated, target=goal, amount="40")
    assert now(goal).complete
    assert now(goal).balance == D(40)
    states.sound()


def test_money_moved_out_by_hand_undoes_a_goal(account, unallocated):
    goal = build.budget(account, target_balance="100", balance="100")
    build.transfer(account, source=goal, target=unallocated, amount="0.01")
    assert not now(goal).complete
    states.sound()


def test_a_target_of_nothing_never_completes(account):
    assert not build.budget(account, target_balance="0", balance="10").complete
    assert not build.budget(account, budget_type="C", target_balance="0", balance="10").complete


def test_a_capped_budget_is_complete_exactly_while_it_is_full(account, unallocated):
    capped = build.budget(account, budget_type="C", target_balance="100", balance="100")
    assert capped.complete
    row = build.transaction(account, amount="-1", splits={capped: "1"})
    assert not now(capped).complete
    transactions.delete(actor=build.first_owner(account), transaction_id=row.pk, now=build.NOW)
    assert now(capped).complete
    states.sound()


@pytest.mark.parametrize("kind", ["G", "C"])
def test_another_target_is_judged_anew(account, kind):
    budget = build.budget(account, budget_type=kind, target_balance="100", balance="50")
    assert change(budget, target_balance=D(50)).complete
    assert not change(budget, target_balance=D(51)).complete
    states.sound()


# Archiving


@pytest.mark.parametrize("balance", ["40", "-40", "0"])
def test_archiving_settles_with_unallocated(account, unallocated, groceries, balance):
    if D(balance) > 0:
        build.transfer(account, source=unallocated, target=groceries, amount=balance)
    if D(balance) < 0:
        build.transaction(account, amount=balance, splits={groceries: "40"})
    archived = archive(groceries)
    assert (archived.archived, archived.archived_at, archived.balance) == (True, build.NOW, D(0))
    assert now(unallocated).balance == D(1000) + min(D(balance), D(0))
    assert Transfer.objects.filter(source=unallocated, target=groceries).exists() == bool(D(balance))
    states.sound()


def test_archiving_twice_is_refused(groceries):
    archive(groceries)
    with states.refused(errors.Archived):
        archive(groceries)


def test_unallocated_is_neither_archived_nor_deleted(unallocated):
    with states.refused(errors.Forbidden):
        archive(unallocated)
    with states.refused(errors.Forbidden):
        delete(unallocated)


def test_an_archived_budget_keeps_its_history_and_takes_no_transfer(account, unallocated, groceries):
    build.transfer(account, source=unallocated, target=groceries, amount="5")
    archive(groceries)
    assert Entry.objects.filter(budget=groceries).count() == 2
    with states.refused(errors.Archived, field="dst_budget"):
        build.transfer(account, source=unallocated, target=groceries, amount="5")
    with states.refused(errors.Archived, field="src_budget"):
        build.transfer(account, source=groceries, target=unallocated, amount="5")


# Deleting


def test_a_budget_with_transfers_only_is_settled_and_its_history_stays(account, owner, unallocated, groceries):
    transfer = build.transfer(account, source=unallocated, target=groceries, amount="5")
    delete(groceries)
    with states.refused(errors.NotFound):
        archive(groceries)
    assert now(groceries).deleted_at == build.NOW
    assert Transfer.objects.filter(pk=transfer.pk).exists()
    assert Entry.objects.filter(budget=groceries).count() == 2
    assert now(unallocated).balance == D(1000)
    states.sound()


def test_a_budget_with_allocations_is_not_deleted(account, groceries):
    build.transaction(account, amount="-10", splits={groceries: "1"})
    with states.refused(errors.HasAllocations):
        delete(groceries)


def test_a_budget_whose_allocations_went_elsewhere_is_deleted(account, owner, groceries):
    row = build.transaction(account, amount="-10", splits={groceries: "1"})
    transactions.split(actor=owner, transaction_id=row.pk, shares={}, now=build.NOW)
    delete(groceries)
    assert now(groceries).deleted_at is not None
    states.sound()


def test_an_archived_budget_is_deleted(groceries):
    archive(groceries)
    delete(groceries)
    assert now(groceries).deleted_at is not None
    states.sound()
