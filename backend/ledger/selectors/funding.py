"""What can be read of scheduled funding: what comes next, what it comes to, and which accounts are due."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from backend.ledger import currencies, prepared
from backend.ledger.models import BankAccount, Budget, FundingEvent
from backend.ledger.rules import funding as rules

from . import accounts, funding_state

PLENTY = Decimal("Infinity")
OF_ACCOUNTS = ("currency", "import_gate", "last_posted_through", "auto_funding")
"""The columns of accounts on which it depends what comes next."""

EASTERNMOST = timedelta(hours=14)
"""No clock shows a later time than that many hours after UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFunding:
    """The next fund event that is not done: its day, what it is meant to move, and whether the gate holds it today."""

    on: date
    amount: Decimal
    deferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTotal:
    """The next events of the budgets that share a schedule; `next_date` is the first of their days."""

    schedule: str
    next_date: date
    total_amount: Decimal
    budget_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    schedules: list[ScheduleTotal]
    total_amount: Decimal


def next_fundings(
    budgets: Sequence[Budget],
    *,
    now: datetime,
    of: Mapping[UUID, BankAccount] | None = None,
    recurring: Iterable[Budget] | None = None,
) -> dict[UUID, NextFunding]:
    """The next funding of each of the budgets, which may be of several accounts; at most five queries for all.

    Missing are those that get none: paused, archived, complete goals, Recurring with a fill-up, no schedule, amount 0.
    Who knows the accounts they are `of`, or rows among which is every Recurring that has one of them as its fill-up,
    saves a query by each.
    """
    funded = [budget for budget in budgets if _is_funded(budget)]
    if not funded:
        return {}
    if of is None:
        of = BankAccount.objects.in_bulk({budget.bank_account_id for budget in funded})
    if recurring is None:
        recurring = _recurring(budget.pk for budget in funded if budget.budget_type == Budget.Type.FILLUP)
    states = _states(funded, of=of, recurring=recurring, now=now)
    found = {}
    for budget in funded:
        upcoming = _next(states[budget.pk], budget.pk)
        if upcoming is not None:
            found[budget.pk] = upcoming
    return found


def _recurring(fillups: Iterable[UUID]) -> list[Budget]:
    wanted = prepared.spread(fillups)

    def make(hole: prepared.Opening) -> QuerySet[Budget]:
        return Budget.objects.filter(fillup_goal__pk__in=[hole(Budget) for _ in wanted])

    return prepared.find(make, *wanted, name=(_recurring, len(wanted)))


def _is_funded(budget: Budget) -> bool:
    """Whether the budget can have a next funding, as far as its row tells."""
    if budget.is_unallocated or budget.archived or budget.deleted_at is not None or budget.paused:
        return False
    if budget.budget_type == Budget.Type.GOAL and budget.complete:
        return False
    return bool(budget.funding_schedule) and budget.fillup_goal_id is None


def _states(
    budgets: Sequence[Budget], *, of: Mapping[UUID, BankAccount], recurring: Iterable[Budget], now: datetime
) -> dict[UUID, rules.State]:
    """For each budget a state in which it is alone with its Recurring, and Unallocated never lacks anything."""
    account_ids = {budget.bank_account_id for budget in budgets}
    zones = dict.fromkeys(account_ids, ZoneInfo(accounts.FIRST_OWNER_ZONE)) | accounts.zones(account_ids)
    parents = {row.fillup_goal_id: row for row in recurring if row.fillup_goal_id is not None}
    members = {each.pk: [each, *([parents[each.pk]] if each.pk in parents else [])] for each in budgets}
    member_ids = {member.pk for group in members.values() for member in group}
    deferred, skips = _recorded(member_ids, account_ids=zones)
    states = {}
    for budget in budgets:
        account = of[budget.bank_account_id]
        states[budget.pk] = rules.State(
            today=now.astimezone(zones[account.pk]).date(),
            decimals=currencies.decimals(str(account.currency)),
            unallocated=_inexhaustible(budget),
            envelopes=[funding_state.envelope(member) for member in members[budget.pk]],
            deferred=[row for member in members[budget.pk] for row in deferred[member.pk]],
            skips=[row for member in members[budget.pk] for row in skips[member.pk]],
            gated=account.import_gate,
            posted_through=account.last_posted_through,
            active=account.auto_funding,
        )
    return _with_changes(states, zones=zones)


def _recorded(
    budget_ids: set[UUID], *, account_ids: Iterable[UUID]
) -> tuple[Mapping[UUID, list[rules.Deferred]], Mapping[UUID, list[rules.Skip]]]:
    """The events that wait for the bank's rows, and those that owners skipped; one query."""
    deferred: dict[UUID, list[rules.Deferred]] = defaultdict(list)
    skips: dict[UUID, list[rules.Skip]] = defaultdict(list)
    accounts, budgets = prepared.spread(account_ids), prepared.spread(budget_ids)

    def make(hole: prepared.Opening) -> QuerySet[FundingEvent]:
        below: list[Any] = [hole(BankAccount) for _ in accounts]
        of: list[Any] = [hole(Budget) for _ in budgets]
        return funding_state.undone(FundingEvent.objects.filter(bank_account__pk__in=below, budget__pk__in=of))

    rows: list[Any] = prepared.find(make, *accounts, *budgets, name=(_recorded, len(accounts), len(budgets)))
    for row in rows:
        if row.revocable:
            skips[row.budget_id].append(funding_state.skip(row))
        else:
            deferred[row.budget_id].append(funding_state.deferred(row))
    return deferred, skips


