"""What the value of a column must be beyond its kind. Each check raises a refusal of the ledger."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.ledger import categories, currencies, doors, errors
from backend.ledger.rules import auto_spend, money, schedule

from . import plain


def _check_schedule(value: Any, decimals: int) -> None:
    if value:
        schedule.parse(value)


def _check_texts(value: Any, decimals: int) -> None:
    for each in plain.items(value):
        plain.text(each)


def _check_keys(value: Any, decimals: int) -> None:
    for each in plain.items(value):
        plain.key(each)


def _check_rules(value: Any, decimals: int) -> None:
    auto_spend.parse(value, decimals=decimals)


def _check_object(value: Any, decimals: int) -> None:
    plain.members(value)


def _check_pairs(value: Any, decimals: int) -> None:
    if any(not isinstance(pair, list) or len(pair) != 2 for pair in plain.members(value).values()):
        raise errors.InvalidExport("not an old and a new value for each field")
    for each in value.get("linked_transaction_id", ()):
        if each is not None:
            plain.key(each)
    for each in value.get("refused_links", ()):
        _check_keys(each or [], decimals)


def _check_undo(value: Any, decimals: int) -> None:
    """How a refund lay on budgets before it was tied, and after; and whether it follows its purchase."""
    if plain.members(value).keys() - {"follows"} != {"before", "after"} or type(value.get("follows", True)) is not bool:
        raise errors.InvalidExport("expected what was before and what is after")
    for laid in (*plain.items(value["before"]), *plain.items(value["after"])):
        if plain.members(laid).keys() != {"budget", "amount", "category", "memo"}:
            raise errors.InvalidExport("expected budget, amount, category and memo of each part")
        plain.key(laid["budget"])
        money.parse(plain.text(laid["amount"]), decimals=decimals)
        _check_category(plain.text(laid["category"]), decimals)
        plain.text(laid["memo"] or "")


def _check_claimed(value: Any, decimals: int) -> None:
    """What a run of the rules did, transaction by transaction."""
    for row in plain.items(value):
        if plain.members(row).keys() - {"undone"} != {"transaction", "entry", "budget", "amount", "before", "after"}:
            raise errors.InvalidExport("expected transaction, entry, budget, amount, before and after of each row")
        for name in ("transaction", "entry", "budget"):
            plain.key(row[name])
        money.parse(plain.text(row["amount"]), decimals=decimals)
        for name in ("before", "after"):
            _check_category(plain.text(row[name]), decimals)
        if not isinstance(row.get("undone", False), bool):
            raise errors.InvalidExport("undone: neither true nor false")


def _check_category(value: Any, decimals: int) -> None:
    if value and value not in categories.ALL:
        raise errors.InvalidExport("not one of the categories")


def _check_door(value: Any, decimals: int) -> None:
    if value not in doors.ALL:
        raise errors.InvalidExport("not one of the doors")


def _check_currency(value: Any, decimals: int) -> None:
    if value not in currencies.CODES:
        raise errors.InvalidExport("not a currency in use")


def _check_number(value: Any, decimals: int) -> None:
    if value < 0:
        raise errors.InvalidExport("less than zero")


CHECKS: Mapping[str, Callable[[Any, int], None]] = {
    "auto_spend": _check_rules,
    "category": _check_category,
    "currency": _check_currency,
    "default_currency": _check_currency,
    "door": _check_door,
    "funding_schedule": _check_schedule,
    "inputs": _check_object,
    "last_seq": _check_number,
    "link_aliases": _check_texts,
    "recurrance_schedule": _check_schedule,
    "refund_undo": _check_undo,
    "refused_links": _check_keys,
    "rows": _check_claimed,
    "seq": _check_number,
    "values": _check_pairs,
}
"""By the name of the column; the decimals are those of the row's amounts."""
