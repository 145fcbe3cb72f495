"""Changes of budgets in thought: as if the services had made them, refused as these refuse, and never saved."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import Budget, FundingEvent
from backend.ledger.selectors import forecast
from backend.ledger.selectors.forecast import Expected
from backend.ledger.selectors.whatif import Addition, Alteration, WhatIf
from backend.ledger.services import funding
from tests.services import funded
from tests.services.funded import on
from tests.services.imagined import NEW_BILL, NEW_GOAL, Household, add, alter, household

pytestmark = pytest.mark.django_db

D = Decimal


Change = tuple[Callable[[Household], WhatIf], Callable[[Household], object]]
CHANGES: dict[str, Change] = {
    "target": (lambda h: alter(h.goal, target_balance=D(700)), lambda h: h.update(h.goal, target_balance=D(700))),
    "a target that is reached": (
        lambda h: alter(h.goal_by_day, target_balance=D(10)),
        lambda h: h.update(h.goal_by_day, target_balance=D(10)),
    ),
    "amount": (lambda h: alter(h.goal, funding_amount=D(1)), lambda h: h.update(h.goal, funding_amount=D(1))),
    "funding type": (
        lambda h: alter(h.goal, funding_type="D", target_date=on(60)),
        lambda h: h.update(h.goal, funding_type="D", target_date=on(60)),
    ),
    "target date": (
        lambda h: alter(h.goal_by_day, target_date=on(30)),
        lambda h: h.update(h.goal_by_day, target_date=on(30)),
    ),
    "schedule": (
        lambda h: alter(h.goal, funding_schedule="RRULE:FREQ=DAILY;INTERVAL=4"),
        lambda h: h.update(h.goal, funding_schedule="RRULE:FREQ=DAILY;INTERVAL=4"),
    ),
    "recurrence": (
        lambda h: alter(h.rent, recurrance_schedule=None),
        lambda h: h.update(h.rent, recurrance_schedule=None),
    ),
    "pause": (lambda h: alter(h.goal, paused=True), lambda h: h.update(h.goal, paused=True)),
    "pause of a bill and its fill-up": (lambda h: alter(h.rent, paused=True), lambda h: h.update(h.rent, paused=True)),
    "the same as before": (lambda h: alter(h.goal, paused=False), lambda h: h.update(h.goal, paused=False)),
    "priority": (
        lambda h: alter(h.goal_by_day, priority=7),
        lambda h: funding.prioritise(actor=h.actor, budget_id=h.goal_by_day.pk, priority=7, now=h.now),
    ),
    "a bill with its fill-up": (
        lambda h: alter(h.rent, target_balance=D(60), funding_schedule=funded.DAILY),
        lambda h: h.update(h.rent, target_balance=D(60), funding_schedule=funded.DAILY),
    ),
    "no fill-up any more": (
        lambda h: alter(h.rent, with_fillup_goal=False),
        lambda h: h.update(h.rent, with_fillup_goal=False),
    ),
    "removed": (lambda h: WhatIf(remove=[h.goal.pk]), lambda h: h.archive(h.goal)),
    "removed below zero": (lambda h: WhatIf(remove=[h.goal_by_day.pk]), lambda h: h.archive(h.goal_by_day)),
    "a bill removed with its fill-up": (lambda h: WhatIf(remove=[h.rent.pk]), lambda h: h.archive(h.rent)),
    "a fill-up removed": (lambda h: WhatIf(remove=[h.fillup.pk]), lambda h: h.archive(h.fillup)),
    "added": (lambda h: add(**NEW_GOAL), lambda h: h.create(**NEW_GOAL)),
    "a bill added": (lambda h: add(**NEW_BILL), lambda h: h.create(**NEW_BILL)),
    "a bill added with a fill-up": (
        lambda h: add(**NEW_BILL, with_fillup_goal=True),
        lambda h: h.create(**NEW_BILL, with_fillup_goal=True),
    ),
}


def told(found: forecast.Outlook) -> Any:
    """All of a forecast, with budgets by their names."""
    name = {budget.pk: budget.name for budget in found.budgets}
    told = found.forecast

    def named(balances: dict[UUID, Decimal]) -> dict[str, Decimal]:
        return {name[key]: amount for key, amount in balances.items()}

    return {
        "start": named(told.start),
        "days": {day: named(balances) for day, balances in told.days.items()},
        "events": [
            (name.get(each.key.budget_id, "gone"), each.key.kind, each.key.on, each.status, each.moved, each.reason)
            for each in told.events
        ],
        "shortfalls": [(name[each.budget_id], each.on, each.missing, each.covered_on) for each in told.shortfalls],
        "empty": told.empty_on,
    }


@pytest.mark.parametrize(("offset", "gated"), [(21, False), (33, True)], ids=["due", "gated"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_thought_is_one_that_was_made(change: str, offset: int, gated: bool) -> None:
    house = household(offset=offset, gated=gated)
    imagine, make = CHANGES[change]
    before = told(house.outlook())
    imagined = told(house.outlook(imagine(house)))
    assert told(house.outlook()) == before, "nothing was saved"
    make(house)

    assert imagined == told(house.outlook())
    assert (imagined == before) == (change == "the same as before")


def test_skips_ahead_fall_away_with_the_days_they_were_for() -> None:
    house = household()
    funded.skip(house.goal, 14)
    assert "skipped" in [row[3] for row in told(house.outlook())["events"]]
    imagined = told(house.outlook(alter(house.goal, funding_schedule="RRULE:FREQ=WEEKLY;BYDAY=TU")))
    house.update(house.goal, funding_schedule="RRULE:FREQ=WEEKLY;BYDAY=TU")

    assert imagined == told(house.outlook())
    assert "skipped" not in [row[3] for row in imagined["events"]]


def test_many_changes_at_once() -> None:
    house = household(offset=21)
    changes = WhatIf(
        alter=[
            Alteration(budget_id=house.rent.pk, fields={"target_balance": D(200)}),
            Alteration(budget_id=house.capped.pk, fields={"paused": True}, priority=-3),
        ],
        remove=[house.goal.pk],
        add=[Addition(key="a", fields=NEW_GOAL, priority=9), Addition(key="b", fields=NEW_BILL | {"name": "Bill"})],
    )
    imagined = told(house.outlook(changes))
    house.update(house.rent, target_balance=D(200))
    house.update(house.capped, paused=True)
    funding.prioritise(actor=house.actor, budget_id=house.capped.pk, priority=-3, now=house.now)
    house.archive(house.goal)
    new = house.create(**NEW_GOAL)
    funding.prioritise(actor=house.actor, budget_id=new.pk, priority=9, now=house.now)
    house.create(**(NEW_BILL | {"name": "Bill"}))

    assert imagined == told(house.outlook())


def test_nothing_is_written() -> None:
    house = household(offset=33, gated=True)
    changes = WhatIf(
        alter=[Alteration(budget_id=house.rent.pk, fields={"with_fillup_goal": False}, priority=4)],
        remove=[house.goal.pk],
        add=[Addition(key="new", fields=NEW_BILL | {"with_fillup_goal": True})],
    )
    rows = [*Budget.objects.values().order_by("pk"), *FundingEvent.objects.values().order_by("pk")]
    with CaptureQueriesContext(connection) as captured:
        house.outlook(changes, with_regular=True)

    written = [query["sql"] for query in captured.captured_queries if not query["sql"].lstrip("(").startswith("SELECT")]
    assert written == []
    assert rows == [*Budget.objects.values().order_by("pk"), *FundingEvent.objects.values().order_by("pk")]


def test_flows_can_be_for_budgets_that_are_added() -> None:
    flows = [Expected(name="Gift", amount=D(30), budget="new", on=on(2))]
    found = household().outlook(add(name="New", target_balance=D(0)), flows=flows)
    (new,) = [budget for budget in found.budgets if budget.name == "New"]

    assert found.forecast.days[on(2)] == {new.pk: 30}
    assert found.keys == {new.pk: "new"}
