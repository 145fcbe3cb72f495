"""A run that dies after any of its statements leaves an account that the next run goes on with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent, Transfer, User
from backend.ledger.selectors import integrity
from backend.ledger.services import funding
from tests import build
from tests.services import funded, power

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = 9


def household(owner: User, name: str) -> BankAccount:
    """Every kind of event within nine days: done, short, topped up, skipped, failed, deferred, and refills."""
    account = build.account(owner=owner, name=name, balance="60")
    funded.goal(account, name="Goal", amount="25", schedule="RRULE:FREQ=DAILY;INTERVAL=3", target_balance="90")
    funded.goal(account, name="Paused", schedule=funded.WEEKLY, paused=True)
    build.budget(account, name="Capped", budget_type="C", target_balance="40", funding_schedule="RRULE:FREQ=WEEKLY")
    funded.rent(account, recurrence="RRULE:FREQ=WEEKLY", funding_schedule="RRULE:FREQ=DAILY;INTERVAL=2")
    broken = funded.goal(account, name="Broken", schedule=funded.WEEKLY)
    Budget.objects.filter(pk=broken.pk).update(funding_schedule="RRULE:FREQ=HOURLY")
    return account


def happen(account: BankAccount, offset: int) -> None:
    if offset in (2, 6):
        at = funded.at(offset) + timedelta(hours=2)
        build.transaction(account, amount="45.50", posted_date=at, now=at)
    if offset % 3 == 2:
        BankAccount.objects.filter(pk=account.pk).update(last_posted_through=funded.on(offset))


def outcome(account: BankAccount) -> dict[str, Any]:
    events = FundingEvent.objects.filter(bank_account=account)
    budgets = Budget.objects.filter(bank_account=account).order_by("name")
    return {
        "events": sorted(events.values_list("budget__name", "kind", "on", "status", "intended", "moved", "reason")),
        "budgets": list(budgets.values_list("name", "balance", "net_funding", "complete")),
    }


def written(account: BankAccount) -> tuple[int, ...]:
    """How many rows there are of what a run writes, and how much is where."""
    counts = [model._default_manager.filter(bank_account=account).count() for model in (FundingEvent, Transfer, Entry)]
    balances = Budget.objects.filter(bank_account=account).order_by("pk").values_list("balance", flat=True)
    return (*counts, *(int(balance * 100) for balance in balances))


def sound() -> None:
    """Without the history: no user can break a schedule, as `household` does."""
    assert [str(breach) for breach in integrity.breaches()] == []


def die_everywhere(account: BankAccount, call: Callable[[], object], die: Callable[..., bool]) -> int:
    """Have the call die after its first statement, its second one, …, and so anew for each event; how often it died."""
    deaths, after, before = 0, 1, written(account)
    while die(call, after=after):
        deaths += 1
        now = written(account)
        after = after + 1 if now == before else 1
        if now != before or deaths % 20 == 0:
            sound()
        before = now
    return deaths


def test_a_run_may_die_after_any_statement_of_any_event(owner: User) -> None:
    dying, living = household(owner, "Dying"), household(owner, "Living")
    deaths = 0
    for offset in range(DAYS):
        deaths += die_everywhere(dying, lambda: funded.run(dying, offset), power.dies)  # noqa: B023  called in this round
        funded.run(living, offset)
        for account in (dying, living):
            happen(account, offset)
    for account in (dying, living):
        funded.run(account, DAYS)

    assert outcome(dying) == outcome(living)
    assert {row[3] for row in outcome(dying)["events"]} == set(FundingEvent.Status)
    assert deaths > 400
    sound()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_process_may_end_after_any_statement_of_an_event(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")
    deaths = die_everywhere(account, lambda: funding.run(account_id=account.pk, now=build.at(1)), power.kills)

    assert deaths > 30
    assert funded.statuses(goal) == {0: "done", 1: "done"}
    assert funded.balance(goal) == Transfer.objects.count() == 2
    sound()
