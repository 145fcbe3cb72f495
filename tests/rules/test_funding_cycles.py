"""Cycles of recurring budgets, schedules that fail, and what a plan tells."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import START, UNALLOCATED, Account, day, envelope

DAILY = "RRULE:FREQ=DAILY"


# Cycles


def cycle(*, fund: str = "RRULE:FREQ=DAILY;COUNT=1") -> tuple[Account, funding.Envelope, funding.Envelope]:
    fillup = envelope(kinds.FILLUP, target=60, schedule=fund)
    rent = envelope(kinds.RECURRING, target=60, schedule=fund, recurrence="RRULE:FREQ=WEEKLY", fillup=fillup)
    return Account([rent, fillup], opening=Decimal(1000)), rent, fillup


def test_a_refill_happens_once_hit_or_miss() -> None:
    account, rent, fillup = cycle()
    account.enter(day(1), -60, budget=rent)
    account.run(day(7))
    account.enter(day(8), 500, budget=fillup)
    account.run(day(13))

    assert account.moved(rent, funding.RECUR) == {day(0): "60", day(7): "0"}
    assert account.statuses(rent, funding.RECUR) == ["done", "short"]


def test_a_recurring_is_complete_from_a_refill_that_reached_the_target_to_the_next_cycle() -> None:
    account, rent, _ = cycle()
    account.run(START)
    assert account.now(rent).complete

    account.enter(day(1), -60, budget=rent)
    account.run(day(6))
    assert account.now(rent).complete

    account.run(day(7))
    assert not account.now(rent).complete


def test_without_a_fillup_funding_completes_a_recurring_and_the_next_cycle_clears_it() -> None:
    rent = envelope(kinds.RECURRING, target=60, fixed=30, schedule=DAILY, recurrence="RRULE:FREQ=WEEKLY;BYDAY=FR")
    account = Account([rent], opening=Decimal(1000))
    flags = []
    for offset in range(6):
        account.run(day(offset))
        flags.append(account.now(rent).complete)

    assert flags == [False, True, True, True, False, True]
    assert account.moved(rent, funding.RECUR) == {day(4): "0"}


def test_a_paused_recurring_starts_no_cycle() -> None:
    account, rent, fillup = cycle()
    account.run(START)
    account.change(rent, paused=True)
    account.change(fillup, paused=True)
    account.run(day(7))

    assert account.statuses(rent, funding.RECUR) == ["done", "skipped"]
    assert account.now(rent).complete


# Schedules that fail


def test_a_schedule_that_cannot_be_evaluated_harms_its_own_budget_only() -> None:
    broken, goal = envelope(fixed=10, schedule="RRULE:FREQ=HOURLY"), envelope(fixed=10)
    account = Account([broken, goal], opening=Decimal(100))
    account.run(START)

    assert account.statuses(broken) == ["failed"]
    assert account.statuses(goal) == ["done"]
    row = account.events[funding.Key(budget_id=broken.id, kind=funding.FUND, on=START)]
    assert "FREQ" in row.reason


def test_a_broken_recurrence_fails_the_fund_events_that_need_it() -> None:
    fillup = envelope(kinds.FILLUP, target=60)
    rent = envelope(kinds.RECURRING, target=60, recurrence="RRULE:FREQ=HOURLY", fillup=fillup)
    account = Account([rent, fillup], opening=Decimal(100))
    account.run(START)

    assert account.statuses(fillup) == ["failed"]
    assert account.statuses(rent, funding.RECUR) == ["failed"]


def test_a_failed_schedule_is_tried_anew_the_next_day() -> None:
    broken = envelope(fixed=10, schedule="RRULE:FREQ=HOURLY")
    account = Account([broken], opening=Decimal(100))
    account.run(START)
    account.change(broken, funding_schedule=DAILY)
    account.run(day(1))

    assert account.statuses(broken) == ["failed", "done"]


def test_what_waited_for_a_budget_that_is_archived_is_skipped() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), gated=True)
    account.run(START)
    account.change(goal, gone=True)
    account.gated = False
    account.run(day(14))

    assert account.statuses(goal) == ["skipped"]
    assert account.balance() == 100


def test_a_run_without_due_events_has_nothing_to_do() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100))
    account.run(START)

    assert account.run(START) == account.run(day(6)) == []


def test_money_of_unallocated_is_what_it_would_be_at_each_point_of_the_day() -> None:
    """The second of two events of a day finds what the first left, also when another run did the first."""
    first, second = envelope(target=1000, fixed=60), envelope(target=1000, fixed=60)
    account = Account([first, second], opening=Decimal(100))
    account.run(START, most=1)
    assert account.moved(second) == {}
    account.enter(day(3), 500)
    account.run(START)

    assert account.moved(first) == {START: "60"}
    assert account.moved(second)[START] == "40"


def test_intents_name_both_budgets_and_what_they_were_computed_from() -> None:
    goal = envelope(fixed=30)
    account = Account([goal], opening=Decimal(20))
    intent = account.run(START)[0]

    assert (intent.source_id, intent.target_id) == (UNALLOCATED, goal.id)
    assert intent.inputs == {
        "target": "100",
        "most": "30",
        "gated": False,
        "gathered": "0",
        "gathered_now": "0",
        "source": "20",
        "source_now": "20",
        "available": "20",
        "gap": "100",
        "limit": "available",
    }
    assert intent.goes_on == START + timedelta(days=7)


def test_a_plan_may_look_ahead() -> None:
    goal = envelope(fixed=30)
    state = replace(Account([goal], opening=Decimal(500)).state(START))

    assert [intent.key.on for intent in funding.plan(state, through=day(14))] == [day(0), day(7), day(14)]
