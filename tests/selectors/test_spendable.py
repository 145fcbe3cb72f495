"""What an account can spend before its next income."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import spendable
from tests import build
from tests.schema import door
from tests.services import funded

pytestmark = pytest.mark.django_db

D = Decimal


def paid(account: BankAccount, *, amount: str = "500") -> None:
    """Pay days every second week, the last one a week ago."""
    for day in (-49, -35, -21, -7):
        build.transaction(account, amount=amount, posted_date=day, raw_description="ACME PAYROLL")


def test_pending_debits_and_funding_before_the_next_income_are_taken_off(account: BankAccount) -> None:
    funded.free(account)
    paid(account)
    funded.goal(account, amount="30", schedule=funded.WEEKLY)
    build.transaction(account, amount="-40", pending=True)
    found = spendable.spendable(account, now=build.NOW)

    assert found.income is not None
    assert (found.income.on, found.income.amount) == (build.TODAY + timedelta(days=7), 500)
    assert found.until == build.TODAY + timedelta(days=6)
    assert (found.unallocated, found.pending, found.funding_due) == (3000, 40, 30)
    assert found.amount == 2930


def test_without_income_thirty_days_are_got_through(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, amount="100", schedule=funded.WEEKLY)
    found = spendable.spendable(account, now=build.NOW)

    assert found.income is None
    assert found.until == build.TODAY + timedelta(days=30)
    assert (found.funding_due, found.amount) == (500, 500)


def test_too_much_promised_is_below_zero_and_what_moved_already_counts_once(account: BankAccount) -> None:
    funded.free(account)
    funded.goal(account, amount="1500", target_balance="1500", schedule="RRULE:FREQ=YEARLY")
    assert spendable.spendable(account, now=build.NOW).amount == -500
    funded.run(account)

    found = spendable.spendable(account, now=build.NOW)
    assert (found.unallocated, found.funding_due, found.amount) == (0, 500, -500)


def test_at_the_door(account: BankAccount, owner: User, stranger: User, time_machine: Any) -> None:
    time_machine.move_to(build.NOW, tick=False)
    paid(account)
    query = """query ($account: ID!) { safeToSpend(account: $account) {
        amount { formatted } until nextIncome { party on amount { amount } } } }"""

    assert door.data(owner, query, account=str(account.pk))["safeToSpend"] == {
        "amount": {"formatted": "$3,000.00"},
        "until": "2026-06-21",
        "nextIncome": {"party": "Acme Payroll", "on": "2026-06-22", "amount": {"amount": "500.00"}},
    }
    assert door.data(stranger, query, account=str(account.pk)) == {"safeToSpend": None}
    assert Budget.objects.filter(bank_account=account).count() == 1
