"""Many transactions of one account at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction as database

from backend.ledger import doorbell, errors, posting
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.rules import amounts

from . import drafts, funding, locks

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A transaction to enter; as `transactions.create` takes it."""

    amount: Decimal
    posted_date: datetime
    raw_description: str
    transaction_type: str = ""
    transaction_date: datetime | None = None
    pending: bool = False
    memo: str | None = None
    description: str = ""


Outcome = Transaction | errors.LedgerError
"""What became of a row: the transaction, or why there is none."""


def create(
    *, actor: User, account_id: UUID, rows: Sequence[New | errors.LedgerError], all_or_nothing: bool, now: datetime
) -> list[Outcome]:
    """Enter up to 500 transactions, in their order; an outcome for each.

    A row may be a refusal already, of whoever read it. One that is refused keeps no other out, unless all or nothing
    is asked for: then the others are refused with `not_done`. Raises NotFound (the account), InvalidValue (too many).
    """
    if not 1 <= len(rows) <= MOST:
        raise errors.InvalidValue(f"Between 1 and {MOST} transactions can be entered at once.", field="transactions")
    with database.atomic():
        account = locks.account(actor=actor, account_id=account_id, field="bank_account")
        made = [row if isinstance(row, errors.LedgerError) else _made(account, row) for row in rows]
        if all_or_nothing and any(isinstance(each, errors.LedgerError) for each in made):
            return [each if isinstance(each, errors.LedgerError) else _not_done() for each in made]
        entered = [each for each in made if isinstance(each, Transaction)]
        budgets = drafts.claimants(account)
        posting.post(account, [drafts.allocated(each, budgets=budgets) for each in entered], now=now)
        funding.reschedule(account, now=now)
        doorbell.ring(doorbell.LINK, account.pk)
        return made


def _made(account: BankAccount, row: New) -> Outcome:
    try:
        amounts.not_zero(row.amount, currency=str(account.currency), field="amount")
        return drafts.transaction(
            amount=row.amount,
            posted_date=row.posted_date,
            raw_description=row.raw_description,
            transaction_type=row.transaction_type,
            transaction_date=row.transaction_date,
            pending=row.pending,
            memo=row.memo,
            description=row.description,
        )
    except errors.LedgerError as refusal:
        return refusal


def _not_done() -> errors.LedgerError:
    return errors.NotDone("Another transaction was refused, so none was entered.")
