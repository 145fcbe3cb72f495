"""Text search: words that must all occur, in any case, with no character that means more than itself."""

import re
from collections.abc import Iterable, Sequence

from django.db.models import Q

from backend.ledger import errors

LONGEST = 100
"""Characters of a search."""

MOST_WORDS = 10

_WORDS = re.compile(r'"([^"]*)"|(\S+)')


def words(text: str, *, field: str) -> list[str]:
    """What a search asks for: parted by blanks, unless double quotes keep it together.

    Raises InvalidValue naming the field for one that is too long.
    """
    if len(text) > LONGEST:
        raise errors.InvalidValue(f"A search has no more than {LONGEST} characters.", field=field)
    if "\0" in text:
        raise errors.InvalidValue("A search has no null characters.", field=field)
    found = [quoted or plain for quoted, plain in _WORDS.findall(text) if quoted or plain]
    if len(found) > MOST_WORDS:
        raise errors.InvalidValue(f"A search has no more than {MOST_WORDS} words.", field=field)
    return found


def matching(wanted: Iterable[str], columns: Sequence[str]) -> Q:
    """The rows in which each of the words occurs in one of the columns."""
    found = Q()
    for word in wanted:
        anywhere = Q()
        for column in columns:
            for spelling in _spellings(word):
                anywhere |= Q(**{f"{column}__icontains": spelling})
        found &= anywhere
    return found


def _spellings(word: str) -> set[str]:
    """SQLite knows the case of the letters from A to Z; for others, how a word is usually written must do."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}
