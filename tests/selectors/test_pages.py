"""Parts of lists, compared with lists that are sorted and cut in Python."""

from collections.abc import Callable, Iterator, Sequence
from functools import cmp_to_key
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet

from backend.ledger.models import BankAccount, Budget, Entry, Transaction
from backend.ledger.selectors import pages
from backend.ledger.selectors.pages import Link, Part
from tests import build

pytestmark = pytest.mark.django_db

ORDERS = [
    ("-posted_date", "-seq"),
    ("posted_date", "seq"),
    ("amount",),
    ("-amount",),
    ("transaction_date",),
    ("-transaction_date", "amount"),
    ("amount", "-transaction_date"),
    ("-pk",),
]
THROUGH = Link(
    parent="budget",
    through=Entry.objects.filter(transfer=None),
    row="transaction",
    same={"posted_date": "effective_at"},
)


@pytest.fixture
def rows(account: BankAccount, shared_account: BankAccount) -> list[Transaction]:
    """Transactions with equal dates, equal amounts, and dates that are missing, on several budgets."""
    for number in range(14):
        here = shared_account if number % 5 == 4 else account
        budget = build.budget(here, name=str(number)) if number < 5 else Budget.objects.filter(bank_account=here)[1]
        build.transaction(
            here, amount=number % 3 - 5, posted_date=number % 4, splits={budget: number % 2 + 1} if number % 3 else None
        )
    Transaction.objects.filter(posted_date=build.at(2)).update(transaction_date=None)
    return list(Transaction.objects.all())


def compare(order: pages.Order) -> Callable[[Transaction, Transaction], int]:
    def compared(left: Transaction, right: Transaction) -> int:
        for name in pages.total(order):
            one, other = (getattr(each, name.removeprefix("-")) for each in (left, right))
            if one != other:
                less = one is None or (other is not None and one < other)
                return -1 if less != name.startswith("-") else 1
        return 0

    return compared


def place(row: Transaction, order: pages.Order) -> Sequence[Any]:
    return [getattr(row, name) for name in pages.names(order)]


def parts(rows: Sequence[Transaction]) -> Iterator[tuple[Part, list[UUID]]]:
    """Parts of the list in each order, from many places in both directions, and what they hold as it is read."""
    for order in ORDERS:
        ordered = sorted(rows, key=cmp_to_key(compare(order)))
        for first, last in ((None, None), (0, None), (3, None), (None, 9), (2, 8), (len(rows) - 1, None), (8, 2)):
            after, before = (None if at is None else place(ordered[at], order) for at in (first, last))
            inside = ordered[0 if first is None else first + 1 : last]
            for backwards in (False, True):
                part = Part(order=order, limit=4, after=after, before=before, backwards=backwards)
                yield part, [row.pk for row in (inside[::-1] if backwards else inside)[:4]]


def test_a_part_of_one_list(rows: list[Transaction]) -> None:
    for part, expected in parts(rows):
        assert [row.pk for row in pages.cut(Transaction.objects.all(), part)] == expected


def test_a_part_of_the_list_below_each_parent(rows: list[Transaction]) -> None:
    link, parents = Link(parent="bank_account"), BankAccount.objects.all()
    for part, _ in parts(rows):
        members = Transaction.objects.filter(
            pk__in=pages.keys(Transaction.objects.all(), part, parents=parents, link=link)
        )
        found = pages.parted(pages.in_order(members, part), link=link)
        for parent in parents:
            own = pages.cut(Transaction.objects.filter(bank_account=parent), part)
            assert [row.pk for row in found.get(parent.pk, ())] == [row.pk for row in own]


def test_a_part_of_the_list_that_hangs_by_another_table(rows: list[Transaction]) -> None:
    parents = Budget.objects.all()
    for part, _ in parts(rows):
        found = pages.keys_of_each(Transaction.objects.all(), part, parents=parents, link=THROUGH)
        for parent in parents:
            own = pages.cut(Transaction.objects.filter(allocations__budget=parent), part)
            assert sorted(found[parent.pk]) == sorted(row.pk for row in own)


@pytest.mark.parametrize("narrowed", [False, True])
@pytest.mark.parametrize("link", [Link(parent="bank_account"), THROUGH], ids=["own column", "other table"])
def test_how_long_the_lists_are(rows: list[Transaction], link: Link, narrowed: bool) -> None:
    def below(parent: Any) -> QuerySet[Transaction]:
        return found.filter(bank_account=parent) if link.through is None else found.filter(allocations__budget=parent)

    found = Transaction.objects.filter(amount__lt=-4) if narrowed else Transaction.objects.all()
    parents: QuerySet[Any] = BankAccount.objects.all() if link.through is None else Budget.objects.all()
    expected = {parent.pk: below(parent).count() for parent in parents if below(parent)}

    assert pages.count_of_each(found, parents=[parent.pk for parent in parents], link=link) == expected
    assert pages.count(found, parents=parents, link=link) == pages.count(found) == found.count()
    assert pages.count(found, parents=parents.none(), link=link) == 0


def test_nobody_has_no_rows(rows: list[Transaction]) -> None:
    part = Part(order=("pk",), limit=4)
    nothing, accounts = Transaction.objects.none(), BankAccount.objects.all()
    link = Link(parent="bank_account")

    assert not Transaction.objects.filter(pk__in=pages.keys(nothing, part, parents=accounts, link=link))
    assert not Transaction.objects.filter(pk__in=pages.keys(nothing, part, parents=accounts.none(), link=link))
    assert pages.keys_of_each(nothing, part, parents=accounts, link=link) == {each.pk: [] for each in accounts}


def test_however_deep_a_page_lies_nothing_before_it_is_read(rows: list[Transaction]) -> None:
    order = ("-posted_date", "-seq")
    part = Part(order=order, limit=4, after=place(rows[3], order))

    assert '"posted_date" <= ' in str(pages.cut(Transaction.objects.all(), part).query)
