"""What can be read of funding events: those that were recorded, and those to come."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from backend.ledger import currencies, errors
from backend.ledger.models import BankAccount, FundingEvent
from backend.ledger.rules import funding as rules

from . import accounts, funding_state

PLANNED = "planned"
"""The status of an event whose day is still to come, or that no run came to yet."""

FARTHEST = timedelta(days=731)
"""How far ahead events to come are told and can be skipped."""

MOST = 250
"""Events to come that are told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """An event to come. `moved` is what it will move as things look now, later top-ups included: less than `intended`
    if that will be missing.

    Status: planned; deferred while the bank's rows of its day, which is here, are not in; skipped or failed if that is
    known by now. `event_id`: its row, where it has one. `revocable`: an owner skipped it.
    """

    account_id: UUID
    budget_id: UUID
    kind: str
    on: date
    status: str
    intended: Decimal
    moved: Decimal
    reason: str
    inputs: rules.Plain
    event_id: UUID | None
    revocable: bool


def reason(event: FundingEvent, *, currency: str) -> str:
    """Why the event moved what it moved; told from its inputs where no words were stored with it."""
    if event.reason:
        return event.reason
    facts = rules.facts_from_plain(event.inputs, decimals=currencies.decimals(currency))
    if facts is None:
        return ""
    key = funding_state.key(event)
    return rules.told(facts, key=key, status=event.status, intended=event.intended, moved=event.moved)


def events_to_come(
    account: BankAccount,
    *,
    until: date,
    now: datetime,
    since: date | None = None,
    budget_id: UUID | None = None,
) -> list[Upcoming]:
    """The account's next events that are not settled, as the forecast has them: if every bank row comes in time.

    From `since` (else from the oldest that waits) up to `until`, 250 at most, in the engine's order; of one budget if
    it is named. Raises InvalidValue (`until` is more than two years ahead, or too much happens until then), OutOfRange.
    """
    zone = accounts.zone(account.pk)
    today = now.astimezone(zone).date()
    if until > today + FARTHEST:
        raise errors.InvalidValue("The date lies more than two years ahead.", field="until")
    state = funding_state.state(account, today=today, zone=zone, through=today)
    coming = (
        event
        for event in _to_come(account, state, until=until)
        if (since is None or event.on >= since) and budget_id in (None, event.budget_id)
    )
    return list(itertools.islice(coming, MOST))


def event_to_come(account: BankAccount, key: rules.Key, *, now: datetime) -> Upcoming:
    """That event, which is not settled; one that no schedule brings up any more will fail."""
    zone = accounts.zone(account.pk)
    today = now.astimezone(zone).date()
    state = funding_state.state(account, today=today, zone=zone, through=today)
    wanted = (key.budget_id, key.kind, key.on)
    for event in _to_come(account, state, until=key.on):
        if (event.budget_id, event.kind, event.on) == wanted:
            return event
    lost = rules.Intent(key=key, status=rules.FAILED, day=key.on, note="No schedule names that day any more.")
    return _upcoming(account, state, lost, {})


def _to_come(account: BankAccount, state: rules.State, *, until: date) -> Iterator[Upcoming]:
    """A schedule that cannot be evaluated fails each day; that is told once."""
    recorded = FundingEvent.objects.filter(bank_account=account)
    rows = {funding_state.key(row): row for row in funding_state.undone(recorded)}
    carried_out = {short.key for short in state.shorts}
    failed = set()
    for intent in rules.forecast(state, until=max(until, state.today)).events:
        key, schedule = intent.key, (intent.key.budget_id, intent.key.kind)
        if key in carried_out or key.on > until or schedule in failed:
            continue
        if intent.status == rules.FAILED:
            failed.add(schedule)
        yield _upcoming(account, state, intent, rows)


def _upcoming(
    account: BankAccount, state: rules.State, intent: rules.Intent, rows: Mapping[rules.Key, FundingEvent]
) -> Upcoming:
    key, status, words = intent.key, intent.status, intent.reason
    if status in (rules.DONE, rules.SHORT):
        held_back = key.on <= state.today and state.held_back(key.on)
        status = rules.DEFERRED if held_back else PLANNED
        words = f"{rules.NOT_IN_YET} {words}" if held_back else words
    facts = None if intent.facts is None else replace(intent.facts, gated=state.gated)
    inputs = {} if facts is None else facts.plain(intended=intent.intended, moved=intent.moved)
    row = rows.get(key)
    return Upcoming(
        account_id=account.pk,
        budget_id=key.budget_id,
        kind=key.kind,
        on=key.on,
        status=status,
        intended=intent.intended,
        moved=intent.moved,
        reason=words,
        inputs=inputs,
        event_id=None if row is None else row.pk,
        revocable=row is not None and row.revocable,
    )
