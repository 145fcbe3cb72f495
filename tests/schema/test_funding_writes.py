"""Mutations that concern scheduled funding: what each does and answers, and to whom."""

from typing import Any
from uuid import uuid4

import pytest

from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.services import funding_events
from tests import build
from tests.build import NOW
from tests.rest.house import ledger
from tests.schema import door
from tests.services import funded
from tests.services.funded import on

pytestmark = pytest.mark.django_db

SHOWN = """__typename
  ... on Problem { code field message }
  ... on BankAccount { importGate autoFunding version }
  ... on Budget { name priority version }
  ... on FundingEvent { uuid status on skippedBy revocable moved { amount } budget { name } }
  ... on UpcomingFundingEvent { status on moved { amount } event { uuid } }
  ... on FundingRun { moved { amount } more counts { done short deferred skipped failed }
    events { status moved { amount } budget { name } } }"""


def write(user: User, call: str) -> dict[str, Any]:
    """What a mutation answers: `call` is its name with its arguments."""
    kinds = {
        "configureFunding": "BankAccount",
        "prioritiseBudget": "Budget",
        "runFunding": "FundingRun",
        "unskipFundingEvent": "UpcomingFundingEvent",
    }
    kind = kinds.get(call.partition("(")[0], "FundingEvent")
    parts = [part.strip() for part in SHOWN.split("\n  ... on ")]
    selected = " ".join(f"... on {part}" for part in parts[1:] if part.startswith((f"{kind} ", "Problem ")))
    ((_, found),) = door.data(user, f"mutation {{ {call} {{ __typename {selected} }} }}").items()
    assert isinstance(found, dict)
    return found


def problem(code: str, message: str, field: str | None = None) -> dict[str, Any]:
    return {"__typename": "Problem", "code": code, "field": field, "message": message}


@pytest.fixture
def goal(account: BankAccount) -> Budget:
    return funded.goal(funded.free(account))


def test_an_account_is_freed_of_the_gate_and_switched_off(owner: User, account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account)
    found = write(owner, f'configureFunding(id: "{account.pk}", importGate: false, expectedVersion: 1)')
    assert found == {"__typename": "BankAccount", "importGate": False, "autoFunding": True, "version": 2}
    assert funded.statuses(goal) == {0: "done"}

    found = write(owner, f'configureFunding(id: "{account.pk}", autoFunding: false)')
    assert (found["importGate"], found["autoFunding"]) == (False, False)
    stale = write(owner, f'configureFunding(id: "{account.pk}", autoFunding: true, expectedVersion: 1)')
    assert (stale["code"], stale["field"]) == ("conflict", "expectedVersion")


def test_a_budget_gets_a_priority(owner: User, goal: Budget) -> None:
    found = write(owner, f'prioritiseBudget(id: "{goal.pk}", priority: 7, expectedVersion: {goal.version})')
    assert (found["priority"], found["version"]) == (7, goal.version + 1)
    assert write(owner, f'prioritiseBudget(id: "{goal.pk}", priority: 1001)') == problem(
        "invalid", "A priority lies between -1,000 and 1,000.", "priority"
    )
    stale = write(owner, f'prioritiseBudget(id: "{goal.pk}", priority: 8, expectedVersion: 1)')
    assert stale["code"] == "conflict"


def test_a_run_answers_what_it_did(owner: User, account: BankAccount, goal: Budget) -> None:
    funded.goal(account, name="Much", amount="2000", target_balance="5000")
    found = write(owner, f'runFunding(id: "{account.pk}")')

    assert found == {
        "__typename": "FundingRun",
        "moved": {"amount": "1000.00"},
        "more": False,
        "counts": {"done": 1, "short": 1, "deferred": 0, "skipped": 0, "failed": 0},
        "events": [
            {"status": "DONE", "moved": {"amount": "10.00"}, "budget": {"name": "Goal"}},
            {"status": "SHORT", "moved": {"amount": "990.00"}, "budget": {"name": "Much"}},
        ],
    }
    again = write(owner, f'runFunding(id: "{account.pk}", asOf: "2026-06-15")')
    assert (again["moved"], again["events"], set(again["counts"].values())) == ({"amount": "0.00"}, [], {0})
    assert write(owner, f'runFunding(id: "{account.pk}", asOf: "2026-06-16")') == problem(
        "invalid", "The date lies after today.", "asOf"
    )


def test_a_run_under_a_key_happens_once(owner: User, account: BankAccount, goal: Budget) -> None:
    first, again = (write(owner, f'runFunding(id: "{account.pk}", idempotencyKey: "one")') for _ in range(2))

    assert first == again
    assert first["counts"]["done"] == 1
    assert funded.balance(goal) == 10


