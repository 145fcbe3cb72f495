"""Many writers at once, with real commits: none is lost, none is locked out, every sum is right."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from django.db import connections

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.ledger.selectors import integrity
from backend.ledger.services import accounts, budgets, funding, transactions, transfers
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal
WRITERS, WRITES = 8, 12
PATIENCE = 120


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned, or the refusal it met; they start together, each on a connection of its own."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(PATIENCE)
            return call()
        except errors.LedgerError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, call) for call in calls]]


class Writer:
    """Writes to a shared account in every way, and keeps count of what was acknowledged."""

    def __init__(self, account: BankAccount, actor: User, shared: Sequence[Budget], *, number: int) -> None:
        self.account, self.actor, self.shared, self.number = account, actor, shared, number
        self.available = self.posted = D(0)
        self.made: list[Transaction] = []

    def __call__(self) -> "Writer":
        kinds = cycle((self.enter, self.enter_pending, self.split, self.move, self.settle, self.delete))
        for turn in range(WRITES):
            next(kinds)(turn)
        return self

    def enter(self, turn: int, *, pending: bool = False) -> None:
        amount = D(-1 - self.number) / 4
        row = build.transaction(
            self.account, amount=amount, posted_date=(turn * self.number) % 5, pending=pending, actor=self.actor
        )
        self.made.append(row)
        self.available += amount
        self.posted += 0 if pending else amount

    def enter_pending(self, turn: int) -> None:
        self.enter(turn, pending=True)

    def split(self, turn: int) -> None:
        shares = {self.shared[turn % 2].pk: D("0.10"), self.shared[2].pk: D("0.05")}
        transactions.split(actor=self.actor, transaction_id=self.made[-1].pk, shares=shares, now=build.NOW)

    def move(self, turn: int) -> None:
        source, target = (self.shared[0], self.shared[1]) if self.number % 2 else (self.shared[1], self.shared[0])
        build.transfer(self.account, source=source, target=target, amount="0.01", actor=self.actor)

    def settle(self, turn: int) -> None:
        row = self.made[-1]
        changes: transactions.Changes = {"pending": False, "amount": row.amount - 1}
        settled = transactions.update(actor=self.actor, transaction_id=row.pk, changes=changes, now=build.NOW)
        self.made[-1] = settled
        self.available -= 1
        self.posted += settled.amount

    def delete(self, turn: int) -> None:
        row = self.made.pop(0)
        transactions.delete(actor=self.actor, transaction_id=row.pk, now=build.NOW)
        self.available -= row.amount
        self.posted -= row.amount


def reader(account: BankAccount, done: threading.Event) -> Iterator[str]:
    """The breaches that a reader saw while others wrote."""
    try:
        while not done.is_set():
            for breach in integrity.breaches(account_id=account.pk):
                yield str(breach)
    finally:
        connections.close_all()


def test_writers_of_one_account_lose_nothing(account, owner):
    shared = [build.unallocated(account), build.budget(account), build.budget(account)]
    writers = [Writer(account, owner, shared, number=number) for number in range(WRITERS)]
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(lambda: list(reader(account, done)))
        try:
            finished = at_once(writers)
        finally:
            done.set()
        assert seen.result(PATIENCE) == []
    assert finished == writers
    account.refresh_from_db()
    assert account.available_balance == D(1000) + sum((each.available for each in writers), D(0))
    assert account.posted_balance == D(1000) + sum((each.posted for each in writers), D(0))
    assert Transaction.objects.count() == sum(len(each.made) for each in writers)
    states.sound()


def test_writers_of_different_accounts_lose_nothing(owner):
    own = [build.account(owner=owner, balance="100") for _ in range(4)]

    def write(to: BankAccount) -> list[Transaction]:
        return [build.transaction(to, actor=owner) for _ in range(5)]

    written = at_once([partial(write, each) for each in own])
    assert [len(rows) for rows in written] == [5] * 4
    assert set(BankAccount.objects.values_list("available_balance", flat=True)) == {D(50)}
    states.sound()


def refusals(results: Sequence[Any]) -> list[type]:
    return [type(result) for result in results if isinstance(result, Exception)]


def test_a_transaction_is_deleted_once(account, owner):
    row = build.transaction(account)

    def delete() -> None:
        transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)

    assert refusals(at_once([delete] * 4)) == [errors.NotFound] * 3
    account.refresh_from_db()
    assert account.available_balance == D(1000)
    states.sound()


def test_a_pending_transaction_settles_once(account, owner):
    row = build.transaction(account, amount="-10", pending=True)

    def settle(amount: int) -> Transaction:
        changes: transactions.Changes = {"pending": False, "amount": D(amount)}
        return transactions.update(actor=owner, transaction_id=row.pk, changes=changes, now=build.NOW)

    results = at_once([partial(settle, amount) for amount in (-11, -12, -13, -14)])
    assert refusals(results) == [errors.Immutable] * 3
    (settled,) = (each for each in results if isinstance(each, Transaction))
    account.refresh_from_db()
    assert account.available_balance == account.posted_balance == D(1000) + settled.amount
    states.sound()


def test_a_budget_is_archived_once_while_money_moves_into_it(account, owner, unallocated, groceries):
    def archive() -> Budget:
        return budgets.archive(actor=owner, budget_id=groceries.pk, now=build.NOW)

    def move() -> Any:
        return build.transfer(account, source=unallocated, target=groceries, amount="1", actor=owner)

    results = at_once([archive, move, archive, move, move])
    archived = [results[0], results[2]]
    assert sorted(map(type, archived), key=str) == sorted([Budget, errors.Archived], key=str)
    assert set(refusals(results)) == {errors.Archived}
    groceries.refresh_from_db()
    assert (groceries.archived, groceries.balance) == (True, D(0))
    states.sound()


def test_split_and_archive_of_its_budget_leave_nothing_behind(account, owner, groceries):
    row = build.transaction(account, amount="-10")
    at_once(
        [
            lambda: budgets.archive(actor=owner, budget_id=groceries.pk, now=build.NOW),
            lambda: transactions.split(actor=owner, transaction_id=row.pk, shares={groceries.pk: D(4)}, now=build.NOW),
        ]
    )
    states.sound()


def test_runs_of_the_engine_at_once_move_what_one_run_would(owner):
    def furnished() -> BankAccount:
        account = build.account(owner=owner, balance="100")
        for number, budget_type in enumerate("GCR"):
            build.budget(
                account,
                name=f"Budget {number}",
                budget_type=budget_type,
                target_balance="60",
                funding_type="F",
                funding_amount="7",
                funding_schedule="RRULE:FREQ=DAILY",
                recurrance_schedule="RRULE:FREQ=WEEKLY;BYDAY=WE",
                with_fillup_goal=True,
            )
        funding.configure(actor=owner, account_id=account.pk, import_gate=False, now=build.NOW)
        return account

    def balances(account: BankAccount) -> list[tuple[str, Decimal]]:
        return list(Budget.objects.filter(bank_account=account).order_by("name").values_list("name", "balance"))

    later = build.at(6)
    alone, crowded = furnished(), furnished()
    funding.run(account_id=alone.pk, now=later)
    runs = at_once([partial(funding.run, account_id=crowded.pk, now=later)] * 4)
    assert refusals(runs) == []
    assert balances(crowded) == balances(alone)
    assert crowded.funding_events.count() == alone.funding_events.count() > 0
    assert crowded.transfers.count() == alone.transfers.count() > 0
    states.sound()


@pytest.mark.parametrize("by", ["transactions", "accounts"])
def test_both_sides_of_a_linked_pair_are_deleted_at_once(owner, by):
    """Each deletion writes to the other's account: they must not wait for each other."""
    for _ in range(8):
        sides = [build.account(owner=owner, name=name) for name in ("here", "there")]
        rows = [build.transaction(side, amount=amount) for side, amount in zip(sides, ("-5", "5"), strict=True)]
        for row, other in (rows, rows[::-1]):
            Transaction.objects.filter(pk=row.pk).update(linked_transaction=other)
        calls: list[Callable[[], None]] = [
            partial(transactions.delete, actor=owner, transaction_id=row.pk, now=build.NOW) for row in rows
        ]
        if by == "accounts":
            calls = [partial(accounts.delete, actor=owner, account_id=side.pk, now=build.NOW) for side in sides]
        assert refusals(at_once(calls)) == []
        assert not Transaction.objects.exists()
    states.sound()


def test_an_account_is_deleted_under_its_writers(account, owner):
    """Whoever comes late finds nothing; nothing of it stays behind."""
    target = build.budget(account)
    source = build.unallocated(account)

    def write() -> int:
        for turn in range(20):
            transfers.create(
                actor=owner,
                account_id=account.pk,
                source_id=source.pk,
                target_id=target.pk,
                amount=D(1),
                effective_at=build.at(turn % 3),
                now=build.NOW,
            )
        return 20

    results = at_once([write, write, lambda: accounts.delete(actor=owner, account_id=account.pk, now=build.NOW)])
    assert set(refusals(results)) <= {errors.NotFound}
    assert not BankAccount.objects.exists()
    states.sound()
