"""Rows that are read by a statement which was made once."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F, QuerySet

from backend.ledger import access, errors, prepared
from backend.ledger.models import BankAccount, Transaction, User
from tests import build

pytestmark = pytest.mark.django_db


def with_account(hole: prepared.Opening) -> QuerySet[Transaction]:
    return Transaction.objects.filter(pk=hole(Transaction)).select_related("bank_account", "refund_of")


def amounts(hole: prepared.Opening) -> QuerySet[Any, Any]:
    return Transaction.objects.filter(bank_account=hole(BankAccount)).order_by("seq").values_list("pk", "amount")


def some_columns(hole: prepared.Opening) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(pk=hole(Transaction)).select_related("bank_account")
    return rows.only("amount", "bank_account__currency")


def either(hole: prepared.Opening) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(bank_account=hole(BankAccount))
    return rows.filter(amount__gt=0).union(rows.filter(amount__lt=-5), all=True)


def nothing(hole: prepared.Opening) -> QuerySet[Transaction]:
    return Transaction.objects.filter(pk=hole(Transaction)).none()


def annotated(hole: prepared.Opening) -> QuerySet[Transaction]:
    return Transaction.objects.filter(pk=hole(Transaction)).annotate(size=F("amount"))


def test_rows_are_as_django_reads_them(account: BankAccount, django_assert_num_queries: Any) -> None:
    for number in (1, 2):
        row = build.transaction(account, amount=f"-{number}.50", raw_description=f"ROW {number}")
        with django_assert_num_queries(1):
            (found,) = prepared.find(with_account, row.pk)
            shown = (found.bank_account.name, found.bank_account.available_balance, found.refund_of)
        same = Transaction.objects.get(pk=row.pk)
        assert {name: vars(found)[name] for name in vars(same) if name != "_state"} == {
            name: value for name, value in vars(same).items() if name != "_state"
        }
        assert found._state.adding is False
        account.refresh_from_db()
        assert shown == (account.name, account.available_balance, None)


def test_tuples_hold_the_values_of_the_ledger(account: BankAccount) -> None:
    rows = [build.transaction(account, amount=amount) for amount in ("-1.50", "2")]

    assert prepared.find(amounts, account.pk) == [(row.pk, row.amount) for row in rows]
    assert prepared.find(amounts, uuid4()) == []


def test_what_was_not_asked_for_is_read_when_it_is_looked_at(
    account: BankAccount, django_assert_num_queries: Any
) -> None:
    row = build.transaction(account, amount="-1.50", memo="note")
    with django_assert_num_queries(1):
        (found,) = prepared.find(some_columns, row.pk)
        assert (found.amount, str(found.bank_account.currency)) == (row.amount, str(account.currency))
    with django_assert_num_queries(2):
        assert (found.memo, found.bank_account.name) == ("note", account.name)


def test_rows_of_either_of_two_queries(account: BankAccount) -> None:
    rows = {amount: build.transaction(account, amount=amount) for amount in ("3", "-3", "-6")}

    for _ in range(2):
        assert {row.pk for row in prepared.find(either, account.pk)} == {rows["3"].pk, rows["-6"].pk}


@pytest.mark.parametrize(
    ("length", "spread"), [(0, 0), (1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (500, 512)]
)
def test_lists_of_all_lengths_take_a_few_statements(length: int, spread: int) -> None:
    found = prepared.spread(range(length))
    assert (len(found), set(found), found[:length]) == (spread, set(range(length)), list(range(length)))


def test_what_can_find_nothing_finds_nothing(account: BankAccount) -> None:
    assert prepared.find(nothing, build.transaction(account, amount=1).pk) == []


def test_rows_with_more_than_their_columns_are_not_read_so(account: BankAccount) -> None:
    with pytest.raises(AssertionError, match="columns"):
        prepared.find(annotated, build.transaction(account, amount=1).pk)


def test_what_is_kept_for_one_user_serves_no_other(owner: User, stranger: User, account: BankAccount) -> None:
    row = build.transaction(account, amount=1)

    for _ in range(2):
        assert access.pick(owner, access.transactions, row.pk) == row
        with pytest.raises(errors.NotFound) as refusal:
            access.pick(stranger, access.transactions, row.pk, field="transaction")
        assert refusal.value.field == "transaction"
        assert refusal.value.message == "There is no such transaction."
