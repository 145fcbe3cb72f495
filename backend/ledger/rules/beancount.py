"""Names, texts and days as Beancount takes them."""

import unicodedata
from datetime import date, timedelta

FIRST, LAST = date(1700, 1, 1), date(2099, 12, 30)
"""The days that Beancount can read, but for one behind them on which balances can be told."""

MOST = 100
"""Characters of a part of an account's name."""

BREAKING = ("Cc", "Cs", "Zl", "Zp")
"""Kinds of characters that no text on one line has: controls, halves of characters, separators of lines."""


class Names:
    """Gives accounts their names, each once: the second of two equal ones ends in -2."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, above: str, name: str, *, otherwise: str) -> str:
        """`above`, a colon, and what Beancount takes of the name; `otherwise` where nothing is left of it."""
        wanted = found = f"{above}:{component(name, otherwise=otherwise)}"
        number = 1
        while found in self._given:
            number += 1
            found = f"{wanted}-{number}"
        self._given.add(found)
        return found


def component(name: str, *, otherwise: str) -> str:
    """A part of an account's name: letters, digits and dashes, beginning with a capital letter or a digit.

    `otherwise`, which begins with a capital letter, stands before a script that has no capitals.
    """
    text = unicodedata.normalize("NFC", name)[:MOST]
    kept = "".join(character if _fits(character) else "-" for character in text)
    words = "-".join(filter(None, kept.split("-")))
    if not words:
        return otherwise
    first = words[0].upper()
    if len(first) == 1 and unicodedata.category(first) in ("Lu", "Nd"):
        return first + words[1:]
    return f"{otherwise}-{words}"


def quoted(text: str) -> str:
    """A text in quotes, on one line."""
    line = " ".join("".join(" " if unicodedata.category(each) in BREAKING else each for each in text).split())
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def day(given: date) -> str:
    """The day, or the nearest one that Beancount can read."""
    return min(max(given, FIRST), LAST).isoformat()


def day_after(given: date) -> str:
    """The day that follows upon that one, on which Beancount compares what there was at its end."""
    return (min(max(given, FIRST), LAST) + timedelta(days=1)).isoformat()


def _fits(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Nd" or category.startswith("L")
