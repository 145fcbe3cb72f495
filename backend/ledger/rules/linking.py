"""Whether a bank's text speaks of an account, and how well two transactions fit together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .reasons import Match, Reason, days_apart

FURTHEST = 10
"""Days that the two sides of a candidate may lie apart; fewer are asked of what is linked without being asked."""

LEAST_LETTERS = 3
"""A name with fewer letters and digits is found in too many texts to mean anything."""

_DIGITS = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an account is known by."""

    name: str
    aliases: tuple[str, ...] = ()
    number: str = ""

    def named_in(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts holds the name or an alias as whole words, or `ENDING IN` and the last four digits.

        Case and the width of blanks do not matter.
        """
        pattern = self._pattern()
        return pattern is not None and any(pattern.search(_plain(text)) for text in texts)

    def _pattern(self) -> re.Pattern[str] | None:
        phrases = [re.escape(name) for name in map(_plain, (self.name, *self.aliases)) if _says_something(name)]
        last = re.sub(r"\W", "", self.number)[-4:]
        if _DIGITS.fullmatch(last):
            phrases.append(f"ending in [x*#]*{last}")
        return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)") if phrases else None


NAMED, BOTH_NAMED, AMOUNT, DAYS, ONLY, RIVALS = (
    "names_account",
    "name_each_other",
    "opposite_amounts",
    "days_apart",
    "only_match",
    "other_matches",
)


def judge(*, named: int, days: int, rivals: int) -> Match | None:
    """How well two transactions of opposite amounts fit together: `days` apart, with `rivals` other pairs of either.

    `named`: how many of the two texts name the other's account. None for what is too far apart.
    """
    if not 0 <= days <= FURTHEST:
        return None
    reasons = [Reason(code=AMOUNT, text="The amounts are opposite.")]
    if named == 1:
        reasons.append(Reason(code=NAMED, text="One of the texts names the other account."))
    elif named:
        reasons.append(Reason(code=BOTH_NAMED, text="The texts name each other's accounts."))
    reasons.append(Reason(code=DAYS, text=days_apart(days, later="apart")))
    if rivals:
        fit = "1 other pair fits" if rivals == 1 else f"{rivals} other pairs fit"
        reasons.append(Reason(code=RIVALS, text=f"{fit} as well."))
    else:
        reasons.append(Reason(code=ONLY, text="Nothing else fits either of them."))
    score = 20 + (0, 30, 40)[named] + 3 * (FURTHEST - days) + (0 if rivals else 10)
    return Match(score=score, reasons=tuple(reasons))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _says_something(name: str) -> bool:
    return sum(character.isalnum() for character in name) >= LEAST_LETTERS
