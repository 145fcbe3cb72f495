"""Rules by which a budget claims debits: what they may say, and which one claims a debit."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from backend.ledger import categories
from backend.ledger.errors import InvalidAmount, InvalidRule

from . import money

K = TypeVar("K", bound=Hashable)

KEYS = ("party", "category", "min", "max")
MOST = 100
"""Rules a budget may have."""
CATEGORIES = {name.casefold(): name for name in categories.ALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Claims a debit whose party contains `party` (in any case) and whose size lies within `least` and `most`."""

    party: str = ""
    category: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    def claims(self, *, texts: Iterable[str], size: Decimal) -> bool:
        if self.least is not None and size < self.least:
            return False
        if self.most is not None and size > self.most:
            return False
        return not self.party or any(self.party in text.casefold() for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Generic[K]):
    """The budget that takes a debit, by which of its rules; they are counted from 1."""

    budget: K
    number: int
    rule: Rule


def claim(budgets: Iterable[tuple[K, Sequence[Rule]]], *, texts: Sequence[str], size: Decimal) -> Claim[K] | None:
    """The first rule of the first budget that claims a debit of that size, without its sign; None if none does."""
    for budget, rules in budgets:
        for number, rule in enumerate(rules, start=1):
            if rule.claims(texts=texts, size=size):
                return Claim(budget=budget, number=number, rule=rule)
    return None


def category_then(rule: Rule, *, now: str) -> str:
    """The category of a past debit that the rule claims: a category that somebody gave it stays."""
    return rule.category if rule.category and now in ("", categories.UNASSIGNED) else now


def parse(value: object, *, decimals: int) -> tuple[Rule, ...]:
    """The rules that `auto_spend` holds; raises InvalidRule naming the rule and the key."""
    if value in (None, "", {}):
        return ()
    if not isinstance(value, list):
        raise InvalidRule("Expected a list of rules.", field="auto_spend")
    if len(value) > MOST:
        raise InvalidRule(f"Ensure that there are no more than {MOST} rules.", field="auto_spend")
    return tuple(_rule(rule, number=number, decimals=decimals) for number, rule in enumerate(value, start=1))


def _rule(value: object, *, number: int, decimals: int) -> Rule:
    if not isinstance(value, dict):
        raise InvalidRule(f"Rule {number}: expected an object.", field="auto_spend")
    unknown = sorted(str(key) for key in value if key not in KEYS)
    if unknown:
        raise InvalidRule(f"Rule {number}: unknown key “{unknown[0][:50]}”.", field="auto_spend")
    party = value.get("party") or ""
    if not isinstance(party, str) or len(party) > 512 or "\0" in party:
        raise InvalidRule(f"Rule {number}: party must be a text of at most 512 characters.", field="auto_spend")
    category = value.get("category") or None
    if category is not None:
        category = _category(category, number=number)
    least, most = (_amount(value.get(key), key=key, number=number, decimals=decimals) for key in ("min", "max"))
    return Rule(party=party.strip().casefold(), category=category, least=least, most=most)


def _category(value: object, *, number: int) -> str:
    name = CATEGORIES.get(value.strip().casefold()) if isinstance(value, str) else None
    if name is None:
        raise InvalidRule(f"Rule {number}: category is not one of the known categories.", field="auto_spend")
    return name


def _amount(value: object, *, key: str, number: int, decimals: int) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise InvalidAmount("A valid number is required.")
        amount = money.parse(str(value), decimals=decimals)
    except InvalidAmount as error:
        raise InvalidRule(f"Rule {number}: {key}: {error.message}", field="auto_spend") from error
    if amount < 0:
        raise InvalidRule(f"Rule {number}: {key} must not be negative.", field="auto_spend")
    return amount
