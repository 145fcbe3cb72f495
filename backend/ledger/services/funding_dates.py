"""When the engine has something to do next, and what a change of plan leaves of the events that were due before it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from backend.ledger import posting, prepared
from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import accounts as account_selectors
from backend.ledger.selectors import funding_state

from .funding_record import MOST_WORDS, record

SURELY_FUTURE = timedelta(days=2)
"""So long after the date in UTC it is today nowhere."""

DAY = timedelta(days=1)
FIRST = Min(Least("fund_from", "recur_from"))
CURSORS = {rules.FUND: "fund_from", rules.RECUR: "recur_from"}


def reschedule(account: BankAccount, *, now: datetime, ran_on: date | None = None) -> None:
    """Store, on a locked account, the first day on which a run has something to do.

    `ran_on`: a run of that day has just found nothing more to do; else short events are looked at as soon as
    Unallocated holds anything. Costs one query, and more only if an event is due within two days or a plan changed.
    """
    planned, waiting = _days(account, money=ran_on is None)
    ahead = None if ran_on is None else _money_ahead(account, today=ran_on)
    upcoming = _next_event(account, planned, now=now)
    due_on = min((day for day in (upcoming, waiting, ahead) if day is not None), default=None)
    if due_on != account.funding_due_on:
        account.funding_due_on = due_on
        account.save(update_fields=["funding_due_on"])


def _days(account: BankAccount, *, money: bool) -> tuple[date | None, date | None]:
    """The first day that a plan names, and a day that is past if a recorded event can be gone on with."""
    gated, through = account.import_gate, account.last_posted_through

    def make(hole: prepared.Opening) -> QuerySet[Any, Any]:
        ready = Q(status=FundingEvent.Status.DEFERRED)
        if gated:
            ready &= Q(on__lte=hole(BankAccount._meta.get_field("last_posted_through"))) if through else Q(pk__in=())
        if money:
            funds = Budget.objects.filter(bank_account=OuterRef("bank_account"), is_unallocated=True, balance__gt=0)
            ready = ready | Q(Exists(funds), status=FundingEvent.Status.SHORT)
        key = hole(BankAccount)
        events = funding_state.unsettled(FundingEvent.objects.filter(bank_account=key)).filter(ready)
        return BankAccount.objects.filter(pk=key).values_list(_least(_plans(key), FIRST), _least(events, Min("on")))

    values = (through, account.pk) if gated and through else (account.pk,)
    ((planned, waiting),) = prepared.find(make, *values, name=(_days, gated, through is None, money))
    return planned, waiting


def _least(rows: QuerySet[Any], day: Min) -> Subquery:
    """The first day of rows that are all of one account."""
    return Subquery(rows.order_by().values("bank_account").annotate(first=day).values("first"))


def _plans(account: BankAccount | prepared.Hole) -> QuerySet[Budget]:
    return Budget.objects.filter(funding_state.LIVE, bank_account=account, is_unallocated=False)


def _next_event(account: BankAccount, planned: date | None, *, now: datetime) -> date | None:
    """The first day that a schedule names and no event is recorded for; `planned` is what the budgets say of it."""
    near = now.date() + SURELY_FUTURE
    if planned is not None and planned <= near:
        candidates = _plans(account).filter(Q(fund_from__lte=near) | Q(recur_from__lte=near))
        moved = [budget for budget in candidates if _aim(budget)]
        if moved:
            Budget.objects.bulk_update(moved, ["fund_from", "recur_from"])
            planned = _plans(account).aggregate(first=FIRST)["first"]
    return None if planned == rules.NEVER else planned


def _aim(budget: Budget) -> bool:
    """Set the budget's notes to the next days that its schedules name; whether that changed them."""
    envelope = funding_state.envelope(budget)
    before = (budget.fund_from, budget.recur_from)
    for kind, field in CURSORS.items():
        try:
            setattr(budget, field, rules.next_date(envelope, kind, start=envelope.since(kind)))
        except rules.UNREADABLE:
            continue  # the run will say so in an event
    return before != (budget.fund_from, budget.recur_from)


def _money_ahead(account: BankAccount, *, today: date) -> date | None:
    """The day of the next money that is entered already but dated after today, if a short event waits for any."""
    if not prepared.find(_short, account.pk):
        return None
    zone = account_selectors.zone(account.pk)
    tomorrow = min(datetime.combine(today + DAY, time.min, tzinfo=each) for each in (UTC, zone))
    entries = Entry.objects.filter(budget__bank_account=account, budget__is_unallocated=True, amount__gt=0)
    first: datetime | None = entries.filter(effective_at__gte=tomorrow).aggregate(first=Min("effective_at"))["first"]
    return None if first is None else funding_state.later_date(first, zone)