def test_a_short_event_is_retried(owner: User, account: BankAccount) -> None:
    funded.goal(funded.free(account), amount="1500", target_balance="5000")
    funded.run(account)
    event = FundingEvent.objects.get()
    build.transaction(account, amount="700")
    found = write(owner, f'retryFundingEvent(id: "{event.pk}")')

    assert (found["status"], found["moved"]) == ("DONE", {"amount": "1500.00"})
    assert write(owner, f'retryFundingEvent(id: "{event.pk}")') == problem(
        "cannot_retry", "The event is not short: it is done."
    )


def test_an_event_is_skipped_and_taken_back(owner: User, goal: Budget) -> None:
    found = write(owner, f'skipFundingEvent(input: {{budget: "{goal.pk}", on: "2026-06-22"}})')
    key = found.pop("uuid")
    assert found == {
        "__typename": "FundingEvent",
        "status": "SKIPPED",
        "on": "2026-06-22",
        "skippedBy": "owner",
        "revocable": True,
        "moved": {"amount": "0.00"},
        "budget": {"name": "Goal"},
    }
    assert write(owner, f'unskipFundingEvent(id: "{key}")') == {
        "__typename": "UpcomingFundingEvent",
        "status": "PLANNED",
        "on": "2026-06-22",
        "moved": {"amount": "10.00"},
        "event": None,
    }
    assert write(owner, f'unskipFundingEvent(id: "{key}")')["code"] == "not_found"
    assert not FundingEvent.objects.exists()


def test_a_deferred_event_comes_back_as_it_was(owner: User, account: BankAccount) -> None:
    goal = funded.goal(account)
    funded.run(account)
    found = write(owner, f'skipFundingEvent(input: {{budget: "{goal.pk}", on: "2026-06-15", kind: FUND}})')
    back = write(owner, f'unskipFundingEvent(id: "{found["uuid"]}")')

    assert back == {
        "__typename": "UpcomingFundingEvent",
        "status": "DEFERRED",
        "on": "2026-06-15",
        "moved": {"amount": "10.00"},
        "event": {"uuid": found["uuid"]},
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('on: "2026-06-23"', "There is no funding event to come on that day."),
        ('on: "2026-06-22", kind: RECUR', "There is no funding event to come on that day."),
        ('on: "2029-06-22"', "The date lies more than two years ahead."),
    ],
)
def test_what_cannot_be_skipped_names_its_day(owner: User, goal: Budget, given: str, message: str) -> None:
    before = ledger()
    found = write(owner, f'skipFundingEvent(input: {{budget: "{goal.pk}", {given}}})')

    assert found == problem("invalid", message, "on")
    assert ledger() == before


def calls(account: BankAccount, goal: Budget, event: FundingEvent) -> dict[str, str | None]:
    """A call of each mutation, with the input that a stranger is told is not there."""
    return {
        f'configureFunding(id: "{account.pk}", importGate: true)': None,
        f'prioritiseBudget(id: "{goal.pk}", priority: 1)': None,
        f'runFunding(id: "{account.pk}")': None,
        f'retryFundingEvent(id: "{event.pk}")': None,
        f'skipFundingEvent(input: {{budget: "{goal.pk}", on: "2026-06-22"}})': "budget",
        f'unskipFundingEvent(id: "{event.pk}")': None,
    }


@pytest.mark.parametrize("who", ["stranger", "staff", "coowner"])
def test_nobody_else_finds_anything(
    request: pytest.FixtureRequest, owner: User, account: BankAccount, goal: Budget, who: str
) -> None:
    """The co-owner owns another account together with the owner, not this one."""
    request.getfixturevalue("shared_account")
    user = request.getfixturevalue(who)
    event = funding_events.skip(actor=owner, budget_id=goal.pk, on=on(7), now=NOW)
    before = ledger()
    for call, field in calls(account, goal, event).items():
        foreign = write(user, call)
        absent = write(user, call.replace(call.split('"')[1], str(uuid4())))
        assert foreign == absent
        assert (foreign["code"], foreign["field"]) == ("not_found", field)
    assert ledger() == before


def test_nobody_is_let_in_without_a_token(owner: User, account: BankAccount, goal: Budget) -> None:
    event = funding_events.skip(actor=owner, budget_id=goal.pk, on=on(7), now=NOW)
    before = ledger()
    for call in calls(account, goal, event):
        assert door.post(None, {"query": f"mutation {{ {call} {{ __typename }} }}"}).status_code == 401
    assert ledger() == before


def test_a_co_owner_does_what_the_owner_does(owner: User, coowner: User, account: BankAccount, goal: Budget) -> None:
    account.owners.add(coowner)
    event = funding_events.skip(actor=owner, budget_id=goal.pk, on=on(7), now=NOW)
    answers = {call.partition("(")[0]: write(coowner, call)["__typename"] for call in calls(account, goal, event)}

    assert answers == {
        "configureFunding": "BankAccount",
        "prioritiseBudget": "Budget",
        "runFunding": "FundingRun",
        "retryFundingEvent": "Problem",
        "skipFundingEvent": "FundingEvent",
        "unskipFundingEvent": "UpcomingFundingEvent",
    }
