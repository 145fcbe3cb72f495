"""A query sees one state of the ledger, and waits for nobody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from backend.ledger.models import BankAccount, Budget
from backend.ledger.selectors import snapshot
from tests import build

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work: Callable[[], object]) -> None:
    """Do something in another thread, with a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(timeout=30)


def balances(account: BankAccount) -> list[int]:
    return [int(each.balance) for each in Budget.objects.filter(bank_account=account).order_by("created_at", "name")]


def test_what_is_committed_meanwhile_is_not_seen(account: BankAccount, groceries: Budget) -> None:
    with snapshot.reading():
        assert sum(balances(account)) == 1000
        elsewhere(lambda: build.transaction(account, amount="-10.00"))
        assert sum(balances(account)) == 1000

    assert sum(balances(account)) == 990


def test_within_itself_it_is_the_same_moment(account: BankAccount) -> None:
    with snapshot.reading():
        assert balances(account) == [1000]
        elsewhere(lambda: build.transaction(account, amount="-10.00"))
        with snapshot.reading():
            assert balances(account) == [1000]
        assert balances(account) == [1000]

    assert balances(account) == [990]


def test_a_reader_does_not_wait_for_a_writer(account: BankAccount) -> None:
    def read() -> None:
        with snapshot.reading():
            assert balances(account) == [1000]

    with transaction.atomic():
        Budget.objects.filter(bank_account=account).update(balance=1)
        elsewhere(read)


def test_a_writer_does_not_wait_for_a_reader(account: BankAccount) -> None:
    with snapshot.reading():
        assert balances(account) == [1000]
        elsewhere(lambda: build.budget(account, balance="1.00"))

    assert sorted(balances(account)) == [1, 999]


def test_it_ends_when_reading_fails(account: BankAccount) -> None:
    with pytest.raises(ZeroDivisionError), snapshot.reading():
        assert 1 / sum(balances(account)[1:])

    build.transaction(account, amount="-10.00")
    assert balances(account) == [990]


def test_within_a_transaction_it_changes_nothing(account: BankAccount) -> None:
    with transaction.atomic(), snapshot.reading():
        build.transaction(account, amount="-10.00")

    assert balances(account) == [990]
