"""What a bank's raw description tells: the day of the purchase, and whom it was with.

Every expression here is linear in the text: none repeats what can be matched in two ways.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from backend.ledger.rules import bank_words, names, places

MOST = 512
"""Characters that are looked at, and that a party has at most."""

_LATEST = timedelta(days=7)
_COLUMN_BREAK = re.compile(r"\s{2,}")
_MONTH_AND_DAY = re.compile(r"(?<![0-9/])(0[1-9]|1[0-2])/(0[1-9]|[12][0-9]|3[01])(?![0-9])")

_RESELLER = rf"(?:{bank_words.any_of(bank_words.RESELLERS)}) ?\*"
_KIND = rf"(?:{bank_words.any_of(bank_words.KINDS)})(?=[ :*#-]|$)(?: #?[0-9]{{4}}(?= ))?"
_PREFIX = re.compile(rf"(?:{_RESELLER}|{_KIND})[ :*-]*", re.IGNORECASE)
_DETAILS = re.compile(
    r" (?:DES|INDN|CO ID|ID|REF|REFERENCE|TRACE|TRN|CONF|CONFIRMATION|AUTH|AUTH CODE|MCC)(?: NO\.?)? ?[:#]",
    re.IGNORECASE,
)
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAY = (
    r"[0-9]{1,2}/[0-9]{1,2}(?:/(?:[0-9]{4}|[0-9]{2}))?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|[0-9]{2}[.-][0-9]{2}[.-](?:[0-9]{4}|[0-9]{2})(?:/[0-9]{2}[.:][0-9]{2})?"
    r"|20[0-9]{2}-[01][0-9]|[0-9]{2}\.[0-9]{2}\.?"
    rf"|[0-9]{{1,2}}(?:{_MONTHS})(?:[0-9]{{2}})?|[0-9]{{1,2}}[.:][0-9]{{2}} ?UHR"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
)
_DATE = re.compile(
    rf"(?:(?<![0-9A-Za-z])(?:ON|VOM|LE|DU|DEL|OP|DNIA) )?(?<![0-9A-Za-z/.-])(?:{_DAY})(?![0-9A-Za-z/])",
    re.IGNORECASE,
)
_PURCHASE_AFTER_DATE = re.compile(r"\0 ?(?:MOBILE |RECURRING |POS )?(?:PURCHASE|REFUND|PAYMENT)(?= |$)", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?1[ .-]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-]?[0-9]{4}(?![0-9])"
    r"|(?<![0-9])[0-9]{10,11}(?![0-9])|\+[0-9]{1,3}[ -]?[0-9]{2,5}[ -]?[0-9]{3,5}[ -]?[0-9]{2,5}(?![0-9])"
    r"|(?<![0-9])8[0-9]{2}-[A-Z]{7}(?![A-Z])"
)
_CARD = re.compile(
    r"(?<![A-Za-z])(?:CARD |CARD ENDING IN )?(?:[Xx*]{2,16}[0-9]{4}|(?<=CARD )[0-9]{4}|(?<= IN )[0-9]{4})(?![0-9])"
    r"|(?<![0-9A-Za-z])(?:[0-9]{4,6}[Xx*]{4,12}[0-9]{3,4}"
    r"|(?:CB|CARTE|TARJETA|TARJ\.|CARTA|KARTE)[ :*][Xx*]{0,12}[0-9]{4}"
    r"|(?:NR:|PASNR\.? ?)[A-Z0-9]{1,8}|[Xx][0-9]{4}(?= ))(?![0-9])"
)
_STORE = re.compile(r"#[0-9A-Z-]*|[0-9]{3,}|0[0-9]+|[A-Z]-?[0-9]{3,}|[0-9]{2,}-[0-9]{2,}")
_STORE_WORDS = frozenset({"STORE", "STR", "NO", "NO.", "UNIT", "LOC", "STORE#"})
_CODE = re.compile(r"[A-Z0-9]{6,}")
_EDGES = " *#-:,;/|_.\0"


def transaction_day(raw: str, *, posted: date) -> date | None:
    """The day that the first MM/DD in `raw` means, if it is one of the seven days up to `posted` or that day itself.

    It may lie in the year before. Only the first one is looked at: a second is part of something else.
    """
    found = _MONTH_AND_DAY.search(raw[:MOST])
    if found is None:
        return None
    for year in (posted.year, posted.year - 1):
        try:
            day = date(year, int(found[1]), int(found[2]))
        except ValueError:  # 30 February; the 29th in some years only
            continue
        if timedelta(0) <= posted - day <= _LATEST:
            return day
    return None


@lru_cache(maxsize=2048)  # a statement names few shops, each many times
def party(raw: str) -> str | None:
    """The merchant's name: without card-network prefix, dates, store and phone numbers, references, city and state.

    A text all in capitals is put into readable case (`names.readable`), any other keeps its own. Where nothing with a
    letter would be left, the text itself is the answer, blanks reduced; None only for a blank one.
    """
    text = raw.replace(places.GAP, " ").strip()[:MOST]
    columns = places.without_place_columns(_COLUMN_BREAK.split(text))
    whole = " ".join(text.split())
    name = _cleaned(" ".join(columns)) or _cleaned(whole) or whole
    return names.readable(name)[:MOST].strip() or None


def _cleaned(text: str) -> str:
    """What is left of the text, or "" if it is nothing that could be a name."""
    text = _without_prefix(" ".join(text.split()))
    if (end := bank_words.END.search(text)) and _has_letter(text[: end.start()]):
        text = text[: end.start()]
    if details := _DETAILS.search(text):
        text = text[: details.start()]
    for pattern in (_CARD, _DATE, _PHONE):
        text = pattern.sub(f" {places.GAP} ", text)
    text = _without_prefix(" ".join(text.split()).lstrip(_EDGES))
    if (mark := _PURCHASE_AFTER_DATE.search(text)) and _has_letter(text[: mark.start()]):
        text = text[: mark.start()]
    words = places.without_place(_without_country(_marked(_stars(text).split())))
    name = " ".join(words).strip(_EDGES)
    return name if _has_letter(name) else ""


def _without_prefix(text: str) -> str:
    while (prefix := _PREFIX.match(text)) and _has_letter(text[prefix.end() :]):
        text = text[prefix.end() :]
    return text


def _stars(text: str) -> str:
    """`SHOP*2X4Y6Z` loses the reference, `SHOP *TRIP` the star."""
    if "*" not in text:
        return text
    words = []
    for word in text.replace(" *", "*").split():
        name, star, rest = word.partition("*")
        words.append(name)
        if star:
            words.append(places.GAP if any(map(str.isdigit, rest)) else rest.replace("*", " "))
    return " ".join(words)


def _marked(words: list[str]) -> list[str]:
    """The words with gaps for store numbers and references; the first word is part of the name whatever it is."""
    marked: list[str] = []
    begun = False
    for word in words:
        if not begun:
            begun = _has_letter(word)
            if word != places.GAP:
                marked.append(word)
        elif _STORE.fullmatch(word) or _is_code(word):
            while len(marked) > 1 and marked[-1].upper() in _STORE_WORDS:
                marked.pop()
            marked.append(places.GAP)
        else:
            marked.append(_without_glued_number(word))
    return marked


def _without_country(words: list[str]) -> list[str]:
    return words[:-1] if len(words) > 2 and words[-1] in bank_words.COUNTRIES else words


def _is_code(word: str) -> bool:
    digits = sum(map(str.isdigit, word))
    return bool(_CODE.fullmatch(word)) and digits >= 2


def _without_glued_number(word: str) -> str:
    """`SHOP.COM8005550100` and `CAFE#12` without what is stuck to them."""
    word = word.partition("#")[0] or word
    name = word.rstrip("0123456789")
    return name if len(word) - len(name) >= 7 else word


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))
