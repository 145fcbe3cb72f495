"""The number of an account's transactions, which is carried on instead of counted anew."""

from typing import Any

import pytest

from backend.ledger.models import BankAccount, Change, Transaction, User
from backend.ledger.selectors import counts
from backend.ledger.services import transactions
from tests import build
from tests.build import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_known", {})


def enter(account: BankAccount, number: int) -> list[Transaction]:
    return [build.transaction(account, amount="-1.00", posted_date=-each) for each in range(number)]


def test_it_is_right_after_every_write(owner: User, account: BankAccount, django_assert_num_queries: Any) -> None:
    assert counts.transactions(owner, account.pk) == 0
    rows = enter(account, 3)
    assert counts.transactions(owner, account.pk) == 3
    transactions.delete(actor=owner, transaction_id=rows[1].pk, now=NOW)
    enter(account, 2)
    transactions.update(actor=owner, transaction_id=rows[0].pk, changes={"memo": "x"}, now=NOW)
    transactions.split(actor=owner, transaction_id=rows[0].pk, shares={}, now=NOW)

    with django_assert_num_queries(1):
        assert counts.transactions(owner, account.pk) == 4
    assert counts.transactions(owner, account.pk) == account.transactions.count() == 4


def test_who_may_not_see_the_account_is_told_of_nothing(
    owner: User, coowner: User, stranger: User, shared_account: BankAccount
) -> None:
    enter(shared_account, 2)
    assert counts.transactions(owner, shared_account.pk) == 2

    assert counts.transactions(stranger, shared_account.pk) == 0
    assert counts.transactions(coowner, shared_account.pk) == 2
    shared_account.owners.remove(coowner)
    assert counts.transactions(coowner, shared_account.pk) == 0
    assert counts.transactions(owner, shared_account.pk) == 2


def test_it_is_counted_anew_where_the_history_is_another_one(owner: User, account: BankAccount) -> None:
    enter(account, 2)
    assert counts.transactions(owner, account.pk) == 2
    last = Change.objects.latest("pk")
    Change.objects.filter(pk=last.pk).delete()  # as in a copy that lags behind, or in an account that was restored
    last.pk = None
    last.noun, last.action = Change.Noun.TRANSACTION, Change.Action.CREATED
    last.save()

    assert counts.transactions(owner, account.pk) == 2


def test_as_many_accounts_are_known_as_there_is_room_for(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "KEPT", 2)
    accounts = [build.account(owner=owner, name=name) for name in "abc"]
    for account in accounts:
        enter(account, 1)
        assert counts.transactions(owner, account.pk) == 1

    assert list(counts._known) == [account.pk for account in accounts[1:]]
