"""Money that came back: tied to its purchase, it returns to the budgets that the purchase took it from."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction as database
from django.db.models import QuerySet

from backend.ledger import access, currencies, errors, posting, prepared
from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.ledger.rules import money
from backend.ledger.rules import refunds as rules

from . import fillups, funding, layouts, versions
from . import shares as shares_

ZERO = Decimal(0)


@database.atomic
def tie(
    *,
    actor: User,
    transaction_id: UUID,
    purchase_id: UUID,
    now: datetime,
    shares: Mapping[UUID, Decimal | shares_.Share] | None = None,
    expected_version: int | None = None,
) -> Transaction:
    """Say that a credit gives money back of a purchase in its account.

    The money goes to the budgets that the purchase took it from, pro rata of what is left of it, under the purchase's
    categories; what a budget that is archived by now would get goes to Unallocated. `shares` says otherwise, as for a
    split, and then it may be more than was paid. Tied already, it stays as it is unless shares are given.
    Raises NotFound, OtherAccount, InvalidValue, Archived, InvalidSplit, InvalidAmount, Conflict.
    """
    account, row = _locked(actor=actor, transaction_id=transaction_id)
    versions.check(row, expected_version)
    purchase = access.one(access.transactions(actor), purchase_id, field="purchase")
    _check(row, purchase)
    if row.refund_of_id is not None and shares is None:
        return row
    before = row.refund_undo["before"] if row.refund_undo else layouts.of(row.pk)
    parts = _parts(account, row, purchase, shares=shares, actor=actor)
    _point(account, row, purchase.pk, now=now)
    posting.allocate(account, row, parts, now=now)
    _remember(row, {"before": before, "after": layouts.of(row.pk), "follows": shares is None})
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
    return row


@database.atomic
def untie(*, actor: User, transaction_id: UUID, now: datetime, expected_version: int | None = None) -> Transaction:
    """Take that back: the credit lies again as it did before it was tied, on Unallocated where a budget is archived.

    If an owner has changed its allocations since, they stay as they are. Raises NotFound, InvalidValue, Conflict.
    """
    account, row = _locked(actor=actor, transaction_id=transaction_id)
    versions.check(row, expected_version)
    if row.refund_of_id is None:
        raise errors.InvalidValue("The transaction is tied to no purchase.")
    _release(account, row, now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
    return row


def release(account: BankAccount, purchase: Transaction, *, now: datetime) -> None:
    """Untie every refund of a purchase of a locked account, which is about to go."""
    for row in Transaction.objects.filter(refund_of=purchase).order_by("seq"):
        _release(account, row, now=now)


def follow(account: BankAccount, purchases: Collection[UUID], *, now: datetime) -> None:
    """Lay the refunds of purchases that now take their money from other budgets anew, as `tie` would lay them.

    One that an owner has split, when it was tied or since, stays; so does one that is more than is left by then.
    """

    def make(hole: prepared.Opening) -> QuerySet[Transaction]:
        keys: list[Any] = [hole(Transaction) for _ in purchases]
        return Transaction.objects.filter(refund_of__pk__in=keys).order_by("refund_of", "seq")

    rows: list[Transaction] = prepared.find(make, *purchases, name=(follow, len(purchases)))
    if not rows:
        return
    lies = layouts.of_each({*(row.pk for row in rows), *(row.refund_of_id for row in rows if row.refund_of_id)})
    budgets = layouts.live(account)
    for purchase, tied in groupby(rows, lambda row: row.refund_of_id):
        assert purchase is not None
        refunds = list(tied)
        following = [row for row in refunds if _follows(row, lies[row.pk])]
        came_back = [lies[row.pk] for row in refunds if row not in following]
        for row in following:
            parts = _returned(account, row, lies[purchase], came_back, budgets=budgets)
            if parts is not None:
                posting.allocate(account, row, parts, now=now)
                lies[row.pk] = layouts.of(row.pk)
                _remember(row, {**(row.refund_undo or {}), "after": lies[row.pk]})
            came_back.append(lies[row.pk])


def _follows(row: Transaction, lies: layouts.Layout) -> bool:
    noted = row.refund_undo
    return bool(noted and noted.get("follows") and noted["after"] == lies)


def _locked(*, actor: User, transaction_id: UUID) -> tuple[BankAccount, Transaction]:
    found = access.one(access.transactions(actor), transaction_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    return account, access.one(access.transactions(actor), transaction_id)


def _check(row: Transaction, purchase: Transaction) -> None:
    if purchase.bank_account_id != row.bank_account_id:
        raise errors.OtherAccount("The purchase belongs to another bank account.", field="purchase")
    if row.amount < 0:
        raise errors.InvalidValue("Only money that came in can be a refund.")
    if purchase.amount > 0:
        raise errors.InvalidValue("Only money that went out can be a purchase.", field="purchase")
    if row.refund_of_id not in (None, purchase.pk):
        raise errors.InvalidValue("The transaction is tied to another purchase.", field="purchase")
    for each, field in ((row, None), (purchase, "purchase")):
        if each.pending:
            raise errors.InvalidValue("A pending transaction may still change its amount.", field=field)
        if each.linked_transaction_id is not None:
            raise errors.InvalidValue("The transaction is linked to one of another account.", field=field)


def _parts(
    account: BankAccount,
    row: Transaction,
    purchase: Transaction,
    *,
    shares: Mapping[UUID, Decimal | shares_.Share] | None,
    actor: User,
) -> list[posting.Part]:
    """How the refund is to lie, under the categories of the purchase where nobody says another."""
    budgets = layouts.live(account)
    bought = layouts.of(purchase.pk)
    if shares is not None:
        unallocated = layouts.unallocated(budgets)
        categories = layouts.categories(bought, live=budgets, unallocated=unallocated)
        said = shares_.parts(account, row, shares, actor=actor)
        return [
            replace(part, category=categories.get(part.budget_id) if part.category is None else part.category)
            for part in said
        ]
    others = Transaction.objects.filter(refund_of=purchase).exclude(pk=row.pk).values_list("pk", flat=True)
    came_back = layouts.of_each(list(others)).values()
    parts = _returned(account, row, bought, came_back, budgets=budgets)
    if parts is None:
        shown = money.text(_left(bought, came_back), decimals=currencies.decimals(str(account.currency)))
        raise errors.InvalidValue(
            f"It is more than the {shown} that is left of the purchase; say how it is to be split.", field="purchase"
        )
    return parts


def _returned(
    account: BankAccount,
    row: Transaction,
    bought: layouts.Layout,
    came_back: Collection[layouts.Layout],
    *,
    budgets: Mapping[UUID, Budget],
) -> list[posting.Part] | None:
    """How a refund lies of a purchase that lies like `bought`; None if it is more than other refunds left of it."""
    if row.amount > _left(bought, came_back):
        return None
    unallocated = layouts.unallocated(budgets)
    categories = layouts.categories(bought, live=budgets, unallocated=unallocated)
    found = rules.returned(
        amount=row.amount,
        took=layouts.sizes([bought]),
        came_back=layouts.sizes(came_back),
        live=budgets,
        unallocated=unallocated,
        decimals=currencies.decimals(str(account.currency)),
    )
    return [posting.Part(budget_id=key, amount=amount, category=categories.get(key)) for key, amount in found.items()]


def _left(bought: layouts.Layout, came_back: Collection[layouts.Layout]) -> Decimal:
    return max(ZERO, layouts.total([bought]) - layouts.total(came_back))


def _release(account: BankAccount, row: Transaction, *, now: datetime) -> None:
    noted = row.refund_undo
    _point(account, row, None, now=now)
    if noted and layouts.of(row.pk) == noted["after"]:
        budgets = layouts.live(account)
        parts = layouts.parts(noted["before"], live=budgets, unallocated=layouts.unallocated(budgets))
        posting.allocate(account, row, parts, now=now)
    _remember(row, None)


def _point(account: BankAccount, row: Transaction, at: UUID | None, *, now: datetime) -> None:
    posting.journal.watch(row)
    row.refund_of_id = at
    if posting.journal.changed(account, row):
        posting.journal.write(account, at=now)
        row.stamp(now)
        row.save(update_fields=["refund_of", "version", "modified_at"])


def _remember(row: Transaction, undo: object) -> None:
    row.refund_undo = undo
    row.save(update_fields=["refund_undo"])
