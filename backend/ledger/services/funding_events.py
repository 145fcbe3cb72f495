"""What a user can do with funding events: run those that are due, retry a short one, skip one to come."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, Budget, FundingEvent, User
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import accounts as account_selectors
from backend.ledger.selectors import funding_events as selectors
from backend.ledger.selectors import funding_state

from . import funding

NO_EVENT = "There is no funding event to come on that day."
Status = FundingEvent.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did in an account: `events` as they are now, each once, in the order in which it came to them.

    `counts`: steps per status. `moved`: in the account's currency. `more`: it stopped before all was done.
    """

    account: BankAccount
    events: tuple[FundingEvent, ...]
    counts: Counter[str]
    moved: Decimal
    more: bool


def run(*, actor: User, account_id: UUID, now: datetime, as_of: date | None = None) -> Report:
    """Do what is due in one of the actor's accounts up to `as_of` (today by default, where the first owner lives).

    Nothing to do is a success with zeros. Raises NotFound, InvalidValue (`as_of` is after today, or ten years back).
    """
    account = access.one(access.accounts(actor), account_id)
    if as_of is not None and as_of > account_selectors.today(account, now=now):
        raise errors.InvalidValue("The date lies after today.", field="as_of")
    result = funding.run(account_id=account_id, now=now, as_of=as_of)
    keys = dict.fromkeys(intent.key for intent in result.events)
    rows = FundingEvent.objects.filter(
        bank_account=account, budget__in={key.budget_id for key in keys}, on__in={key.on for key in keys}
    )
    by_key = {funding_state.key(row): row for row in rows}
    return Report(
        account=access.one(access.accounts(actor), account_id),
        events=tuple(by_key[key] for key in keys if key in by_key),
        counts=result.counts,
        moved=result.moved,
        more=len(result.events) >= funding.MOST_EVENTS,
    )


def retry(*, actor: User, event_id: UUID, now: datetime) -> FundingEvent:
    """Give a short fund event at once what Unallocated can pay, in the engine's order; the event as it is then.

    It is a run of the account: what is due comes first, and so do short events that come before. Raises NotFound,
    Archived, CannotRetry (it is not short, a later event has taken its place, or something else keeps money from it).
    """
    event = access.one(access.funding_events(actor).select_related("budget", "bank_account"), event_id)
    _check_short(event)
    _check_way(event, now=now)
    funding.run(account_id=event.bank_account_id, now=now)
    return access.one(access.funding_events(actor), event_id)


def _check_short(event: FundingEvent) -> None:
    """Refuse what can get no more money, whatever there is."""
    budget = event.budget
    envelope = funding_state.envelope(budget)
    if event.kind == rules.RECUR:
        raise errors.CannotRetry("A recur event happens once, hit or miss.")
    if event.status != Status.SHORT:
        raise errors.CannotRetry(f"The event is not short: it is {event.status}.")
    if envelope.gone:
        raise errors.Archived("The budget is archived.")
    if not funding_state.unsettled(FundingEvent.objects.filter(pk=event.pk)).exists():
        raise errors.CannotRetry("A later event of the budget has taken its place.")
    gathered = envelope.gathered(balance=budget.balance, net_funding=budget.net_funding)
    for hindrance, message in (
        (budget.paused, "The budget is paused."),
        (not event.bank_account.auto_funding, "Funding of the account is switched off."),
        (budget.budget_type == Budget.Type.GOAL and budget.complete, "The goal is complete."),
        (gathered >= budget.target_balance, "Nothing is missing to the target any more."),
    ):
        if hindrance:
            raise errors.CannotRetry(message)


def _check_way(event: FundingEvent, *, now: datetime) -> None:
    """Refuse if there is money that the event would not get, because earlier events wait for the bank's rows."""
    account = event.bank_account
    zone = account_selectors.zone(account.pk)
    today = now.astimezone(zone).date()
    state = funding_state.state(account, today=today, zone=zone, through=today)
    waiting = [row.key.on for row in state.deferred if state.held_back(row.key.on)]
    for intent in rules.plan(state, through=today):
        if intent.key == funding_state.key(event):
            return
        if intent.revocable or intent.status == rules.DEFERRED:
            waiting.append(intent.key.on)
    if waiting and state.unallocated.balance > 0:
        raise errors.CannotRetry(
            f"Events from {min(waiting)} on wait for the bank's rows; what came in since is given out after them."
        )


