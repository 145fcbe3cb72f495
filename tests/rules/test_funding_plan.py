"""Which event comes when, and what becomes of it: order, gate, shortage, pause, cycles, schedules that fail."""

from decimal import Decimal

import pytest

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import START, Account, day, envelope

DAILY = "RRULE:FREQ=DAILY"


def order(account: Account, until: int = 0) -> list[tuple[str, str]]:
    return [(intent.key.kind, str(intent.key.budget_id.int)) for intent in account.run(day(until))]


def test_events_of_a_day_go_by_kind_then_priority_then_age() -> None:
    fillup = envelope(kinds.FILLUP, target=10)
    rent = envelope(kinds.RECURRING, target=10, recurrence=DAILY, fillup=fillup)
    younger = envelope(fixed=1)
    favourite = envelope(fixed=1, priority=5)
    neglected = envelope(fixed=1, priority=-5)
    account = Account([neglected, favourite, younger, rent, fillup], opening=Decimal(100))

    assert order(account) == [
        ("fund", str(favourite.id.int)),
        ("fund", str(fillup.id.int)),
        ("fund", str(younger.id.int)),
        ("fund", str(neglected.id.int)),
        ("recur", str(rent.id.int)),
    ]


def test_dates_come_before_priorities() -> None:
    early = envelope(fixed=1, schedule="RRULE:FREQ=WEEKLY", priority=-5)
    late = envelope(fixed=1, schedule="DTSTART:20260602\nRRULE:FREQ=WEEKLY", priority=5)

    assert order(Account([late, early], opening=Decimal(100)), until=1) == [
        ("fund", str(early.id.int)),
        ("fund", str(late.id.int)),
    ]


@pytest.mark.parametrize(
    ("through", "expected"),
    [
        (None, ["deferred", "deferred", "deferred"]),
        (day(-1), ["deferred", "deferred", "deferred"]),
        (day(0), ["done", "deferred", "deferred"]),
        (day(7), ["done", "done", "deferred"]),
        (day(14), ["done", "done", "done"]),
    ],
)
def test_the_gate_defers_what_is_dated_after_the_last_import(through: object, expected: list[str]) -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), gated=True, posted_through=through)  # type: ignore[arg-type]
    account.run(day(14))

    assert account.statuses(goal) == expected


def test_deferred_events_are_made_up_for_when_the_gate_opens() -> None:
    goal, timely = envelope(fixed=10), envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), gated=True)
    for offset in range(15):
        account.run(day(offset))
    account.posted_through = day(14)
    account.run(day(14))
    in_time = Account([timely], opening=Decimal(100))
    in_time.run(day(14))

    assert account.moved(goal) == in_time.moved(timely) == {day(0): "10", day(7): "10", day(14): "10"}


def test_a_deferred_event_keeps_the_terms_of_its_day() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), gated=True)
    account.run(START)
    account.change(goal, funding_amount=Decimal(40), paused=True)
    account.gated = False
    account.run(day(7))

    assert account.moved(goal) == {day(0): "10", day(7): "0"}
    assert account.statuses(goal) == ["done", "skipped"]


def test_a_paused_budget_is_skipped_and_resuming_replays_nothing() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100))
    account.run(START)
    account.change(goal, paused=True)
    account.run(day(14))
    account.change(goal, paused=False)
    account.run(day(21))

    assert account.statuses(goal) == ["done", "skipped", "skipped", "done"]
    assert account.balance(goal) == 20


def test_an_account_that_is_switched_off_skips_its_events() -> None:
    goal = envelope(fixed=10)
    account = Account([goal], opening=Decimal(100), active=False)
    account.run(day(7))
    account.active = True
    account.run(day(14))

    assert account.statuses(goal) == ["skipped", "skipped", "done"]


def test_a_complete_goal_gets_nothing_also_when_it_was_spent() -> None:
    goal = envelope(target=20, fixed=10)
    account = Account([goal], opening=Decimal(100))
    account.run(day(7))
    account.enter(day(8), -15, budget=goal)
    account.run(day(21))

    assert account.statuses(goal) == ["done", "done", "skipped", "skipped"]
    assert account.balance(goal) == 5


# Money


def test_a_short_event_moves_what_is_there_and_is_topped_up_later() -> None:
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(30))
    account.run(START)
    assert account.moved(goal) == {START: "30"}
    assert account.statuses(goal) == ["short"]

    account.enter(day(2), 50)
    account.run(day(3))
    assert account.moved(goal) == {START: "80"}
    assert account.statuses(goal) == ["short"]

    account.enter(day(4), 50)
    account.run(day(4))
    assert account.moved(goal) == {START: "100"}
    assert account.statuses(goal) == ["done"]
    assert account.balance() == 30
    assert len({entry.event for entry in account.entries if entry.event}) == 1


def test_money_that_is_dated_ahead_tops_up_when_its_day_has_come() -> None:
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(30))
    account.enter(day(4), 50)
    moved = []
    for offset in range(6):
        account.run(day(offset))
        moved.append(account.moved(goal)[START])

    assert moved == ["30", "30", "30", "30", "80", "80"]


def test_the_next_event_takes_the_place_of_a_short_one() -> None:
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(30))
    account.run(day(7))
    account.enter(day(8), 500)
    account.run(day(9))

    assert account.moved(goal) == {day(0): "30", day(7): "100"}
    assert account.statuses(goal) == ["short", "done"]


