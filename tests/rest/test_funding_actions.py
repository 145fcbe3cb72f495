"""What owners do about funding events through the REST door: retry, skip, take back; and nobody else."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine

from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from tests import build
from tests.ledger import states
from tests.rest import house as houses
from tests.rest.test_funding_events import INPUTS, listed, path, post
from tests.services import funded
from tests.services.funded import on

pytestmark = pytest.mark.django_db


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


# Retry


@pytest.fixture
def short(account: BankAccount) -> FundingEvent:
    """An event of 1500, of which 1000 were there."""
    funded.goal(funded.free(account), amount="1500", target_balance="5000")
    funded.run(account)
    return FundingEvent.objects.get()


def test_a_short_event_is_retried(account: BankAccount, short: FundingEvent) -> None:
    build.transaction(account, amount="700")
    answer = post(account, f"funding-events/{short.pk}/retry/")

    assert answer.status_code == 200
    event = answer.json()
    assert (event["status"], event["moved"], len(event["internal_transactions"])) == ("done", "1500.00", 2)
    assert [event] == listed(account)
    refused = post(account, f"funding-events/{short.pk}/retry/")
    assert refused.status_code == 400
    assert refused.json() == {"detail": "The event is not short: it is done.", "code": "cannot_retry"}


# Skips


def test_an_event_is_skipped_and_taken_back(account: BankAccount, owner: User, goal: Budget) -> None:
    answer = post(account, "funding-events/skip/", {"budget": str(goal.pk), "date": "2026-07-15"})
    assert answer.status_code == 200
    event = answer.json()
    assert (event["status"], event["skipped_by"], event["revocable"]) == ("skipped", "owner", True)
    assert (event["reason"], event["inputs"]) == ("An owner skipped it.", dict.fromkeys(INPUTS))
    assert [event] == listed(account)
    assert post(account, "funding-events/skip/", {"budget": str(goal.pk), "date": "2026-07-15"}).json() == event

    answer = post(account, f"funding-events/{event['id']}/take-back/")
    assert answer.status_code == 200
    coming = answer.json()
    assert (coming["id"], coming["status"], coming["intended"], coming["moved"]) == (None, "planned", "41.67", "41.67")
    assert (coming["budget"], coming["bank_account"], coming["date"]) == (str(goal.pk), str(account.pk), "2026-07-15")
    assert (coming["intended_currency"], coming["inputs"]["remaining_events"]) == ("USD", 11)
    assert listed(account) == []


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"date": "2026-07-16"}, {"date": ["There is no funding event to come on that day."]}),
        ({"date": "2030-07-15"}, {"date": ["The date lies more than two years ahead."]}),
        ({"kind": "recur"}, {"date": ["There is no funding event to come on that day."]}),
        ({"kind": "both"}, {"kind": ['"both" is not a valid choice.']}),
        ({"date": "soon"}, {"date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]}),
        ({"budget": str(uuid4())}, {"budget": ["There is no such budget."]}),
        ({"budget": "x"}, {"budget": ["“x” is not a valid UUID."]}),
    ],
)
def test_what_cannot_be_skipped_names_the_field(
    account: BankAccount, goal: Budget, body: dict[str, str], refused: object
) -> None:
    before = states.fingerprint()
    answer = post(account, "funding-events/skip/", {"budget": str(goal.pk), "date": "2026-07-15", **body})

    assert answer.status_code == 400
    assert answer.json().keys() == refused.keys()  # type: ignore[attr-defined]
    assert states.fingerprint() == before


def test_a_budget_of_another_account_has_nothing_to_skip_here(
    account: BankAccount, shared_account: BankAccount, goal: Budget
) -> None:
    answer = post(shared_account, "funding-events/skip/", {"budget": str(goal.pk), "date": "2026-07-15"})

    assert (answer.status_code, answer.json()) == (400, {"budget": ["The budget belongs to another bank account."]})


def test_what_is_settled_is_not_taken_back(account: BankAccount, goal: Budget) -> None:
    funded.run(account)
    answer = post(account, f"funding-events/{FundingEvent.objects.get().pk}/take-back/")

    assert (answer.status_code, answer.json()) == (400, {"detail": "The event is not skipped.", "code": "settled"})


# Whose they are


def everything(account: BankAccount, event: FundingEvent, budget: Budget) -> list[tuple[str, str, object]]:
    """A request of each kind."""
    return [
        ("get", "funding-events/", None),
        ("post", "run-funding/", {}),
        ("post", "run-funding/", {"as_of": "nonsense"}),
        ("post", "funding-events/skip/", {"budget": str(budget.pk), "date": "2026-07-15"}),
        ("post", "funding-events/skip/", {"no": "sense"}),
        ("post", f"funding-events/{event.pk}/retry/", {}),
        ("post", f"funding-events/{event.pk}/take-back/", {}),
    ]


@pytest.mark.parametrize("who", ["stranger", "staff", "coowner"])
def test_nobody_else_learns_that_they_are_there(
    request: pytest.FixtureRequest, account: BankAccount, short: FundingEvent, goal: Budget, who: str
) -> None:
    """The co-owner owns another account together with the owner, not this one."""
    request.getfixturevalue("shared_account")
    api = houses.client(request.getfixturevalue(who))
    before = states.fingerprint()
    for method, rest, body in everything(account, short, goal):
        foreign = getattr(api, method)(path(account, rest), body)
        absent = getattr(api, method)(path(account, rest).replace(str(account.pk), str(uuid4())), body)
        assert foreign.status_code == absent.status_code == 404, rest
        assert foreign.content == absent.content
    assert states.fingerprint() == before


def test_nobody_is_let_in_without_a_token(account: BankAccount, short: FundingEvent, goal: Budget) -> None:
    before = states.fingerprint()
    for method, rest, body in everything(account, short, goal):
        assert getattr(houses.client(None), method)(path(account, rest), body).status_code == 401
    assert states.fingerprint() == before


def test_owners_share_everything(account: BankAccount, short: FundingEvent, coowner: User) -> None:
    account.owners.add(coowner)
    assert houses.client(coowner).get(path(account)).json()["count"] == 1
    assert post(account, "run-funding/", {}, by=coowner).status_code == 200
    body = {"budget": str(short.budget_id), "date": "2026-06-22"}
    skipped = post(account, "funding-events/skip/", body, by=coowner).json()
    assert skipped["skipped_by"] == "coowner"
    for rest in (f"{short.pk}/retry/", f"{skipped['id']}/take-back/"):
        assert post(account, f"funding-events/{rest}", by=coowner).status_code == 200


def test_an_event_is_found_below_its_own_account_only(
    account: BankAccount, shared_account: BankAccount, short: FundingEvent
) -> None:
    for key in (short.pk, uuid4(), "zzz"):
        for action in ("retry", "take-back"):
            answer = post(shared_account, f"funding-events/{key}/{action}/")
            assert answer.status_code == 404
            assert answer.json()["detail"] == "No FundingEvent matches the given query."


@pytest.mark.parametrize("body", ["[]", "{", "null", '{"as_of": []}'])
def test_a_body_that_makes_no_sense_is_refused(account: BankAccount, short: FundingEvent, body: str) -> None:
    before = states.fingerprint()
    api = houses.client(build.first_owner(account))
    for rest in ("run-funding/", "funding-events/skip/"):
        assert api.post(path(account, rest), data=body, content_type="application/json").status_code == 400
    assert states.fingerprint() == before
