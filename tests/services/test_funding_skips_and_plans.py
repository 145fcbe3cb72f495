"""What becomes of skips while plans change around them, and when the engine looks at them again."""

from decimal import Decimal

import pytest

from backend.ledger.models import BankAccount, Budget, FundingEvent, Transfer, User
from backend.ledger.services import accounts, budgets, funding_run
from tests import build
from tests.services import funded
from tests.services.funded import at, balance, due_on, on, skip, statuses, take_back

pytestmark = pytest.mark.django_db

D = Decimal


def test_a_change_of_plan_forgets_no_event_before_a_skip(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    skip(goal, 14)
    funded.change(goal, 1, funding_amount=D(20))
    funded.run(account, 21)

    assert statuses(goal) == {0: "done", 7: "done", 14: "skipped", 21: "done"}
    assert balance(goal) == 10 + 20 + 20


def test_a_new_schedule_keeps_the_skips_whose_days_it_names(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    for day in (7, 14, 21):
        skip(goal, day)
    funded.change(goal, 1, funding_schedule="DTSTART:20260629\nRRULE:FREQ=WEEKLY;COUNT=2")
    funded.run(account, 28)

    assert statuses(goal) == {0: "done", 14: "skipped", 21: "skipped"}


def test_a_skip_that_no_run_came_to_before_the_change_gets_the_terms_of_its_day(account: BankAccount) -> None:
    goal = funded.goal(account)
    event = skip(goal, 7)
    funded.change(goal, 10, funding_amount=D(40))
    take_back(FundingEvent.objects.get(pk=event.pk), 10)
    funded.free(account)
    funded.run(account, 14)

    assert list(FundingEvent.objects.order_by("on").values_list("moved", flat=True)) == [10, 10, 40]


def test_a_skip_of_today_behind_the_gate_follows_the_new_plan(account: BankAccount) -> None:
    goal = funded.goal(account)
    event = skip(goal, 0)
    funded.run(account)
    funded.change(goal, funding_amount=D(40))
    funded.run(account)
    take_back(FundingEvent.objects.get(pk=event.pk))
    funded.free(account)
    funded.run(account)

    assert list(FundingEvent.objects.values_list("status", "moved")) == [("done", 40)]


def test_pausing_settles_what_is_skipped_and_resuming_keeps_what_lies_ahead(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    skip(goal, 7)
    skip(goal, 21)
    funded.change(goal, 1, paused=True)
    funded.run(account, 10)
    funded.change(goal, 15, paused=False)
    funded.run(account, 28)

    assert statuses(goal) == {0: "done", 7: "skipped", 14: "skipped", 21: "skipped", 28: "done"}
    assert not FundingEvent.objects.filter(revocable=True).exists()


def test_a_recurring_that_gets_a_fillup_has_no_skips_of_its_own_any_more(account: BankAccount) -> None:
    rent = funded.goal(
        account, budget_type=Budget.Type.RECURRING, recurrance_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=1"
    )
    skip(rent, 7)
    skip(rent, 16, kind="recur")
    funded.change(rent, with_fillup_goal=True)

    assert [(event.kind, event.on) for event in FundingEvent.objects.all()] == [("recur", on(16))]


@pytest.mark.parametrize("end", [budgets.archive, budgets.delete])
def test_skips_go_with_their_budget(account: BankAccount, owner: User, end: object) -> None:
    rent, fillup = funded.rent(account)
    skip(fillup, 7)
    skip(rent, 16, kind="recur")
    end(actor=owner, budget_id=rent.pk, now=build.NOW)  # type: ignore[operator]

    assert not FundingEvent.objects.exists()
    assert due_on(account) is None


def test_an_archived_budget_settles_what_waited_when_the_rows_are_in(account: BankAccount, owner: User) -> None:
    goal = funded.goal(account)
    event = skip(goal, 0)
    funded.run(account, 1)
    budgets.archive(actor=owner, budget_id=goal.pk, now=at(1))
    funded.imported(account, 2)

    event.refresh_from_db()
    assert (event.status, event.revocable) == ("skipped", False)
    assert due_on(account) is None
    funded.sound()


def test_switching_the_account_off_and_on_forgets_nothing(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    skip(goal, 14)
    funded.configure(account, auto_funding=False, offset=1)
    funded.configure(account, auto_funding=True, offset=8)
    funded.run(account, 21)

    assert statuses(goal) == {0: "done", 7: "skipped", 14: "skipped", 21: "done"}


def test_an_account_goes_with_its_skips(account: BankAccount, owner: User) -> None:
    skip(funded.goal(account), 7)
    accounts.delete(actor=owner, account_id=account.pk, now=build.NOW)

    assert not FundingEvent.objects.exists()


# When the engine looks again


def test_a_skip_keeps_the_engine_neither_busy_nor_asleep(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.run(account)
    skip(goal, 7)
    skip(goal, 14)
    assert due_on(account) == on(7)
    funded.run(account, 7)
    assert due_on(account) == on(14)


def test_a_skip_that_waits_makes_no_work_and_can_be_taken_back_until_a_run_comes_to_it(account: BankAccount) -> None:
    goal = funded.goal(account)
    event = skip(goal, 0)
    funded.run(account, 1)
    BankAccount.objects.filter(pk=account.pk).update(last_posted_through=on(3))
    build.transaction(account, amount="5", now=at(3), posted_date=3)
    assert due_on(account) == on(7)

    take_back(event, 3)
    assert due_on(account) == on(0)
    funded.run(account, 3)
    assert (statuses(goal), due_on(account)) == ({0: "done"}, on(7))


def test_a_short_event_is_topped_up_although_a_skip_lies_ahead(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="1500", target_balance="5000")
    funded.run(account)
    skip(goal, 7)
    build.transaction(account, amount="300", posted_date=1, now=at(1))
    funded.run(account, 2)

    assert (balance(goal), due_on(account)) == (1300, on(7))


def test_a_run_that_is_under_way_notices_a_skip(account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two commits of a run an owner skips the event that comes next."""
    funded.free(account)
    first, second = funded.goal(account, name="First"), funded.goal(account, name="Second")
    steps = funding_run.events(account.pk, now=build.NOW, as_of=None)
    next(steps)
    skip(second, 0)
    assert [intent.status for intent in steps] == ["skipped"]
    assert (balance(first), balance(second)) == (10, 0)
    assert Transfer.objects.count() == 1
