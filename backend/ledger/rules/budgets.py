"""When a budget counts as complete, and what may be said of one: when it is stored, or only imagined.

Fields bear the names of the budget's columns; amounts are in the account's currency, schedules are RFC 5545 text. A
budget that is there already, `present`, is whatever has these names.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from backend.ledger import currencies, errors
from backend.ledger.rules import amounts, auto_spend, schedule

GOAL, RECURRING, FILLUP, CAPPED = "G", "R", "A", "C"

SCHEDULES = ("funding_schedule", "recurrance_schedule")
UNFUNDED = (
    "target_balance",
    "funding_amount",
    "funding_type",
    "target_date",
    "funding_schedule",
    "recurrance_schedule",
    "with_fillup_goal",
    "paused",
    "auto_spend",
)
"""What the Unallocated budget never has, since everything else is funded from it."""

FOLLOWED = ("target_balance", "funding_type", "funding_amount", "target_date", "funding_schedule")
"""What a fill-up has from its Recurring, beside the name and whether it is paused."""

HIGHEST_PRIORITY = 1_000
_SUFFIX = " Fill-up"
_LONGEST_NAME = 200


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


def check(fields: Mapping[str, Any], *, currency: str, today: date, present: Any = None) -> None:
    """Refuse values that a budget cannot have; a schedule that is not the present one is tried.

    Raises InvalidAmount, InvalidSchedule, InvalidRule.
    """
    amounts.not_negative(fields.get("target_balance", Decimal(0)), currency=currency, field="target_balance")
    funding_amount = fields.get("funding_amount")
    if funding_amount is not None:
        amounts.not_negative(funding_amount, currency=currency, field="funding_amount")
    for field in SCHEDULES:
        text = fields.get(field)
        if text and (present is None or text != getattr(present, field)):
            try:
                schedule.check(text, anchor=today if present is None else present.anchor)
            except errors.InvalidSchedule as error:
                raise errors.InvalidSchedule(error.message, field=field) from error
    auto_spend.parse(fields.get("auto_spend"), decimals=currencies.decimals(currency))


def check_new(fields: Mapping[str, Any], *, currency: str, today: date) -> None:
    """Refuse what no new budget can be. Raises InvalidValue (a fill-up), and what `check` does."""
    if fields.get("budget_type") == FILLUP:
        raise errors.InvalidValue(
            "A fill-up goal comes with its recurring budget (with_fillup_goal).", field="budget_type"
        )
    check(fields, currency=currency, today=today)


def check_change(present: Any, fields: Mapping[str, Any], *, currency: str, today: date) -> None:
    """Refuse what a budget cannot become. Raises Archived, Immutable, and what `check` does."""
    if present.archived:
        raise errors.Archived("The budget is archived.")
    if present.is_unallocated:
        _check_unallocated(present, fields)
    if present.budget_type == FILLUP:
        _check_follows(present, fields)
    check(fields, currency=currency, today=today, present=present)


def check_archivable(present: Any) -> None:
    """Raises Forbidden (Unallocated), Archived (twice)."""
    if present.is_unallocated:
        raise errors.Forbidden("Cannot archive the unallocated budget.")
    if present.archived:
        raise errors.Archived("Budget is already archived.")


def check_priority(present: Any, priority: int) -> None:
    """Raises Archived, InvalidValue (beyond -1,000 to 1,000)."""
    if present.archived:
        raise errors.Archived("The budget is archived.")
    if abs(priority) > HIGHEST_PRIORITY:
        raise errors.InvalidValue("A priority lies between -1,000 and 1,000.", field="priority")


def follow(child: Any, parent: Any) -> None:
    """Give a fill-up its parent's name, target, schedule and pause; the name is cut where both would not fit."""
    child.name = parent.name[: _LONGEST_NAME - len(_SUFFIX)] + _SUFFIX
    child.paused = parent.paused
    for field in FOLLOWED:
        setattr(child, field, getattr(parent, field))


def _check_unallocated(present: Any, fields: Mapping[str, Any]) -> None:
    """Unallocated keeps its name and is never funded: it is what everything else is funded from."""
    if fields.get("name", present.name) != present.name:
        raise errors.Immutable("Cannot rename the unallocated budget.", field="name")
    for field, value in fields.items():
        if field in UNFUNDED and (value or None) != (getattr(present, field) or None):
            raise errors.Immutable("The unallocated budget has no funding of its own.", field=field)


def _check_follows(present: Any, fields: Mapping[str, Any]) -> None:
    """A fill-up takes its name, target and schedule from its parent only."""
    for field in ("name", *FOLLOWED):
        if field in fields and fields[field] != getattr(present, field):
            raise errors.Immutable("A fill-up goal follows its recurring budget: change it there.", field=field)
