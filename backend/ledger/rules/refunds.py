"""Refunds: which budgets the money goes back to, and which purchase it may be of."""

from collections.abc import Container, Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

from . import money
from .reasons import Match, Reason, days_apart

K = TypeVar("K", bound=Hashable)
ZERO = Decimal(0)

NEAR = 90
"""Days within which a refund usually follows its purchase."""

SAME_PARTY, SIMILAR_PARTY, WHOLE, REST, PART, DAYS = (
    "same_party",
    "similar_party",
    "whole_amount",
    "rest_of_amount",
    "part_of_amount",
    "days_later",
)
LEAST_LETTERS = 4
"""A first word that is shorter says too little about who it is."""


def returned(
    *,
    amount: Decimal,
    took: Mapping[K, Decimal],
    came_back: Mapping[K, Decimal],
    live: Container[K],
    unallocated: K,
    decimals: int,
) -> dict[K, Decimal]:
    """What of a refund goes back to each budget: pro rata of what is left of what the purchase took from it.

    `took` is what the purchase took from each budget, `came_back` what other refunds of it gave each; all above zero.
    What a budget out of use would get goes to `unallocated`. The amount is at most what is left of the purchase.
    """
    left = dict.fromkeys(_pooled(took, live=live, unallocated=unallocated), ZERO)
    back = _pooled(came_back, live=live, unallocated=unallocated)
    for key, size in _pooled(took, live=live, unallocated=unallocated).items():
        left[key] = max(ZERO, size - back.get(key, ZERO))
    shares = money.share(amount, weights=left, decimals=decimals)
    assert all(share <= left[key] for key, share in shares.items()), "no budget gets more than was taken from it"
    return {key: share for key, share in shares.items() if share}


def _pooled(sizes: Mapping[K, Decimal], *, live: Container[K], unallocated: K) -> dict[K, Decimal]:
    """What budgets out of use have counts as that of `unallocated`."""
    found: dict[K, Decimal] = {}
    for key, size in sizes.items():
        place = key if key in live else unallocated
        found[place] = found.get(place, ZERO) + size
    return found


def match(
    *, amount: Decimal, size: Decimal, left: Decimal, refund_party: str | None, party: str | None, days: int
) -> Match | None:
    """How a refund of `amount` fits a purchase of `size`, of which `left` is not refunded, made `days` days before it.

    None for what does not fit: more than is left, too far apart, or with neither the party nor the amount in common.
    """
    if not ZERO < amount <= left or not 0 <= days <= NEAR:
        return None
    who, points = _party(refund_party, party)
    if amount == size:
        how, worth = Reason(code=WHOLE, text="It is all that the purchase cost."), 30
    elif amount == left:
        how, worth = Reason(code=REST, text="It is all that was not refunded yet."), 25
    else:
        how, worth = Reason(code=PART, text="It is less than the purchase cost."), 5
    if who is None and worth < 25:
        return None
    when = Reason(code=DAYS, text=days_apart(days, later="later"))
    reasons = (how, when) if who is None else (who, how, when)
    return Match(score=points + worth + 10 - days * 9 // NEAR, reasons=reasons)


def _party(one: str | None, other: str | None) -> tuple[Reason | None, int]:
    here, there = (" ".join((text or "").casefold().split()) for text in (one, other))
    if here and here == there:
        return Reason(code=SAME_PARTY, text="The same party."), 60
    first = here.partition(" ")[0]
    if len(first) >= LEAST_LETTERS and first == there.partition(" ")[0]:
        return Reason(code=SIMILAR_PARTY, text=f"Both parties begin with “{first}”."), 40
    return None, 0
