"""Transactions of the account: settled, pending again, out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from backend.ledger.models import BankAccount, Entry, Transaction

from . import chain, journal
from .allocations import Part, rearrange
from .locking import Purse, save_account, tick, within_range

ZERO = Decimal(0)


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
