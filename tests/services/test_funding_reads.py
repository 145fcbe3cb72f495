"""The next funding, its totals, and which accounts are due."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import funding
from backend.ledger.services import budgets
from backend.ledger.services import funding as services
from tests import build
from tests.services import funded
from tests.services.funded import at, on

pytestmark = pytest.mark.django_db

D = Decimal


def upcoming(budget: Budget, offset: int = 0) -> tuple[date, Decimal, bool] | None:
    budget.refresh_from_db()
    found = funding.next_fundings([budget], now=at(offset)).get(budget.pk)
    return None if found is None else (found.on, found.amount, found.deferred)


def test_the_next_funding_is_the_first_event_that_is_not_done(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    assert upcoming(goal) == (on(0), 10, False)
    funded.run(account)
    assert upcoming(goal) == (on(7), 10, False)


def test_it_is_deferred_while_the_gate_holds_it_back_and_may_be_past(account: BankAccount) -> None:
    goal = funded.goal(account, schedule="DTSTART:20260617\nRRULE:FREQ=WEEKLY")
    assert upcoming(goal, 1) == (on(2), 10, False)
    assert upcoming(goal, 2) == (on(2), 10, True)
    funded.run(account, 5)
    assert upcoming(goal, 5) == (on(2), 10, True)
    funded.imported(account, 3, offset=5)
    assert upcoming(goal, 5) == (on(9), 10, False)


@pytest.mark.parametrize(
    "fields",
    [
        {"paused": True},
        {"schedule": ""},
        {"amount": "0"},
        {"funding_type": "D"},
        {"schedule": "RRULE:FREQ=WEEKLY;UNTIL=20260601"},
        {"target_balance": "0"},
    ],
)
def test_there_is_none(account: BankAccount, fields: dict[str, Any]) -> None:
    assert upcoming(funded.goal(account, **fields)) is None


def test_there_is_none_for_complete_archived_and_unallocated(account: BankAccount, owner: User) -> None:
    complete = funded.goal(account, target_balance="50", balance="50")
    archived = funded.goal(account, name="Archived")
    budgets.archive(actor=owner, budget_id=archived.pk, now=build.NOW)

    assert upcoming(complete) is None
    assert upcoming(archived) is None
    assert upcoming(build.unallocated(account)) is None


def test_a_fillup_shows_what_its_recurring_does_not(account: BankAccount) -> None:
    rent, fillup = funded.rent(account)

    assert upcoming(rent) is None
    assert upcoming(fillup) == (on(0), 30, True)


def test_a_refill_before_the_next_event_is_counted_in(account: BankAccount) -> None:
    """On the first of July the fill-up is emptied; on the sixth a quarter of the next cycle is due."""
    funded.free(account)
    _, fillup = funded.rent(account)
    funded.run(account, 14)
    assert funded.balance(fillup) == 90

    assert upcoming(fillup, 15) == (on(21), D("22.50"), False)


def test_it_says_what_is_meant_to_be_moved_however_much_there_is(account: BankAccount) -> None:
    goal = funded.goal(account, amount="5000", target_balance="6000")

    assert upcoming(goal) == (on(0), 5000, True)


def test_a_changed_amount_shows_at_once(account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account)
    assert upcoming(funded.change(goal, funding_amount=D(25))) == (on(0), 25, True)


def test_the_cost_does_not_grow_with_the_budgets(
    owner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    def cost() -> int:
        rows = list(Budget.objects.all())
        with CaptureQueriesContext(connection) as captured:
            assert funding.next_fundings(rows, now=build.NOW)
        return len(captured)

    for each in (account, shared_account):
        funded.goal(each)
        funded.rent(each)
    few = cost()
    for number in range(5):
        for each in (account, shared_account):
            funded.goal(each, name=str(number))
            funded.rent(each)

    assert cost() == few == 5


def test_no_budgets_cost_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert funding.next_fundings([], now=build.NOW) == {}


def test_totals_per_schedule_come_soonest_first(account: BankAccount, owner: User) -> None:
    funded.goal(account, name="A", amount="10")
    funded.goal(account, name="B", amount="5.50")
    funded.goal(account, name="C", amount="7", schedule=(later := "DTSTART:20260701\nRRULE:FREQ=MONTHLY"))
    funded.goal(account, name="Paused", paused=True)
    funded.rent(account, funding_schedule=later)
    archived = funded.goal(account, name="Archived")
    budgets.archive(actor=owner, budget_id=archived.pk, now=build.NOW)
    found = funding.summary(account, now=build.NOW)

    assert [(each.schedule, each.next_date, each.total_amount, each.budget_count) for each in found.schedules] == [
        (funded.WEEKLY, on(0), D("15.50"), 2),
        (later, on(16), D(97), 2),
    ]
    assert found.total_amount == D("112.50")


def test_an_account_without_schedules_has_empty_totals(account: BankAccount) -> None:
    found = funding.summary(account, now=build.NOW)

    assert (found.schedules, found.total_amount) == ([], 0)


# Due accounts


def test_an_account_is_due_from_the_day_of_its_first_event(account: BankAccount) -> None:
    funded.goal(account, schedule="DTSTART:20260620\nRRULE:FREQ=MONTHLY")

    assert funding.due_accounts(now=at(4)) == []
    assert funding.due_accounts(now=at(5)) == [account.pk]
    assert funding.due_accounts(now=at(50)) == [account.pk]


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Pacific/Kiritimati", datetime(2026, 6, 19, 10, 0, tzinfo=UTC)),
        ("UTC", datetime(2026, 6, 20, 0, 0, tzinfo=UTC)),
        ("Etc/GMT+12", datetime(2026, 6, 20, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_day_begins_where_the_first_owner_lives(
    stranger: User, coowner: User, zone: str, instant: datetime
) -> None:
    coowner.timezone = zone
    coowner.save()
    account = build.account(owner=coowner, co_owners=[stranger])
    funded.goal(account, schedule="DTSTART:20260620\nRRULE:FREQ=MONTHLY")

    before = instant.replace(hour=instant.hour - 1) if instant.hour else instant.replace(day=19, hour=23, minute=59)
    assert funding.due_accounts(now=before) == []
    assert funding.due_accounts(now=instant) == [account.pk]


def test_finding_due_accounts_is_one_query(owner: User, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        funded.goal(build.account(owner=owner))
    with django_assert_num_queries(1):
        assert len(funding.due_accounts(now=build.NOW)) == 3


# Costs


def test_keeping_the_due_day_costs_a_write_one_query(account: BankAccount, django_assert_num_queries: Any) -> None:
    funded.free(account)
    for number in range(20):
        funded.goal(account, name=str(number), amount="100")
    funded.run(account)
    account.refresh_from_db()
    with django_assert_num_queries(1):
        services.reschedule(account, now=at(1))


def test_a_run_costs_the_same_per_event_however_long_the_history_is(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")

    def cost(offset: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(funded.run(account, offset).events) == 1
        return len(captured)

    funded.run(account)
    first = cost(1)
    for number in range(30):
        build.transaction(account, amount="-1", posted_date=-number, splits={goal: "1"})
    funded.run(account, 40)
    assert cost(41) == first
