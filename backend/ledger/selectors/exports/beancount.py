"""The books of a user for Beancount: each bank account with a sub-account per budget, every amount exact.

Both sides of a linked pair meet in a clearing account, so that money moved between one's own accounts is neither income
nor expense. At the end stands what each account and each budget must hold, to the cent.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Min

from backend.ledger import access, categories, currencies
from backend.ledger.models import BankAccount, Budget, Entry, Transaction, Transfer, User
from backend.ledger.rules import beancount

CHUNK = 1000
OPENING, TRANSIT = "Equity:Opening-Balances", "Assets:In-Transit"
INCOME = "Income"
ROOTS = {BankAccount.Type.CREDIT_CARD: "Liabilities"}


@dataclass(frozen=True, kw_only=True)
class Book:
    """An account as it stands in the file."""

    row: BankAccount
    name: str
    opened: date
    last: date
    budgets: list[Budget]
    names: dict[UUID, str]
    """The sub-account of each budget."""

    def money(self, amount: Decimal) -> str:
        code = str(self.row.currency)
        return f"{amount:.{currencies.decimals(code)}f} {code}"


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """All books, and what they share."""

    books: list[Book]
    linked: set[UUID]
    """Transactions whose other side is in one of the books too."""
    kinds: dict[tuple[str, bool], str] = field(default_factory=dict)
    """The account of each category, of money that came in and that went out."""


def pieces(user: User, *, now: datetime) -> Iterator[bytes]:
    """The file in pieces. The caller reads them within one snapshot."""
    shelf = _shelf(user, now=now)
    yield _text(_head(user, shelf))
    for book in shelf.books:
        yield _text(_opened(book))
        yield from _entries(book, shelf)
        yield _text(_closing(book))


def _shelf(user: User, *, now: datetime) -> Shelf:
    names = beancount.Names()
    for taken in (TRANSIT, OPENING):
        names.give(*taken.split(":"), otherwise="Account")
    books = [_book(row, names, now=now) for row in access.accounts(user).order_by("created_at", "pk")]
    mine = access.account_ids(user)
    linked = Transaction.objects.filter(bank_account__in=mine, linked_transaction__bank_account__in=mine)
    used = Entry.objects.filter(bank_account__in=mine, transfer=None).order_by().values_list("category", flat=True)
    kinds = {}
    for category in sorted(set(used.distinct())):
        for came_in in (False, True):
            kinds[category, came_in] = _kind(category, came_in=came_in)
    return Shelf(books=books, linked=set(linked.values_list("pk", flat=True)), kinds=kinds)


def _book(row: BankAccount, names: beancount.Names, *, now: datetime) -> Book:
    found = Entry.objects.filter(bank_account=row).aggregate(first=Min("effective_at"), last=Max("effective_at"))
    opened = min(filter(None, (row.created_at, found["first"]))).date()
    last = max(filter(None, (row.created_at, found["last"], now))).date()
    name = names.give(ROOTS.get(BankAccount.Type(row.account_type), "Assets"), row.name, otherwise="Account")
    budgets = list(Budget.objects.filter(bank_account=row).order_by("-is_unallocated", "created_at", "pk"))
    below = {each.pk: names.give(name, each.name, otherwise="Budget") for each in budgets}
    return Book(row=row, name=name, opened=opened, last=last, budgets=budgets, names=below)


def _kind(category: str, *, came_in: bool) -> str:
    """The account of a category. What was refunded lessens the expense; what nobody sorted goes by its sign."""
    category = category or categories.UNASSIGNED
    group, _, name = category.partition(":")
    above = INCOME if group == INCOME or (came_in and category == categories.UNASSIGNED) else "Expenses"
    parts = [beancount.component(part, otherwise="Other") for part in (group, name) if part.strip()]
    return ":".join([above, *(part for part in parts if part != INCOME)])


def _text(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _head(user: User, shelf: Shelf) -> Iterator[str]:
    yield f'option "title" {beancount.quoted(f"mibudge: {user.username}")}'
    for code in sorted({str(book.row.currency) for book in shelf.books}):
        yield f'option "operating_currency" "{code}"'
    if shelf.books:
        first = beancount.day(min(book.opened for book in shelf.books))
        yield ""
        for name in (OPENING, TRANSIT, *sorted(set(shelf.kinds.values()))):
            yield f"{first} open {name}"


def _opened(book: Book) -> Iterator[str]:
    code, day = str(book.row.currency), beancount.day(book.opened)
    yield ""
    yield f"{day} open {book.name} {code}"
    yield f'  id: "{book.row.pk}"'
    yield f"  name: {beancount.quoted(book.row.name)}"
    yield f"  opening-posted: {book.money(book.row.opening_posted)}"
    yield f"  posted: {book.money(book.row.posted_balance)}"
    for budget in book.budgets:
        yield f"{day} open {book.names[budget.pk]} {code}"
        yield f'  id: "{budget.pk}"'
        yield f"  name: {beancount.quoted(budget.name)}"
        yield f"  kind: {beancount.quoted(_what(budget))}"
        if budget.target_balance:
            yield f"  target: {book.money(budget.target_balance)}"
    for budget in book.budgets:
        if budget.opening:
            yield ""
            yield f'{day} * "Opening balance"'
            yield f"  {book.names[budget.pk]}  {book.money(budget.opening)}"
            yield f"  {OPENING}  {book.money(-budget.opening)}"


def _what(budget: Budget) -> str:
    state = "deleted" if budget.deleted_at else "archived" if budget.archived else ""
    kind = "Unallocated" if budget.is_unallocated else budget.get_budget_type_display()
    return f"{kind}, {state}" if state else kind


def _entries(book: Book, shelf: Shelf) -> Iterator[bytes]:
    """Transactions and transfers in the order of the ledger; a thousand of each in memory at a time."""
    rows = Transaction.objects.filter(bank_account=book.row).order_by("posted_date", "seq")
    moves = Transfer.objects.filter(bank_account=book.row).order_by("effective_at", "seq")
    merged: Iterable[tuple[datetime, int, Any]] = heapq.merge(
        ((row.posted_date, row.seq, row) for row in rows.prefetch_related("allocations").iterator(chunk_size=CHUNK)),
        ((move.effective_at, move.seq, move) for move in moves.iterator(chunk_size=CHUNK)),
        key=lambda each: each[:2],
    )
    for _, _, each in merged:
        yield _text(_moved(each, book) if isinstance(each, Transfer) else _posted(each, book, shelf))


def _posted(row: Transaction, book: Book, shelf: Shelf) -> Iterator[str]:
    title = beancount.quoted(row.description or row.raw_description)
    payee = f"{beancount.quoted(row.party)} " if row.party else ""
    link = ""
    if row.pk in shelf.linked and row.linked_transaction_id:
        link = f" ^linked-{min(row.pk, row.linked_transaction_id)}"
    yield ""
    yield f"{beancount.day(row.posted_date.date())} {'!' if row.pending else '*'} {payee}{title}{link}"
    yield f'  id: "{row.pk}"'
    if row.raw_description and row.raw_description != row.description:
        yield f"  bank-text: {beancount.quoted(row.raw_description)}"
    if row.memo:
        yield f"  memo: {beancount.quoted(row.memo)}"
    for part in sorted(row.allocations.all(), key=lambda part: part.seq):
        yield f"  {book.names[part.budget_id]}  {book.money(part.amount)}"
        yield f'    id: "{part.pk}"'
        if part.memo:
            yield f"    memo: {beancount.quoted(part.memo)}"
        other = TRANSIT if link else shelf.kinds[part.category, part.amount > 0]
        yield f"  {other}  {book.money(-part.amount)}"


def _moved(move: Transfer, book: Book) -> Iterator[str]:
    yield ""
    yield f'{beancount.day(move.effective_at.date())} * "{"Funding" if move.funding_event_id else "Moved"}"'
    yield f'  id: "{move.pk}"'
    yield f"  {book.names[move.source_id]}  {book.money(-move.amount)}"
    yield f"  {book.names[move.target_id]}  {book.money(move.amount)}"


def _closing(book: Book) -> Iterator[str]:
    """What the account and each budget hold, before the day after the last entry; without tolerance."""
    day = beancount.day_after(book.last)
    yield ""
    yield f"{day} balance {book.name}  {_exactly(book, book.row.available_balance)}"
    for budget in book.budgets:
        yield f"{day} balance {book.names[budget.pk]}  {_exactly(book, budget.balance)}"


def _exactly(book: Book, amount: Decimal) -> str:
    number, code = book.money(amount).split()
    return f"{number} ~ 0 {code}"
