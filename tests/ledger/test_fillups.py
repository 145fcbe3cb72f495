"""The fill-up of a Recurring budget: opened with it, kept in step, settled before it."""

from decimal import Decimal
from typing import Any

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Transfer
from backend.ledger.services import budgets
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


@pytest.fixture
def recurring(account: BankAccount) -> Budget:
    return build.budget(
        account,
        name="Rent",
        budget_type="R",
        target_balance="80",
        funding_type="F",
        funding_amount="20",
        funding_schedule="RRULE:FREQ=WEEKLY;BYDAY=MO",
        recurrance_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=1",
        with_fillup_goal=True,
    )


def fillup_of(recurring: Budget) -> Budget:
    return Budget.objects.get(fills_up=recurring)


FOLLOWED = ("target_balance", "funding_type", "funding_amount", "funding_schedule", "target_date", "paused")


def test_a_recurring_budget_opens_with_its_fill_up(recurring):
    fillup = fillup_of(recurring)
    assert (fillup.name, fillup.budget_type) == ("Rent Fill-up", "A")
    assert all(getattr(fillup, field) == getattr(recurring, field) for field in FOLLOWED)
    states.sound()


@pytest.mark.parametrize("kind", ["G", "C"])
def test_others_have_none(account, kind):
    assert build.budget(account, budget_type=kind, with_fillup_goal=True).fillup_goal is None


def test_the_fill_up_keeps_in_step(recurring):
    change(recurring, name="Flat", target_balance=D(90), funding_amount=D(30), paused=True, funding_schedule=DAILY)
    fillup, parent = fillup_of(recurring), now(recurring)
    assert fillup.name == "Flat Fill-up"
    assert all(getattr(fillup, field) == getattr(parent, field) for field in FOLLOWED)


def test_a_long_name_is_cut_so_that_the_fill_up_fits(recurring):
    change(recurring, name="N" * 200)
    assert len(fillup_of(recurring).name) == 200
    assert fillup_of(recurring).name.endswith(" Fill-up")


def test_the_fill_up_is_not_changed_by_itself(recurring):
    fillup = fillup_of(recurring)
    for field, value in (("name", "Mine"), ("target_balance", D(1)), ("funding_schedule", DAILY)):
        with states.refused(errors.Immutable, field=field):
            change(fillup, **{field: value})
    assert change(fillup, memo="mine").memo == "mine"


def test_archiving_settles_the_fill_up_first(account, unallocated, recurring):
    fillup = fillup_of(recurring)
    build.transfer(account, source=unallocated, target=fillup, amount="30")
    build.transfer(account, source=unallocated, target=recurring, amount="10")
    archive(recurring)
    assert (now(fillup).archived, now(fillup).balance) == (True, D(0))
    assert (now(recurring).archived, now(recurring).balance) == (True, D(0))
    settled = list(Transfer.objects.filter(target=unallocated).order_by("seq").values_list("source", flat=True))
    assert settled == [fillup.pk, recurring.pk]
    states.sound()


def test_an_archived_fill_up_leaves_its_recurring_budget_alone(account, unallocated, recurring):
    fillup = fillup_of(recurring)
    build.transfer(account, source=unallocated, target=fillup, amount="30")
    archive(fillup)
    parent = now(recurring)
    assert (parent.archived, parent.fillup_goal, parent.with_fillup_goal) == (False, None, False)
    assert now(fillup).balance == 0
    states.sound()


def test_deleting_takes_the_fill_up_along(account, unallocated, recurring):
    fillup = fillup_of(recurring)
    build.transfer(account, source=unallocated, target=fillup, amount="30")
    delete(recurring)
    assert now(recurring).deleted_at == now(fillup).deleted_at == build.NOW
    assert now(unallocated).balance == D(1000)
    states.sound()


def test_allocations_on_the_fill_up_keep_both(account, recurring):
    build.transaction(account, amount="-10", splits={fillup_of(recurring): "1"})
    with states.refused(errors.HasAllocations):
        delete(recurring)


def test_a_fill_up_can_be_given_up_and_had_again(account, unallocated, recurring):
    fillup = fillup_of(recurring)
    build.transfer(account, source=unallocated, target=fillup, amount="30")
    changed = change(recurring, with_fillup_goal=False)
    assert (changed.fillup_goal, now(recurring).fillup_goal, now(fillup).archived) == (None, None, True)
    assert now(unallocated).balance == D(1000)
    again = change(recurring, with_fillup_goal=True)
    assert again.fillup_goal is not None
    assert again.fillup_goal.pk not in (None, fillup.pk)
    assert now(recurring).fillup_goal == again.fillup_goal
    states.sound()


def test_a_recurring_budget_can_get_one_later(account):
    recurring = build.budget(account, name="Rent", budget_type="R", target_balance="80")
    assert recurring.fillup_goal is None
    change(recurring, with_fillup_goal=True)
    assert fillup_of(recurring).target_balance == D(80)
