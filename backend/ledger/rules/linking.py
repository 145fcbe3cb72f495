"""Whether a bank's text speaks of an account."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

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


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _says_something(name: str) -> bool:
    return sum(character.isalnum() for character in name) >= LEAST_LETTERS
