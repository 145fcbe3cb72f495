"""What a funding run writes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, FundingEvent, Transfer, User
from backend.ledger.services import budgets, funding
from tests import build
from tests.services import funded
from tests.services.funded import at, balance, on, statuses

pytestmark = pytest.mark.django_db

D = Decimal


def test_an_event_is_a_row_with_its_transfer(account: BankAccount, unallocated: Budget) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="30")
    result = funded.run(account)

    event = FundingEvent.objects.get()
    assert (event.budget, event.kind, event.on, event.status) == (goal, "fund", on(0), "done")
    assert (event.intended, event.moved, event.bank_account) == (30, 30, account)
    assert event.inputs == {
        "target": "1000",
        "most": "30",
        "gated": False,
        "gathered": "0",
        "gathered_now": "0",
        "source": "1000",
        "source_now": "1000",
        "available": "1000",
        "gap": "1000",
        "limit": "funding_amount",
    }
    assert event.reason == "30.00 is the funding amount; 1000.00 is missing to 1000.00."
    transfer = Transfer.objects.get()
    assert (transfer.source, transfer.target, transfer.amount) == (unallocated, goal, 30)
    assert transfer.funding_event == event
    assert transfer.effective_at == datetime(2026, 6, 15, tzinfo=UTC)
    assert build.NOW < transfer.created_at < build.NOW + timedelta(seconds=1)
    assert (balance(goal), balance(unallocated)) == (30, 970)
    assert (result.moved, dict(result.counts)) == (30, {"done": 1})
    funded.sound()


def test_the_actor_is_a_system_user_that_nobody_can_be(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account)
    funded.run(account, 14)

    [actor] = {transfer.actor for transfer in Transfer.objects.all()}
    assert actor.username == "funding-system"
    assert not actor.is_active
    assert not actor.has_usable_password()
    assert actor == funding.system_user()


def test_a_run_that_finds_nothing_is_a_success_with_zeros(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account)
    funded.run(account)
    again = funded.run(account)

    assert (again.events, again.moved, dict(again.counts)) == ((), 0, {})
    assert Transfer.objects.count() == 1


def test_an_account_that_does_not_exist_is_not_found(account: BankAccount, owner: User) -> None:
    with pytest.raises(errors.NotFound):
        funding.run(account_id=owner.default_bank_account_id or build.bank().pk, now=build.NOW)


def test_a_run_may_look_ahead_and_is_not_repeated_later(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.run(account, as_of=on(14))
    assert statuses(goal) == {0: "done", 7: "done", 14: "done"}

    assert funded.run(account, 14).events == ()
    assert balance(goal) == 30


def test_a_run_as_of_the_past_leaves_the_rest(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.run(account, 20, as_of=on(10))

    assert statuses(goal) == {0: "done", 7: "done"}


def test_today_is_the_date_where_the_first_owner_lives() -> None:
    west, east = build.user("west", timezone="Pacific/Honolulu"), build.user("east", timezone="Pacific/Auckland")
    late = datetime(2026, 6, 15, 23, 30, tzinfo=UTC)
    for owner, today in ((west, 15), (east, 16)):
        account = funded.free(build.account(owner=owner, co_owners=[west, east], balance="100", now=late))
        goal = funded.goal(account, name=owner.username, schedule=funded.DAILY, now=late)
        funding.run(account_id=account.pk, now=late)
        assert [event.on.day for event in FundingEvent.objects.filter(budget=goal)] == [today]


def test_a_schedule_without_start_counts_from_the_creation_day_where_the_owner_lives(stranger: User) -> None:
    stranger.timezone = "Pacific/Auckland"
    stranger.save()
    late = datetime(2026, 6, 15, 23, 30, tzinfo=UTC)
    account = funded.free(build.account(owner=stranger, balance="100", now=late))
    goal = funded.goal(account, schedule="RRULE:FREQ=MONTHLY", now=late)
    stranger.timezone = "Pacific/Honolulu"
    stranger.save()
    funding.run(account_id=account.pk, now=late + timedelta(days=70))

    assert [event.on.day for event in FundingEvent.objects.filter(budget=goal)] == [16, 16, 16]


def test_each_date_is_handled_once_whatever_the_owner_does_to_the_time_zone(account: BankAccount, owner: User) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY)
    zones = ("Pacific/Kiritimati", "Pacific/Honolulu", "UTC", "Etc/GMT+12", "Asia/Kathmandu", "Pacific/Apia")
    for hour in range(0, 24 * 6, 5):
        owner.timezone = zones[hour % len(zones)]
        owner.save()
        funding.run(account_id=account.pk, now=build.NOW + timedelta(hours=hour))

    dates = list(statuses(goal))
    assert dates == list(range(len(dates)))
    assert balance(goal) == 10 * len(dates)


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(hours=-1), timedelta(days=35), timedelta(days=400)])
def test_a_clock_that_jumps_and_comes_back_moves_nothing_twice_and_skips_nothing(
    account: BankAccount, jump: timedelta
) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule="RRULE:FREQ=DAILY;INTERVAL=5", amount="1")
    for offset in range(10):
        funded.run(account, offset)
    funding.run(account_id=account.pk, now=at(10) + jump)
    later = range(10, 50 + max(jump.days, 0), 20)
    for offset in later:
        funded.run(account, offset)

    assert list(statuses(goal)) == list(range(0, later[-1] + 1, 5))
    assert balance(goal) == len(range(0, later[-1] + 1, 5))


def test_a_higher_priority_comes_first(account: BankAccount, owner: User) -> None:
    funded.free(account)
    first, second = funded.goal(account, name="A", amount="800"), funded.goal(account, name="B", amount="800")
    funding.prioritise(actor=owner, budget_id=second.pk, priority=1, now=build.NOW)
    funded.run(account)

    assert (balance(first), balance(second)) == (200, 800)


def test_a_priority_has_bounds_and_needs_a_live_budget_of_ones_own(
    account: BankAccount, owner: User, stranger: User
) -> None:
    goal = funded.goal(account)
    with pytest.raises(errors.InvalidValue):
        funding.prioritise(actor=owner, budget_id=goal.pk, priority=1_001, now=build.NOW)
    with pytest.raises(errors.NotFound):
        funding.prioritise(actor=stranger, budget_id=goal.pk, priority=1, now=build.NOW)
    budgets.archive(actor=owner, budget_id=goal.pk, now=build.NOW)
    with pytest.raises(errors.Archived):
        funding.prioritise(actor=owner, budget_id=goal.pk, priority=1, now=build.NOW)


def test_money_that_comes_in_tops_up(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="900", target_balance="5000")
    other = funded.goal(account, name="Other", amount="300")
    funded.run(account)
    assert funded.events(account) == [("Goal", 0, "done", 900), ("Other", 0, "short", 100)]

    build.transaction(account, amount="50", posted_date=2, now=at(2))
    funded.run(account, 2)
    build.transaction(account, amount="500", posted_date=3, now=at(3))
    funded.run(account, 3)

    assert (balance(goal), balance(other)) == (900, 300)
    event = FundingEvent.objects.get(budget=other)
    assert (event.status, event.intended, event.moved) == ("done", 300, 300)
    assert [transfer.amount for transfer in event.transfers.order_by("seq")] == [100, 50, 150]
    assert {transfer.effective_at.date() for transfer in event.transfers.all()} == {on(0)}
    funded.sound()


def test_a_cycle_of_a_recurring_with_fillup(account: BankAccount) -> None:
    funded.free(account)
    rent, fillup = funded.rent(account)
    for offset in range(20):
        funded.run(account, offset)

    assert funded.events(account) == [
        ("Rent Fill-up", 0, "done", 30),
        ("Rent Fill-up", 7, "done", 30),
        ("Rent Fill-up", 14, "done", 30),
    ]
    assert funded.events(account, "recur") == [("Rent", 16, "done", 90)]
    rent.refresh_from_db()
    assert (rent.balance, rent.complete, balance(fillup)) == (90, True, 0)
    assert Transfer.objects.get(target=rent).source == fillup

    build.transaction(account, amount="-90", posted_date=17, splits={rent: "90"}, now=at(17))
    rent.refresh_from_db()
    assert (rent.balance, rent.complete) == (0, True)
    funded.sound()


def test_a_goal_that_funding_completes_stays_complete_when_it_is_spent(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="20", target_balance="40")
    funded.run(account, 7)
    build.transaction(account, amount="-40", posted_date=8, splits={goal: "40"}, now=at(8))
    funded.run(account, 21)

    goal.refresh_from_db()
    assert (goal.complete, goal.balance) == (True, 0)
    assert statuses(goal) == {0: "done", 7: "done", 14: "skipped", 21: "skipped"}


def test_balances_in_ledger_order_follow_a_late_run(account: BankAccount, unallocated: Budget) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="30")
    spent = build.transaction(account, amount="-10", posted_date=3, splits={goal: "10"}, now=at(3))
    funded.run(account, 8)

    assert [entry.balance for entry in goal.entries.order_by("effective_at", "seq")] == [30, 20, 50]
    assert spent.allocations.get().balance == 20
    funded.sound()


def test_an_archived_budget_is_not_funded(account: BankAccount, owner: User) -> None:
    goal = funded.goal(account)
    funded.run(account)
    assert statuses(goal) == {0: "deferred"}
    budgets.archive(actor=owner, budget_id=goal.pk, now=build.NOW)
    funded.free(account)
    funded.run(account, 14)

    assert statuses(goal) == {0: "skipped"}
    assert Transfer.objects.count() == 0


def test_amounts_have_the_decimals_of_the_currency(owner: User) -> None:
    account = funded.free(build.account(owner=owner, currency="JPY", balance="1000"))
    goal = build.budget(account, target_balance="100", target_date=on(14), funding_schedule=funded.WEEKLY)
    funded.run(account, 14)

    assert [event.moved for event in FundingEvent.objects.filter(budget=goal).order_by("on")] == [33, 33, 34]
    funded.sound()
