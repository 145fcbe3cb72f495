"""The parts of a transaction: how its amount lies on budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db.models import F, QuerySet

from backend.ledger import categories, currencies, prepared
from backend.ledger.models import BankAccount, Entry, Transaction

from . import chain, journal, rows
from .locking import Purse, next_seq, save_account, tick, within_range

ZERO = Decimal(0)
BATCH = 200
"""Rows that one statement stores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A signed share of a transaction on one budget. None leaves what an existing allocation has.

    `entry_id`: the id of a new allocation, that of one which goes, since it moves to this budget.
    """

    budget_id: UUID
    amount: Decimal
    category: str | None = None
    memo: str | None = None
    entry_id: UUID | None = None


def check_parts(account: BankAccount, parts: Sequence[Part], *, amount: Decimal) -> None:
    """The law of a transaction: its parts sum to it, none is zero or of the other sign, a budget occurs once."""
    decimals = currencies.decimals(str(account.currency))
    total = ZERO
    for part in parts:
        assert part.amount == round(part.amount, decimals), "no part is finer than the currency"
        assert part.amount, "no part is of nothing"
        assert (part.amount > 0) == (amount > 0), "parts bear the amount's sign"
        total += part.amount
    assert total == amount, "the parts of a transaction sum to its amount"
    assert len(parts) == 1 or len({part.budget_id for part in parts}) == len(parts), "one part per budget"


def new_entries(account: BankAccount, transaction: Transaction, parts: Sequence[Part], *, now: datetime) -> list[Entry]:
    """Entries of a transaction, unsaved, numbered, without their running balance yet."""
    return [
        Entry.fresh(
            id=part.entry_id or uuid4(),
            bank_account_id=account.pk,
            budget_id=part.budget_id,
            transaction_id=transaction.pk,
            seq=next_seq(account),
            effective_at=transaction.posted_date,
            amount=part.amount,
            balance=ZERO,
            category=part.category or categories.UNASSIGNED,
            memo=part.memo,
            created_at=now,
            modified_at=now,
        )
        for part in parts
    ]


def append(account: BankAccount, entries: Sequence[Entry], *, purse: Purse) -> None:
    """Insert entries of one parent with their running balances; `purse` already has their amounts."""
    later = chain.shift_entries(
        [chain.Change(budget_id=e.budget_id, effective_at=e.effective_at, seq=e.seq, delta=e.amount) for e in entries]
    )
    for entry in entries:
        entry.balance = purse.budgets[entry.budget_id].balance - later.get(entry.budget_id, ZERO)
    rows.insert(entries)


def allocate(account: BankAccount, transaction: Transaction, parts: Sequence[Part], *, now: datetime) -> None:
    """Make the allocations of a transaction be exactly `parts`; one whose budget stays keeps its id, category, memo."""
    with within_range(field="splits"):
        rearrange(account, transaction, parts, now=tick(account, now=now))
        if journal.of(account).notes:
            transaction.version += 1
            rows.update([transaction], ["version"])
        save_account(account)


def rearrange(account: BankAccount, transaction: Transaction, parts: Sequence[Part], *, now: datetime) -> None:
    """`allocate`, but the caller saves the account."""
    check_parts(account, parts, amount=transaction.amount)
    wanted = {part.budget_id: part for part in parts}
    lies: list[Entry] = prepared.find(_parts_of, transaction.pk)
    existing = {entry.budget_id: journal.watch(entry) for entry in lies}
    purse = Purse(account, wanted.keys() | existing.keys())

    gone = [entry for budget_id, entry in existing.items() if budget_id not in wanted]
    kept = [(entry, wanted[budget_id]) for budget_id, entry in existing.items() if budget_id in wanted]
    resized = [(entry, part.amount - entry.amount) for entry, part in kept if part.amount != entry.amount]
    deltas = [(entry, -entry.amount) for entry in gone] + resized
    if deltas:
        chain.shift_entries(
            [
                chain.Change(budget_id=e.budget_id, effective_at=e.effective_at, seq=e.seq, delta=delta)
                for e, delta in deltas
            ]
        )
    for entry, delta in deltas:
        purse.add(entry.budget_id, delta)
        entry.amount += delta
        entry.balance += delta
    if gone:
        journal.deleted(account, gone)
        Entry.objects.filter(pk__in=[entry.pk for entry in gone]).delete()
    for entry, part in kept:
        entry.category = entry.category if part.category is None else part.category
        entry.memo = entry.memo if part.memo is None else part.memo
    changed = [entry for entry, _ in kept if journal.changed(account, entry)]
    for entry in changed:
        entry.stamp(now)
    rows.update(changed, ["amount", "balance", "category", "memo", "modified_at"])

    fresh = new_entries(account, transaction, [p for p in parts if p.budget_id not in existing], now=now)
    for entry in fresh:
        purse.add(entry.budget_id, entry.amount)
    if fresh:
        append(account, fresh, purse=purse)
        journal.created(account, fresh)
    purse.save(now=now)


def _parts_of(hole: prepared.Opening) -> QuerySet[Entry]:
    return Entry.objects.filter(transaction=hole(Transaction))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An allocation that goes to another budget as it is, with that category; its transaction touches it not yet."""

    entry: Entry
    budget_id: UUID
    category: str


def reassign(account: BankAccount, moves: Sequence[Move], *, now: datetime) -> None:
    """Let allocations lie on other budgets; they keep their ids and their places in the order of the ledger.

    However many there are, the running balances are rebuilt once, from the first of their days on.
    """
    entries = [journal.watch(move.entry) for move in moves]
    purse = Purse(account, {key for move in moves for key in (move.budget_id, move.entry.budget_id)})
    now = tick(account, now=now)
    with within_range(field="auto_spend"):
        for move in moves:
            purse.add(move.entry.budget_id, -move.entry.amount)
            purse.add(move.budget_id, move.entry.amount)
            move.entry.budget_id, move.entry.category = move.budget_id, move.category
            journal.changed(account, move.entry)
            move.entry.stamp(now)
        for start in range(0, len(entries), BATCH):
            rows.update(entries[start : start + BATCH], ["budget", "category", "modified_at"])
        touched = Transaction.objects.filter(pk__in=[entry.transaction_id for entry in entries])
        touched.update(version=F("version") + 1)
        purse.save(now=now)
        save_account(account)
        chain.rebuild(account, since=min(entry.effective_at for entry in entries))
