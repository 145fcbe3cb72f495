"""Funding events through the REST door: what was recorded, runs, retries and skips."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, FundingEvent, Transfer, User
from tests import build
from tests.ledger import states
from tests.rest import house as houses
from tests.services import funded
from tests.services.funded import on
from tests.tokens import bearer

pytestmark = pytest.mark.django_db

INPUTS = {
    "target": "500.00",
    "gathered": "0.00",
    "gathered_now": "0.00",
    "gap": "500.00",
    "funding_amount": None,
    "remaining_events": 12,
    "deadline": "2027-06-14",
    "exact_share": "41.66666666666666666666666667",
    "rounding": "half_down",
    "limit": "share",
    "source_balance": "1000.00",
    "source_balance_now": "1000.00",
    "available": "1000.00",
    "gated": False,
    "posted_through": None,
    "hindrance": None,
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(build.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def goal(account: BankAccount) -> Budget:
    """A goal of 500 within a year, funded each month from today on."""
    funded.free(account)
    return build.budget(
        account, target_balance="500", target_date=on(364), funding_schedule="RRULE:FREQ=MONTHLY", name="Holiday"
    )


def path(account: BankAccount, rest: str = "funding-events/") -> str:
    return f"/api/v1/bank-accounts/{account.pk}/{rest}"


def listed(account: BankAccount, **query: Any) -> list[dict[str, Any]]:
    answer = houses.client(build.first_owner(account)).get(path(account), query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def post(account: BankAccount, rest: str, body: object = None, *, by: User | None = None) -> Any:
    return houses.client(by or build.first_owner(account)).post(path(account, rest), body)


# The list


def test_an_event_says_why_it_moved_what_it_moved(account: BankAccount, goal: Budget) -> None:
    funded.run(account)
    [event] = listed(account)
    row = FundingEvent.objects.get()

    assert event == {
        "id": str(row.pk),
        "bank_account": str(account.pk),
        "budget": str(goal.pk),
        "kind": "fund",
        "date": "2026-06-15",
        "status": "done",
        "intended": "41.67",
        "intended_currency": "USD",
        "moved": "41.67",
        "moved_currency": "USD",
        "reason": "41.67 is 500.00 divided over the 12 events from 2026-06-15 to 2027-06-14, rounded to the cent.",
        "inputs": INPUTS,
        "internal_transactions": [str(Transfer.objects.get().pk)],
        "skipped_by": None,
        "revocable": False,
        "created_at": event["created_at"],
        "modified_at": event["modified_at"],
    }


def test_events_are_listed_the_latest_first_or_by_date(account: BankAccount) -> None:
    funded.goal(funded.free(account))
    funded.run(account, 14)
    dates = [on(14).isoformat(), on(7).isoformat(), on(0).isoformat()]

    assert [event["date"] for event in listed(account)] == dates
    assert [event["date"] for event in listed(account, ordering="-date")] == dates
    assert [event["date"] for event in listed(account, ordering="date")] == dates[::-1]
    assert [event["date"] for event in listed(account, ordering="status")] == dates


def test_events_come_in_pages(account: BankAccount) -> None:
    funded.goal(funded.free(account))
    funded.run(account, 14)
    api = houses.client(build.first_owner(account))
    page = api.get(path(account), {"page": 2, "page_size": 2}).json()

    assert (page["count"], page["next"], len(page["results"])) == (3, None, 1)
    assert api.get(path(account), {"page": 3, "page_size": 2}).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "short"}, 0),
        ({"status": "done"}, 5),
        ({"kind": "recur"}, 1),
        ({"kind": "fund", "date_from": "2026-06-22"}, 2),
        ({"date_to": "2026-06-15"}, 2),
        ({"date_from": "2026-06-16", "date_to": "2026-06-21"}, 1),
        ({"nonsense": "1"}, 5),
    ],
)
def test_events_can_be_asked_for_by_what_they_are(account: BankAccount, query: dict[str, str], found: int) -> None:
    funded.free(account)
    funded.goal(account, amount="900", target_balance="5000")
    funded.rent(account, recurrence="RRULE:FREQ=MONTHLY;BYMONTHDAY=16")
    build.transaction(account, amount="80", posted_date=1, now=funded.at(1))
    build.transaction(account, amount="1000", posted_date=3, now=funded.at(3))
    funded.run(account, 7)

    assert len(listed(account, **query)) == found


def test_events_can_be_asked_for_by_budget(account: BankAccount, goal: Budget, foreign_account: BankAccount) -> None:
    funded.goal(account, name="Other")
    funded.run(account)

    assert len(listed(account)) == 2
    assert [event["budget"] for event in listed(account, budget=str(goal.pk))] == [str(goal.pk)]
    assert listed(account, budget=str(uuid4())) == listed(account, budget=str(funded.goal(foreign_account).pk)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"status": "planned"},
        {"kind": "x"},
        {"budget": "x"},
        {"date_from": "2026-06-31"},
        {"date_to": "2026-06-15T00:00:00Z"},
    ],
)
def test_a_filter_that_makes_no_sense_names_itself(account: BankAccount, query: dict[str, str]) -> None:
    answer = houses.client(build.first_owner(account)).get(path(account), query)

    assert (answer.status_code, list(answer.json())) == (400, list(query))


def test_a_schedule_that_fails_is_seen_and_the_rest_goes_on(account: BankAccount, goal: Budget) -> None:
    broken = funded.goal(account, name="Broken")
    Budget.objects.filter(pk=broken.pk).update(funding_schedule="RRULE:FREQ=SECONDLY;INTERVAL=0")
    funded.run(account)

    [event] = listed(account, status="failed")
    assert event["budget"] == str(broken.pk)
    assert event["reason"].startswith("The schedule cannot be evaluated: ")
    assert event["inputs"] == dict.fromkeys(INPUTS)
    assert [event["budget"] for event in listed(account, status="done")] == [str(goal.pk)]


def test_a_list_costs_the_same_however_long_it_is(account: BankAccount) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            listed(account)
        return len(captured)

    funded.goal(funded.free(account), schedule=funded.DAILY)
    funded.run(account)
    one = cost()
    funded.run(account, 30)

    assert cost() == one


# Runs


def test_a_run_answers_what_it_did(account: BankAccount, goal: Budget) -> None:
    funded.goal(account, name="Much", amount="2000", target_balance="5000")
    answer = post(account, "run-funding/")

    assert answer.status_code == 200
    body = answer.json()
    assert body["counts"] == {"done": 1, "short": 1, "deferred": 0, "skipped": 0, "failed": 0}
    assert (body["moved"], body["moved_currency"], body["more"]) == ("1000.00", "USD", False)
    assert body["events"] == listed(account, ordering="date")
    assert [event["moved"] for event in body["events"]] == ["41.67", "958.33"]
    funded.sound()


@pytest.mark.parametrize("body", [None, {}, {"as_of": None}, {"as_of": "2026-06-15"}, {"as_of": "2026-01-01"}])
def test_a_run_with_nothing_to_do_is_a_success_with_zeros(account: BankAccount, goal: Budget, body: object) -> None:
    funded.run(account)
    answer = post(account, "run-funding/", body)

    assert answer.status_code == 200
    assert answer.json() == {
        "counts": {"done": 0, "short": 0, "deferred": 0, "skipped": 0, "failed": 0},
        "moved": "0.00",
        "moved_currency": "USD",
        "events": [],
        "more": False,
    }


def test_a_run_goes_no_further_than_it_is_told(
    account: BankAccount, goal: Budget, clock: time_machine.Traveller
) -> None:
    clock.move_to(funded.at(70))
    assert post(account, "run-funding/", {"as_of": "2026-07-15"}).json()["counts"]["done"] == 2
    assert post(account, "run-funding/").json()["counts"]["done"] == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"as_of": "2026-06-16"}, "The date lies after today."),
        ({"as_of": "0001-01-01"}, "The date lies more than ten years back."),
        ({"as_of": "9999-12-31"}, "The date lies after today."),
        ({"as_of": "today"}, "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
        ({"as_of": 20260615}, "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
    ],
)
def test_a_day_that_cannot_be_is_refused(account: BankAccount, goal: Budget, body: object, says: str) -> None:
    before = states.fingerprint()
    answer = post(account, "run-funding/", body)

    assert (answer.status_code, answer.json()) == (400, {"as_of": [says]})
    assert states.fingerprint() == before


def test_today_is_where_the_first_owner_lives(
    account: BankAccount, owner: User, goal: Budget, clock: time_machine.Traveller
) -> None:
    owner.timezone = "Pacific/Kiritimati"
    owner.save()

    assert post(account, "run-funding/", {"as_of": "2026-06-16"}).status_code == 200


def test_a_run_under_a_key_happens_once(account: BankAccount, owner: User, goal: Budget) -> None:
    api = houses.client(owner)
    headers = {**bearer(owner), "Idempotency-Key": "one"}
    first, again = (api.post(path(account, "run-funding/"), {}, headers=headers) for _ in range(2))

    assert first.json() == again.json()
    assert first.json()["counts"]["done"] == 1
    assert again.headers["Idempotency-Replayed"] == "true"
