"""Money moved between two budgets of one account."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent, Transfer, User
from backend.ledger.rules import budgets as rules

from . import journal, rows
from .allocations import append
from .locking import Purse, is_exact, next_seq, save_account, tick, within_range

ZERO = Decimal(0)


def move(
    account: BankAccount,
    *,
    source_id: UUID,
    target_id: UUID,
    amount: Decimal,
    actor: User,
    effective_at: datetime,
    now: datetime,
    event: FundingEvent | None = None,
    budgets: Iterable[Budget] = (),
) -> Transfer:
    """Move `amount` (more than zero) from one budget of the account to another, dated `effective_at`.

    `budgets`: those of the two that were read already, under the account's lock and in this write.
    """
    assert amount > 0, "a transfer moves money"
    assert is_exact(account, amount), "no transfer is finer than the currency"
    assert source_id != target_id, "a transfer has two budgets"
    now = tick(account, now=now)
    transfer = Transfer(
        bank_account=account,
        seq=next_seq(account),
        source_id=source_id,
        target_id=target_id,
        amount=amount,
        actor=actor,
        effective_at=effective_at,
        funding_event=event,
        created_at=now,
        modified_at=now,
    )
    purse = Purse(account, (source_id, target_id), budgets=budgets)
    legs = [
        Entry(
            bank_account=account,
            budget_id=budget_id,
            transfer=transfer,
            seq=next_seq(account),
            effective_at=effective_at,
            amount=signed,
            balance=ZERO,
            created_at=now,
            modified_at=now,
        )
        for budget_id, signed in ((source_id, -amount), (target_id, amount))
    ]
    with within_range(field="amount"):
        rows.insert([transfer])
        for leg in legs:
            purse.add(leg.budget_id, leg.amount, by_transfer=True)
        journal.created(account, [transfer])
        append(account, legs, purse=purse)
        purse.save(now=now)
        save_account(account)
    return transfer


def judge(budget: Budget) -> None:
    """Decide anew, without saving, whether the budget is complete, since its target changed."""
    budget.complete = rules.complete(
        kind=budget.budget_type,
        was=budget.complete,
        balance=budget.balance,
        net_funding=budget.net_funding,
        target=budget.target_balance,
        may_clear=True,
    )
