"""Scheduled funding of an account."""

from datetime import datetime
from uuid import UUID

from backend.ledger.models import BankAccount, Budget


def reschedule(account: BankAccount, *, now: datetime) -> None:
    """Store, on a locked account, the first day on which a run has something to do."""


def before_change(account: BankAccount, budget: Budget, *, now: datetime) -> None:
    """Settle what was due by the budget's present schedule, before it takes another."""


def run_after(*, account_id: UUID, now: datetime) -> None:
    """Fund an account after a write was committed; whatever fails is left to the next tick."""
