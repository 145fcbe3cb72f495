"""What an owner can do with recorded events: have those that are due carried out, and retry a short one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, FundingEvent, User
from backend.ledger.services import budgets, funding
from backend.ledger.services import funding_events as services
from tests import build
from tests.ledger import states
from tests.services import funded
from tests.services.funded import at, balance, on, statuses

pytestmark = pytest.mark.django_db

D = Decimal


# A run that an owner asks for


def test_a_run_tells_what_it_did(account: BankAccount, owner: User) -> None:
    funded.free(account)
    funded.goal(account, name="First", amount="30")
    funded.goal(account, name="Second", amount="2000", target_balance="5000")
    report = services.run(actor=owner, account_id=account.pk, now=build.NOW)

    assert [(event.budget.name, event.status, event.moved) for event in report.events] == [
        ("First", "done", 30),
        ("Second", "short", 970),
    ]
    assert (dict(report.counts), report.moved, report.more) == ({"done": 1, "short": 1}, 1000, False)


def test_a_run_with_nothing_to_do_is_a_success_with_zeros(account: BankAccount, owner: User) -> None:
    report = services.run(actor=owner, account_id=account.pk, now=build.NOW, as_of=on(-30))

    assert (report.events, dict(report.counts), report.moved, report.more) == ((), {}, 0, False)


def test_a_run_may_stop_before_the_day_and_goes_no_further_than_today(account: BankAccount, owner: User) -> None:
    funded.free(account)
    goal = funded.goal(account)
    services.run(actor=owner, account_id=account.pk, now=at(14), as_of=on(7))
    assert statuses(goal) == {0: "done", 7: "done"}
    for day, says in (
        (on(15), "The date lies after today."),
        (date.max, "The date lies after today."),
        (date.min, "The date lies more than ten years back."),
    ):
        with states.refused(errors.InvalidValue, field="as_of") as refusal:
            services.run(actor=owner, account_id=account.pk, now=at(14), as_of=day)
        assert refusal.value.message == says


def test_today_is_where_the_first_owner_lives(stranger: User, coowner: User) -> None:
    coowner.timezone = "Pacific/Kiritimati"
    coowner.save()
    account = build.account(owner=coowner, co_owners=[stranger])

    services.run(actor=stranger, account_id=account.pk, now=build.NOW, as_of=on(1))


def test_a_run_that_is_cut_short_says_so(account: BankAccount, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    funded.free(account)
    funded.goal(account, schedule=funded.DAILY, amount="1")
    monkeypatch.setattr(funding, "MOST_EVENTS", 3)
    reports = [services.run(actor=owner, account_id=account.pk, now=at(3)) for _ in range(3)]

    assert [(len(report.events), report.more) for report in reports] == [(3, True), (1, False), (0, False)]


# Retry


@pytest.fixture
def short(account: BankAccount) -> FundingEvent:
    """An event of 1500, of which 1000 were there."""
    funded.free(account)
    funded.goal(account, amount="1500", target_balance="5000")
    funded.run(account)
    return FundingEvent.objects.get()


def retry(event: FundingEvent, offset: int = 1) -> FundingEvent:
    return services.retry(actor=build.first_owner(event.bank_account), event_id=event.pk, now=at(offset))


def test_a_retry_gives_at_once_what_there_is(short: FundingEvent) -> None:
    build.transaction(short.bank_account, amount="200", posted_date=1, now=at(1))
    event = retry(short)
    assert (event.status, event.moved) == ("short", 1200)

    build.transaction(short.bank_account, amount="900", posted_date=1, now=at(1))
    event = retry(short)
    assert (event.status, event.moved, balance(event.budget)) == ("done", 1500, 1500)
    assert event.reason.endswith("Unallocated paid it in parts.")
    funded.sound()


def test_a_retry_without_money_leaves_the_event_as_it_is(short: FundingEvent) -> None:
    assert (retry(short).moved, retry(short).status) == (1000, "short")


def refusal(event: FundingEvent, offset: int = 1, kind: type[errors.LedgerError] = errors.CannotRetry) -> str:
    with states.refused(kind) as refused:
        retry(event, offset)
    return refused.value.message


def test_what_is_not_short_is_not_retried(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account)
    funded.run(account)

    assert refusal(FundingEvent.objects.get()) == "The event is not short: it is done."


def test_a_refill_is_not_retried(account: BankAccount) -> None:
    funded.free(account)
    rent, _ = funded.rent(account, recurrence="RRULE:FREQ=WEEKLY;BYDAY=TU", funding_schedule="")
    funded.run(account, 1)
    event = FundingEvent.objects.get(budget=rent)
    assert event.status == "short"

    assert refusal(event) == "A recur event happens once, hit or miss."


def test_a_later_event_takes_the_place_of_a_short_one(short: FundingEvent) -> None:
    funded.run(short.bank_account, 7)

    assert refusal(short, 7) == "A later event of the budget has taken its place."


def test_a_skip_that_lies_ahead_takes_nobodys_place(short: FundingEvent, owner: User) -> None:
    services.skip(actor=owner, budget_id=short.budget_id, on=on(7), now=at(1))
    build.transaction(short.bank_account, amount="500", posted_date=1, now=at(1))

    assert retry(short).status == "done"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"paused": True}, "The budget is paused."),
        ({"target_balance": D(900)}, "The goal is complete."),
    ],
)
def test_a_budget_that_takes_nothing_is_not_given_more(short: FundingEvent, changes: Any, says: str) -> None:
    funded.change(short.budget, **changes)

    assert refusal(short) == says


def test_what_was_filled_otherwise_needs_no_more(account: BankAccount) -> None:
    funded.free(account)
    capped = funded.goal(account, budget_type="C", amount="1500", target_balance="1500")
    funded.run(account)
    build.transaction(account, amount="600", posted_date=0)
    build.transfer(account, source=build.unallocated(account), target=capped, amount="500")

    assert refusal(FundingEvent.objects.get()) == "Nothing is missing to the target any more."


def test_an_account_that_is_switched_off_funds_nothing(short: FundingEvent) -> None:
    funded.configure(short.bank_account, auto_funding=False)

    assert refusal(short) == "Funding of the account is switched off."


def test_an_archived_budget_takes_nothing(short: FundingEvent, owner: User) -> None:
    budgets.archive(actor=owner, budget_id=short.budget_id, now=at(1))

    assert refusal(short, kind=errors.Archived) == "The budget is archived."


def test_money_that_came_after_an_event_that_waits_is_not_given_out(account: BankAccount) -> None:
    goal = funded.goal(account, amount="1500", target_balance="5000")
    funded.goal(account, name="Daily", schedule="DTSTART:20260616\nRRULE:FREQ=DAILY", amount="1")
    funded.imported(account, 0)
    event = FundingEvent.objects.get(budget=goal)
    build.transaction(account, amount="300", posted_date=2, now=at(2))

    assert refusal(event, 2) == (
        "Events from 2026-06-16 on wait for the bank's rows; what came in since is given out after them."
    )
    funded.imported(account, 2)
    assert FundingEvent.objects.get(budget=goal).moved == 1300


# Whose they are


@pytest.mark.parametrize("who", ["stranger", "staff", "coowner"])
def test_nobody_else_does_anything_to_an_event(
    request: pytest.FixtureRequest, short: FundingEvent, owner: User, who: str
) -> None:
    """The co-owner owns another account together with the owner, not this one."""
    request.getfixturevalue("shared_account")
    actor = request.getfixturevalue(who)
    skipped = services.skip(actor=owner, budget_id=short.budget_id, on=on(7), now=build.NOW)
    with states.refused(errors.NotFound):
        services.retry(actor=actor, event_id=short.pk, now=build.NOW)
    with states.refused(errors.NotFound):
        services.take_back(actor=actor, event_id=skipped.pk, now=build.NOW)


def test_owners_do_what_other_owners_did_not(short: FundingEvent, owner: User, coowner: User) -> None:
    short.bank_account.owners.add(coowner)
    skipped = services.skip(actor=owner, budget_id=short.budget_id, on=on(7), now=build.NOW)

    assert services.retry(actor=coowner, event_id=short.pk, now=build.NOW) == short
    services.take_back(actor=coowner, event_id=skipped.pk, now=build.NOW)
    assert statuses(short.budget) == {0: "short"}