def test_a_deferred_event_takes_the_place_of_a_short_one_too() -> None:
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(30), gated=True, posted_through=day(0))
    account.run(day(7))
    account.enter(day(8), 500)
    account.run(day(9))

    assert account.moved(goal) == {day(0): "30", day(7): "0"}
    assert account.statuses(goal) == ["short", "deferred"]


def test_short_events_are_topped_up_in_their_order() -> None:
    first, second = envelope(target=1000, fixed=100), envelope(target=1000, fixed=100)
    account = Account([second, first])
    account.run(START)
    account.enter(day(1), 130)
    account.run(day(2))

    assert (account.balance(first), account.balance(second)) == (100, 30)


def test_a_top_up_never_overfills_and_never_goes_to_a_paused_budget() -> None:
    full, paused = envelope(kinds.CAPPED, target=100), envelope(target=1000, fixed=100)
    account = Account([full, paused])
    account.run(START)
    account.enter(day(1), 500)
    account.transfer(day(1), 70, to=full)
    account.change(paused, paused=True)
    account.run(day(2))

    assert (account.balance(full), account.balance(paused)) == (100, 0)


def test_unallocated_is_never_taken_below_zero() -> None:
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(-20))
    account.run(START)

    assert account.moved(goal) == {START: "0"}
    assert account.statuses(goal) == ["short"]
    assert account.balance() == -20


def test_a_late_run_spends_neither_money_that_came_later_nor_money_that_is_gone() -> None:
    """200 were there on the day, 150 of them are spent by now; 500 came after the next event had taken its place."""
    goal = envelope(target=1000, fixed=100)
    account = Account([goal], opening=Decimal(200))
    account.enter(day(3), -150)
    account.enter(day(9), 500)
    account.enter(day(10), -500)
    account.run(day(14))

    assert account.moved(goal) == {day(0): "50", day(7): "0", day(14): "0"}
    assert account.balance() == 0


def test_a_late_run_tops_up_on_the_way() -> None:
    """The salary of day 3 completes the first budget's event before the second budget's comes on day 4."""
    first = envelope(target=1000, fixed=100)
    second = envelope(target=1000, fixed=100, schedule="DTSTART:20260605\nRRULE:FREQ=WEEKLY")
    account = Account([first, second], opening=Decimal(20))
    account.enter(day(3), 130)
    account.run(day(5))

    assert account.moved(first) == {day(0): "100"}
    assert account.moved(second) == {day(4): "50"}


def test_a_run_that_is_gone_on_with_does_not_top_up_from_what_came_later() -> None:
    """Looked at anew in the middle of day 0, the first event's own share is not there once more."""
    first, second = envelope(target=1000, fixed=100, schedule=DAILY), envelope(target=1000, fixed=100)
    account = Account([first, second], opening=Decimal(30))
    account.enter(day(5), 500)
    account.run(day(6))

    assert account.moved(first)[day(0)] == "30"


def test_what_was_filled_otherwise_when_the_next_event_came_is_not_topped_up_after_it() -> None:
    capped = envelope(kinds.CAPPED, target=100)
    account = Account([capped], opening=Decimal(30))
    account.enter(day(3), 70)
    account.transfer(day(3), 70, to=capped)
    account.enter(day(9), 100)
    account.enter(day(9), -60, budget=capped)
    for intent in funding.plan(account.state(day(13)), through=day(13)):
        account.carry_out(intent)

    assert account.moved(capped) == {day(0): "30", day(7): "0"}


@pytest.mark.parametrize("openings", [{30: 30}, {26: 15, 30: 30}, {16: 15, 21: 20, 22: 22, 30: 30}])
def test_nothing_is_topped_up_from_days_whose_events_the_gate_holds_back(openings: dict[int, int]) -> None:
    """Otherwise money that came on day 20 would be in the fill-up already when the refill of day 18 is made up for."""
    fillup = envelope(kinds.FILLUP, target=190)
    rent = envelope(kinds.RECURRING, target=190, recurrence="RRULE:FREQ=DAILY;INTERVAL=3", fillup=fillup)
    account = Account([rent, fillup], opening=Decimal(80), gated=True)
    account.enter(day(20), 60)
    for offset in range(31):
        if offset in openings:
            account.posted_through = day(openings[offset])
        account.run(day(offset))

    assert account.moved(fillup) == {day(0): "80", day(7): "0", day(14): "60", day(21): "0", day(28): "0"}
    assert account.moved(rent, funding.RECUR)[day(18)] == "0"
    assert account.moved(rent, funding.RECUR)[day(21)] == "60"


def test_amounts_do_not_depend_on_what_happens_after_the_start_of_the_day() -> None:
    capped = envelope(kinds.CAPPED, target=100, fixed=60)
    account = Account([capped], opening=Decimal(500))
    account.enter(day(-1), 80, budget=capped)
    account.enter(day(0), -80, budget=capped)
    account.enter(day(1), -20, budget=capped)
    account.run(day(2))

    assert account.moved(capped) == {START: "20"}


def test_a_budget_that_was_filled_by_hand_meanwhile_is_not_overfilled() -> None:
    capped = envelope(kinds.CAPPED, target=100)
    account = Account([capped], opening=Decimal(500))
    account.transfer(day(0), 70, to=capped)
    account.run(day(2))

    assert account.moved(capped) == {START: "30"}
