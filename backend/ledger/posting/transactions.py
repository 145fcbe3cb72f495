"""Transactions of the account: in, settled, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from backend.ledger.models import BankAccount, Entry, Transaction

from . import chain, journal
from .allocations import Part, append, check_parts, new_entries, rearrange
from .locking import Purse, next_seq, save_account, tick, within_range
from .rows import insert

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction not yet saved, complete but for number and balances, and how it lies on budgets."""

    transaction: Transaction
    parts: Sequence[Part]


def post(account: BankAccount, drafts: Sequence[Draft], *, now: datetime) -> list[Transaction]:
    """Enter transactions, in the order of their creation; the balances of the account and its budgets follow.

    One costs the same however long the history is; a batch rebuilds the running balances from its first day, once.
    """
    purse = Purse(account, (part.budget_id for draft in drafts for part in draft.parts))
    entries: list[Entry] = []
    for draft in drafts:
        row = draft.transaction
        check_parts(account, draft.parts, amount=row.amount)
        row.bank_account = account
        row.seq = next_seq(account)
        row.posted_balance = row.available_balance = ZERO
        row.created_at = row.modified_at = tick(account, now=now)
        account.available_balance += row.amount
        if not row.pending:
            account.posted_balance += row.amount
        entries += new_entries(account, row, draft.parts, now=row.created_at)
    for entry in entries:
        purse.add(entry.budget_id, entry.amount)

    rows = [draft.transaction for draft in drafts]
    journal.created(account, [*rows, *entries])
    with within_range(field="amount"):
        if len(rows) == 1:
            _append(account, rows[0], entries, purse=purse)
            purse.save(now=now)
            save_account(account)
        elif rows:
            insert(rows)
            insert(entries)
            purse.save(now=now)
            save_account(account)
            chain.rebuild(account, since=min(row.posted_date for row in rows))
    return rows


def _append(account: BankAccount, row: Transaction, entries: Sequence[Entry], *, purse: Purse) -> None:
    posted = ZERO if row.pending else row.amount
    later_available, later_posted = chain.shift_transactions(
        account, at=row.posted_date, seq=row.seq, available=row.amount, posted=posted
    )
    row.available_balance = account.available_balance - later_available
    row.posted_balance = account.posted_balance - later_posted
    row.save(force_insert=True)
    append(account, entries, purse=purse)


def settle(
    account: BankAccount, transaction: Transaction, *, amount: Decimal, parts: Sequence[Part], now: datetime
) -> None:
    """A pending transaction has posted, with `amount`, which lies on budgets as `parts` says."""
    # Whoever settles several read them all before the first one shifted the others.
    transaction.refresh_from_db(fields=["pending", "amount", "posted_balance", "available_balance"])
    journal.watch(transaction)
    assert transaction.pending, "only what is pending settles"
    delta = amount - transaction.amount
    now = tick(account, now=now)
    with within_range(field="amount"):
        chain.shift_transactions(
            account, at=transaction.posted_date, seq=transaction.seq, available=delta, posted=amount
        )
        account.available_balance += delta
        account.posted_balance += amount
        transaction.amount = amount
        transaction.available_balance += delta
        transaction.posted_balance += amount
        transaction.pending = False
        journal.changed(account, transaction)
        transaction.stamp(now)
        transaction.save(
            update_fields=["amount", "available_balance", "posted_balance", "pending", "version", "modified_at"]
        )
        rearrange(account, transaction, parts, now=now)
        save_account(account)


def unsettle(
    account: BankAccount, transaction: Transaction, *, amount: Decimal, parts: Sequence[Part], now: datetime
) -> None:
    """A transaction that had settled is pending again, with `amount`, which lies on budgets as `parts` says."""
    transaction.refresh_from_db(fields=["pending", "amount", "posted_balance", "available_balance"])
    journal.watch(transaction)
    assert not transaction.pending, "only what has posted becomes pending again"
    delta, posted = amount - transaction.amount, transaction.amount
    now = tick(account, now=now)
    with within_range(field="amount"):
        chain.shift_transactions(
            account, at=transaction.posted_date, seq=transaction.seq, available=delta, posted=-posted
        )
        account.available_balance += delta
        account.posted_balance -= posted
        transaction.amount = amount
        transaction.available_balance += delta
        transaction.posted_balance -= posted
        transaction.pending = True
        journal.changed(account, transaction)
        transaction.stamp(now)
        transaction.save(
            update_fields=["amount", "available_balance", "posted_balance", "pending", "version", "modified_at"]
        )
        rearrange(account, transaction, parts, now=now)
        save_account(account)


def remove(account: BankAccount, transaction: Transaction, *, now: datetime) -> None:
    """Take a transaction and its allocations out of the ledger, as if it had never been."""
    entries = list(Entry.objects.filter(transaction=transaction))
    journal.deleted(account, [*entries, transaction])
    purse = Purse(account, (entry.budget_id for entry in entries))
    posted = ZERO if transaction.pending else transaction.amount
    now = tick(account, now=now)
    with within_range(field="amount"):
        chain.shift_transactions(
            account, at=transaction.posted_date, seq=transaction.seq, available=-transaction.amount, posted=-posted
        )
        chain.shift_entries(
            [
                chain.Change(budget_id=e.budget_id, effective_at=e.effective_at, seq=e.seq, delta=-e.amount)
                for e in entries
            ]
        )
        for entry in entries:
            purse.add(entry.budget_id, -entry.amount)
        account.available_balance -= transaction.amount
        account.posted_balance -= posted
        Entry.objects.filter(transaction=transaction).delete()
        transaction.delete()
        purse.save(now=now)
        save_account(account)


AT_ONCE = 500


def remove_all(account: BankAccount, transactions: Sequence[Transaction], *, now: datetime) -> None:
    """`remove` for many: the running balances are rebuilt from the first day on, once."""
    if len(transactions) < 2:
        for transaction in transactions:
            remove(account, transaction, now=now)
        return
    parts = [transactions[start : start + AT_ONCE] for start in range(0, len(transactions), AT_ONCE)]
    entries = [entry for part in parts for entry in Entry.objects.filter(transaction__in=part)]
    journal.deleted(account, [*entries, *transactions])
    purse = Purse(account, (entry.budget_id for entry in entries))
    now = tick(account, now=now)
    for entry in entries:
        purse.add(entry.budget_id, -entry.amount)
    for transaction in transactions:
        account.available_balance -= transaction.amount
        account.posted_balance -= ZERO if transaction.pending else transaction.amount
    with within_range(field="amount"):
        for part in parts:
            Entry.objects.filter(transaction__in=part).delete()
            Transaction.objects.filter(pk__in=[transaction.pk for transaction in part]).delete()
        purse.save(now=now)
        save_account(account)
        chain.rebuild(account, since=min(transaction.posted_date for transaction in transactions))
