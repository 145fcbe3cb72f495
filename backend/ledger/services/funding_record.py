"""The row of a funding event."""

from datetime import datetime

from backend.ledger import posting
from backend.ledger.models import BankAccount, FundingEvent
from backend.ledger.rules import funding as rules

MOST_WORDS = 512
"""Characters of a reason."""


def record(account: BankAccount, intent: rules.Intent, *, now: datetime) -> FundingEvent:
    """The row of the event; inserting it is what claims the event. The account is saved by the caller."""
    now = posting.tick(account, now=now)
    fields = {
        "status": intent.status,
        "intended": intent.intended,
        "moved": intent.moved,
        "reason": intent.reason[:MOST_WORDS],
        "revocable": intent.revocable,
        "modified_at": now,
    }
    key = {"budget_id": intent.key.budget_id, "kind": intent.key.kind, "on": intent.key.on}
    if not intent.known:
        event = FundingEvent(bank_account=account, **key, **fields, inputs=intent.inputs, created_at=now)
        event.save(force_insert=True)
        posting.journal.created(account, [event])
        return event
    event = posting.journal.watch(FundingEvent.objects.get(**key))
    was_revocable = event.revocable
    for name, value in fields.items():
        setattr(event, name, value)
    event.inputs = event.inputs | intent.inputs
    if intent.status != rules.SKIPPED:
        event.skipped_by = None
    if not posting.journal.changed(account, event) and was_revocable != event.revocable:
        posting.journal.differs(account, event, "revocable", old=was_revocable, new=event.revocable)
    event.save(update_fields=[*fields, "inputs", "skipped_by"])
    return event
