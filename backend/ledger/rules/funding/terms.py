"""How much an event is meant to move, and when a budget's events are."""

import functools
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from backend.ledger.errors import LedgerError
from backend.ledger.rules import budgets, money, schedule

from .envelopes import FUND, NEVER, ZERO, Envelope, Terms

MOST_SHARES = 10_000
"""A gap is divided by no more events than this: 27 years of days."""

LISTED_YEARS = 12
"""Over more years than this, dates are counted as they come rather than listed year by year."""

UNREADABLE = (LedgerError, ArithmeticError, ValueError)
"""What the evaluation of a stored schedule may raise."""

DAY = timedelta(days=1)

read = functools.lru_cache(maxsize=4096)(schedule.parse)


def next_date(envelope: Envelope, kind: str, *, start: date) -> date:
    """The first event of that kind on or after `start`, NEVER if there is none. Raises one of UNREADABLE."""
    text = envelope.schedule(kind)
    if not text or start == NEVER:
        return NEVER
    return _on_or_after(text, envelope.anchor, start) or NEVER


def _on_or_after(text: str, anchor: date, start: date) -> date | None:
    """The schedule's first date from `start` on; mostly it lies in the same year or the next."""
    for year in range(start.year, min(start.year + 1, date.max.year) + 1):
        days = _days_of(text, anchor, year)
        place = bisect_left(days, start)
        if place < len(days):
            return days[place]
    return schedule.next_on_or_after(read(text), anchor=anchor, start=start)


@functools.lru_cache(maxsize=1024)
def _days_of(text: str, anchor: date, year: int) -> tuple[date, ...]:
    """The schedule's dates in a year. Kept, as a simulation asks for each of them several times."""
    return tuple(schedule.occurrences(read(text), anchor=anchor, start=date(year, 1, 1), end=date(year, 12, 31)))


def following(envelope: Envelope, kind: str, *, on: date) -> date:
    """The next event after the one on that day."""
    return NEVER if on == NEVER else next_date(envelope, kind, start=on + DAY)


def terms_of(envelope: Envelope, kind: str, *, on: date, parent: Envelope | None, active: bool = True) -> Terms:
    """The terms of the event of that day by the present plan; `parent` is the Recurring that a fill-up saves for.

    Raises one of UNREADABLE.
    """
    skip = "The budget is paused." if envelope.paused else "" if active else "Funding of the account is switched off."
    if skip or kind != FUND:
        return Terms(target=envelope.target, skip=skip)
    if envelope.kind == budgets.CAPPED:
        return Terms(target=envelope.target, most=envelope.funding_amount)
    if envelope.fixed:
        missing = "" if envelope.funding_amount is not None else "The budget has no funding amount."
        return Terms(target=envelope.target, most=envelope.funding_amount, hindrance=missing)
    if envelope.kind == budgets.GOAL:
        deadline, missing = envelope.target_date, "The goal has no target date."
    else:
        deadline, missing = _next_cycle(parent or envelope, on=on), "There is no recurrence to save for."
    if deadline is None:
        return Terms(target=envelope.target, hindrance=missing)
    return Terms(target=envelope.target, share=events_left(envelope, on=on, deadline=deadline), deadline=deadline)


def _next_cycle(recurring: Envelope, *, on: date) -> date | None:
    text = recurring.recurrence_schedule
    return _on_or_after(text, recurring.anchor, on) if text else None


def events_left(envelope: Envelope, *, on: date, deadline: date) -> int:
    """Fund events from `on` to the deadline, both included; at least 1."""
    return max(1, _count(envelope.funding_schedule, envelope.anchor, on, deadline))


@functools.lru_cache(maxsize=4096)
def _count(text: str, anchor: date, start: date, end: date) -> int:
    """The schedule's dates from `start` to `end`; if they are more than MOST_SHARES, so many."""
    if end.year - start.year > LISTED_YEARS:
        days = schedule.occurrences(read(text), anchor=anchor, start=start, end=end)
        return sum(1 for _ in itertools.islice(days, MOST_SHARES))
    years = (_days_of(text, anchor, year) for year in range(start.year, end.year + 1))
    return sum(bisect_right(year, end) - bisect_left(year, start) for year in years)


def wanted(terms: Terms, *, gap: Decimal, decimals: int) -> Decimal:
    """What the event would move if there is enough, never below zero.

    A share is rounded to the nearest minor unit, half of one down; the last share takes what that left.

    `gap`: what was missing to `terms.target` at the start of the day.
    """
    if terms.hindrance or gap <= 0:
        return ZERO
    if terms.share is not None:
        return money.round_nearest(gap / terms.share, decimals=decimals)
    return gap if terms.most is None else min(terms.most, gap)


def text(amount: Decimal) -> str:
    """An amount without needless zeros."""
    return f"{amount.normalize():f}"


def to_plain(terms: Terms) -> dict[str, str | int]:
    """Terms as a plain dict of what is given, to be stored."""
    plain: dict[str, str | int] = {"target": text(terms.target)}
    if terms.most is not None:
        plain["most"] = text(terms.most)
    if terms.share is not None:
        plain["share"] = terms.share
    if terms.deadline is not None:
        plain["deadline"] = terms.deadline.isoformat()
    if terms.hindrance:
        plain["hindrance"] = terms.hindrance
    if terms.skip:
        plain["skip"] = terms.skip
    return plain


def from_plain(plain: Mapping[str, Any]) -> Terms:
    """What `to_plain` made, or an earlier version of it that noted less."""
    deadline = plain.get("deadline")
    return Terms(
        target=Decimal(plain["target"]),
        most=Decimal(plain["most"]) if "most" in plain else None,
        share=plain.get("share"),
        deadline=None if deadline is None else date.fromisoformat(deadline),
        hindrance=plain.get("hindrance", ""),
        skip=plain.get("skip", ""),
    )
