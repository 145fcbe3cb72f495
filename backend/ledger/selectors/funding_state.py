"""What the funding simulation is told of an account, read in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.ledger import currencies, prepared
from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent
from backend.ledger.rules import funding as rules

LIVE = Q(archived=False, deleted_at=None)
Status, Kind = FundingEvent.Status, FundingEvent.Kind


def envelope(budget: Budget) -> rules.Envelope:
    """A budget as the simulation knows it."""
    return rules.Envelope(
        id=budget.pk,
        name=budget.name,
        kind=budget.budget_type,
        fixed=budget.funding_type == Budget.Funding.FIXED,
        target=budget.target_balance,
        funding_amount=budget.funding_amount,
        target_date=budget.target_date,
        funding_schedule=budget.funding_schedule,
        recurrence_schedule=budget.recurrance_schedule or "",
        anchor=budget.anchor,
        created_at=budget.created_at,
        priority=budget.priority,
        paused=budget.paused,
        complete=budget.complete,
        gone=budget.archived or budget.deleted_at is not None,
        fillup_id=budget.fillup_goal_id,
        fund_from=budget.fund_from,
        recur_from=budget.recur_from,
        balance=budget.balance,
        net_funding=budget.net_funding,
    )


def state(account: BankAccount, *, today: date, zone: ZoneInfo, through: date) -> rules.State:
    """The account as the simulation up to `through` needs it; three queries.

    Besides the live budgets it holds those that went while an event of theirs waited.
    """
    events = prepared.find(_unsettled_or_skipped, account.pk)
    (unallocated,), others = _parted(_budgets(account, {row.budget_id for row in events}))
    decimals = currencies.decimals(str(account.currency))
    found = rules.State(
        today=today,
        decimals=decimals,
        unallocated=unallocated,
        envelopes=others,
        deferred=[deferred(row) for row in events if row.status == Status.DEFERRED],
        skips=[skip(row) for row in events if row.revocable],
        shorts=[_short(row, decimals=decimals) for row in events if row.status == Status.SHORT],
        gated=account.import_gate,
        posted_through=account.last_posted_through,
        active=account.auto_funding,
    )
    since = rules.earliest(found, through=through)
    return replace(found, changes=changes(since=since, zones={account.pk: zone}))


def _unsettled_or_skipped(hole: prepared.Opening) -> QuerySet[FundingEvent]:
    recorded = FundingEvent.objects.filter(bank_account=hole(BankAccount))
    return unsettled(recorded).union(recorded.filter(revocable=True), all=True)


def _budgets(account: BankAccount, waiting: Iterable[UUID]) -> list[Budget]:
    """The live budgets of the account, and those."""
    others = prepared.spread(waiting)

    def make(hole: prepared.Opening) -> QuerySet[Budget]:
        mine = Budget.objects.filter(bank_account=hole(BankAccount))
        return mine.filter(LIVE | Q(pk__in=[hole(Budget) for _ in others]))

    return prepared.find(make, account.pk, *others, name=(_budgets, len(others)))


def _parted(budgets: Iterable[Budget]) -> tuple[list[rules.Envelope], list[rules.Envelope]]:
    parts: tuple[list[rules.Envelope], list[rules.Envelope]] = ([], [])
    for budget in budgets:
        parts[not budget.is_unallocated].append(envelope(budget))
    return parts


def unsettled(events: QuerySet[FundingEvent]) -> QuerySet[FundingEvent]:
    """Those events that wait for the bank's rows, and those that wait for money: no later one is settled yet."""
    later = FundingEvent.objects.filter(budget=OuterRef("budget"), kind=OuterRef("kind"), on__gt=OuterRef("on"))
    later = later.exclude(status=Status.DEFERRED).exclude(revocable=True)
    waiting = events.filter(status__in=(Status.DEFERRED, Status.SHORT))  # else SQLite reads all of an account's events
    return waiting.filter(Q(status=Status.DEFERRED) | Q(kind=Kind.FUND) & ~Exists(later))


def undone(events: QuerySet[FundingEvent]) -> QuerySet[FundingEvent]:
    """Those events that wait for the bank's rows, and skips that can be taken back: parts that each have an index."""
    return events.filter(status=Status.DEFERRED).union(events.filter(revocable=True), all=True)


def deferred(row: FundingEvent) -> rules.Deferred:
    return rules.Deferred(key=key(row), terms=rules.from_plain(row.inputs))


def skip(row: FundingEvent) -> rules.Skip:
    return rules.Skip(key=key(row), terms=rules.from_plain(row.inputs) if row.inputs else None)


def _short(row: FundingEvent, *, decimals: int) -> rules.Short:
    facts = rules.facts_from_plain(row.inputs, decimals=decimals)
    return rules.Short(key=key(row), intended=row.intended, moved=row.moved, facts=facts)


def key(row: FundingEvent) -> rules.Key:
    return rules.Key(budget_id=row.budget_id, kind=row.kind, on=row.on)


def changes(
    *, since: date, zones: Mapping[UUID, ZoneInfo], budget_ids: Collection[UUID] | None = None
) -> Sequence[rules.Change]:
    """The entries dated `since` or later, in UTC or where the owner lives; one query.

    They are of the accounts whose zones those are, and if so asked of those budgets alone.

    An entry is dated before a day if it is so in UTC, in which the bank's and the engine's dates are stored, and where
    the owner lives: so whatever is entered during a day never counts for that day's events, in no time zone.
    """
    earliest = datetime.combine(since, time.min, tzinfo=UTC) - timedelta(days=1)
    found = []
    for account_id, budget_id, at, amount, transfer_id, event_budget_id, kind, on in _entries(
        earliest, accounts=zones, budgets=budget_ids
    ):
        event = _event_key(event_budget_id, kind, on)
        day = later_date(at, zones[account_id]) if event is None else event.on
        if day >= since:
            found.append(
                rules.Change(
                    budget_id=budget_id,
                    day=day,
                    amount=amount,
                    transfer=transfer_id is not None,
                    event=event,
                    at=at,
                )
            )
    return found


def _entries(
    earliest: datetime, *, accounts: Iterable[UUID], budgets: Collection[UUID] | None
) -> list[tuple[Any, ...]]:
    below, on = prepared.spread(accounts), prepared.spread(budgets or ())

    def make(hole: prepared.Opening) -> QuerySet[Any, Any]:
        moment = hole(Entry._meta.get_field("effective_at"))
        rows = Entry.objects.filter(effective_at__gte=moment, bank_account__pk__in=[hole(BankAccount) for _ in below])
        if budgets is not None:
            rows = rows.filter(budget__pk__in=[hole(Budget) for _ in on])
        return rows.values_list(
            "bank_account_id",
            "budget_id",
            "effective_at",
            "amount",
            "transfer_id",
            "transfer__funding_event__budget_id",
            "transfer__funding_event__kind",
            "transfer__funding_event__on",
        )

    return prepared.find(make, earliest, *below, *on, name=(_entries, len(below), None if budgets is None else len(on)))


def _event_key(budget_id: UUID | None, kind: str | None, on: date | None) -> rules.Key | None:
    if budget_id is None or kind is None or on is None:
        return None
    return rules.Key(budget_id=budget_id, kind=kind, on=on)


def later_date(at: datetime, zone: ZoneInfo) -> date:
    """The day to whose end an entry of that instant belongs: its date in UTC or where the owner lives."""
    try:
        return max(at.astimezone(zone).date(), at.astimezone(UTC).date())
    except OverflowError:  # the last hours of the calendar
        return at.date()
