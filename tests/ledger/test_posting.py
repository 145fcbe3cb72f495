"""The one writer: running balances after every kind of write, in whatever order the dates come."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from backend.ledger import errors, posting
from backend.ledger.models import BankAccount, Budget, Entry, Transaction
from backend.ledger.posting import chain as chain_of_rows
from backend.ledger.posting import entering
from backend.ledger.services import transactions
from tests import build
from tests.ledger import states
from tests.ledger.drafts import draft, post

pytestmark = pytest.mark.django_db

D = Decimal


def available(account: BankAccount) -> list[Decimal]:
    """The available balances in ledger order."""
    rows = Transaction.objects.filter(bank_account=account).order_by("posted_date", "seq")
    return list(rows.values_list("available_balance", flat=True))


def posted(account: BankAccount) -> list[Decimal]:
    rows = Transaction.objects.filter(bank_account=account).order_by("posted_date", "seq")
    return list(rows.values_list("posted_balance", flat=True))


def chain(budget: Budget) -> list[Decimal]:
    """The balances after each entry of the budget in ledger order."""
    rows = Entry.objects.filter(budget=budget).order_by("effective_at", "seq")
    return list(rows.values_list("balance", flat=True))


def balance(budget: Budget) -> Decimal:
    return Budget.objects.get(pk=budget.pk).balance


def decimals(*texts: str) -> list[Decimal]:
    return [D(text) for text in texts]


def test_transactions_in_order_run_on(account, unallocated):
    for day, amount in enumerate(("-100", "20", "-0.01")):
        build.transaction(account, amount=amount, posted_date=day)
    assert available(account) == posted(account) == chain(unallocated) == decimals("900", "920", "919.99")
    account.refresh_from_db()
    assert (account.available_balance, account.posted_balance) == (D("919.99"), D("919.99"))
    states.sound()


def test_a_back_dated_transaction_shifts_the_later_ones(account, unallocated):
    first = build.transaction(account, amount="-30", posted_date=2)
    second = build.transaction(account, amount="20", posted_date=3)
    assert available(account) == decimals("970", "990")
    build.transaction(account, amount="-100", posted_date=1)
    assert available(account) == posted(account) == chain(unallocated) == decimals("900", "870", "890")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.available_balance, second.available_balance) == (D(870), D(890))
    states.sound()


def test_rows_of_one_instant_run_in_the_order_of_their_creation(account, unallocated):
    for amount in ("-1", "-2", "-3"):
        build.transaction(account, amount=amount)
    assert available(account) == chain(unallocated) == decimals("999", "997", "994")


def test_a_pending_transaction_leaves_the_posted_balance(account):
    build.transaction(account, amount="-10", posted_date=2, pending=True)
    build.transaction(account, amount="-5", posted_date=3)
    build.transaction(account, amount="-1", posted_date=1)
    assert available(account) == decimals("999", "989", "984")
    assert posted(account) == decimals("999", "999", "994")
    states.sound()


def test_a_deleted_transaction_is_as_if_it_had_never_been(account, owner, unallocated):
    build.transaction(account, amount="-100", posted_date=1)
    gone = build.transaction(account, amount="-30", posted_date=2)
    build.transaction(account, amount="20", posted_date=3)
    transactions.delete(actor=owner, transaction_id=gone.pk, now=build.NOW)
    assert available(account) == posted(account) == chain(unallocated) == decimals("900", "920")
    assert balance(unallocated) == D(920)
    states.sound()


def test_a_transfer_moves_both_budgets_and_no_account_balance(account, unallocated, groceries):
    build.transaction(account, amount="-100", posted_date=2)
    build.transfer(account, source=unallocated, target=groceries, amount="40", effective_at=1)
    assert chain(unallocated) == decimals("960", "860")
    assert chain(groceries) == decimals("40")
    assert available(account) == decimals("900")
    states.sound()


def test_several_are_settled_that_were_read_before_the_first(account, owner, unallocated):
    ids = [build.transaction(account, amount=amount, posted_date=day, pending=True).pk for day, amount in DAYS]
    with transaction.atomic():
        locked = posting.lock(account.pk, actor=None)
        rows = Transaction.objects.in_bulk(ids)
        for key, (_, amount) in zip(ids, DAYS, strict=True):
            final = D(amount) - 1
            part = posting.Part(budget_id=unallocated.pk, amount=final)
            posting.settle(locked, rows[key], amount=final, parts=[part], now=build.NOW)
    assert available(account) == posted(account) == decimals("994", "983", "967")
    states.sound()


DAYS = ((1, "-5"), (2, "-10"), (3, "-15"))


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_posts_what_single_transactions_would(owner, seed, monkeypatch):
    """With dates before, among and after what is there, pending ones and several budgets among them."""
    monkeypatch.setattr(entering, "AT_ONCE", 2 + 3 * seed)
    dice = random.Random(seed)  # noqa: S311  examples, no secrets
    accounts = [build.account(owner=owner, name=name, balance="500") for name in ("single", "batch")]
    budgets = [[build.unallocated(each), build.budget(each), build.budget(each)] for each in accounts]
    for each in accounts:
        for day in (-2, 0, 2):
            build.transaction(each, amount="-7", posted_date=day)
    batch = [
        (dice.randrange(3), f"{dice.randrange(1, 900)}.{dice.randrange(10)}5", dice.randrange(-3, 4)) for _ in range(9)
    ]
    signs = [dice.choice(("", "-")) for _ in batch]
    for (budget, amount, day), sign in zip(batch, signs, strict=True):
        post(accounts[0], [draft(budgets[0][budget], sign + amount, day=day, pending=budget == 1)])
    post(
        accounts[1],
        [
            draft(budgets[1][budget], sign + amount, day=day, pending=budget == 1)
            for (budget, amount, day), sign in zip(batch, signs, strict=True)
        ],
    )
    single, together = (
        list(
            Transaction.objects.filter(bank_account=each)
            .order_by("seq")
            .values_list("seq", "amount", "posted_date", "pending", "available_balance", "posted_balance")
        )
        for each in accounts
    )
    assert sorted(row[1:] for row in together) == sorted(row[1:] for row in single)
    for one, other in zip(*budgets, strict=True):
        assert chain(one) == chain(other)
        assert balance(one) == balance(other)
    states.sound()


def test_a_batch_that_comes_last_touches_no_row_that_is_there(account, unallocated, monkeypatch):
    monkeypatch.setattr(entering, "AT_ONCE", 2)
    build.transaction(account, amount="-1", posted_date=1)
    monkeypatch.setattr(chain_of_rows, "rebuild", None)
    post(account, [draft(unallocated, f"-{day}", day=day) for day in (1, 2, 2, 4, 5)])
    assert (
        available(account)
        == posted(account)
        == chain(unallocated)
        == decimals("999", "998", "996", "994", "990", "985")
    )
    states.sound()


def test_a_batch_numbers_its_rows_in_ledger_order(account, unallocated):
    rows = post(account, [draft(unallocated, "-1"), draft(unallocated, "-2"), draft(unallocated, "-3")])
    stored = list(Transaction.objects.filter(bank_account=account).order_by("created_at"))
    assert [row.pk for row in stored] == [row.pk for row in sorted(stored, key=lambda row: row.seq)]
    assert [row.pk for row in stored] == [row.pk for row in rows]
    assert stored[-1].created_at - stored[0].created_at == timedelta(microseconds=2)


def test_an_empty_batch_changes_nothing(account):
    before = states.fingerprint()
    assert post(account, []) == []
    assert states.fingerprint() == before


LAWLESS = {
    "parts that sum to less": ("-10", ("-9",)),
    "a part of the other sign": ("-10", ("-11", "1")),
    "a part of nothing": ("-10", ("-10", "0")),
}


@pytest.mark.parametrize(("amount", "parts"), LAWLESS.values(), ids=LAWLESS.keys())
def test_parts_that_break_the_law_are_a_bug_of_the_caller(account, unallocated, groceries, amount, parts):
    before = states.fingerprint()
    lawless = posting.Draft(
        transaction=draft(unallocated, amount).transaction,
        parts=[
            posting.Part(budget_id=each.pk, amount=D(part))
            for each, part in zip((unallocated, groceries), parts, strict=False)
        ],
    )
    with pytest.raises(AssertionError):
        post(account, [lawless])
    assert states.fingerprint() == before


def test_two_parts_on_one_budget_are_a_bug_of_the_caller(account, unallocated):
    part = posting.Part(budget_id=unallocated.pk, amount=D(-5))
    with pytest.raises(AssertionError):
        post(account, [posting.Draft(transaction=draft(unallocated, "-10").transaction, parts=[part, part])])


def test_more_decimals_than_the_currency_has_are_a_bug_of_the_caller(account, unallocated):
    with pytest.raises(AssertionError):
        post(account, [draft(unallocated, "-1.005")])


def test_the_lock_is_taken_in_a_database_transaction(account):
    with pytest.raises(errors.NotFound), transaction.atomic():
        posting.lock(build.bank().pk, actor=None)
