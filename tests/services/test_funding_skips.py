"""Events that an owner skips, and skips that are taken back, on the real tables."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Change, FundingEvent, User
from backend.ledger.selectors import forecast, funding
from backend.ledger.services import budgets
from backend.ledger.services import funding_events as services
from tests import build
from tests.ledger import states
from tests.services import funded
from tests.services.funded import at, balance, on, statuses

pytestmark = pytest.mark.django_db

D = Decimal


def next_day(budget: Budget, offset: int = 0) -> int:
    budget.refresh_from_db()
    return (funding.next_fundings([budget], now=at(offset))[budget.pk].on - build.TODAY).days


# To come


def test_a_skip_is_a_row_that_lies_ahead(account: BankAccount, owner: User) -> None:
    funded.free(account)
    goal = funded.goal(account)
    event = funded.skip(goal, 7)

    assert (event.status, event.skipped_by, event.revocable, event.moved) == ("skipped", owner, True, 0)
    assert event.reason == "An owner skipped it."
    funded.run(account, 14)
    assert statuses(goal) == {0: "done", 7: "skipped", 14: "done"}
    event.refresh_from_db()
    assert (event.skipped_by, event.revocable, event.inputs["most"]) == (owner, False, "10")
    assert balance(goal) == 20
    funded.sound()


def test_that_a_skip_is_behind_the_engine_is_in_the_history(account: BankAccount) -> None:
    funded.free(account)
    event = funded.skip(funded.goal(account), 7)
    funded.run(account, 7)

    told = Change.objects.filter(row_id=event.pk).order_by("pk").values_list("action", "values")
    assert list(told)[1:] == [("changed", {"revocable": [True, False]})]


def test_the_ledger_is_sound_with_rows_ahead(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.skip(goal, 7)
    funded.skip(goal, 700)

    funded.sound()


def test_the_next_funding_is_the_one_after(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.skip(goal, 0)
    funded.skip(goal, 7)
    assert next_day(goal) == 14
    assert funding.summary(account, now=build.NOW).schedules[0].next_date == on(14)

    funded.run(account, 8)
    assert next_day(goal, 8) == 14
    funded.take_back(FundingEvent.objects.get(on=on(7)), 8)
    assert next_day(goal, 8) == 7


def test_there_is_no_next_funding_if_all_are_skipped(account: BankAccount) -> None:
    goal = funded.goal(account, schedule="RRULE:FREQ=WEEKLY;COUNT=2")
    funded.skip(goal, 0)
    funded.skip(goal, 7)

    assert funding.next_fundings([goal], now=build.NOW) == {}


def test_the_forecast_passes_over_it(account: BankAccount, unallocated: Budget) -> None:
    goal = funded.goal(account)
    funded.skip(goal, 7)
    found = forecast.outlook(account, forecast.Question(until=on(14)), now=build.NOW)

    assert list(found.forecast.days) == [on(14)]


def test_a_refill_can_be_skipped(account: BankAccount) -> None:
    funded.free(account)
    rent, fillup = funded.rent(account)
    funded.skip(rent, 16, kind="recur")
    funded.run(account, 17)

    assert statuses(rent, "recur") == {16: "skipped"}
    assert (balance(rent), balance(fillup)) == (0, 90)


def test_skipping_twice_changes_nothing(account: BankAccount, owner: User, coowner: User) -> None:
    account.owners.add(coowner)
    goal = funded.goal(account)
    event = funded.skip(goal, 7)
    before = states.fingerprint()

    assert funded.skip(goal, 7, actor=coowner) == event
    assert states.fingerprint() == before
    assert funded.skip(goal, 7, actor=coowner).skipped_by == owner


@pytest.mark.parametrize(
    ("day", "kind", "says"),
    [
        (1, "fund", "There is no funding event to come on that day."),
        (-7, "fund", "There is no funding event to come on that day."),
        (7, "recur", "There is no funding event to come on that day."),
        (735, "fund", "The date lies more than two years ahead."),
        (10**6, "fund", "The date lies more than two years ahead."),
    ],
)
def test_only_what_the_schedule_names_can_be_skipped(account: BankAccount, day: int, kind: str, says: str) -> None:
    goal = funded.goal(account)
    with states.refused(errors.InvalidValue, field="date") as refusal:
        funded.skip(goal, day, kind=kind)
    assert refusal.value.message == says


def test_the_farthest_skip_lies_two_years_ahead(account: BankAccount) -> None:
    goal = funded.goal(account, schedule=funded.DAILY)

    assert funded.skip(goal, 731).on == build.TODAY + timedelta(days=731)


def test_what_is_settled_cannot_be_skipped(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.run(account)
    with states.refused(errors.InvalidValue, field="date") as refusal:
        funded.skip(goal, 0)
    assert refusal.value.message == "The event of that day is settled: it is done."


@pytest.mark.parametrize("schedule", ["every other day", "RRULE:FREQ=SECONDLY", "DTSTART:99991231\nRRULE:FREQ=DAILY"])
def test_nothing_is_skipped_by_a_schedule_that_cannot_be_read(account: BankAccount, schedule: str) -> None:
    goal = funded.goal(account)
    Budget.objects.filter(pk=goal.pk).update(funding_schedule=schedule)
    with states.refused(errors.InvalidValue, field="date"):
        funded.skip(goal, 7)


def test_neither_archived_nor_foreign_budgets_have_anything_to_skip(
    account: BankAccount, owner: User, stranger: User, unallocated: Budget, foreign_account: BankAccount
) -> None:
    goal = funded.goal(account)
    other, elsewhere = funded.goal(foreign_account), build.account(owner=stranger)
    budgets.archive(actor=owner, budget_id=goal.pk, now=build.NOW)
    with states.refused(errors.Archived, field="budget"):
        funded.skip(goal, 7)
    with states.refused(errors.InvalidValue, field="date"):
        funded.skip(unallocated, 0)
    with states.refused(errors.NotFound, field="budget"):
        funded.skip(other, 7, actor=owner)
    with states.refused(errors.OtherAccount, field="budget"):
        services.skip(actor=stranger, budget_id=other.pk, on=on(7), now=build.NOW, account_id=elsewhere.pk)


# Taken back


def test_a_skip_that_is_taken_back_was_never_there(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    coming = funded.take_back(funded.skip(goal, 7))

    assert (coming.on, coming.status, coming.intended, coming.event_id) == (on(7), "planned", 10, None)
    assert not FundingEvent.objects.exists()
    funded.run(account, 7)
    assert statuses(goal) == {0: "done", 7: "done"}


def test_a_deferred_event_comes_back_with_the_terms_of_its_day(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account)
    event = FundingEvent.objects.get()
    inputs = event.inputs
    assert funded.skip(goal, 0) == event
    funded.run(account, 1)
    funded.change(goal, 2, funding_amount=D(40))
    coming = funded.take_back(event, 3)

    assert (coming.status, coming.intended, coming.event_id) == ("deferred", 10, event.pk)
    event.refresh_from_db()
    assert (event.status, event.skipped_by, event.revocable, event.inputs) == ("deferred", None, False, inputs)
    funded.imported(account, 7)
    assert list(FundingEvent.objects.order_by("on").values_list("moved", flat=True)) == [10, 40]


def test_a_skip_behind_the_gate_is_settled_by_the_bank_rows(account: BankAccount) -> None:
    goal = funded.goal(account)
    event = funded.skip(goal, 0)
    funded.run(account, 3)
    assert FundingEvent.objects.filter(revocable=True).exists()

    funded.imported(account, 3)
    assert not FundingEvent.objects.filter(revocable=True).exists()
    with states.refused(errors.Settled) as refusal:
        funded.take_back(event, 3)
    assert refusal.value.message == "The day of the event is settled."


def test_what_nobody_skipped_cannot_be_taken_back(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account)
    funded.run(account)
    with states.refused(errors.Settled):
        funded.take_back(FundingEvent.objects.get())


def test_a_day_that_no_schedule_names_any_more_is_told_to_fail(account: BankAccount) -> None:
    goal = funded.goal(account)
    event = funded.skip(goal, 7)
    Budget.objects.filter(pk=goal.pk).update(funding_schedule="every other day")
    coming = funded.take_back(event)

    assert (coming.status, coming.reason) == ("failed", "No schedule names that day any more.")


def test_both_are_in_the_history(account: BankAccount, owner: User) -> None:
    goal = funded.goal(account)
    event = funded.skip(goal, 7)
    funded.take_back(event)
    found = Change.objects.filter(row_id=event.pk).order_by("id")

    assert [(change.action, change.actor) for change in found] == [("created", owner), ("deleted", owner)]
