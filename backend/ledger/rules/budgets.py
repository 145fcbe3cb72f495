"""When a budget counts as complete, and which of its fields may change."""

from decimal import Decimal

GOAL, RECURRING, FILLUP, CAPPED = "G", "R", "A", "C"


def complete(*, kind: str, was: bool, balance: Decimal, net_funding: Decimal, target: Decimal, may_clear: bool) -> bool:
    """Whether a budget has what it was saving for; a target of 0 never completes.

    Goal: once balance or net funding reached the target, and from then on unless `may_clear` (money was moved
    out by hand, or the target changed): spending does not clear it. Capped and fill-up: exactly while the balance
    reaches the target. Recurring: the funding engine says so at the turn of a cycle, so `was` stands.
    """
    if target <= 0:
        return False
    if kind == GOAL:
        return max(balance, net_funding) >= target or (was and not may_clear)
    if kind in (CAPPED, FILLUP):
        return balance >= target
    return was
