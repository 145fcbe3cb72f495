"""What webhooks are told of funding and of imports."""

import pytest

from backend.ledger.models import BankAccount, FundingEvent
from backend.ledger.rules import webhooks as rules
from tests import build
from tests.services import funded, hooked, imported

pytestmark = pytest.mark.django_db


def test_funding_that_is_done_is_told(account: BankAccount) -> None:
    funded.free(account)
    goal = funded.goal(account, amount="600")
    hook = hooked.hook(account, rules.FUNDING_DONE)
    funded.run(account)
    (event,) = FundingEvent.objects.all()
    assert hooked.told(hook) == [
        (
            rules.FUNDING_DONE,
            {
                "funding_event": str(event.pk),
                "budget": str(goal.pk),
                "kind": "fund",
                "date": "2026-06-15",
                "status": "done",
                "intended": "600.00",
                "moved": "600.00",
                "currency": "USD",
            },
        )
    ]
    funded.run(account)
    assert len(hooked.told(hook)) == 1
    funded.run(account, 7)
    assert [data["moved"] for _, data in hooked.told(hook)] == ["600.00", "400.00"]


def test_a_short_event_that_is_topped_up_is_told_again_once_it_is_done(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, amount="600")
    build.transaction(account, amount="-900")
    hook = hooked.hook(account)
    funded.run(account)
    row = FundingEvent.objects.get()
    assert [(kind, data["status"], data["moved"]) for kind, data in hooked.told(hook)] == [
        (rules.FUNDING_SHORT, "short", "100.00")
    ]
    for amount in ("200", "300"):
        build.transaction(account, amount=amount)
        funded.run(account, 1)
    row.refresh_from_db()
    assert (row.status, row.moved) == ("done", 600)
    assert [(kind, data["status"], data["moved"]) for kind, data in hooked.told(hook)] == [
        (rules.FUNDING_SHORT, "short", "100.00"),
        (rules.FUNDING_DONE, "done", "600.00"),
    ]


def test_deferred_and_skipped_events_are_not_told(account: BankAccount) -> None:
    budget = funded.goal(account)
    hook = hooked.hook(account)
    funded.skip(budget, 7)
    funded.run(account, 8)
    assert set(funded.statuses(budget).values()) == {"deferred", "skipped"}
    assert hooked.told(hook) == []


# Imports


def test_a_statement_that_was_entered_is_told_with_its_counts(account: BankAccount) -> None:
    hook = hooked.hook(account)
    imported.enter(account, imported.row("1"), imported.row("2", amount="-7.00"))
    imported.enter(account, imported.row("1"), dry_run=True)
    assert hooked.told(hook) == [
        (
            rules.IMPORT_COMMITTED,
            {
                "source": "ofx",
                "new": 2,
                "duplicates": 0,
                "settled": 0,
                "zeros": 0,
                "suspicious": 0,
                "last_posted_through": "2026-06-14",
            },
        )
    ]


def test_an_import_that_a_client_made_is_told_without_counts(account: BankAccount) -> None:
    hook = hooked.hook(account)
    funded.imported(account, 0)
    ((kind, data),) = hooked.told(hook)
    assert kind == rules.IMPORT_COMMITTED
    assert {name: value for name, value in data.items() if value is not None} == {
        "source": "client",
        "last_posted_through": "2026-06-15",
    }
