"""The fill-up goal of a Recurring budget: opened with it, kept in step, settled before it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.ledger import posting, prepared
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.rules import budgets as rules
from backend.ledger.selectors import accounts


def open_for(account: BankAccount, parent: Budget, *, today: date, now: datetime) -> Budget:
    """Create the fill-up of a saved Recurring budget."""
    child = Budget(
        bank_account_id=parent.bank_account_id,
        budget_type=Budget.Type.FILLUP,
        anchor=parent.anchor,
        fund_from=parent.fund_from,
        recur_from=today,
        created_at=now,
        modified_at=now,
    )
    rules.follow(child, parent)
    child.save(force_insert=True)
    posting.journal.created(account, [child])
    posting.journal.watch(parent)
    parent.fillup_goal = child
    posting.journal.changed(account, parent)
    parent.save(update_fields=["fillup_goal", "version"])
    return child


def keep_in_step(account: BankAccount, parent: Budget, *, now: datetime) -> None:
    """Give the fill-up its parent's name, target, schedule and pause."""
    child = parent.fillup_goal
    if child is None or child.archived:
        return
    posting.journal.watch(child)
    rules.follow(child, parent)
    posting.judge(child)
    posting.journal.changed(account, child)
    child.stamp(now)
    child.save()


def close_for(account: BankAccount, parent: Budget, *, actor: User, now: datetime) -> None:
    """The parent goes on without its fill-up, which is settled and archived."""
    child = parent.fillup_goal
    assert child is not None, "there is a fill-up to close"
    detach(account, child, now=now)
    parent.fillup_goal = None
    retire(account, child, actor=actor, now=now)


def detach(account: BankAccount, child: Budget, *, now: datetime) -> None:
    """No budget delegates to this fill-up any more; its Recurring is funded itself, from the next event on."""
    tomorrow = accounts.today(account, now=now) + timedelta(days=1)
    for parent in Budget.objects.filter(fillup_goal=child):
        posting.journal.watch(parent)
        parent.fillup_goal = None
        parent.with_fillup_goal = False
        parent.fund_from = tomorrow
        posting.journal.changed(account, parent)
        parent.modified_at = now
        parent.save(update_fields=["fillup_goal", "with_fillup_goal", "fund_from", "version", "modified_at"])


def retire(account: BankAccount, budget: Budget, *, actor: User, now: datetime) -> None:
    """Settle a budget and archive it."""
    settle(account, budget, actor=actor, now=now)
    posting.journal.watch(budget)
    budget.archived = True
    budget.archived_at = now
    posting.journal.changed(account, budget)
    budget.stamp(now)
    budget.save(update_fields=["archived", "archived_at", "version", "modified_at"])


def settle(account: BankAccount, budget: Budget, *, actor: User, now: datetime) -> None:
    """Bring a balance, also a negative one, to zero by a transfer with Unallocated."""
    balance = budget.balance
    if not balance:
        return
    unallocated_id = unallocated(account)
    source, target = (budget.pk, unallocated_id) if balance > 0 else (unallocated_id, budget.pk)
    posting.move(
        account, source_id=source, target_id=target, amount=abs(balance), actor=actor, effective_at=now, now=now
    )
    budget.refresh_from_db(fields=("balance", "net_funding", "complete"))


def sweep(account: BankAccount, *, actor: User, now: datetime) -> None:
    """What a changed transaction left on archived or deleted budgets goes to Unallocated: they hold nothing."""
    for budget in prepared.find(_held_in_vain, account.pk):
        settle(account, budget, actor=actor, now=now)


def _held_in_vain(hole: prepared.Opening) -> QuerySet[Budget]:
    gone = Q(archived=True) | Q(deleted_at__isnull=False)
    return Budget.objects.filter(gone, bank_account=hole(BankAccount)).exclude(balance=0)


def unallocated(account: BankAccount) -> UUID:
    """The key of the account's Unallocated budget."""
    ((key,),) = prepared.find(_unallocated, account.pk)
    found: UUID = key
    return found


def _unallocated(hole: prepared.Opening) -> QuerySet[Any, Any]:
    return Budget.objects.filter(bank_account=hole(BankAccount), is_unallocated=True).values_list("pk")
