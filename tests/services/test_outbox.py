"""What webhooks are told: in the commit of what happened, of what the commit came to, and of nothing else."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.ledger import posting
from backend.ledger.models import BankAccount, Budget, User, WebhookDelivery
from backend.ledger.posting import Part
from backend.ledger.rules import webhooks as rules
from backend.ledger.services import budgets, transactions, webhooks
from tests import build
from tests.services import funded, hooked, imported

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/webhooks.md"
BELOW, REACHED = rules.BUDGET_BELOW_ZERO, rules.GOAL_REACHED


def about(budget: Budget, *, balance: str, target: str = "0.00") -> dict[str, Any]:
    return {
        "budget": str(budget.pk),
        "budget_name": budget.name,
        "budget_type": budget.budget_type,
        "unallocated": budget.is_unallocated,
        "balance": balance,
        "target_balance": target,
        "currency": "USD",
    }


def move(account: BankAccount, source: Budget, target: Budget, amount: str) -> None:
    build.transfer(account, source=source, target=target, amount=amount)


# A budget below zero


def test_a_budget_that_goes_below_zero_is_told_once_until_it_recovered(
    account: BankAccount, unallocated: Budget, groceries: Budget
) -> None:
    hook = hooked.hook(account)
    move(account, groceries, unallocated, "5.00")
    assert hooked.told(hook) == [(BELOW, about(groceries, balance="-5.00"))]
    move(account, groceries, unallocated, "5.00")
    assert hooked.kinds(hook) == [BELOW]
    move(account, unallocated, groceries, "10.00")
    assert hooked.kinds(hook) == [BELOW]
    move(account, groceries, unallocated, "0.01")
    assert [data["balance"] for _, data in hooked.told(hook)] == ["-5.00", "-0.01"]


def test_a_balance_of_zero_is_not_below_it(account: BankAccount, unallocated: Budget, groceries: Budget) -> None:
    move(account, unallocated, groceries, "5.00")
    hook = hooked.hook(account)
    move(account, groceries, unallocated, "5.00")
    assert hooked.told(hook) == []


def test_unallocated_is_a_budget_too(account: BankAccount, unallocated: Budget) -> None:
    hook = hooked.hook(account)
    row = build.transaction(account, amount="-1000.01")
    assert hooked.told(hook) == [(BELOW, about(unallocated, balance="-0.01"))]
    transactions.delete(actor=build.first_owner(account), transaction_id=row.pk, now=build.NOW)
    assert hooked.kinds(hook) == [BELOW]


def test_what_one_commit_undoes_again_is_not_told(account: BankAccount, groceries: Budget) -> None:
    pending = [
        build.transaction(account, amount="-10", pending=True, raw_description=f"HOLD {number}") for number in (1, 2)
    ]
    for row in pending:
        transactions.split(
            actor=build.first_owner(account), transaction_id=row.pk, shares={groceries.pk: Decimal(10)}, now=build.NOW
        )
    move(account, build.unallocated(account), groceries, "20.00")
    hook = hooked.hook(account, BELOW)
    # Settled one after the other under one lock: 30 and 1 instead of 10 each, while 20 are left.
    with transaction.atomic():
        locked = posting.lock(account.pk, actor=None)
        for row, amount in zip(pending, ("-35", "-1"), strict=True):
            part = Part(budget_id=groceries.pk, amount=Decimal(amount))
            posting.settle(locked, row, amount=Decimal(amount), parts=[part], now=build.NOW)
            assert hooked.kinds(hook) == [BELOW]
        assert hooked.told(hook) == [(BELOW, about(groceries, balance="-16.00"))]
        posting.remove(locked, pending[0], now=build.NOW)
    assert hooked.told(hook) == []


def test_a_write_that_is_rolled_back_tells_nothing(
    account: BankAccount, unallocated: Budget, groceries: Budget
) -> None:
    hook = hooked.hook(account)
    with transaction.atomic():
        move(account, groceries, unallocated, "5.00")
        assert hooked.kinds(hook) == [BELOW]
        transaction.set_rollback(True)
    assert hooked.told(hook) == []


# A goal that is reached


def test_a_goal_that_is_reached_is_told_when_it_becomes_complete(account: BankAccount, unallocated: Budget) -> None:
    goal = build.budget(account, name="Trip", target_balance="100.00")
    hook = hooked.hook(account)
    move(account, unallocated, goal, "99.99")
    assert hooked.told(hook) == []
    move(account, unallocated, goal, "1.00")
    assert hooked.told(hook) == [(REACHED, about(goal, balance="100.99", target="100.00"))]
    build.transaction(account, amount="-50", splits={goal: "50"})
    move(account, unallocated, goal, "1.00")
    assert hooked.kinds(hook) == [REACHED]


def test_a_target_that_is_lowered_to_what_is_there_is_reached(account: BankAccount) -> None:
    goal = build.budget(account, name="Trip", target_balance="100.00", balance="60.00")
    hook = hooked.hook(account)
    budgets.update(
        actor=build.first_owner(account), budget_id=goal.pk, fields={"target_balance": Decimal(60)}, now=build.NOW
    )
    assert hooked.told(hook) == [(REACHED, about(goal, balance="60.00", target="60.00"))]


def test_a_recurring_that_funding_completes_is_told_with_what_it_holds(account: BankAccount) -> None:
    funded.free(account)
    rent, _ = funded.rent(account, recurrence="RRULE:FREQ=DAILY", target_balance="30")
    hook = hooked.hook(account, REACHED)
    funded.run(account)
    funded.run(account, 1)
    rent.refresh_from_db()
    assert rent.complete
    assert (REACHED, about(rent, balance="30.00", target="30.00")) in hooked.told(hook)


# To whom


def test_each_webhook_is_told_what_it_asked_for_under_the_same_id(
    account: BankAccount, shared_account: BankAccount, unallocated: Budget, groceries: Budget
) -> None:
    both, one = hooked.hook(account, BELOW, REACHED), hooked.hook(account, BELOW)
    other, elsewhere = hooked.hook(account, rules.FUNDING_DONE), hooked.hook(shared_account)
    move(account, groceries, unallocated, "5.00")
    assert [hooked.kinds(each) for each in (both, one, other, elsewhere)] == [[BELOW], [BELOW], [], []]
    assert len(set(WebhookDelivery.objects.values_list("event_id", flat=True))) == 1


def test_a_webhook_that_is_off_is_told_nothing_nor_later(
    account: BankAccount, unallocated: Budget, groceries: Budget
) -> None:
    hook = hooked.hook(account)
    hooked.change(hook, active=False)
    move(account, groceries, unallocated, "5.00")
    hooked.change(hook, active=True)
    assert hooked.told(hook) == []


def test_yen_are_told_as_the_apis_show_them(owner: User) -> None:
    account = build.account(owner=owner, currency="JPY", balance="100")
    hook = hooked.hook(account)
    build.transaction(account, amount="-105")
    assert [(data["balance"], data["currency"]) for _, data in hooked.told(hook)] == [("-5.00", "JPY")]


# What it costs


def cost(account: BankAccount, source: Budget, target: Budget, amount: str = "1.00") -> int:
    with CaptureQueriesContext(connection) as captured:
        move(account, source, target, amount)
    return len(captured)


def test_only_what_is_told_costs_statements(account: BankAccount, unallocated: Budget, groceries: Budget) -> None:
    free = cost(account, unallocated, groceries)
    hook = hooked.hook(account, BELOW)
    assert cost(account, unallocated, groceries) == free
    told = cost(account, groceries, unallocated, "100.00")
    assert told == free + 2, "the webhooks, and the row of the outbox"
    hooked.hook(account)
    move(account, unallocated, groceries, "100.00")
    assert cost(account, groceries, unallocated, "100.00") == told
    assert hooked.kinds(hook) == [BELOW, BELOW]


def test_the_copy_on_the_account_follows_its_active_webhooks(account: BankAccount) -> None:
    assert hooked.copied(account) == []
    one, two = hooked.hook(account, REACHED), hooked.hook(account, BELOW, REACHED)
    assert hooked.copied(account) == [BELOW, REACHED]
    hooked.change(two, active=False)
    assert hooked.copied(account) == [REACHED]
    hooked.change(one, kinds=[rules.FUNDING_SHORT])
    assert hooked.copied(account) == [rules.FUNDING_SHORT]
    webhooks.delete(actor=build.first_owner(account), webhook_id=one.pk, now=build.NOW)
    assert hooked.copied(account) == []


# What the document says


@pytest.mark.any_database
def test_the_document_tells_of_every_kind_and_every_field(account: BankAccount, groceries: Budget) -> None:
    hook = hooked.hook(account)
    funded.goal(funded.free(account))
    imported.enter(account)
    move(account, groceries, build.unallocated(account), "1.00")
    funded.run(account)
    webhooks.ping(actor=hook.owner, webhook_id=hook.pk, now=build.NOW)
    told = dict(hooked.told(hook))
    lines = {line.split("`")[1]: line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")}

    assert set(told) == {*rules.KINDS, rules.PING} - {rules.FUNDING_SHORT, REACHED}
    for kind, data in told.items():
        assert {name for name in data if f"`{name}`" not in lines[kind]} == set(), kind
    assert set(rules.KINDS) < set(lines)
