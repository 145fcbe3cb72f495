"""Funding events in GraphQL: what was recorded and why, and what is to come."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, FundingEvent, Transfer, User
from backend.ledger.services import budgets, funding_events
from tests import build
from tests.build import NOW
from tests.schema.door import ask, data, nodes
from tests.services import funded
from tests.services.funded import on

pytestmark = pytest.mark.django_db

EVENT = """uuid on kind status revocable skippedBy reason intended { amount } moved { amount currency }
  bankAccount { uuid } budget { name } transfers { edges { node { uuid } } }
  inputs { target { amount } gathered { amount } gatheredNow { amount } gap { amount } fundingAmount { amount }
    remainingEvents deadline exactShare rounding limit sourceBalance { amount } sourceBalanceNow { amount }
    available { amount } gated postedThrough hindrance }"""
LIST = (
    f"query ($filters: FundingEventFilters) {{ fundingEvents(filters: $filters) {{ edges {{ node {{ {EVENT} }} }} }} }}"
)
UPCOMING = """query ($account: ID!, $until: Date!, $since: Date, $budget: ID) {
  upcomingFundingEvents(account: $account, until: $until, since: $since, budget: $budget) {
    on kind status revocable reason intended { amount } moved { amount } budget { name nextFunding { on } }
    inputs { remainingEvents gated limit } event { uuid status } } }"""


@pytest.fixture
def goal(account: BankAccount) -> Budget:
    """A goal of 500 within a year, funded each month from today on."""
    funded.free(account)
    return build.budget(
        account, target_balance="500", target_date=on(364), funding_schedule="RRULE:FREQ=MONTHLY", name="Holiday"
    )


def listed(user: User, **filters: object) -> list[Any]:
    return nodes(data(user, LIST, filters=filters or None)["fundingEvents"])


def amounts(**values: str | None) -> dict[str, dict[str, str] | None]:
    return {name: None if value is None else {"amount": value} for name, value in values.items()}


def test_an_event_says_why_it_moved_what_it_moved(owner: User, account: BankAccount, goal: Budget) -> None:
    funded.run(account)

    assert listed(owner) == [
        {
            "uuid": str(FundingEvent.objects.get().pk),
            "on": "2026-06-15",
            "kind": "FUND",
            "status": "DONE",
            "revocable": False,
            "skippedBy": None,
            "reason": "41.67 is 500.00 divided over the 12 events from 2026-06-15 to 2027-06-14, rounded to the cent.",
            "intended": {"amount": "41.67"},
            "moved": {"amount": "41.67", "currency": "USD"},
            "bankAccount": {"uuid": str(account.pk)},
            "budget": {"name": "Holiday"},
            "transfers": {"edges": [{"node": {"uuid": str(Transfer.objects.get().pk)}}]},
            "inputs": {
                **amounts(target="500.00", gathered="0.00", gatheredNow="0.00", gap="500.00", fundingAmount=None),
                **amounts(sourceBalance="1000.00", sourceBalanceNow="1000.00", available="1000.00"),
                "remainingEvents": 12,
                "deadline": "2027-06-14",
                "exactShare": "41.66666666666666666666666667",
                "rounding": "HALF_DOWN",
                "limit": "SHARE",
                "gated": False,
                "postedThrough": None,
                "hindrance": None,
            },
        }
    ]


def test_rows_of_before_that_tell_less_are_still_read(owner: User, account: BankAccount, goal: Budget) -> None:
    funded.run(account)
    inputs = {"target": "500", "share": 12, "gathered": "0", "available": "1000"}
    FundingEvent.objects.update(reason="", inputs=inputs)
    [event] = listed(owner)

    assert event["reason"] == "41.67 is 500.00 divided over the 12 events from 2026-06-15, rounded to the cent."
    assert (event["inputs"]["remainingEvents"], event["inputs"]["sourceBalance"]) == (12, None)
    FundingEvent.objects.update(inputs={})
    [event] = listed(owner)
    assert (event["reason"], set(event["inputs"].values())) == ("", {None})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 5),
        ({"status": ["DONE"]}, 5),
        ({"status": ["SHORT", "PLANNED"]}, 0),
        ({"status": []}, 0),
        ({"kind": "RECUR"}, 1),
        ({"kind": "FUND", "since": "2026-06-22"}, 2),
        ({"until": "2026-06-15"}, 2),
        ({"since": "2026-06-16", "until": "2026-06-21"}, 1),
    ],
)
def test_events_can_be_asked_for_by_what_they_are(
    owner: User, account: BankAccount, filters: dict[str, Any], found: int
) -> None:
    funded.free(account)
    funded.goal(account, amount="90", target_balance="5000")
    funded.rent(account, recurrence="RRULE:FREQ=MONTHLY;BYMONTHDAY=16")
    funded.run(account, 7)

    assert len(listed(owner, **filters)) == found


def test_accounts_and_budgets_list_their_own(owner: User, account: BankAccount, shared_account: BankAccount) -> None:
    for each in (account, shared_account):
        funded.goal(funded.free(each), name=f"First of {each.name}")
        funded.goal(each, name=f"Second of {each.name}")
        funded.run(each, 7)
    query = """query ($filters: FundingEventFilters) { bankAccounts { edges { node {
      fundingEvents(filters: $filters) { totalCount edges { node { on budget { name } } } }
      budgets { edges { node { name fundingEvents(first: 1, filters: $filters) {
        totalCount edges { node { on } } } } } }
    } } } }"""
    for found in nodes(data(owner, query, filters={"until": "2026-06-20"})["bankAccounts"]):
        assert found["fundingEvents"]["totalCount"] == 2
        assert {event["on"] for event in nodes(found["fundingEvents"])} == {"2026-06-15"}
        counts = [budget["fundingEvents"]["totalCount"] for budget in nodes(found["budgets"])]
        assert counts == [0, 1, 1]
    found = nodes(data(owner, query, filters=None)["bankAccounts"])[0]
    assert [event["on"] for event in nodes(found["fundingEvents"])] == ["2026-06-22"] * 2 + ["2026-06-15"] * 2


def test_a_transfer_names_the_event_that_moved_it(owner: User, account: BankAccount, goal: Budget) -> None:
    funded.run(account)
    query = "{ fundingEvents { edges { node { transfers { edges { node { fundingEvent { on } actor } } } } } } }"
    [event] = nodes(data(owner, query)["fundingEvents"])

    assert nodes(event["transfers"]) == [{"fundingEvent": {"on": "2026-06-15"}, "actor": "funding-system"}]


def test_a_schedule_that_fails_is_seen_and_the_rest_goes_on(owner: User, account: BankAccount, goal: Budget) -> None:
    broken = funded.goal(account, name="Broken")
    Budget.objects.filter(pk=broken.pk).update(funding_schedule="RRULE:FREQ=SECONDLY;INTERVAL=0")
    funded.run(account)

    [event] = listed(owner, status=["FAILED"])
    assert event["reason"].startswith("The schedule cannot be evaluated: ")
    assert event["budget"] == {"name": "Broken"}
    assert [event["budget"] for event in listed(owner, status=["DONE"])] == [{"name": "Holiday"}]
    upcoming = data(owner, UPCOMING, account=str(account.pk), until="2026-07-15")["upcomingFundingEvents"]
    assert [(each["budget"]["name"], each["status"]) for each in upcoming] == [
        ("Broken", "FAILED"),
        ("Holiday", "PLANNED"),
    ]


def test_an_event_of_a_deleted_budget_has_none(owner: User, account: BankAccount, goal: Budget) -> None:
    funded.run(account)
    budgets.delete(actor=owner, budget_id=goal.pk, now=NOW)

    assert [event["budget"] for event in listed(owner)] == [None]


def test_a_list_costs_the_same_however_long_it_is(owner: User, account: BankAccount) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert listed(owner)
        return len(captured)

    funded.goal(funded.free(account), schedule=funded.DAILY)
    funded.run(account)
    one = cost()
    funded.run(account, 15)

    assert cost() == one


# To come


def test_events_to_come_say_what_they_will_do(owner: User, account: BankAccount, goal: Budget) -> None:
    skipped = funding_events.skip(actor=owner, budget_id=goal.pk, on=on(30), now=NOW)
    found = data(owner, UPCOMING, account=str(account.pk), until="2026-08-15")["upcomingFundingEvents"]

    assert found[:2] == [
        {
            "on": "2026-06-15",
            "kind": "FUND",
            "status": "PLANNED",
            "revocable": False,
            "reason": "41.67 is 500.00 divided over the 12 events from 2026-06-15 to 2027-06-14, rounded to the cent.",
            "intended": {"amount": "41.67"},
            "moved": {"amount": "41.67"},
            "budget": {"name": "Holiday", "nextFunding": {"on": "2026-06-15"}},
            "inputs": {"remainingEvents": 12, "gated": False, "limit": "SHARE"},
            "event": None,
        },
        {
            "on": "2026-07-15",
            "kind": "FUND",
            "status": "SKIPPED",
            "revocable": True,
            "reason": "An owner skipped it.",
            "intended": {"amount": "0.00"},
            "moved": {"amount": "0.00"},
            "budget": {"name": "Holiday", "nextFunding": {"on": "2026-06-15"}},
            "inputs": {"remainingEvents": 11, "gated": False, "limit": None},
            "event": {"uuid": str(skipped.pk), "status": "SKIPPED"},
        },
    ]
    assert [each["intended"]["amount"] for each in found[2:]] == ["45.83"]


def test_they_can_be_asked_for_by_time_and_budget(owner: User, account: BankAccount, goal: Budget) -> None:
    funded.goal(account, name="Other")
    given = {"account": str(account.pk), "until": "2026-08-15", "since": "2026-07-01", "budget": str(goal.pk)}

    assert [each["on"] for each in data(owner, UPCOMING, **given)["upcomingFundingEvents"]] == [
        "2026-07-15",
        "2026-08-15",
    ]


def test_two_years_are_the_end_of_it(owner: User, account: BankAccount) -> None:
    [error] = ask(owner, UPCOMING, account=str(account.pk), until="2028-06-16")["errors"]

    assert error["message"] == "The date lies more than two years ahead."
    assert error["extensions"] == {"code": "invalid", "field": "until"}


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_what_is_to_come_is_told_to_owners_alone(
    request: pytest.FixtureRequest, account: BankAccount, goal: Budget, who: str
) -> None:
    funded.run(account)
    user = request.getfixturevalue(who)
    assert listed(user) == listed(user, account=str(account.pk)) == listed(user, budget=str(goal.pk)) == []
    [error] = ask(user, UPCOMING, account=str(account.pk), until="2026-08-15")["errors"]
    assert error["extensions"] == {"code": "not_found", "field": "account"}


def test_co_owners_see_the_same(coowner: User, owner: User, account: BankAccount, goal: Budget) -> None:
    account.owners.add(coowner)
    funded.run(account)

    assert listed(coowner) == listed(owner)
    assert data(coowner, UPCOMING, account=str(account.pk), until="2026-08-15")["upcomingFundingEvents"]


def test_what_is_to_come_costs_what_it_may_show(owner: User, account: BankAccount) -> None:
    aliases = " ".join(
        f'a{number}: upcomingFundingEvents(account: "{account.pk}", until: "2026-08-15") {{ budget {{ bankAccount '
        "{ name } } moved { amount } } "
        for number in range(6)
    )
    [error] = ask(owner, f"{{ {aliases} }}")["errors"]

    assert error["extensions"]["limit"] == "cost"
