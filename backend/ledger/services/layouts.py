"""How a transaction lies on budgets, noted so that it can be laid like that again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from backend.ledger import posting
from backend.ledger.models import BankAccount, Budget, Entry


class Laid(TypedDict):
    """An allocation as it is noted: plain values for a JSON column, the amount with its sign."""

    budget: str
    amount: str
    category: str
    memo: str | None


Layout = list[Laid]
"""The allocations of one transaction, by budget."""


def of_each(transaction_ids: Collection[UUID]) -> dict[UUID, Layout]:
    """How each of the transactions lies; one query."""
    found: dict[UUID, Layout] = {key: [] for key in transaction_ids}
    entries = Entry.objects.filter(transaction__in=list(transaction_ids)).order_by("budget_id")
    for entry in entries:
        assert entry.transaction_id is not None
        found[entry.transaction_id].append(_noted(entry.budget_id, entry.amount, entry.category, entry.memo))
    return found


def of(transaction_id: UUID) -> Layout:
    return of_each([transaction_id])[transaction_id]


def _noted(budget_id: UUID, amount: Decimal, category: str, memo: str | None) -> Laid:
    return Laid(budget=str(budget_id), amount=f"{amount.normalize():f}", category=category, memo=memo)


def parts(layout: Layout, *, live: Collection[UUID], unallocated: UUID) -> list[posting.Part]:
    """The parts that lay a transaction like that again; what lay on a budget out of use comes to Unallocated."""
    found: dict[UUID, posting.Part] = {}
    for laid in sorted(layout, key=lambda laid: UUID(laid["budget"]) not in live):
        key, amount = UUID(laid["budget"]), Decimal(laid["amount"])
        place = key if key in live else unallocated
        there = found.get(place)
        found[place] = posting.Part(
            budget_id=place,
            amount=amount + (there.amount if there else 0),
            category=there.category if there else laid["category"],
            memo=there.memo if there else laid["memo"],
        )
    return list(found.values())


def live(account: BankAccount) -> dict[UUID, Budget]:
    """The budgets of the account that can take money, Unallocated among them."""
    rows = Budget.objects.filter(bank_account=account, archived=False, deleted_at=None)
    return {row.pk: row for row in rows}


def unallocated(budgets: Mapping[UUID, Budget]) -> UUID:
    """Which of them is Unallocated."""
    return next(key for key, row in budgets.items() if row.is_unallocated)


def sizes(layouts: Iterable[Layout]) -> dict[UUID, Decimal]:
    """What lies on each budget, without signs."""
    found: dict[UUID, Decimal] = {}
    for laid in (each for layout in layouts for each in layout):
        key = UUID(laid["budget"])
        found[key] = found.get(key, Decimal(0)) + abs(Decimal(laid["amount"]))
    return found


def total(layouts: Iterable[Layout]) -> Decimal:
    """What lies on all budgets together, without signs."""
    return sum(sizes(layouts).values(), Decimal(0))


def categories(layout: Sequence[Laid], *, live: Collection[UUID], unallocated: UUID) -> dict[UUID, str]:
    """The category on each budget; for Unallocated, of whatever comes to it, that of the largest part."""
    found: dict[UUID, str] = {}
    for laid in sorted(layout, key=lambda laid: abs(Decimal(laid["amount"]))):
        key = UUID(laid["budget"])
        found[key if key in live else unallocated] = laid["category"]
    return found
