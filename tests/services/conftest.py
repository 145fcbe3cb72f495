"""What tests of several services begin with."""

import pytest

from backend.ledger.models import BankAccount, Transaction
from tests import build


@pytest.fixture
def coffees(account: BankAccount) -> list[Transaction]:
    """Two coffees on Unallocated, the later one first."""
    return [
        build.transaction(account, amount=amount, raw_description="COFFEE CORNER", posted_date=on)
        for amount, on in (("-3", -1), ("-4", -40))
    ]
