"""How much each kind of budget gets, line by line of the table of amounts."""

from datetime import date
from decimal import Decimal

import pytest

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import START, Account, day, envelope

WEEKLY = "RRULE:FREQ=WEEKLY"
PLENTY = Decimal(10_000)


def amounts(account: Account, budget: funding.Envelope, *, days: int = 28) -> list[str]:
    """What the fund events of the first four weeks move, one run a day."""
    for offset in range(days):
        account.run(day(offset))
    return list(account.moved(budget).values())


@pytest.mark.parametrize(
    ("target", "fixed", "balance", "expected"),
    [
        (100, 30, 0, ["30", "30", "30", "10"]),
        (100, 30, 95, ["5", "0", "0", "0"]),
        (100, 30, 100, ["0", "0", "0", "0"]),
        (100, 30, 120, ["0", "0", "0", "0"]),
        (100, 30, -50, ["30", "30", "30", "10"]),
        (100, 0, 0, ["0", "0", "0", "0"]),
        (0, 30, 0, ["0", "0", "0", "0"]),
    ],
)
def test_a_goal_gets_its_funding_amount_until_the_target(
    target: int, fixed: int, balance: int, expected: list[str]
) -> None:
    goal = envelope(target=target, fixed=fixed)
    account = Account([goal], opening=PLENTY)
    account.enter(day(-1), balance, budget=goal)

    assert amounts(account, goal) == expected


def test_what_was_put_into_a_goal_and_spent_counts_as_saved() -> None:
    goal = envelope(target=100, fixed=30)
    account = Account([goal], opening=PLENTY)
    account.transfer(day(-2), 80, to=goal)
    account.enter(day(-1), -60, budget=goal)

    assert amounts(account, goal) == ["20", "0", "0", "0"]


@pytest.mark.parametrize(
    ("target", "by", "decimals", "expected"),
    [
        (100, day(21), 2, ["25", "25", "25", "25"]),
        (100, day(14), 2, ["33.33", "33.33", "33.34", "0"]),
        (100, day(20), 2, ["33.33", "33.33", "33.34", "0"]),
        (10, day(21), 0, ["2", "3", "2", "3"]),
        (500, day(77), 2, ["41.67", "41.67", "41.67", "41.67"]),
        (1, day(14), 3, ["0.333", "0.333", "0.334", "0"]),
        (100, day(0), 2, ["100", "0", "0", "0"]),
        (100, day(-30), 2, ["100", "0", "0", "0"]),
        ("0.02", day(21), 2, ["0", "0.01", "0", "0.01"]),
    ],
)
def test_a_goal_with_a_target_date_gets_equal_shares_and_the_last_one_the_rest(
    target: int | str, by: date, decimals: int, expected: list[str]
) -> None:
    goal = envelope(target=target, by=by)

    assert amounts(Account([goal], opening=PLENTY, decimals=decimals), goal) == expected


def test_shares_follow_what_happens_in_between() -> None:
    goal = envelope(target=100, by=day(21))
    account = Account([goal], opening=PLENTY)
    account.transfer(day(8), 20, to=goal)

    assert amounts(account, goal) == ["25", "25", "15", "15"]


@pytest.mark.parametrize(
    ("fixed", "spent", "expected"),
    [
        (30, 0, ["30", "30", "30", "10"]),
        (30, 50, ["30", "30", "30", "30"]),
        (None, 0, ["100", "0", "0", "0"]),
        (None, 40, ["100", "0", "40", "0"]),
    ],
)
def test_a_capped_budget_is_topped_up_for_ever(fixed: int | None, spent: int, expected: list[str]) -> None:
    capped = envelope(kinds.CAPPED, target=100, fixed=fixed)
    account = Account([capped], opening=PLENTY)
    account.enter(day(10), -spent, budget=capped)

    assert amounts(account, capped) == expected


@pytest.mark.parametrize(("fixed", "expected"), [(40, ["40", "40", "10", "40"]), (None, ["30", "30", "30", "22.5"])])
def test_a_fillup_saves_for_the_next_cycle(fixed: int | None, expected: list[str]) -> None:
    """The cycle turns on the 16th day; the fund events are on days 0, 7, 14 and 21, the next turn on day 46."""
    fillup = envelope(kinds.FILLUP, target=90, fixed=fixed)
    rent = envelope(
        kinds.RECURRING, target=90, fixed=fixed, recurrence="RRULE:FREQ=MONTHLY;BYMONTHDAY=17", fillup=fillup
    )
    account = Account([rent, fillup], opening=PLENTY)

    assert amounts(account, fillup) == expected
    assert account.moved(rent) == {}
    assert account.moved(rent, funding.RECUR) == {day(16): "90"}


