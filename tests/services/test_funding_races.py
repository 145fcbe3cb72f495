"""Runs of one account at the same time, with real commits: each event happens once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from backend.ledger.models import BankAccount, FundingEvent, Transaction, Transfer, User
from backend.ledger.services import funding, linking
from tests import build
from tests.services import funded
from tests.services.funded import at

pytestmark = pytest.mark.django_db(transaction=True)

RUNNERS = 4
PATIENCE = 120


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned; they start together, each on a connection of its own."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(PATIENCE)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, call) for call in calls]]


def test_several_runs_at_once_do_each_event_once(account: BankAccount) -> None:
    funded.free(account)
    goals = [funded.goal(account, name=str(number), schedule=funded.DAILY, amount="1") for number in range(3)]
    results = at_once([lambda: funded.run(account, 7)] * RUNNERS)

    assert sum(len(result.events) for result in results) == 24
    assert FundingEvent.objects.filter(status="done").count() == Transfer.objects.count() == 24
    assert [funded.balance(goal) for goal in goals] == [8, 8, 8]
    funded.sound()


def test_runs_and_other_writes_at_once_lose_nothing(account: BankAccount, owner: User) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")

    def spend() -> None:
        for _ in range(6):
            build.transaction(account, amount="-2", posted_date=3, splits={goal: "1"}, actor=owner, now=at(7))

    at_once([lambda: funded.run(account, 7), spend, lambda: funded.run(account, 7), spend])
    funded.run(account, 7)

    assert funded.balance(goal) == 8 - 12
    account.refresh_from_db()
    assert account.available_balance == 1000 - 24
    funded.sound()


def test_a_change_during_a_run_comes_before_or_after_each_event(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")
    at_once([lambda: funded.run(account, 7), lambda: funded.change(goal, 7, funding_amount=Decimal(5))])
    funded.run(account, 7)

    assert list(funded.statuses(goal)) == list(range(8))
    assert funded.balance(goal) in (8, 12)
    funded.sound()


def test_both_sides_looked_for_at_once_are_linked_once(account: BankAccount, owner: User) -> None:
    savings = build.account(owner=owner, name="Rainy Day")
    for number in range(5):
        build.transaction(account, amount=-50 - number, raw_description="TO RAINY DAY")
        build.transaction(savings, amount=50 + number)
    sides = [account.pk, savings.pk] * 2
    found = at_once([lambda side=side: linking.link_account(account_id=side, now=build.NOW) for side in sides])  # type: ignore[misc]

    assert sum(found) == 5
    assert Transaction.objects.filter(linked_transaction=None).count() == 0
    funded.sound()


def test_the_system_user_is_made_once(owner: User) -> None:
    users = at_once([funding.system_user] * RUNNERS)

    assert len({user.pk for user in users}) == 1
