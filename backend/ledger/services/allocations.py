"""What a user can do with one allocation of a transaction."""

from dataclasses import replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db import transaction as database

from backend.ledger import access, errors, posting
from backend.ledger.models import Budget, Entry, User

from . import fillups, funding, refunds, shares


class Changes(TypedDict, total=False):
    """What a caller may send; `memo` may be None for none."""

    budget: UUID
    category: str
    memo: str | None


@database.atomic
def update(*, actor: User, allocation_id: UUID, changes: Changes, now: datetime) -> Entry:
    """Move an allocation to another budget of its account, or give it another category or memo.

    Moved onto a budget that the transaction touches already, the two become one: that of the other budget.
    Refunds of the transaction follow it. Raises NotFound, OtherAccount, Archived, InvalidValue (category, memo).
    """
    found = access.one(access.allocations(actor), allocation_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    entry = access.one(access.allocations(actor).select_related("transaction"), allocation_id)
    assert entry.transaction is not None, "an allocation is a part of a transaction"
    shares.check_words(category=changes.get("category"), memo=changes.get("memo"))
    parts = _parts(entry, changes, actor=actor)
    posting.allocate(account, entry.transaction, list(parts.values()), now=now)
    refunds.follow(account, [entry.transaction.pk], now=now)
    fillups.sweep(account, actor=actor, now=now)
    funding.reschedule(account, now=now)
    return Entry.objects.get(transaction=entry.transaction, budget=changes.get("budget", entry.budget_id))


def _parts(entry: Entry, changes: Changes, *, actor: User) -> dict[UUID, posting.Part]:
    """How the transaction lies on budgets after the change, by budget."""
    others = Entry.objects.filter(transaction=entry.transaction).exclude(pk=entry.pk).order_by("seq")
    parts = {each.budget_id: posting.Part(budget_id=each.budget_id, amount=each.amount) for each in others}
    budget_id = _budget(changes["budget"], entry, actor=actor) if "budget" in changes else entry.budget_id
    category, memo = changes.get("category"), (changes["memo"] or "") if "memo" in changes else None
    if budget_id in parts:  # the two become one
        parts[budget_id] = replace(
            parts[budget_id], amount=parts[budget_id].amount + entry.amount, category=category, memo=memo
        )
    elif budget_id == entry.budget_id:
        parts[budget_id] = posting.Part(budget_id=budget_id, amount=entry.amount, category=category, memo=memo)
    else:
        parts[budget_id] = posting.Part(
            budget_id=budget_id,
            amount=entry.amount,
            category=entry.category if category is None else category,
            memo=entry.memo if memo is None else memo,
            entry_id=entry.pk,
        )
    return parts


def _budget(budget_id: UUID, entry: Entry, *, actor: User) -> UUID:
    """The budget that the allocation is to go to."""
    budget: Budget = access.one(access.budgets(actor), budget_id, field="budget")
    if budget.bank_account_id != entry.bank_account_id:
        raise errors.OtherAccount("The budget belongs to another bank account.", field="budget")
    if budget.archived and budget.pk != entry.budget_id:
        raise errors.Archived("The budget is archived.", field="budget")
    return budget.pk
