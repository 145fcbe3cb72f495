"""The forecast of an account, and what the engine then does when the days pass."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import forecast
from backend.ledger.selectors.forecast import Expected
from backend.ledger.selectors.whatif import Addition, WhatIf
from backend.ledger.services import budgets, funding
from tests import build
from tests.services import funded
from tests.services.funded import on
from tests.services.lived import check

pytestmark = pytest.mark.django_db

D = Decimal
SALARY = Expected(name="Salary", amount=D(400), schedule="RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR")


def outlook(account: BankAccount, days: int, now: datetime = build.NOW) -> forecast.Outlook:
    account.refresh_from_db()
    return forecast.outlook(account, forecast.Question(until=on(days)), now=now)


def test_it_follows_schedules_and_refills(account: BankAccount, unallocated: Budget) -> None:
    rent, fillup = funded.rent(account)
    found = outlook(account, 20).forecast

    assert found.start == {unallocated.pk: 970, fillup.pk: 30, rent.pk: 0}
    assert found.days == {
        on(7): {unallocated.pk: 940, fillup.pk: 60},
        on(14): {unallocated.pk: 910, fillup.pk: 90},
        on(16): {fillup.pk: 0, rent.pk: 90},
    }
    assert [(each.key.kind, each.key.on, each.status, each.moved) for each in found.events] == [
        ("fund", on(0), "done", 30),
        ("fund", on(7), "done", 30),
        ("fund", on(14), "done", 30),
        ("recur", on(16), "done", 90),
    ]
    assert (found.shortfalls, found.empty_on) == ((), None)


def test_it_tells_what_will_be_missing_and_when_unallocated_is_empty(account: BankAccount) -> None:
    goal = funded.goal(account, amount="600", target_balance="5000")
    found = outlook(account, 20).forecast

    assert [(each.budget_id, each.on, each.missing) for each in found.shortfalls] == [
        (goal.pk, on(7), 200),
        (goal.pk, on(14), 600),
    ]
    assert found.empty_on == on(7)


def test_what_is_entered_already_counts_on_its_day(account: BankAccount, unallocated: Budget) -> None:
    build.transaction(account, amount="-50", posted_date=3, pending=True)
    build.transaction(account, amount="-7", posted_date=0, pending=True)
    found = outlook(account, 20).forecast

    assert found.start == {unallocated.pk: 993}
    assert found.days == {on(3): {unallocated.pk: 943}}


def test_what_happened_in_the_evening_is_not_ahead_though_it_is_tomorrow_in_utc(owner: User) -> None:
    owner.timezone = "America/Los_Angeles"
    owner.save()
    evening = datetime(2026, 6, 16, 3, tzinfo=UTC)
    account = build.account(owner=owner, balance=100, now=evening)
    build.transaction(account, amount="-30", posted_date=evening, now=evening)
    build.transaction(account, amount="-5", posted_date=evening + timedelta(hours=1), now=evening)
    unallocated = build.unallocated(account).pk
    found = outlook(account, 5, now=evening)

    assert found.today == date(2026, 6, 15)
    assert found.forecast.start == {unallocated: 70}
    assert found.forecast.days == {date(2026, 6, 16): {unallocated: 65}}


# What the past tells


def regular(account: BankAccount) -> Budget:
    """A salary on each other Friday, of late 420, and a subscription on the 20th that falls to a budget."""
    clouds = build.budget(account, name="Clouds", balance=100)
    for number, day in enumerate((-73, -59, -45, -31, -17, -3)):
        build.transaction(account, amount=400 + 20 * (number > 1), posted_date=day, raw_description="ACME PAYROLL")
    for on_day in ("2026-03-20", "2026-04-20", "2026-05-21"):
        build.transaction(
            account, amount="-7.99", posted_date=on_day, raw_description="CLOUD CO", splits={clouds: "7.99"}
        )
    return clouds


def test_what_is_regular_is_expected_if_asked_for(account: BankAccount, unallocated: Budget) -> None:
    clouds = regular(account)
    assert outlook(account, 20).forecast.days == {}
    question = forecast.Question(until=on(20), with_regular=True)
    found = forecast.outlook(account, question, now=build.NOW)

    assert [(each.name, each.amount, each.parts, each.days) for each in found.streams] == [
        ("Cloud Co", D("-7.99"), {clouds.pk: D("-7.99")}, [on(5)]),
        ("Acme Payroll", 420, {unallocated.pk: 420}, [on(11)]),
    ]
    assert found.forecast.days == {on(5): {clouds.pk: D("68.04")}, on(11): {unallocated.pk: 3800}}


def test_parties_can_be_left_out(account: BankAccount) -> None:
    regular(account)
    question = forecast.Question(until=on(20), with_regular=True, without=["ACME payroll"])

    assert [each.name for each in forecast.outlook(account, question, now=build.NOW).streams] == ["Cloud Co"]


def test_what_fell_to_a_budget_that_is_gone_falls_to_unallocated(
    account: BankAccount, owner: User, unallocated: Budget
) -> None:
    clouds = regular(account)
    thought = forecast.Question(until=on(20), with_regular=True, changes=WhatIf(remove=[clouds.pk]))
    found = forecast.outlook(account, thought, now=build.NOW).streams[0]
    assert found.parts == {unallocated.pk: D("-7.99")}
    budgets.archive(actor=owner, budget_id=clouds.pk, now=build.NOW)
    question = forecast.Question(until=on(20), with_regular=True)
    assert forecast.outlook(account, question, now=build.NOW).streams[0] == found


def test_what_is_regular_comes_as_it_was_forecast(account: BankAccount) -> None:
    funded.free(account)
    regular(account)
    funded.goal(account, amount="450", target_balance="9000")

    assert len(check(account, days=30, with_regular=True).streams) == 2


def test_the_queries_are_always_as_many(account: BankAccount, owner: User) -> None:
    """Zone, waiting events, budgets, entries, budgets to show; settled events for changes, payments of the past."""
    changes = WhatIf(add=[Addition(key="new", fields={"name": "New"})])

    def cost() -> int:
        question = forecast.Question(until=on(90), with_regular=True, changes=changes, flows=[SALARY])
        with CaptureQueriesContext(connection) as captured:
            forecast.outlook(account, question, now=build.NOW)
        return len(captured)

    few = cost()
    regular(account)
    for number in range(4):
        funded.goal(account, name=str(number), amount="700")
        funded.rent(account)

    assert cost() == few == 7


# What then happens


def comfortable(account: BankAccount) -> list[Expected]:
    funded.goal(account)
    funded.goal(account, name="Trip", funding_type="D", target_date=on(50), schedule=funded.DAILY)
    funded.rent(account)
    build.budget(
        account, name="Reserve", budget_type="C", target_balance=200, funding_amount=35, funding_schedule=funded.WEEKLY
    )
    return [SALARY]


def poor(account: BankAccount) -> list[Expected]:
    """Everything is short at some time, is topped up by income, and money is entered ahead."""
    goals = [funded.goal(account, name=f"Goal {number}", amount="170") for number in range(3)]
    rent, fillup = funded.rent(account, target_balance="600")
    funding.prioritise(actor=build.first_owner(account), budget_id=goals[2].pk, priority=5, now=build.NOW)
    build.transaction(account, amount="-320", posted_date=12)
    build.transaction(account, amount="250", posted_date=30, splits={goals[0]: 100})
    spending = Expected(name="Rent", amount=D("-580.55"), budget=rent.pk, schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=2")
    return [SALARY, spending, Expected(name="Gift", amount=D(90), budget=fillup.pk, on=on(20))]


def overspent(account: BankAccount) -> list[Expected]:
    """Goals that expected money completes, budgets below zero, a balance that is negative from the start."""
    goal = funded.goal(account, amount="40", target_balance="200")
    capped = build.budget(
        account, name="Food", budget_type="C", target_balance=150, funding_schedule=funded.WEEKLY, balance=20
    )
    build.transaction(account, amount="-1100", posted_date=-1)
    return [
        Expected(name="Gift", amount=D(170), budget=goal.pk, on=on(9)),
        Expected(name="Trip", amount=D(-150), budget=goal.pk, on=on(16)),
        Expected(name="Food", amount=D("-33.33"), budget=capped.pk, schedule="RRULE:FREQ=WEEKLY;BYDAY=TU,SA"),
        Expected(name="Today", amount=D(60), on=on(0)),
        SALARY,
    ]


def late(account: BankAccount) -> list[Expected]:
    """Nobody ran the engine for weeks; before that something was short."""
    funded.goal(account, amount="700", target_balance="9000")
    funded.rent(account)
    paused = funded.goal(account, name="Paused")
    funded.run(account, 8)
    funded.change(paused, 9, paused=True)
    return [SALARY]


def switched_off(account: BankAccount) -> list[Expected]:
    funded.goal(account)
    funded.rent(account)
    funded.configure(account, auto_funding=False)
    return [SALARY]


def waiting(account: BankAccount) -> list[Expected]:
    """Events are deferred; one of a budget that was archived since."""
    funded.goal(account, amount="80")
    funded.rent(account)
    gone = funded.goal(account, name="Gone")
    funded.run(account, 15)
    budgets.archive(actor=build.first_owner(account), budget_id=gone.pk, now=funded.at(16))
    return [SALARY]


@pytest.mark.parametrize(
    ("life", "offset", "gated"),
    [
        (comfortable, 0, False),
        (poor, 0, False),
        (poor, 0, True),
        (overspent, 0, False),
        (late, 37, False),
        (late, 37, True),
        (switched_off, 0, False),
        (waiting, 20, True),
    ],
)
def test_it_is_what_the_engine_does_when_the_days_pass(
    account: BankAccount, life: Callable[[BankAccount], list[Expected]], offset: int, gated: bool
) -> None:
    if not gated:
        funded.free(account)
    flows = life(account)
    found = check(account, days=45, now=funded.at(offset), flows=flows)

    assert found.forecast.events
    funded.sound()


@pytest.mark.parametrize(
    ("zone", "hour"), [("America/Los_Angeles", 3), ("Pacific/Auckland", 20), ("Pacific/Kiritimati", 11)]
)
def test_so_it_is_wherever_the_owner_lives(owner: User, zone: str, hour: int) -> None:
    owner.timezone = zone
    owner.save()
    now = datetime(2026, 6, 15, hour, tzinfo=UTC)
    account = funded.free(build.account(owner=owner, balance=300, now=now))
    funded.goal(account, now=now, amount="45", schedule=funded.DAILY)
    build.transaction(account, amount="-100", posted_date=now, now=now)
    build.transaction(account, amount="80", posted_date=now + timedelta(days=4, hours=2), now=now)

    check(account, days=15, now=now, flows=[SALARY])
