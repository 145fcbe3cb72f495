"""On the real ledger too, late, doubled and broken runs end in the rows of punctual ones."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.services import funding
from tests import build
from tests.services import funded

pytestmark = pytest.mark.django_db

DAYS = 16
ZONES = ("UTC", "Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati")


def household(owner: User, number: int, *, gated: bool) -> BankAccount:
    account = build.account(owner=owner, name=f"Account {number}", balance="60")
    if not gated:
        funded.free(account)
    funded.goal(account, name="Goal", amount="25", schedule="RRULE:FREQ=DAILY;INTERVAL=3", target_balance="90")
    build.budget(account, name="Capped", budget_type="C", target_balance="40", funding_schedule="RRULE:FREQ=WEEKLY")
    funded.rent(account, recurrence="RRULE:FREQ=WEEKLY", funding_schedule="RRULE:FREQ=DAILY;INTERVAL=2")
    return account


def happen(account: BankAccount, offset: int, *, gated: bool) -> None:
    """Income now and then, and spending from budgets, entered on their day; the bank's rows come in every third day."""
    at = funded.at(offset) + timedelta(hours=1 + offset % 7)
    if offset in (2, 6, 9):
        build.transaction(account, amount="45.50", posted_date=at, now=at)
    if offset in (4, 8):
        capped = Budget.objects.get(bank_account=account, name="Capped")
        build.transaction(account, amount="-15", posted_date=at, splits={capped: "15"}, now=at)
    if gated and offset % 3 == 0:
        account.refresh_from_db()
        BankAccount.objects.filter(pk=account.pk).update(last_posted_through=funded.on(offset))


def outcome(account: BankAccount) -> dict[str, Any]:
    events = FundingEvent.objects.filter(bank_account=account)
    budgets = Budget.objects.filter(bank_account=account).order_by("name")
    return {
        "events": sorted(events.values_list("budget__name", "kind", "on", "status", "intended", "moved", "reason")),
        "budgets": list(budgets.values_list("name", "balance", "net_funding", "complete")),
    }


# Without shrinking: on a database it takes longer than it helps.
@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    zone=st.sampled_from(ZONES),
    gated=st.booleans(),
    runs=st.lists(st.tuples(st.integers(0, DAYS), st.integers(1, 5), st.integers(-14, 0)), max_size=6),
)
def test_when_the_engine_runs_changes_nothing(
    owner: User, zone: str, gated: bool, runs: list[tuple[int, int, int]]
) -> None:
    owner.timezone = zone
    owner.save()
    late, punctual = (household(owner, number, gated=gated) for number in range(2))
    for offset in range(DAYS):
        funded.run(punctual, offset)
        for on, most, hours in runs:
            if on == offset:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(funding, "MOST_EVENTS", most)
                    funding.run(account_id=late.pk, now=funded.at(offset) + timedelta(hours=hours))
        happen(punctual, offset, gated=gated)
        happen(late, offset, gated=gated)
    for account in (late, punctual):
        BankAccount.objects.filter(pk=account.pk).update(last_posted_through=funded.on(DAYS))
        funded.run(account, DAYS)

    assert outcome(late) == outcome(punctual)
    assert sum(row[1] for row in outcome(late)["budgets"]) == Decimal("166.50")
    funded.sound()