@pytest.mark.parametrize(("fixed", "expected"), [(40, ["40", "40", "10", "40"]), (None, ["30", "30", "30", "22.5"])])
def test_a_recurring_without_fillup_saves_by_itself(fixed: int | None, expected: list[str]) -> None:
    rent = envelope(kinds.RECURRING, target=90, fixed=fixed, recurrence="RRULE:FREQ=MONTHLY;BYMONTHDAY=17")
    account = Account([rent], opening=PLENTY)
    account.enter(day(17), -90, budget=rent)

    assert amounts(account, rent) == expected


def test_a_fund_event_on_the_day_of_the_refill_comes_first_and_is_the_last_of_the_cycle() -> None:
    fillup = envelope(kinds.FILLUP, target=60)
    rent = envelope(kinds.RECURRING, target=60, recurrence="RRULE:FREQ=MONTHLY;BYMONTHDAY=8", fillup=fillup)
    account = Account([rent, fillup], opening=PLENTY)

    assert amounts(account, fillup, days=8) == ["30", "30"]
    assert account.balance(rent) == 60
    assert account.balance(fillup) == 0


def test_the_refill_goes_up_to_the_target_and_the_rest_stays() -> None:
    fillup = envelope(kinds.FILLUP, target=60, fixed=60)
    rent = envelope(kinds.RECURRING, target=60, recurrence="RRULE:FREQ=MONTHLY;BYMONTHDAY=8", fillup=fillup)
    account = Account([rent, fillup], opening=PLENTY)
    account.enter(day(2), 45, budget=rent)
    amounts(account, fillup, days=8)

    assert account.moved(rent, funding.RECUR) == {day(7): "15"}
    assert account.balance(fillup) == 45


@pytest.mark.parametrize(
    ("kind", "fixed", "by", "recurrence", "says"),
    [
        (kinds.GOAL, None, None, "", "no target date"),
        (kinds.RECURRING, None, day(30), "", "no recurrence"),
        (kinds.RECURRING, None, None, "RRULE:FREQ=MONTHLY;UNTIL=20260501", "no recurrence"),
    ],
)
def test_without_a_deadline_the_amount_is_zero_and_the_reason_says_so(
    kind: str, fixed: int | None, by: date | None, recurrence: str, says: str
) -> None:
    budget = envelope(kind, by=by, recurrence=recurrence)
    account = Account([budget], opening=PLENTY)
    account.run(START)

    row = account.events[funding.Key(budget_id=budget.id, kind=funding.FUND, on=START)]
    assert (row.status, row.moved) == (funding.DONE, 0)
    assert says in row.reason


def test_fixed_funding_without_an_amount_moves_nothing_and_says_so() -> None:
    goal = envelope(fixed=1)
    account = Account([goal], opening=PLENTY)
    account.change(goal, funding_amount=None)
    account.run(START)

    row = account.events[funding.Key(budget_id=goal.id, kind=funding.FUND, on=START)]
    assert (row.status, row.moved, row.reason) == (funding.DONE, 0, "The budget has no funding amount.")


def test_a_month_without_the_31st_has_no_event() -> None:
    goal = envelope(target=1000, fixed=10, schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=31")
    last = envelope(target=1000, fixed=10, schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=-1")
    account = Account([goal, last], opening=PLENTY)
    account.run(date(2026, 9, 30))

    assert list(account.moved(goal)) == [date(2026, 7, 31), date(2026, 8, 31)]
    assert list(account.moved(last)) == [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)]


def test_every_second_week_is_counted_from_the_day_of_creation() -> None:
    goal = envelope(target=1000, fixed=10, schedule="RRULE:FREQ=WEEKLY;INTERVAL=2")
    account = Account([goal], opening=PLENTY)
    for offset in range(0, 50, 3):
        account.run(day(offset))

    assert list(account.moved(goal)) == [day(0), day(14), day(28), day(42)]


def test_terms_come_back_from_their_plain_form() -> None:
    for terms in (
        funding.Terms(target=Decimal("1.50")),
        funding.Terms(target=Decimal(2), most=Decimal("0.10"), hindrance="a", skip="b"),
        funding.Terms(target=Decimal(2), share=3),
    ):
        assert funding.from_plain(funding.to_plain(terms)) == terms
