"""Events that an owner skips: what becomes of them, of those around them, and of a skip that is taken back."""

from decimal import Decimal

import pytest

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import START, Account, day, envelope


def key(budget: funding.Envelope, offset: int, kind: str = funding.FUND) -> funding.Key:
    return funding.Key(budget_id=budget.id, kind=kind, on=day(offset))


def test_a_skipped_event_moves_nothing_and_the_next_one_comes_as_always() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100))
    account.skip(key(goal, 7))
    account.run(day(14))

    assert account.moved(goal) == {day(0): "10", day(7): "0", day(14): "10"}
    assert account.statuses(goal) == ["done", "skipped", "done"]
    assert account.events[key(goal, 7)].reason == "An owner skipped it."
    assert account.skipped() == []


def test_a_skipped_share_falls_to_the_later_ones() -> None:
    goal = envelope(by=day(27))
    account = Account([goal], opening=Decimal(100))
    account.skip(key(goal, 7))
    account.run(day(28))

    assert account.moved(goal) == {day(0): "25", day(7): "0", day(14): "37.5", day(21): "37.5", day(28): "0"}


def test_a_skipped_refill_leaves_the_fillup_full() -> None:
    fillup = envelope(kinds.FILLUP, target=60)
    rent = envelope(kinds.RECURRING, target=60, recurrence="RRULE:FREQ=WEEKLY;BYDAY=WE", fillup=fillup)
    account = Account([rent, fillup], opening=Decimal(100))
    account.skip(key(rent, 2, funding.RECUR))
    account.run(day(6))

    assert (account.balance(rent), account.balance(fillup)) == (0, 60)
    assert account.statuses(rent, funding.RECUR) == ["skipped"]


def test_a_skipped_event_takes_the_place_of_a_short_one_on_its_day_and_no_sooner() -> None:
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(30))
    account.skip(key(goal, 7))
    account.run(START)
    account.enter(day(3), 20)
    account.run(day(4))
    assert account.moved(goal)[START] == "50"

    account.enter(day(8), 500)
    account.run(day(9))
    assert account.moved(goal) == {day(0): "50", day(7): "0"}


def test_a_skip_can_be_taken_back_until_the_bank_rows_of_its_day_are_in() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), gated=True)
    account.skip(key(goal, 0))
    account.run(day(5))
    assert account.skipped() == [key(goal, 0)]

    account.posted_through = day(3)
    account.run(day(5))
    assert account.skipped() == []
    assert account.statuses(goal) == ["skipped"]


@pytest.mark.parametrize("passed", [False, True], ids=["skipped ahead", "skipped while deferred"])
def test_a_skip_that_is_taken_back_late_leaves_the_event_with_the_terms_of_its_day(passed: bool) -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), gated=True)
    if passed:
        account.run(START)
    account.skip(key(goal, 0))
    account.run(START)
    account.change(goal, funding_amount=Decimal(40))
    account.take_back(key(goal, 0))
    assert account.statuses(goal) == ["deferred"]

    account.gated = False
    account.run(day(7))
    assert account.moved(goal) == {day(0): "10", day(7): "40"}


def test_while_a_skip_can_be_taken_back_nothing_later_takes_its_money() -> None:
    """As if the event were deferred: what came after its day is given out when its day is settled."""
    first = envelope(target=1000, fixed=100, schedule="RRULE:FREQ=MONTHLY")
    second = envelope(target=1000, fixed=30, schedule="DTSTART:20260602\nRRULE:FREQ=MONTHLY")
    account = Account([first, second], opening=Decimal(20), gated=True, posted_through=day(0))
    account.skip(key(second, 1))
    account.run(day(1))
    account.enter(day(1), 50)
    account.run(day(4))
    assert account.moved(first) == {day(0): "20"}

    account.posted_through = day(4)
    account.run(day(4))
    assert account.moved(first) == {day(0): "70"}


def test_a_paused_budget_settles_its_skips_at_once() -> None:
    goal = envelope(fixed=10, paused=True)
    account = Account([goal], gated=True)
    account.skip(key(goal, 0))
    account.run(START)

    assert account.skipped() == []


def test_a_schedule_that_fails_says_so_in_an_event_that_was_skipped_too() -> None:
    broken, goal = envelope(fixed=10, schedule="RRULE:FREQ=HOURLY"), envelope(fixed=10)
    account = Account([broken, goal], opening=Decimal(100))
    account.skip(key(broken, 0))
    account.run(START)

    assert account.statuses(broken) == ["failed"]
    assert "FREQ" in account.events[key(broken, 0)].reason
    assert account.statuses(goal) == ["done"]


def test_a_skip_on_a_day_that_no_schedule_names_is_over_with_its_day() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100))
    account.skip(key(goal, 3))
    account.run(day(7))
    assert account.moved(goal) == {day(0): "10", day(3): "0", day(7): "10"}
    account.run(day(8))

    assert account.skipped() == []
