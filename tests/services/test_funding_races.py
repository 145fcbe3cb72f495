"""Runs of one account at the same time, with real commits: each event happens once."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections

from backend.ledger.models import BankAccount, Budget, FundingEvent, Transaction, Transfer, User
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


CHILD = """
import os, sys
from uuid import UUID
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[2]
django.setup()
from backend.ledger import posting
from backend.ledger.services import funding
from tests.services.funded import at

move, calls = posting.move, []

def dying(*args, **kwargs):
    transfer = move(*args, **kwargs)
    calls.append(transfer)
    if len(calls) == int(sys.argv[3]):
        os._exit(137)
    return transfer

posting.move = dying
funding.run(account_id=UUID(sys.argv[1]), now=at(7))
"""


@pytest.mark.parametrize("events", [1, 4])
def test_a_process_that_dies_in_an_event_leaves_the_events_before_it(account: BankAccount, events: int) -> None:
    funded.free(account)
    goal = funded.goal(account, schedule=funded.DAILY, amount="1")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    arguments = [str(account.pk), str(connection.settings_dict["NAME"]), str(events)]
    connection.close()
    child = subprocess.run([sys.executable, "-c", CHILD, *arguments], env=environment, timeout=PATIENCE, check=False)

    assert child.returncode == 137
    assert FundingEvent.objects.count() == Transfer.objects.count() == funded.balance(goal) == events - 1
    funded.sound()
    funded.run(account, 7)
    assert list(funded.statuses(goal)) == list(range(8))
    assert funded.balance(goal) == Budget.objects.get(pk=goal.pk).net_funding == 8
    funded.sound()
