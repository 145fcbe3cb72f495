"""Why an event moves what it moves: for programs as plain values, for people as a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backend.ledger.rules import money

from . import terms as rules
from .envelopes import RECUR, SHORT, ZERO, Key, Terms

Plain = dict[str, str | int | bool]
"""Values that JSON has; amounts as text without needless zeros, days as ISO text."""

SHARE, FUNDING_AMOUNT, MISSING, FILLED_SINCE, AVAILABLE = (
    "share",
    "funding_amount",
    "missing",
    "filled_since",
    "available",
)
"""What keeps an event from moving more."""

ROUNDING = "half_down"
"""To the nearest minor unit; half of one is left out."""

BY_OWNER = "An owner skipped it."
NOT_IN_YET = "The bank's rows of that day are not in yet."

_UNITS = {0: "the whole unit", 2: "the cent", 3: "the thousandth"}
_AMOUNTS = ("gathered", "gathered_now", "source", "source_now", "available")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an event was decided by. What an earlier version did not note is None.

    `gathered`: what counted towards the target at the start of the day, and now. `source`: the balance that it is paid
    from, then and now; `available` of it is what can be paid. `posted_through`: how far the bank's rows were in.
    """

    decimals: int
    terms: Terms
    gated: bool | None = None
    posted_through: date | None = None
    gathered: Decimal | None = None
    gathered_now: Decimal | None = None
    source: Decimal | None = None
    source_now: Decimal | None = None
    available: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        """What was missing at the start of the day, never below zero."""
        return ZERO if self.gathered is None else max(ZERO, self.terms.target - self.gathered)

    @property
    def wanted(self) -> Decimal:
        """What the terms make of the gap."""
        return rules.wanted(self.terms, gap=self.gap, decimals=self.decimals)

    @property
    def exact(self) -> Decimal | None:
        """The share before it was rounded."""
        return None if self.terms.share is None else self.gap / self.terms.share

    def limit(self, *, intended: Decimal, moved: Decimal) -> str:
        """What kept the event from moving more, "" where the plan lacks something."""
        if moved < intended:
            return AVAILABLE
        if self.terms.hindrance:
            return ""
        if intended < self.wanted:
            return FILLED_SINCE
        if self.terms.share is not None and self.terms.share > 1 and self.gap:
            return SHARE
        return FUNDING_AMOUNT if self.terms.most is not None and self.terms.most < self.gap else MISSING

    def plain(self, *, intended: Decimal, moved: Decimal) -> Plain:
        """All of it as it is stored with the event; `facts_from_plain` reads it."""
        found: Plain = {**rules.to_plain(self.terms)}
        if self.gated is not None:
            found["gated"] = self.gated
        if self.posted_through is not None:
            found["posted_through"] = self.posted_through.isoformat()
        if self.gathered is None:
            return found
        for name in _AMOUNTS:
            amount = getattr(self, name)
            if amount is not None:
                found[name] = rules.text(amount)
        found["gap"] = rules.text(self.gap)
        if self.exact is not None:
            found |= {"exact": rules.text(self.exact), "rounding": ROUNDING}
        limit = self.limit(intended=intended, moved=moved)
        return found | {"limit": limit} if limit else found


def facts_from_plain(plain: Mapping[str, Any], *, decimals: int) -> Facts | None:
    """What `Facts.plain` made, or an earlier version of it; None where nothing was noted."""
    if "target" not in plain:
        return None
    amounts = {name: Decimal(plain[name]) for name in _AMOUNTS if name in plain}
    through = plain.get("posted_through")
    return Facts(
        decimals=decimals,
        terms=rules.from_plain(plain),
        gated=plain.get("gated"),
        posted_through=None if through is None else date.fromisoformat(through),
        **amounts,
    )


def told(facts: Facts, *, key: Key, status: str, intended: Decimal, moved: Decimal, topping_up: bool = False) -> str:
    """The amount of an event that was decided, in words: how it came about, and what there was for it."""
    if facts.gathered is None:
        return "A new cycle starts." if key.kind == RECUR else facts.terms.hindrance
    sentences = [_how(facts, key=key)]
    if not facts.terms.hindrance and intended < facts.wanted:
        sentences.append(f"Only {_shown(intended, facts)} was still missing when it was carried out.")
    source = "The fill-up" if key.kind == RECUR else "Unallocated"
    if status == SHORT:
        held = f"only {_shown(moved, facts)}" if moved else "nothing"
        sentences.append(f"{source} has {held} for it{' so far' if topping_up else ''}.")
    elif topping_up:
        sentences.append(f"{source} paid it in parts.")
    if key.kind == RECUR:
        sentences.append("A new cycle starts.")
    return " ".join(sentences)


def _how(facts: Facts, *, key: Key) -> str:
    """How what is wanted came about."""
    terms, gap, wanted = facts.terms, _shown(facts.gap, facts), _shown(facts.wanted, facts)
    target = _shown(terms.target, facts)
    if terms.hindrance:
        return terms.hindrance
    if not facts.gap:
        return f"Nothing is missing to {target}."
    if terms.share is not None and terms.share > 1:
        until = f" to {terms.deadline}" if terms.deadline is not None else ""
        rounded = "" if facts.wanted == facts.exact else f", rounded to {_unit(facts.decimals)}"
        return f"{wanted} is {gap} divided over the {terms.share} events from {key.on}{until}{rounded}."
    if terms.most is not None and terms.most < facts.gap:
        return f"{wanted} is the funding amount; {gap} is missing to {target}."
    beside = ""
    if terms.deadline is not None:
        beside = f"; no other event comes by {terms.deadline}"
    elif terms.most is not None:
        beside = f"; the funding amount is {_shown(terms.most, facts)}"
    return f"{wanted} is all that is missing to {target}{beside}."


def _shown(amount: Decimal, facts: Facts) -> str:
    return money.text(amount, decimals=facts.decimals)


def _unit(decimals: int) -> str:
    return _UNITS.get(decimals) or f"{decimals} decimals"
