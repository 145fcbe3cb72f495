"""Events to come, as they are told before they are: the same simulation that the engine carries out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.selectors import funding_events
from backend.ledger.services import funding_events as services
from tests import build
from tests.services import funded
from tests.services.funded import at, on

pytestmark = pytest.mark.django_db

D = Decimal


def coming(account: BankAccount, until: int, offset: int = 0, **more: Any) -> list[tuple[int, str, str, Decimal]]:
    account.refresh_from_db()
    found = funding_events.events_to_come(account, until=on(until), now=at(offset), **more)
    return [((event.on - build.TODAY).days, event.kind, event.status, event.moved) for event in found]


def test_events_to_come_are_what_the_engine_will_do(account: BankAccount) -> None:
    funded.free(account)
    funded.rent(account)
    found = coming(account, 30)

    assert found == [
        (0, "fund", "planned", 30),
        (7, "fund", "planned", 30),
        (14, "fund", "planned", 30),
        (16, "recur", "planned", 90),
        (21, "fund", "planned", D("22.50")),
        (28, "fund", "planned", D("22.50")),
    ]
    funded.run(account, 30)
    rows = FundingEvent.objects.order_by("on")
    assert [(row.kind, row.moved) for row in rows] == [(kind, moved) for _, kind, _, moved in found]


def test_an_event_to_come_says_why(account: BankAccount, owner: User) -> None:
    goal = build.budget(account, target_balance="500", target_date=on(364), funding_schedule="RRULE:FREQ=MONTHLY")
    events = funding_events.events_to_come(account, until=on(400), now=build.NOW)

    assert [event.moved for event in events[:3]] == [D("41.67"), D("41.67"), D("41.67")]
    assert sum(event.moved for event in events) == 500
    second = events[1]
    assert second.reason == (
        "41.67 is 458.33 divided over the 11 events from 2026-07-15 to 2027-06-14, rounded to the cent."
    )
    assert (second.budget_id, second.account_id, second.event_id) == (goal.pk, account.pk, None)
    assert (second.inputs["share"], second.inputs["gap"], second.inputs["gated"]) == (11, "458.33", True)


def test_what_the_gate_holds_back_today_is_deferred_and_says_what_it_will_move(account: BankAccount) -> None:
    funded.goal(account)
    funded.run(account)
    first, second, third = funding_events.events_to_come(account, until=on(14), now=at(7))

    assert (first.status, second.status, third.status) == ("deferred", "deferred", "planned")
    assert first.event_id == FundingEvent.objects.get().pk
    assert second.event_id is None
    assert first.reason == (
        "The bank's rows of that day are not in yet. 10.00 is the funding amount; 1000.00 is missing to 1000.00."
    )


def test_skips_are_among_them(account: BankAccount, owner: User) -> None:
    funded.free(account)
    goal = funded.goal(account)
    event = services.skip(actor=owner, budget_id=goal.pk, on=on(7), now=build.NOW)
    account.refresh_from_db()
    found = funding_events.events_to_come(account, until=on(14), now=build.NOW)

    assert [each.status for each in found] == ["planned", "skipped", "planned"]
    assert (found[1].event_id, found[1].revocable, found[1].reason) == (event.pk, True, "An owner skipped it.")


def test_what_will_be_missing_shows(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, amount="600", target_balance="5000")
    event = funding_events.events_to_come(account, until=on(7), now=build.NOW)[1]

    assert (event.status, event.intended, event.moved) == ("planned", 600, 400)
    assert event.reason.endswith("Unallocated has only 400.00 for it.")


def test_events_that_are_settled_or_topped_up_are_not_to_come(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, amount="1500", target_balance="5000")
    funded.run(account)
    build.transaction(account, amount="900", posted_date=1, now=at(1))

    assert coming(account, 8, 1) == [(7, "fund", "planned", 400)]


def test_they_can_be_asked_for_by_time_and_budget(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account)
    funded.goal(account, name="Other")

    assert len(coming(account, 21)) == 8
    assert coming(account, 21, budget_id=goal.pk, since=on(8)) == [
        (14, "fund", "planned", 10),
        (21, "fund", "planned", 10),
    ]


def test_no_more_are_told_than_anybody_reads(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, schedule=funded.DAILY, amount="0.01")

    assert len(coming(account, 731)) == funding_events.MOST
    assert coming(account, 731, since=on(700))[0][0] == 700


def test_two_years_are_the_end_of_it(account: BankAccount) -> None:
    with pytest.raises(errors.InvalidValue) as refused:
        funding_events.events_to_come(account, until=build.TODAY + timedelta(days=732), now=build.NOW)
    assert refused.value.field == "until"
    assert coming(account, 731) == coming(account, -5000) == []


def test_a_schedule_that_cannot_be_read_is_told_to_fail_and_the_rest_goes_on(account: BankAccount) -> None:
    funded.free(account)
    broken, _ = funded.goal(account, name="Broken"), funded.goal(account, name="Sound")
    Budget.objects.filter(pk=broken.pk).update(funding_schedule="RRULE:FREQ=SECONDLY;INTERVAL=0")

    assert coming(account, 7) == [(0, "fund", "failed", 0), (0, "fund", "planned", 10), (7, "fund", "planned", 10)]


def test_they_cost_the_same_however_many_there_are(account: BankAccount) -> None:
    def cost(until: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            funding_events.events_to_come(account, until=on(until), now=build.NOW)
        return len(captured)

    funded.goal(account)
    few = cost(7)
    for number in range(5):
        funded.rent(account, name=str(number))

    assert cost(365) == few == 5


# Old rows


def test_an_event_of_which_no_words_were_noted_is_told_from_its_inputs(account: BankAccount) -> None:
    event = FundingEvent(
        bank_account=account,
        budget=funded.goal(account),
        kind="fund",
        on=on(0),
        status="done",
        intended=D(30),
        moved=D(30),
        inputs={"target": "100", "most": "30", "gathered": "0", "available": "80"},
    )

    assert funding_events.reason(event, currency="USD") == "30.00 is the funding amount; 100.00 is missing to 100.00."
    event.inputs = {}
    assert funding_events.reason(event, currency="USD") == ""
    event.reason = "Noted."
    assert funding_events.reason(event, currency="USD") == "Noted."
