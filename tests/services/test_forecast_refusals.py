"""What a forecast refuses: the same as the services for budgets, and what nobody can expect."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget
from backend.ledger.selectors import forecast
from backend.ledger.selectors.forecast import Expected, Question
from backend.ledger.selectors.whatif import Addition, WhatIf
from backend.ledger.services import funding
from tests import build
from tests.services import funded
from tests.services.funded import on
from tests.services.imagined import NEW_GOAL, Household, add, alter, household

pytestmark = pytest.mark.django_db

D = Decimal

Change = tuple[Callable[[Household], WhatIf], Callable[[Household], object]]


def refusal(call: Callable[[], object]) -> tuple[type[errors.LedgerError], str, str | None]:
    with pytest.raises(errors.LedgerError) as refused:
        call()
    return type(refused.value), refused.value.message, refused.value.field


BAD_FIELDS: list[dict[str, Any]] = [
    {"target_balance": D("-1")},
    {"target_balance": D("1.005")},
    {"target_balance": D(10) ** 12},
    {"funding_amount": D("-0.01")},
    {"funding_amount": D("NaN")},
    {"funding_schedule": "RRULE:FREQ=HOURLY"},
    {"funding_schedule": "x" * 1001},
    {"recurrance_schedule": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
]


@pytest.mark.parametrize("fields", BAD_FIELDS, ids=str)
def test_what_no_budget_can_have_is_refused_as_the_services_refuse_it(fields: dict[str, Any]) -> None:
    house = household()
    kind, message, field = refusal(lambda: house.update(house.goal, **fields))

    assert refusal(lambda: house.outlook(alter(house.goal, **fields))) == (kind, message, f"alter.0.{field}")
    assert refusal(lambda: house.outlook(add(**{**NEW_GOAL, **fields}))) == (kind, message, f"add.0.{field}")
    assert refusal(lambda: house.create(**{**NEW_GOAL, **fields})) == (kind, message, field)


BAD_CHANGES: dict[str, Change] = {
    "a fill-up": (lambda h: alter(h.fillup, target_balance=D(5)), lambda h: h.update(h.fillup, target_balance=D(5))),
    "Unallocated": (
        lambda h: alter(build.unallocated(h.account), target_balance=D(5)),
        lambda h: h.update(build.unallocated(h.account), target_balance=D(5)),
    ),
    "removing Unallocated": (
        lambda h: WhatIf(remove=[build.unallocated(h.account).pk]),
        lambda h: h.archive(build.unallocated(h.account)),
    ),
    "priority": (
        lambda h: alter(h.goal, priority=1001),
        lambda h: funding.prioritise(actor=h.actor, budget_id=h.goal.pk, priority=1001, now=h.now),
    ),
    "nothing of that id": (
        lambda h: alter(Budget(id=uuid4()), paused=True),
        lambda h: h.update(Budget(id=uuid4()), paused=True),
    ),
    "a fill-up added": (lambda h: add(name="A", budget_type="A"), lambda h: h.create(name="A", budget_type="A")),
}


@pytest.mark.parametrize("change", BAD_CHANGES)
def test_what_nobody_can_do_is_refused(change: str) -> None:
    house = household()
    imagine, make = BAD_CHANGES[change]
    kind, message, _ = refusal(lambda: make(house))
    found = refusal(lambda: house.outlook(imagine(house)))

    assert found[:2] == (kind, message)


def test_archived_budgets_stay_as_they_are() -> None:
    house = household()
    house.archive(house.goal)
    archived = errors.Archived

    assert refusal(lambda: house.outlook(alter(house.goal, paused=True)))[0] is archived
    assert refusal(lambda: house.outlook(alter(house.goal, priority=1)))[0] is archived
    assert refusal(lambda: house.outlook(WhatIf(remove=[house.goal.pk])))[::2] == (archived, "remove.0")
    twice = WhatIf(remove=[house.capped.pk, house.capped.pk])
    assert refusal(lambda: house.outlook(twice))[::2] == (archived, "remove.1")
    flows = [Expected(name="", amount=D(1), budget=house.capped.pk, on=on(1))]
    gone = WhatIf(remove=[house.capped.pk])
    assert refusal(lambda: house.outlook(gone, flows=flows))[::2] == (archived, "flows.0.budget")


def test_budgets_of_other_accounts_are_not_found(account: BankAccount, foreign_account: BankAccount) -> None:
    household = Household(account, offset=0, gated=False)
    foreign = build.budget(foreign_account)
    found = (errors.NotFound, "There is no such budget.")

    assert refusal(lambda: household.outlook(alter(foreign, paused=True))) == (*found, "alter.0.budget")
    assert refusal(lambda: household.outlook(WhatIf(remove=[foreign.pk]))) == (*found, "remove.0.budget")
    for key in (foreign.pk, "new"):
        flows = [Expected(name="", amount=D(1), budget=key, on=on(1))]
        assert refusal(lambda: household.outlook(flows=flows)) == (*found, "flows.0.budget")  # noqa: B023  called in this round


@pytest.mark.parametrize("keys", [["new", "new"], [""]])
def test_each_budget_that_is_added_has_a_key_of_its_own(keys: list[str]) -> None:
    house = household()
    changes = WhatIf(add=[Addition(key=key, fields=NEW_GOAL) for key in keys])

    assert refusal(lambda: house.outlook(changes))[2] == f"add.{len(keys) - 1}.key"


def test_no_more_than_a_hundred_at_once() -> None:
    house = household()
    many = WhatIf(add=[Addition(key=str(number), fields={"name": "New"}) for number in range(101)])

    assert refusal(lambda: house.outlook(many))[::2] == (errors.InvalidValue, "add")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"on": on(-1)}, "on"),
        ({}, "on"),
        ({"on": on(1), "schedule": funded.DAILY}, "on"),
        ({"schedule": "RRULE:FREQ=SECONDLY"}, "schedule"),
        ({"schedule": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "schedule"),
        ({"on": on(1), "amount": D("1.005")}, "amount"),
        ({"on": on(1), "amount": D(0)}, "amount"),
        ({"on": on(1), "name": "x" * 201}, "name"),
    ],
)
def test_flows_that_cannot_be_are_refused(given: dict[str, Any], field: str) -> None:
    house = household()
    flows = [Expected(name="", amount=D(1), on=on(3)), Expected(**{"name": "", "amount": D(1), **given})]

    assert refusal(lambda: house.outlook(flows=flows))[2] == f"flows.1.{field}"


def test_flows_are_bounded() -> None:
    house = household()
    once, daily = Expected(name="", amount=D(1), on=on(3)), Expected(name="", amount=D(1), schedule=funded.DAILY)

    assert refusal(lambda: house.outlook(flows=[once] * 101))[2] == "flows"
    house.outlook(flows=[daily] * 100)
    long = Question(until=on(731), flows=[daily] * 14)
    assert refusal(lambda: forecast.outlook(house.account, long, now=build.NOW))[2] == "until"


@pytest.mark.parametrize("until", [on(-1), on(732), date.max])
def test_it_begins_today_and_ends_within_two_years(account: BankAccount, until: Any) -> None:
    kind, _, field = refusal(lambda: forecast.outlook(account, Question(until=until), now=build.NOW))

    assert (kind, field) == (errors.InvalidValue, "until")
    forecast.outlook(account, Question(until=on(731)), now=build.NOW)