def _short(hole: prepared.Opening) -> QuerySet[Any, Any]:
    events = funding_state.unsettled(FundingEvent.objects.filter(bank_account=hole(BankAccount)))
    return events.filter(status=FundingEvent.Status.SHORT).values_list("pk")[:1]


def before_change(account: BankAccount, budget: Budget, *, now: datetime) -> None:
    """Settle what was due by the budget's present plan, before it takes another; its fill-up goes with it.

    Events of past days that no run came to, or that the import gate holds back, keep the terms they were due by. Those
    of today that are not carried out yet follow the new plan. The caller saves the budget.
    """
    if budget.is_unallocated:
        return
    fillup = budget.fillup_goal if budget.fillup_goal_id is not None else None
    settle_past(account, [budget, fillup] if fillup is not None and not fillup.archived else [budget], now=now)
    if fillup is not None:
        fillup.save(update_fields=["fund_from", "recur_from"])


def drop_skips(account: BankAccount) -> None:
    """Forget, after a change of plans, the skips that lie ahead on days which no schedule names any more.

    One query where nobody skipped any.
    """
    rows = FundingEvent.objects.filter(bank_account=account, revocable=True).select_related("budget")
    dropped = [row for row in rows if not _stands(row)]
    posting.journal.deleted(account, dropped)
    if dropped:
        FundingEvent.objects.filter(pk__in=[row.pk for row in dropped]).delete()


def _stands(row: FundingEvent) -> bool:
    """Whether a skip is behind the engine, or its day is still one of the schedule's."""
    envelope = funding_state.envelope(row.budget)
    if row.on < envelope.since(row.kind):
        return True
    try:
        return rules.next_date(envelope, row.kind, start=row.on) == row.on
    except rules.UNREADABLE:
        return False


def settle_past(account: BankAccount, budgets: Sequence[Budget], *, now: datetime) -> None:
    """Record what was due before today, and let the budgets' schedules go on from today; not saved on the budgets."""
    today = account_selectors.today(account, now=now)
    if any(min(budget.fund_from, budget.recur_from) < today for budget in budgets):
        _defer(account, budgets, today=today, now=now)
    events = FundingEvent.objects.filter(budget__in=budgets, on__gte=today)
    void = list(events.filter(status=FundingEvent.Status.DEFERRED))
    posting.journal.deleted(account, void)
    events.filter(pk__in=[event.pk for event in void]).delete()
    skips = list(events.filter(revocable=True))
    last = {
        (budget_id, kind): on
        for budget_id, kind, on in events.filter(revocable=False).values_list("budget", "kind").annotate(Max("on"))
    }
    for budget in budgets:
        for kind, field in CURSORS.items():
            recorded = last.get((budget.pk, kind))
            setattr(budget, field, today if recorded is None else recorded + DAY)
    starts = {(budget.pk, kind): getattr(budget, field) for budget in budgets for kind, field in CURSORS.items()}
    for row in skips:
        if row.on >= starts[row.budget_id, row.kind]:
            row.inputs = {}  # it lies ahead again, and would go by the new plan
    FundingEvent.objects.bulk_update(skips, ["inputs"])


def _defer(account: BankAccount, budgets: Iterable[Budget], *, today: date, now: datetime) -> None:
    """Record the events of before today that have no row, with their terms; they are carried out by the next run."""
    family = list(budgets)
    fillups = [budget.pk for budget in family if budget.budget_type == Budget.Type.FILLUP]
    others = Budget.objects.filter(fillup_goal__in=fillups).exclude(pk__in=[budget.pk for budget in family])
    chosen = {budget.pk for budget in family}
    unallocated, *envelopes = (
        funding_state.envelope(budget)
        for budget in (Budget.objects.get(bank_account=account, is_unallocated=True), *family, *others)
    )
    state = rules.State(
        today=today,
        decimals=0,
        unallocated=unallocated,
        envelopes=envelopes,
        skips=[funding_state.skip(row) for row in FundingEvent.objects.filter(budget__in=chosen, revocable=True)],
        active=account.auto_funding,
    )
    due = [intent for intent in rules.plan(state, through=today - DAY, closing=False) if intent.key.budget_id in chosen]
    for intent in due:
        if intent.known:
            record(account, intent, now=now)
    rows = FundingEvent.objects.bulk_create(
        FundingEvent(
            bank_account=account,
            budget_id=intent.key.budget_id,
            kind=intent.key.kind,
            on=intent.key.on,
            status=intent.status,
            reason=intent.reason[:MOST_WORDS],
            inputs=intent.inputs,
            created_at=now,
            modified_at=now,
        )
        for intent in due
        if not intent.known
    )
    posting.journal.created(account, rows)
