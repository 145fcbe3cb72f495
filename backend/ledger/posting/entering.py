"""Transactions into the account: one after what is there or among it, or many, of which none is kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain as chained
from itertools import islice, pairwise

from backend.ledger.models import BankAccount, Entry, Transaction

from . import chain, journal
from .allocations import Part, append, check_parts, new_entries
from .locking import Purse, next_seq, save_account, tick, within_range
from .rows import insert

ZERO = Decimal(0)
AT_ONCE = 500
"""Transactions that are numbered, noted and stored together."""
START = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction not yet saved, complete but for number and balances, and how it lies on budgets."""

    transaction: Transaction
    parts: Sequence[Part]


def post(account: BankAccount, drafts: Iterable[Draft], *, now: datetime) -> None:
    """Enter transactions, in the order of their creation; the balances of the account and its budgets follow.

    One costs the same however long the history is. Of many, only a part is in memory at a time; those that come in
    ledger order after all that is there get their running balances at once, and if others are among them, the running
    balances are rebuilt from the first day of these on, once.
    """
    left = iter(drafts)
    first = list(islice(left, 2))
    if len(first) == 1:
        _append(account, first[0], now=now)
    elif first:
        _enter(account, chained(first, left), now=now)


def _append(account: BankAccount, draft: Draft, *, now: datetime) -> None:
    purse = Purse(account, (part.budget_id for part in draft.parts))
    row, entries = _numbered(account, draft, now=now)
    for entry in entries:
        purse.add(entry.budget_id, entry.amount)
    journal.created(account, [row, *entries])
    posted = ZERO if row.pending else row.amount
    with within_range(field="amount"):
        later_available, later_posted = chain.shift_transactions(
            account, at=row.posted_date, seq=row.seq, available=row.amount, posted=posted
        )
        row.available_balance = account.available_balance - later_available
        row.posted_balance = account.posted_balance - later_posted
        insert([row])
        append(account, entries, purse=purse)
        purse.save(now=now)
        save_account(account)


def _enter(account: BankAccount, drafts: Iterator[Draft], *, now: datetime) -> None:
    purse = Purse(account, ())
    last = chain.last_date(account) or START
    rebuilt: datetime | None = None
    with within_range(field="amount"):
        while part := list(islice(drafts, AT_ONCE)):
            days = [draft.transaction.posted_date for draft in part]
            in_order = days[0] >= last and all(earlier <= later for earlier, later in pairwise(days))
            purse.take(share.budget_id for draft in part for share in draft.parts)
            _store(account, part, purse=purse, in_order=in_order, now=now)
            last = max(last, *days)
            if not in_order:
                rebuilt = min(days) if rebuilt is None else min(rebuilt, *days)
        purse.save(now=now)
        save_account(account)
        if rebuilt is not None:
            chain.rebuild(account, since=rebuilt)


def _store(account: BankAccount, drafts: Sequence[Draft], *, purse: Purse, in_order: bool, now: datetime) -> None:
    rows: list[Transaction] = []
    entries: list[Entry] = []
    for draft in drafts:
        row, parts = _numbered(account, draft, now=now)
        for entry in parts:
            purse.add(entry.budget_id, entry.amount)
            if in_order:
                entry.balance = purse.budgets[entry.budget_id].balance
        if in_order:
            row.posted_balance, row.available_balance = account.posted_balance, account.available_balance
        rows.append(row)
        entries += parts
    journal.created(account, [*rows, *entries])
    insert(rows)
    insert(entries)
    journal.write(account, at=account.modified_at)


def _numbered(account: BankAccount, draft: Draft, *, now: datetime) -> tuple[Transaction, list[Entry]]:
    """The transaction and its entries, unsaved, numbered, without running balances; the account's balances follow."""
    row = draft.transaction
    check_parts(account, draft.parts, amount=row.amount)
    row.bank_account = account
    row.seq = next_seq(account)
    row.posted_balance = row.available_balance = ZERO
    row.created_at = row.modified_at = tick(account, now=now)
    account.available_balance += row.amount
    if not row.pending:
        account.posted_balance += row.amount
    return row, new_entries(account, row, draft.parts, now=row.created_at)
