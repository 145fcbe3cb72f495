"""What comes back regularly: the cadence of past transactions with one party, and what is to be expected of it.

Transactions of one party and sign are held against each cadence: those near the days that it names are hits, days that
it names without one are missed, other transactions are extras. What fits best is regular, if it fits well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median_low
from uuid import UUID

from backend.ledger.rules import money, schedule
from backend.ledger.rules.cadences import Cadence, Rhythm, candidates

LEAST = 3
"""Hits without which nothing is regular."""

LOOKED_AT = 12
"""Days of payment that count, the latest."""

TYPICAL = 5
"""Payments that tell the amount and the budgets to expect, the latest."""

ALIVE = 1.5
"""Periods after the last payment after which nothing more is expected."""

FIT = 0.75
"""The least share of hits among all that was hit, missed or extra."""

NEAR, STEADY = Decimal("0.3"), 0.66
"""By how much of the typical amount a payment may differ, and the least share of those that differ by no more."""

APART = Decimal("1.15")
"""How many times as large an amount is that belongs to something else, with none between."""

AHEAD = timedelta(days=800)
"""Rows dated longer after today are no payments yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A transaction: signed, with the parts of it that lay on budgets."""

    party: str
    on: date
    amount: Decimal
    parts: Mapping[UUID, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular:
    """What is to be expected of a party: `amount` (signed), on `next_on` and then by `schedule`, RFC 5545 text.

    `parts`: the budgets that it usually falls to; they sum to the amount. `confidence`: from 0 to 1. `count`: the
    payments that it was seen in, `last_on` the day of the latest. A payment that is late is expected today.
    """

    party: str
    cadence: Cadence
    schedule: str
    amount: Decimal
    next_on: date
    last_on: date
    count: int
    confidence: float
    parts: dict[UUID, Decimal]

    def days(self, *, until: date) -> Iterator[date]:
        """The days on which it is expected."""
        if self.next_on <= until:
            yield self.next_on
        after = self.next_on + timedelta(days=1)
        yield from schedule.occurrences(schedule.parse(self.schedule), anchor=after, start=after, end=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """How the days of payments fit a rhythm; `hits` are their places, `early` is by how many days they came early."""

    rhythm: Rhythm
    hits: list[int]
    fit: float
    deviation: int
    early: int


def detect(payments: Iterable[Payment], *, today: date, decimals: int) -> list[Regular]:
    """What is regular among an account's transactions, the soonest first.

    Of one party with amounts far apart each amount may have its own cadence. Parties without a name are left out.
    """
    groups: dict[tuple[str, bool], list[Payment]] = defaultdict(list)
    for payment in payments:
        if payment.party and payment.on <= today + AHEAD:
            groups[payment.party.casefold(), payment.amount > 0].append(payment)
    found: list[Regular] = []
    for group in groups.values():
        whole = _regular(group, today=today, decimals=decimals)
        parts = [] if whole else [_regular(part, today=today, decimals=decimals) for part in _by_amount(group)]
        found += [each for each in (whole, *parts) if each is not None]
    return sorted(found, key=lambda each: (each.next_on, each.party, each.amount))


def _by_amount(payments: Sequence[Payment]) -> Iterator[list[Payment]]:
    """The payments by amounts that are not far apart, if these are several."""
    ordered = sorted(payments, key=lambda payment: abs(payment.amount))
    starts = [place for place, (one, next_) in enumerate(pairwise(ordered), 1) if _apart(one, next_)]
    for start, end in pairwise([0, *starts, len(ordered)] if starts else []):
        yield ordered[start:end]


def _apart(one: Payment, other: Payment) -> bool:
    return abs(other.amount) > abs(one.amount) * APART


def _regular(payments: Sequence[Payment], *, today: date, decimals: int) -> Regular | None:
    merged = _by_day(payments)[-LOOKED_AT:]
    match = _best([payment.on for payment in merged])
    if match is None:
        return None
    hits = [merged[place] for place in match.hits]
    latest, rhythm = hits[-TYPICAL:], match.rhythm
    typical = median_low(sorted(payment.amount for payment in latest))
    steady = sum(abs(hit.amount - typical) <= abs(typical) * NEAR for hit in hits) / len(hits)
    if steady < STEADY or (today - merged[-1].on).days > ALIVE * rhythm.cadence.days:
        return None
    first = _next(rhythm, last=merged[-1].on, today=today)
    return Regular(
        party=merged[-1].party,
        cadence=rhythm.cadence,
        schedule=rhythm.schedule(first),
        amount=typical,
        next_on=max(first, today),
        last_on=merged[-1].on,
        count=len(hits),
        confidence=round(match.fit * steady * len(hits) / (len(hits) + 1), 2),
        parts=_parts(typical, latest, decimals=decimals),
    )


def _by_day(payments: Sequence[Payment]) -> list[Payment]:
    """One payment per day, in order: what was paid in parts is one."""
    days: dict[date, list[Payment]] = defaultdict(list)
    for payment in payments:
        days[payment.on].append(payment)
    return [_together(days[day]) for day in sorted(days)]


def _together(payments: Sequence[Payment]) -> Payment:
    if len(payments) == 1:
        return payments[0]
    parts: dict[UUID, Decimal] = defaultdict(Decimal)
    for payment in payments:
        for budget_id, amount in payment.parts.items():
            parts[budget_id] += amount
    total = sum((payment.amount for payment in payments), Decimal(0))
    return Payment(party=payments[0].party, on=payments[0].on, amount=total, parts=parts)


def _best(days: Sequence[date]) -> _Match | None:
    """How the days fit the rhythm that they fit best, None if they fit none well."""
    if len(days) < LEAST:
        return None
    gap = (days[-1] - days[0]).days / (len(days) - 1)
    near = [cadence for cadence in Cadence if 0.75 <= gap / cadence.days <= 1.4]
    matches = (_match(rhythm, days) for cadence in near for rhythm in candidates(cadence, days))
    fitting = [match for match in matches if match.fit >= FIT and len(match.hits) >= LEAST]
    return max(fitting, key=lambda match: (match.fit, -match.deviation, match.early), default=None)


def _match(rhythm: Rhythm, days: Sequence[date]) -> _Match:
    hits: dict[int, int] = {}
    offs = []
    for place, day in enumerate(days):
        number = rhythm.nearest(day)
        off = (rhythm.day(number) - day).days
        if abs(off) <= rhythm.cadence.tolerance and number not in hits:
            hits[number] = place
            offs.append(off)
    named = max(hits) - min(hits) + 1 if hits else 0
    return _Match(
        rhythm=rhythm,
        hits=list(hits.values()),
        fit=len(hits) / (named + len(days) - len(hits)),
        deviation=sum(map(abs, offs)),
        early=sum(offs),
    )


def _next(rhythm: Rhythm, *, last: date, today: date) -> date:
    """The day that is to be expected next: one that is missing by now is, while it may only be late."""
    number = rhythm.nearest(last) + 1
    while rhythm.day(number) < today - timedelta(days=rhythm.cadence.tolerance):
        number += 1
    return rhythm.day(number)


def _parts(amount: Decimal, payments: Sequence[Payment], *, decimals: int) -> dict[UUID, Decimal]:
    """The amount on the budgets that at least half of the payments fell to, as these were shared out."""
    count: dict[UUID, int] = defaultdict(int)
    weights: dict[UUID, Decimal] = defaultdict(Decimal)
    for payment in payments:
        for budget_id, part in payment.parts.items():
            count[budget_id] += 1
            weights[budget_id] += abs(part)
    usual = [each for each in weights if count[each] * 2 >= len(payments)] or [max(count, key=lambda each: count[each])]
    total = sum((weights[each] for each in usual), Decimal(0))
    parts = {each: money.round_down(amount * weights[each] / total, decimals=decimals) for each in usual}
    largest = max(usual, key=lambda each: weights[each])
    parts[largest] += amount - sum(parts.values())
    return {budget_id: part for budget_id, part in parts.items() if part}
