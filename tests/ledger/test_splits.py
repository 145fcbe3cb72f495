"""How a transaction lies on budgets: declared whole, kept where it stays, refused where it cannot be."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction

from backend.ledger import errors, posting
from backend.ledger.models import Budget, Entry, Transaction
from backend.ledger.services import budgets, transactions
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

D = Decimal


def lies(row: Transaction) -> dict[str, Decimal]:
    """How the transaction lies on budgets, by name."""
    return dict(Entry.objects.filter(transaction=row).values_list("budget__name", "amount"))


def split(row: Transaction, shares: dict[Budget, str]) -> Transaction:
    return transactions.split(
        actor=build.first_owner(row.bank_account),
        transaction_id=row.pk,
        shares={budget.pk: D(share) for budget, share in shares.items()},
        now=build.NOW,
    )


def test_a_split_leaves_the_rest_on_unallocated(account, groceries, rent):
    row = split(build.transaction(account, amount="-10"), {groceries: "4", rent: "3.50"})
    assert lies(row) == {"Groceries": D(-4), "Rent": D("-3.50"), "Unallocated": D("-2.50")}
    states.sound()


def test_money_in_is_split_with_its_own_sign(account, groceries):
    row = split(build.transaction(account, amount="10"), {groceries: "10"})
    assert lies(row) == {"Groceries": D(10)}


def test_a_split_replaces_the_one_before(account, groceries, rent):
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    build.transaction(account, amount="-1", posted_date=1, splits={groceries: "1"})
    split(row, {rent: "10"})
    assert lies(row) == {"Rent": D(-10)}
    assert Entry.objects.get(budget=groceries).balance == -1
    states.sound()


def test_no_shares_bring_it_back_to_unallocated(account, groceries):
    row = build.transaction(account, amount="-10", splits={groceries: "10"})
    split(row, {})
    assert lies(row) == {"Unallocated": D(-10)}
    states.sound()


def test_a_share_of_unallocated_is_part_of_the_rest(account, groceries, unallocated):
    row = split(build.transaction(account, amount="-10"), {groceries: "4", unallocated: "5"})
    assert lies(row) == {"Groceries": D(-4), "Unallocated": D(-6)}


def test_an_allocation_whose_budget_stays_keeps_id_category_and_memo(account, groceries, rent):
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    before = Entry.objects.get(transaction=row, budget=groceries)
    with transaction.atomic():
        locked = posting.lock(account.pk, actor=None)
        kept = posting.Part(budget_id=groceries.pk, amount=D(-4), category="Food & Drink:Groceries", memo="bread")
        rest = posting.Part(budget_id=build.unallocated(account).pk, amount=D(-6))
        posting.allocate(locked, row, [kept, rest], now=build.NOW)
    split(row, {groceries: "5", rent: "1"})
    after = Entry.objects.get(transaction=row, budget=groceries)
    assert (after.pk, after.seq, after.category, after.memo) == (
        before.pk,
        before.seq,
        "Food & Drink:Groceries",
        "bread",
    )
    assert after.amount == -5
    states.sound()


@pytest.mark.parametrize(
    ("shares", "error"),
    [
        ({"groceries": "10.01"}, errors.InvalidSplit),
        ({"groceries": "6", "rent": "4.01"}, errors.InvalidSplit),
        ({"groceries": "6", "unallocated": "4.01"}, errors.InvalidSplit),
        ({"groceries": "0"}, errors.InvalidSplit),
        ({"groceries": "-1"}, errors.InvalidSplit),
        ({"unallocated": "-1"}, errors.InvalidSplit),
        ({"groceries": "1.005"}, errors.InvalidAmount),
        ({"groceries": "Infinity"}, errors.InvalidAmount),
        ({"groceries": "NaN"}, errors.InvalidAmount),
        ({"groceries": "1", "archived": "1"}, errors.Archived),
        ({"groceries": "1", "deleted": "1"}, errors.NotFound),
        ({"groceries": "1", "others": "1"}, errors.OtherAccount),
        ({"groceries": "1", "strangers": "1"}, errors.NotFound),
    ],
)
def test_a_split_that_cannot_be_is_refused(account, owner, foreign_account, shares, error):
    row = build.transaction(account, amount="-10")
    there = {
        "groceries": build.budget(account),
        "rent": build.budget(account),
        "unallocated": build.unallocated(account),
        "archived": build.budget(account, name="Old"),
        "deleted": build.budget(account, name="Gone"),
        "others": build.unallocated(build.account(owner=owner)),
        "strangers": build.unallocated(foreign_account),
    }
    budgets.archive(actor=owner, budget_id=there["archived"].pk, now=build.NOW)
    budgets.delete(actor=owner, budget_id=there["deleted"].pk, now=build.NOW)
    with states.refused(error, field="splits"):
        split(row, {there[name]: share for name, share in shares.items()})


def test_an_unknown_budget_is_refused_as_a_strangers_is(account, owner):
    row = build.transaction(account, amount="-10")
    with states.refused(errors.NotFound, field="splits"):
        transactions.split(actor=owner, transaction_id=row.pk, shares={uuid4(): D(1)}, now=build.NOW)


def test_more_than_200_shares_are_refused(account, owner):
    row = build.transaction(account, amount="-1000")
    with states.refused(errors.InvalidSplit, field="splits"):
        transactions.split(
            actor=owner, transaction_id=row.pk, shares={uuid4(): D(1) for _ in range(201)}, now=build.NOW
        )


def test_the_share_of_an_archived_budget_may_stay_but_not_change(account, owner, groceries, rent):
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    budgets.archive(actor=owner, budget_id=groceries.pk, now=build.NOW)
    split(row, {groceries: "4", rent: "1"})
    assert lies(row) == {"Groceries": D(-4), "Rent": D(-1), "Unallocated": D(-5)}
    with states.refused(errors.Archived, field="splits"):
        split(row, {groceries: "5"})
    states.sound()


def test_what_a_new_split_leaves_on_an_archived_budget_goes_to_unallocated(account, owner, groceries, rent):
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    budgets.archive(actor=owner, budget_id=groceries.pk, now=build.NOW)
    split(row, {rent: "1"})
    groceries.refresh_from_db()
    assert groceries.balance == 0
    assert build.unallocated(account).balance == D(991)
    states.sound()