def _inexhaustible(budget: Budget) -> rules.Envelope:
    return rules.Envelope(
        id=budget.bank_account_id,
        kind=Budget.Type.CAPPED,
        anchor=date.min,
        created_at=budget.created_at,
        fund_from=rules.NEVER,
        recur_from=rules.NEVER,
        balance=PLENTY,
    )


def _with_changes(states: dict[UUID, rules.State], *, zones: Mapping[UUID, ZoneInfo]) -> dict[UUID, rules.State]:
    ids = {envelope.id for state in states.values() for envelope in state.envelopes}
    since = min(rules.earliest(state, through=rules.NEVER) for state in states.values())
    changes: dict[UUID, list[rules.Change]] = defaultdict(list)
    for change in funding_state.changes(since=since, zones=zones, budget_ids=ids):
        changes[change.budget_id].append(change)
    return {
        budget_id: replace(state, changes=[change for each in state.envelopes for change in changes[each.id]])
        for budget_id, state in states.items()
    }


def _next(state: rules.State, budget_id: UUID) -> NextFunding | None:
    """What the engine would do next for the budget if neither the gate nor a lack of money kept it from it."""
    budget = next(envelope for envelope in state.envelopes if envelope.id == budget_id)
    skipped = {skip.key.on for skip in state.skips if skip.key.budget_id == budget_id and skip.key.kind == rules.FUND}
    days = [row.key.on for row in state.deferred if row.key.budget_id == budget_id and row.key.kind == rules.FUND]
    try:
        days.append(_next_date(budget, skipped))
    except rules.UNREADABLE:
        return None
    if min(days) == rules.NEVER:
        return None
    for intent in rules.plan(replace(state, gated=False), through=min(days), closing=False):
        if intent.key.budget_id == budget_id and intent.key.kind == rules.FUND and intent.key.on not in skipped:
            if not intent.intended:
                return None
            held_back = intent.key.on <= state.today and state.held_back(intent.key.on)
            return NextFunding(on=intent.key.on, amount=intent.intended, deferred=held_back)
    return None


def _next_date(budget: rules.Envelope, skipped: Collection[date]) -> date:
    """The next day by schedule that nobody skipped."""
    day = rules.next_date(budget, rules.FUND, start=budget.fund_from)
    while day in skipped:
        day = rules.following(budget, rules.FUND, on=day)
    return day


def planned(accounts: Iterable[UUID]) -> list[Budget]:
    """The budgets of those accounts that can have a next funding, and every Recurring that has a fill-up; one query."""
    wanted = prepared.spread(accounts)

    def make(hole: prepared.Opening) -> QuerySet[Budget]:
        mine = Budget.objects.filter(bank_account__pk__in=[hole(BankAccount) for _ in wanted])
        return mine.filter(funding_state.LIVE | Q(fillup_goal__isnull=False))

    return prepared.find(make, *wanted, name=(planned, len(wanted)))


def summary(account: BankAccount, *, now: datetime) -> Summary:
    """The next fundings of an account's budgets, summed up per schedule, the soonest schedule first."""
    budgets = planned([account.pk])
    return summed_up(budgets, next_fundings(budgets, now=now, of={account.pk: account}, recurring=budgets))


def summed_up(budgets: Iterable[Budget], fundings: Mapping[UUID, NextFunding]) -> Summary:
    """The summary of budgets of one account whose next fundings are known."""
    schedules: dict[str, list[NextFunding]] = defaultdict(list)
    for budget in budgets:
        if budget.pk in fundings:
            schedules[budget.funding_schedule].append(fundings[budget.pk])
    return _total(schedules)


def _total(schedules: Mapping[str, list[NextFunding]]) -> Summary:
    totals = [
        ScheduleTotal(
            schedule=schedule,
            next_date=min(each.on for each in group),
            total_amount=sum((each.amount for each in group), Decimal(0)),
            budget_count=len(group),
        )
        for schedule, group in schedules.items()
    ]
    totals.sort(key=lambda total: (total.next_date, total.schedule))
    return Summary(schedules=totals, total_amount=sum((total.total_amount for total in totals), Decimal(0)))


def latest_date(now: datetime) -> date:
    """The latest date that any clock shows at that instant."""
    return (now + EASTERNMOST).date()


def due_accounts(*, now: datetime) -> list[UUID]:
    """The accounts for which a run has something to do today, where their first owner lives; one query."""
    first = BankAccount.owners.through.objects.filter(bankaccount_id=OuterRef("pk")).order_by("pk")
    rows = (
        BankAccount.objects.filter(funding_due_on__lte=latest_date(now))
        .annotate(zone=Subquery(first.values("user__timezone")[:1]))
        .order_by("funding_due_on", "pk")
        .values_list("pk", "funding_due_on", "zone")
    )
    return [
        account_id
        for account_id, due_on, zone in rows
        if due_on is not None and due_on <= accounts.date_in(accounts.zone_named(zone), now=now)
    ]


def is_due(account_id: UUID, *, now: datetime) -> bool:
    """Whether it is among them, or will be within a day; one query."""
    return BankAccount.objects.filter(pk=account_id, funding_due_on__lte=latest_date(now)).exists()
