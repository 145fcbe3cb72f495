"""The outbox: what webhooks are told of a write, stored in the same database transaction as the write.

The journal hands over each row that it notes. An account without webhooks costs nothing here: its row, which is locked
anyway, says so. What one commit undoes again is not told: each write under the lock words anew what the commit came to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from backend.ledger import currencies, doorbell
from backend.ledger.models import BankAccount, Budget, FundingEvent, Stamped, Webhook, WebhookDelivery
from backend.ledger.rules import money, webhooks

Data = dict[str, Any]
Event = tuple[str, Data]
"""Its kind, and what is told of it."""

FUNDED = {FundingEvent.Status.DONE: webhooks.FUNDING_DONE, FundingEvent.Status.SHORT: webhooks.FUNDING_SHORT}


@dataclass
class Seen:
    """What the write came to so far, under this lock; `written` is what is told of it, in those `rows`."""

    budgets: dict[UUID, Budget] = field(default_factory=dict)
    balances: dict[UUID, list[Any]] = field(default_factory=dict)  # the first old one, the last new one
    complete: dict[UUID, list[Any]] = field(default_factory=dict)
    fundings: dict[UUID, FundingEvent] = field(default_factory=dict)
    written: list[Event] = field(default_factory=list)
    rows: list[UUID] = field(default_factory=list)


def begin(account: BankAccount) -> None:
    """A write to the account begins."""
    account.__dict__.pop("_seen", None)


def note(account: BankAccount, row: Stamped, values: Mapping[str, list[Any]]) -> None:
    """The journal noted that the row differs, by old and new values."""
    if not account.webhook_kinds:
        return
    seen: Seen = account.__dict__.setdefault("_seen", Seen())
    if isinstance(row, FundingEvent) and "status" in values:
        seen.fundings[row.pk] = row
    elif isinstance(row, Budget):
        seen.budgets[row.pk] = row
        for told, name in ((seen.balances, "balance"), (seen.complete, "complete")):
            if name in values:
                old, new = values[name]
                told[row.pk] = [told[row.pk][0] if row.pk in told else old, new]


def write(account: BankAccount, *, at: datetime) -> None:
    """Store what is to be told of what was noted; no statement where that is nothing."""
    seen: Seen | None = account.__dict__.get("_seen")
    if seen is None:
        return
    events = [*_fundings(account, seen), *_budgets(account, seen)]
    if events == seen.written:
        return
    if seen.rows:
        WebhookDelivery.objects.filter(pk__in=seen.rows).delete()
    seen.written, seen.rows = events, _tell(account, events, at=at)


def imported(
    account: BankAccount,
    *,
    source: str,
    at: datetime,
    new: int | None = None,
    duplicates: int | None = None,
    settled: int | None = None,
    zeros: int | None = None,
    suspicious: int | None = None,
) -> None:
    """Store that the bank's rows came in: from a file of the format `source`, or "client"; how many, where known."""
    if webhooks.IMPORT_COMMITTED not in account.webhook_kinds.split():
        return
    through = account.last_posted_through
    data = {
        "source": source,
        "new": new,
        "duplicates": duplicates,
        "settled": settled,
        "zeros": zeros,
        "suspicious": suspicious,
        "last_posted_through": through and through.isoformat(),
    }
    _tell(account, [(webhooks.IMPORT_COMMITTED, data)], at=at)


def address(webhook: Webhook, kind: str, data: Data, *, event_id: UUID, at: datetime) -> WebhookDelivery:
    """A message to the webhook, unsaved, to be sent at once."""
    return WebhookDelivery(
        bank_account_id=webhook.bank_account_id,
        webhook=webhook,
        event_id=event_id,
        kind=kind,
        payload=webhooks.message(event_id=event_id, kind=kind, at=at, data=data),
        next_try_at=at,
        created_at=at,
        modified_at=at,
    )


def _tell(account: BankAccount, events: list[Event], *, at: datetime) -> list[UUID]:
    if not events:
        return []
    hooks = list(Webhook.objects.filter(bank_account=account, active=True).order_by("created_at", "pk"))
    rows = []
    for kind, data in events:
        event_id = uuid4()
        told = {"bank_account": str(account.pk), **data}
        rows += [address(hook, kind, told, event_id=event_id, at=at) for hook in hooks if kind in hook.kinds]
    WebhookDelivery.objects.bulk_create(rows, batch_size=500)
    if rows:
        doorbell.ring(doorbell.TELL, account.pk)
    return [row.pk for row in rows]


def _fundings(account: BankAccount, seen: Seen) -> list[Event]:
    wanted = account.webhook_kinds.split()
    return [
        (FUNDED[FundingEvent.Status(row.status)], _funding(account, row))
        for row in seen.fundings.values()
        if FUNDED.get(FundingEvent.Status(row.status)) in wanted
    ]


def _budgets(account: BankAccount, seen: Seen) -> list[Event]:
    wanted = account.webhook_kinds.split()
    crossed = [key for key, (old, new) in seen.balances.items() if _crossed(old, new)]
    reached = [key for key, (old, new) in seen.complete.items() if new and not old]
    found = [
        (kind, key)
        for kind, keys in ((webhooks.BUDGET_BELOW_ZERO, crossed), (webhooks.GOAL_REACHED, reached))
        for key in keys
        if kind in wanted
    ]
    rows = {key: seen.budgets[key] for _, key in found}
    # Of a row that a statement changed without loading it, nothing is known here but its key.
    bare = [key for key, row in rows.items() if row._state.adding]
    rows |= Budget.objects.in_bulk(bare) if bare else {}
    return [(kind, _budget(account, rows[key])) for kind, key in found]


def _crossed(old: str | None, new: str | None) -> bool:
    return Decimal(old or 0) >= 0 > Decimal(new or 0)


def _funding(account: BankAccount, row: FundingEvent) -> Data:
    return {
        "funding_event": str(row.pk),
        "budget": str(row.budget_id),
        "kind": str(row.kind),
        "date": row.on.isoformat(),
        "status": str(row.status),
        "intended": _text(account, row.intended),
        "moved": _text(account, row.moved),
        "currency": str(account.currency),
    }


def _budget(account: BankAccount, row: Budget) -> Data:
    return {
        "budget": str(row.pk),
        "budget_name": row.name,
        "budget_type": str(row.budget_type),
        "unallocated": row.is_unallocated,
        "balance": _text(account, row.balance),
        "target_balance": _text(account, row.target_balance),
        "currency": str(account.currency),
    }


def _text(account: BankAccount, amount: Decimal) -> str:
    return money.text(amount, decimals=currencies.decimals(str(account.currency)))
