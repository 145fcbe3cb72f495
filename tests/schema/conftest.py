from collections.abc import Iterator

import pytest
import time_machine

from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from tests import build
from tests.build import NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The time at which the builders write is the time of the request."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def fun(account: BankAccount) -> Budget:
    return build.budget(account, name="Fun", balance="100.00")


@pytest.fixture
def some(account: BankAccount, shared_account: BankAccount, fun: Budget) -> dict[str, Transaction]:
    """Transactions by their description, from the oldest to the latest."""
    rows = {
        "salary": build.transaction(
            account, amount="2000.00", raw_description="salary", posted_date="2026-05-01", transaction_type="ach"
        ),
        "cinema": build.transaction(
            account, amount="-20.00", raw_description="cinema", posted_date="2026-05-31", splits={fun: "20.00"}
        ),
        "mixed": build.transaction(
            account, amount="-50.00", raw_description="mixed", posted_date="2026-06-01", splits={fun: "30.00"}
        ),
        "pending": build.transaction(account, amount="-5.00", raw_description="pending", pending=True),
        "shared": build.transaction(shared_account, amount="-7.00", raw_description="shared", posted_date=1),
    }
    for name, category in (("cinema", "Culture:Movies"), ("mixed", "Culture:Games")):
        Entry.objects.filter(transaction=rows[name], budget=fun).update(category=category, memo=f"memo of {name}")
    Transaction.objects.filter(pk=rows["salary"].pk).update(transaction_date=build.at("2026-04-28"))
    return rows


@pytest.fixture
def moved(account: BankAccount, shared_account: BankAccount, coowner: User) -> dict[str, Budget]:
    """Budgets between which 1.00, 2.00 and 3.00 were moved, and 4.00 by the co-owner in another account."""
    unallocated = build.unallocated(account)
    one, other = build.budget(account, name="One"), build.budget(account, name="Other")
    build.transfer(account, source=unallocated, target=one, amount="1.00", effective_at="2026-05-01")
    build.transfer(account, source=one, target=other, amount="2.00", effective_at="2026-05-31")
    build.transfer(account, source=other, target=unallocated, amount="3.00", effective_at="2026-06-01")
    there = build.budget(shared_account)
    build.transfer(shared_account, source=build.unallocated(shared_account), target=there, amount="4.00", actor=coowner)
    return {"unallocated": unallocated, "one": one, "other": other}