@transaction.atomic
def skip(
    *,
    actor: User,
    budget_id: UUID,
    on: date,
    now: datetime,
    kind: str = rules.FUND,
    account_id: UUID | None = None,
) -> FundingEvent:
    """Have the budget's event of that day not take place: one to come, within two years, or one that is deferred.

    Other events are as they were; a share that is left out falls to the later ones. Skipping twice changes nothing.
    Raises NotFound, OtherAccount (the budget is not of the account that is named), Archived, InvalidValue (there is no
    such event, or it is settled).
    """
    if account_id is not None:
        access.one(access.accounts(actor), account_id)
    found = access.one(access.budgets(actor), budget_id, field="budget")
    account = posting.lock(found.bank_account_id, actor=actor)
    budget = access.one(access.budgets(actor), budget_id, field="budget")
    if account_id not in (None, account.pk):
        raise errors.OtherAccount("The budget belongs to another bank account.", field="budget")
    if budget.archived:
        raise errors.Archived("The budget is archived.", field="budget")
    event = FundingEvent.objects.filter(budget=budget, kind=kind, on=on).first()
    if event is None:
        _check_named(budget, kind, on, today=account_selectors.today(account, now=now))
        event = _skipped(
            FundingEvent(bank_account=account, budget=budget, kind=kind, on=on, created_at=now), actor, now
        )
        event.save(force_insert=True)
        posting.journal.created(account, [event])
    elif event.revocable:
        return event
    elif event.status != Status.DEFERRED:
        raise errors.InvalidValue(f"The event of that day is settled: it is {event.status}.", field="date")
    else:
        event = _skipped(posting.journal.watch(event), actor, now)
        posting.journal.changed(account, event)
        event.save(update_fields=["status", "reason", "skipped_by", "revocable", "modified_at"])
    _finish(account, now=now)
    return event


def _skipped(event: FundingEvent, actor: User, now: datetime) -> FundingEvent:
    event.status, event.reason, event.skipped_by, event.revocable = Status.SKIPPED, rules.BY_OWNER, actor, True
    event.stamp(now)
    return event


def _check_named(budget: Budget, kind: str, on: date, *, today: date) -> None:
    """Refuse a day on which no event of the budget is to come."""
    if on > today + selectors.FARTHEST:
        raise errors.InvalidValue("The date lies more than two years ahead.", field="date")
    envelope = funding_state.envelope(budget)
    try:
        named = on >= envelope.since(kind) and rules.next_date(envelope, kind, start=on) == on
    except rules.UNREADABLE as error:
        raise errors.InvalidValue("The schedule cannot be evaluated.", field="date") from error
    if not named:
        raise errors.InvalidValue(NO_EVENT, field="date")


@transaction.atomic
def take_back(*, actor: User, event_id: UUID, now: datetime) -> selectors.Upcoming:
    """Have a skipped event take place after all, as if it had never been skipped; what it looks like then.

    Raises NotFound, Settled (nobody skipped it, or its day is settled).
    """
    found = access.one(access.funding_events(actor), event_id)
    account = posting.lock(found.bank_account_id, actor=actor)
    event = access.one(access.funding_events(actor).select_related("budget"), event_id)
    if not event.revocable:
        skipped = event.status == Status.SKIPPED
        raise errors.Settled("The day of the event is settled." if skipped else "The event is not skipped.")
    if event.on < funding_state.envelope(event.budget).since(event.kind):
        posting.journal.watch(event)
        event.status, event.reason, event.skipped_by, event.revocable = Status.DEFERRED, rules.NOT_IN_YET, None, False
        event.stamp(now)
        posting.journal.changed(account, event)
        event.save(update_fields=["status", "reason", "skipped_by", "revocable", "modified_at"])
    else:
        posting.journal.deleted(account, [event])
        FundingEvent.objects.filter(pk=event.pk).delete()
    _finish(account, now=now)
    return selectors.event_to_come(account, funding_state.key(event), now=now)


def _finish(account: BankAccount, *, now: datetime) -> None:
    posting.tick(account, now=now)  # runs that are under way must notice
    account.save(update_fields=["modified_at"])
    posting.journal.write(account, at=account.modified_at)
    funding.reschedule(account, now=now)
