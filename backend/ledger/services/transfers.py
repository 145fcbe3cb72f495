"""What a user can do with transfers between budgets (the API's internal transactions)."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from backend.ledger import access, errors, posting
from backend.ledger.models import Transfer, User
from backend.ledger.rules import amounts

from . import funding, locks


@transaction.atomic
def reverse(*, actor: User, transfer_id: UUID, now: datetime) -> Transfer:
    """Move the amount of a transfer back, dated `now`. Raises NotFound (also of a deleted budget), Archived."""
    found = access.one(access.transfers(actor), transfer_id)
    return create(
        actor=actor,
        source_id=found.target_id,
        target_id=found.source_id,
        amount=found.amount,
        effective_at=now,
        now=now,
        account_id=found.bank_account_id,
    )


@transaction.atomic
def create(
    *,
    actor: User,
    source_id: UUID,
    target_id: UUID,
    amount: Decimal,
    effective_at: datetime,
    now: datetime,
    account_id: UUID | None = None,
    currency: str | None = None,
) -> Transfer:
    """Move `amount` (account currency, more than zero) between two budgets of one account, dated `effective_at`.

    The account is that of the source if none is named.
    Raises NotFound, InvalidAmount, InvalidCurrency, SameBudget, OtherAccount, Archived. A balance may go below zero.
    """
    named_by = "bank_account"
    if account_id is None:
        named_by = "src_budget"
        account_id = access.pick(actor, access.budgets, source_id, field=named_by).bank_account_id
    account = locks.account(actor=actor, account_id=account_id, field=named_by)
    known = access.several(actor, access.budgets, {source_id, target_id})
    for key, field in ((source_id, "src_budget"), (target_id, "dst_budget")):
        if key not in known:
            raise errors.NotFound("There is no such budget.", field=field)
    source, target = known[source_id], known[target_id]
    if source.pk == target.pk:
        raise errors.SameBudget("Source and destination budgets must be different.")
    for budget, field in ((source, "src_budget"), (target, "dst_budget")):
        if budget.bank_account_id != account.pk:
            raise errors.OtherAccount("The budget belongs to another bank account.", field=field)
        if budget.archived:
            raise errors.Archived("The budget is archived.", field=field)
    amounts.same_currency(currency, account_currency=str(account.currency), field="amount_currency")
    if amounts.exact(amount, currency=str(account.currency), field="amount") <= 0:
        raise errors.InvalidAmount("Transfer amount must be positive.", field="amount")
    transfer = posting.move(
        account,
        source_id=source.pk,
        target_id=target.pk,
        amount=amount,
        actor=actor,
        effective_at=effective_at.astimezone(UTC),  # PostgreSQL takes offsets of less than 16 hours
        now=now,
        budgets=(source, target),
    )
    funding.reschedule(account, now=now)
    return transfer
