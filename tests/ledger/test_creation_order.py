"""Times of creation tell the ledger order, whatever the clocks of the writers say."""

from datetime import timedelta

import pytest

from backend.ledger.models import BankAccount, Entry, Transaction
from tests import build

pytestmark = pytest.mark.django_db


def test_a_writer_whose_clock_is_behind_comes_after_those_before_it(account: BankAccount) -> None:
    for late in (0, 5, 3, 3):
        build.transaction(account, amount="-1.00", now=build.NOW - timedelta(seconds=late))
    for model in (Transaction, Entry):
        rows = model.objects.order_by("seq")
        times = [row.created_at for row in rows]
        assert len(rows) == 4
        assert times == sorted(set(times))


def test_a_clock_that_went_back_does_not_take_a_change_back(account: BankAccount) -> None:
    build.transaction(account, amount="-1.00", now=build.NOW + timedelta(days=35))
    build.transaction(account, amount="-1.00", now=build.NOW)
    account.refresh_from_db()
    assert account.modified_at > build.NOW + timedelta(days=35)
