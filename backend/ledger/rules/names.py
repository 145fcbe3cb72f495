"""Names in readable case."""

import re
from functools import lru_cache

_INITIALS = frozenset("AAA AMC ATM AWS BBQ DMV HBO HSA IHOP IKEA IRS POS REI UPS US USA USPS".split())
_SMALL = frozenset(
    "AND AT BY FOR FROM IN OF ON THE TO DE DU DES DA DO DOS DAS DEL DI DELLA DELLE ET LA LAS LOS VAN DER DEN".split()
)
_FORMS = {"GMBH": "GmbH", "AG": "AG", "SA": "SA", "SARL": "SARL", "UG": "UG"}
"""Forms of companies that are not written as their letters would be."""
_ELIDED = frozenset({"ALL", "DALL", "DELL", "NELL", "SULL"})
_ADDRESS = re.compile(r"[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.(?:COM|NET|ORG|IO|CO|EU|DE|UK)(?:/.*)?")
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


@lru_cache(maxsize=1024)
def readable(name: str) -> str:
    """The name as a person would write it, if it is all in capitals; otherwise as it is.

    Words begin with a capital ("Blue Bottle", "Trader Joe's", "McDonald's"); small words inside do not ("Bank of the
    West"); addresses are small after the first letter ("Amazon.com"); initials stay ("CVS", "AT&T", "USPS").
    """
    if name != name.upper() or name == name.lower():
        return name
    words = name.split(" ")
    return " ".join(_word(word, inside=0 < place < len(words) - 1) for place, word in enumerate(words))


def _word(word: str, *, inside: bool) -> str:
    if inside and word in _SMALL:
        return word.lower()
    if word in _FORMS:
        return _FORMS[word]
    if word in _INITIALS or ("&" in word and len(word) <= 5):
        return word
    if _ADDRESS.fullmatch(word):
        return word[0] + word[1:].lower()
    return _LETTERS.sub(lambda found: _capitalised(found[0]), word)


def _capitalised(letters: str) -> str:
    """The initial large, the others small; short runs without a vowel are initials."""
    if len(letters) <= 3 and letters.isascii() and not set(letters) & set("AEIOUY"):
        return letters
    if letters.startswith("MC") and len(letters) > 5:
        return "Mc" + _capitalised(letters[2:])
    before, apostrophe, after = letters.partition("'" if "'" in letters else "\u2019")
    small = before[0] + before[1:].lower()
    if not apostrophe:
        return small
    is_name = (len(before) == 1 or before in _ELIDED) and len(after) > 1
    return small + apostrophe + (after[0] + after[1:].lower() if is_name else after.lower())
