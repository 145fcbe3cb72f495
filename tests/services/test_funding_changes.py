"""Gate, pause and changes of plan: what they leave of what was due, and when the engine looks again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, FundingEvent, Transfer, User
from backend.ledger.services import budgets, funding
from tests import build
from tests.services import funded
from tests.services.funded import at, balance, due_on, on, statuses

pytestmark = pytest.mark.django_db

D = Decimal


# The gate


def test_without_an_import_everything_is_deferred(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account, 7)

    assert statuses(goal) == {0: "deferred", 7: "deferred"}
    assert Transfer.objects.count() == 0


def test_an_import_funds_what_it_reached_at_once(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account, 7)
    funded.imported(account, 3, offset=8)
    assert statuses(goal) == {0: "done", 7: "deferred"}

    funded.imported(account, 8)
    assert statuses(goal) == {0: "done", 7: "done"}
    assert balance(goal) == 20


def test_an_account_can_be_freed_of_the_gate(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account, 7)
    funded.configure(account, import_gate=False, offset=8)

    assert statuses(goal) == {0: "done", 7: "done"}


def test_only_owners_configure_an_account(account: BankAccount, stranger: User) -> None:
    with pytest.raises(errors.NotFound):
        funding.configure(actor=stranger, account_id=account.pk, now=build.NOW, import_gate=False)


def test_an_account_that_is_switched_off_skips_and_never_makes_up(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.free(account, auto_funding=False)
    funded.run(account, 7)
    funded.configure(account, auto_funding=True, offset=20)
    funded.run(account, 21)

    assert statuses(goal) == {0: "skipped", 7: "skipped", 14: "skipped", 21: "done"}


# Changes of plan


def test_a_new_amount_counts_from_the_next_event(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.change(goal, 10, funding_amount=D(40))
    funded.free(account)
    funded.run(account, 14)

    assert statuses(goal) == {0: "done", 7: "done", 14: "done"}
    assert [event.moved for event in FundingEvent.objects.order_by("on")] == [10, 10, 40]


def test_a_new_schedule_leaves_what_was_due_by_the_old_one(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.change(goal, 10, funding_schedule="RRULE:FREQ=DAILY;INTERVAL=5")
    funded.free(account)
    funded.run(account, 20)

    assert statuses(goal) == {0: "done", 7: "done", 10: "done", 15: "done", 20: "done"}


def test_an_event_of_today_that_was_not_carried_out_follows_the_change(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account)
    assert statuses(goal) == {0: "deferred"}
    funded.change(goal, funding_schedule="DTSTART:20260617\nRRULE:FREQ=WEEKLY")
    assert statuses(goal) == {}
    funded.free(account)
    funded.run(account, 2)

    assert statuses(goal) == {2: "done"}


def test_an_event_of_today_that_was_carried_out_is_not_repeated(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.run(account)
    funded.change(goal, funding_schedule=funded.DAILY)
    funded.run(account)
    assert balance(goal) == 10

    funded.run(account, 1)
    assert statuses(goal) == {0: "done", 1: "done"}


def test_pausing_takes_effect_from_the_next_event_and_resuming_replays_nothing(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.change(goal, 8, paused=True)
    funded.change(goal, 22, paused=False)
    funded.free(account)
    funded.run(account, 28)

    assert statuses(goal) == {0: "done", 7: "done", 14: "skipped", 21: "skipped", 28: "done"}
    assert balance(goal) == 30


def test_a_change_that_concerns_something_else_changes_nothing(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.change(goal, 10, name="Renamed", memo="why")
    funded.free(account)
    funded.run(account, 14)

    assert statuses(goal) == {0: "done", 7: "done", 14: "done"}


def test_events_carried_out_ahead_are_not_repeated_after_a_change(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.run(account, as_of=on(14))
    funded.change(goal, 1, funding_schedule=funded.DAILY)
    funded.run(account, 15)

    assert statuses(goal) == {0: "done", 7: "done", 14: "done", 15: "done"}


def test_a_recurring_and_its_fillup_change_together(account: BankAccount) -> None:
    rent, fillup = funded.rent(account)
    funded.change(rent, 10, target_balance=D(300))
    funded.free(account)
    funded.run(account, 14)

    assert statuses(fillup) == {0: "done", 7: "done", 14: "done"}
    moved = FundingEvent.objects.filter(budget=fillup).order_by("on").values_list("moved", flat=True)
    assert list(moved) == [30, 30, 240]


def test_a_recurring_that_loses_its_fillup_is_funded_itself_from_then_on(account: BankAccount, owner: User) -> None:
    funded.free(account)
    rent, fillup = funded.rent(account)
    funded.run(account, 7)
    budgets.archive(actor=owner, budget_id=fillup.pk, now=at(7))
    funded.run(account, 14)

    assert statuses(fillup) == {0: "done", 7: "done"}
    assert statuses(rent) == {14: "done"}
    assert balance(rent) == 90
    funded.sound()


def test_a_recurring_that_gets_a_fillup_is_not_funded_twice_that_day(account: BankAccount) -> None:
    funded.free(account)
    rent = funded.goal(
        account, budget_type=Budget.Type.RECURRING, recurrance_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=1"
    )
    funded.run(account, 7)
    rent = funded.change(rent, 7, with_fillup_goal=True)
    funded.run(account, 14)

    assert rent.fillup_goal is not None
    assert statuses(rent) == {0: "done", 7: "done"}
    assert statuses(rent.fillup_goal) == {14: "done"}


def test_long_downtime_before_a_change_loses_nothing(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")
    funded.change(goal, 30, funding_amount=D(2))
    funded.run(account, 31)

    assert list(statuses(goal)) == list(range(32))
    assert balance(goal) == 30 + 2 * 2


# When the engine looks again


def test_an_account_without_schedules_is_never_due(account: BankAccount) -> None:
    build.budget(account)
    build.transaction(account)

    assert due_on(account) is None


def test_an_account_is_due_on_the_first_event(account: BankAccount) -> None:
    funded.goal(account, schedule="DTSTART:20260701\nRRULE:FREQ=MONTHLY")
    assert due_on(account) == on(16)
    sooner = funded.goal(account, schedule="DTSTART:20260620\nRRULE:FREQ=MONTHLY")
    assert due_on(account) == on(5)
    funded.change(sooner, funding_schedule="")
    assert due_on(account) == on(16)


def test_a_run_moves_the_due_day_on_also_behind_the_gate(account: BankAccount) -> None:
    funded.goal(account)
    assert due_on(account) == on(0)
    funded.run(account)
    assert due_on(account) == on(7)
    build.transaction(account, amount="5")
    assert due_on(account) == on(7)


def test_a_schedule_that_ends_leaves_nothing_due(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, schedule="RRULE:FREQ=WEEKLY;COUNT=2")
    funded.run(account, 30)

    assert due_on(account) is None


def test_archiving_the_last_scheduled_budget_leaves_nothing_due(account: BankAccount, owner: User) -> None:
    goal = funded.goal(account)
    budgets.archive(actor=owner, budget_id=goal.pk, now=build.NOW)

    assert due_on(account) is None


def test_a_short_event_makes_the_account_due_when_money_comes_and_no_sooner(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, amount="900", target_balance="5000")
    goal = funded.goal(account, name="Other", amount="300")
    funded.run(account)
    assert due_on(account) == on(7)
    build.transaction(account, amount="-5", now=at(1), posted_date=1)
    assert due_on(account) == on(7)

    build.transaction(account, amount="500", now=at(1), posted_date=1)
    day = due_on(account)
    assert day is not None
    assert day <= on(1)
    funded.run(account, 1)
    assert due_on(account) == on(7)
    assert statuses(goal) == {0: "done"}


def test_a_short_event_is_looked_at_again_when_money_comes_that_is_dated_ahead(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="1500", target_balance="5000")
    build.transaction(account, amount="300", posted_date=4)
    funded.run(account)
    assert (due_on(account), balance(goal)) == (on(4), 1000)
    funded.run(account, 4)

    assert (due_on(account), balance(goal)) == (on(7), 1300)


def test_money_of_tomorrow_there_and_of_today_in_utc_is_looked_at_tomorrow(account: BankAccount, owner: User) -> None:
    """At noon UTC a day begins in Auckland."""
    owner.timezone = "Pacific/Auckland"
    owner.save()
    funded.free(account)
    goal = funded.goal(account, amount="1500", target_balance="5000")
    build.transaction(account, amount="300", posted_date=at(1) + timedelta(hours=1))
    funded.run(account)
    assert (due_on(account), balance(goal)) == (on(2), 1000)
    funded.run(account, 1)

    assert balance(goal) == 1300


def test_a_short_event_that_cannot_be_topped_up_does_not_keep_the_engine_busy(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="1500", target_balance="5000")
    funded.run(account)
    funded.change(goal, paused=True)
    build.transaction(account, amount="500", now=at(1), posted_date=1)
    funded.run(account, 1)

    assert due_on(account) == on(7)
    assert balance(goal) == 1000
