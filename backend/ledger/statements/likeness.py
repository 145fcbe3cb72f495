"""How surely a posted row is what was pending: a score of 100, of which amount, words and days each have a share."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from .keys import plain

ENOUGH = 70
"""From this score on, a posted row settles the pending one."""
WITHIN = timedelta(days=14)
"""A pending row and its posted one are no further apart."""
AMOUNT, WORDS, DAYS = 50, 35, 15
"""The most that each of the three can add."""
MOST_WORDS = 8

TIP = Decimal("0.35")
"""A tip adds no more than this part of the amount."""
DRIFT = Decimal("0.05")
"""So far an exchange rate moves between the two."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_SAYS_NOTHING = frozenset(
    """
    ach authorization card check checkcard contactless credit debit dbt eur gbp hold mastercard payment pending pin pos
    pre preauth pur purchase recurring sepa the trans transaction usd visa with www com
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The shares of a score."""

    amount: int
    words: int
    days: int

    @property
    def score(self) -> int:
        return self.amount + self.words + self.days

    def __str__(self) -> str:
        return (
            f"score {self.score} of 100: amount {self.amount} of {AMOUNT}, "
            f"description {self.words} of {WORDS}, days {self.days} of {DAYS}"
        )


def compared(*, pending: tuple[date, Decimal, str], posted: tuple[date, Decimal, str]) -> Likeness | None:
    """Two rows by date, amount and description; None where they cannot be one."""
    days = posted[0] - pending[0]
    amount = _amount(pending[1], posted[1])
    if not timedelta(0) <= days <= WITHIN or not amount:
        return None
    words = round(WORDS * similarity(pending[2], posted[2]))
    return Likeness(amount=amount, words=words, days=round(DAYS * (1 - days / (WITHIN + timedelta(days=1)))))


def _amount(pending: Decimal, posted: Decimal) -> int:
    """How well the amounts fit: what is bought may cost a tip more, or less than was held for it."""
    if pending == posted:
        return AMOUNT
    change = posted / pending - 1 if pending else Decimal(-1)
    if change <= -1:
        return 0
    if abs(change) <= DRIFT:
        return AMOUNT - 8
    return _tip_or_hold(pending, change) if pending < 0 else 0


def _tip_or_hold(pending: Decimal, change: Decimal) -> int:
    if 0 < change <= TIP:
        return AMOUNT - 10 - int(10 * change / TIP)
    if pending == -1:
        return AMOUNT - 20
    is_round = pending == pending.to_integral_value()
    return AMOUNT - 18 if change < 0 and is_round else 0


def similarity(one: str, other: str) -> float:
    """From 0 to 1: how many words the two share. A word that was cut off is that word."""
    if plain(one) == plain(other):
        return 1.0
    few, many = sorted((words(one), words(other)), key=len)
    shared = sum(any(_same(word, each) for each in many) for word in few)
    if not shared:
        return 0.0
    return (shared / len(few) + 2 * shared / (len(few) + len(many))) / 2


def _same(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 4 and (one.startswith(other) or other.startswith(one)))


@lru_cache(maxsize=4096)
def words(description: str) -> tuple[str, ...]:
    """The first words that say something."""
    found = dict.fromkeys(word for word in _WORD.findall(plain(description)) if word not in _SAYS_NOTHING)
    return tuple(found)[:MOST_WORDS]


def signs(description: str) -> tuple[str, ...]:
    """Beginnings of words; descriptions that share none of them share no word."""
    return tuple(dict.fromkeys(word[:4] for word in words(description)))
