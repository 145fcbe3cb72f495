"""What the days to come hold for an account, by what is entered, expected, and would be changed; nothing is saved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max

from backend.ledger import access, currencies, errors
from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent, User
from backend.ledger.rules import amounts, funding, regular, schedule

from . import accounts, funding_state, whatif

FARTHEST = timedelta(days=731)
"""Two years, with a leap day."""

MOST_FLOWS = 100
MOST_EXPECTED = 10_000
"""Days on which flows are expected, over all of them: two years of 13 a day."""

LONGEST_NAME = 200

LOOKED_BACK = timedelta(days=1_280)
"""Three payments of a yearly bill, the first of them three and a half years ago."""

MOST_PAYMENTS = 20_000
"""Parts of transactions that are looked at for what is regular, the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Money that the user expects: a signed amount on one day, or by RFC 5545 text that counts from today.

    `budget`: the budget's key, what the caller calls one that is added, or None for Unallocated.
    """

    name: str
    amount: Decimal
    budget: UUID | str | None = None
    on: date | None = None
    schedule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the future. `with_regular`: expect what is regular by the past, but for parties of `without`."""

    until: date
    flows: Sequence[Expected] = ()
    with_regular: bool = False
    without: Sequence[str] = ()
    changes: whatif.WhatIf = field(default_factory=whatif.WhatIf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What was counted on: its days, and the parts of its amount by budget. `found` if the past told it."""

    name: str
    amount: Decimal
    parts: Mapping[UUID, Decimal]
    days: Sequence[date]
    schedule: str = ""
    found: regular.Regular | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The answer. `budgets`: those that the forecast is about, Unallocated first, then by age; rows never to be saved.

    `keys`: of those that were added, what the caller calls them. `streams`: what was expected.
    """

    today: date
    currency: str
    question: Question
    budgets: Sequence[Budget]
    keys: Mapping[UUID, str]
    streams: Sequence[Stream]
    forecast: funding.Forecast


def ask(user: User, *, account_id: UUID, question: Question, now: datetime) -> Outlook:
    """`outlook` of one of the user's accounts; one query more."""
    return outlook(access.one(access.accounts(user), account_id, field="bank_account"), question, now=now)


def outlook(account: BankAccount, question: Question, *, now: datetime) -> Outlook:
    """Simulate the account's future; five queries, one more for changed budgets and one for what is regular.

    Raises InvalidValue (`until`, too many flows or events), NotFound, Archived, and for budgets what services raise.
    """
    zone = accounts.zone(account.pk)
    today = accounts.date_in(zone, now=now)
    _check_days(question.until, today=today)
    state = funding_state.state(account, today=today, zone=zone, through=today)
    rows = {row.pk: row for row in Budget.objects.filter(bank_account=account, deleted_at=None)}
    imagined = whatif.Imagined(
        account=account,
        rows=rows,
        draft=funding.Draft(
            state,
            now=now,
            counts_on=funding_state.later_date(now, zone),
            recorded=_recorded(account, today=today) if question.changes else {},
        ),
        today=today,
        now=now,
    )
    if question.changes:
        imagined.take(question.changes)
        state = imagined.draft.state
    live = {row.pk: row for row in rows.values() if not row.archived}
    streams = list(_declared(question, imagined))
    if question.with_regular:
        streams += _regular(account, question, live=live, today=today)
    return Outlook(
        today=today,
        currency=str(account.currency),
        question=question,
        budgets=sorted(live.values(), key=_age),
        keys={budget_id: key for key, budget_id in imagined.keys.items()},
        streams=streams,
        forecast=funding.forecast(state, until=question.until, flows=list(_flows(streams)), now=now),
    )


def _age(row: Budget) -> tuple[Any, ...]:
    """Unallocated first, then the oldest; those only thought of last."""
    return (not row.is_unallocated, row._state.adding, row.created_at, row.name, row.pk)


def _check_days(until: date, *, today: date) -> None:
    if until < today:
        raise errors.InvalidValue(f"A forecast begins today, on {today}.", field="until")
    if until > today + FARTHEST:
        raise errors.InvalidValue(f"A forecast reaches no farther than {FARTHEST.days} days ahead.", field="until")


def _recorded(account: BankAccount, *, today: date) -> Mapping[tuple[UUID, str], date]:
    """By budget and kind the last day from today on of which an event is settled; one query."""
    settled = FundingEvent.objects.filter(bank_account=account, on__gte=today, revocable=False)
    rows = settled.exclude(status=FundingEvent.Status.DEFERRED).values_list("budget", "kind").annotate(Max("on"))
    return {(budget_id, kind): on for budget_id, kind, on in rows}


def _declared(question: Question, imagined: whatif.Imagined) -> Iterator[Stream]:
    """What the user expects, checked. Raises InvalidValue, InvalidAmount, InvalidSchedule, NotFound, Archived."""
    if len(question.flows) > MOST_FLOWS:
        raise errors.InvalidValue(f"No more than {MOST_FLOWS} flows at once.", field="flows")
    for number, expected in enumerate(question.flows):
        with whatif.within("flows", number):
            amount = amounts.not_zero(expected.amount, currency=str(imagined.account.currency), field="amount")
            budget = _target(expected.budget, imagined)
            days = _days(expected, today=imagined.today, until=question.until)
            if len(expected.name) > LONGEST_NAME:
                raise errors.InvalidValue(f"A name has no more than {LONGEST_NAME} characters.", field="name")
        yield Stream(
            name=expected.name, amount=amount, parts={budget.pk: amount}, days=days, schedule=expected.schedule
        )


def _target(given: UUID | str | None, imagined: whatif.Imagined) -> Budget:
    """The live budget that a flow is for."""
    if given is None:
        return next(row for row in imagined.rows.values() if row.is_unallocated)
    if isinstance(given, str):
        if given not in imagined.keys:
            raise errors.NotFound("There is no such budget.", field="budget")
        given = imagined.keys[given]
    found = imagined.find(given)
    if found.archived:
        raise errors.Archived("The budget is archived.", field="budget")
    return found


def _days(expected: Expected, *, today: date, until: date) -> list[date]:
    """The days of a flow from today to `until`."""
    if (expected.on is None) == (not expected.schedule):
        raise errors.InvalidValue("Give either a day or a schedule.", field="on")
    if expected.on is None:
        try:
            found = schedule.check(expected.schedule, anchor=today)
        except errors.InvalidSchedule as error:
            raise errors.InvalidSchedule(error.message, field="schedule") from error
        return list(schedule.occurrences(found, anchor=today, start=today, end=until))
    if expected.on < today:
        raise errors.InvalidValue("The day is past.", field="on")
    return [expected.on] if expected.on <= until else []


def _regular(account: BankAccount, question: Question, *, live: Mapping[UUID, Budget], today: date) -> Iterator[Stream]:
    """What the past tells to expect, the soonest first; what fell to budgets that are gone falls to Unallocated."""
    decimals = currencies.decimals(str(account.currency))
    without = {party.casefold() for party in question.without}
    for found in regular.detect(_payments(account, live=live, today=today), today=today, decimals=decimals):
        if found.party.casefold() in without:
            continue
        yield Stream(
            name=found.party,
            amount=found.amount,
            parts=found.parts,
            days=list(found.days(until=question.until)),
            schedule=found.schedule,
            found=found,
        )


def _payments(account: BankAccount, *, live: Mapping[UUID, Budget], today: date) -> Iterator[regular.Payment]:
    """The account's transactions of late; one query. A bank's day is that of UTC."""
    unallocated_id = next(row.pk for row in live.values() if row.is_unallocated)
    since = datetime(today.year, today.month, today.day, tzinfo=UTC) - LOOKED_BACK
    entries = Entry.objects.filter(bank_account=account, transfer=None, effective_at__gte=since)
    rows = entries.order_by("-effective_at", "-seq").values_list(
        "transaction", "transaction__party", "transaction__posted_date", "transaction__amount", "budget", "amount"
    )
    parts: dict[UUID, dict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    facts: dict[UUID, tuple[str, date, Decimal]] = {}
    for row_id, party, posted, amount, budget_id, part in rows[:MOST_PAYMENTS]:
        facts[row_id] = (party or "", posted.astimezone(UTC).date(), amount)
        parts[row_id][budget_id if budget_id in live else unallocated_id] += part
    for row_id, (party, on, amount) in facts.items():
        yield regular.Payment(party=party, on=on, amount=amount, parts=parts[row_id])


def _flows(streams: Iterable[Stream]) -> Iterator[funding.Flow]:
    """What comes in on which day. Raises InvalidValue for more than MOST_EXPECTED."""
    count = 0
    for stream in streams:
        count += len(stream.days)
        if count > MOST_EXPECTED:
            raise errors.InvalidValue(
                f"Flows are expected on more than {MOST_EXPECTED:,} days in all; ask for fewer days.", field="until"
            )
        for day in stream.days:
            for budget_id, amount in stream.parts.items():
                yield funding.Flow(budget_id=budget_id, on=day, amount=amount)
