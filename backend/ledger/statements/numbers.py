"""Amounts as people of many countries write them, by the decimal mark that a whole column shares."""

import re
from collections.abc import Iterable
from decimal import Decimal

from backend.ledger import currencies

from . import fields

MARKS = (".", ",")

_BLANKS = " \u00a0\u202f\u2009"
_GROUPS = f"{_BLANKS}'\u2019"
_NUMBER = rf"[0-9][0-9.,{_GROUPS}]*|[.,][0-9]+"
_CURRENCY = r"[^\W\d_]{1,3}\.?|[^\W\d_]{0,2}[$€£¥₹₩₺₽]"
_AMOUNT = re.compile(
    rf"(?P<open>\()?[{_BLANKS}]*(?P<sign>[+-])?[{_BLANKS}]*(?P<before>{_CURRENCY})?[{_BLANKS}]*(?P<sign2>[+-])?"
    rf"[{_BLANKS}]*(?P<number>{_NUMBER})(?P<after>{_CURRENCY})?[{_BLANKS}]*(?P<sign3>[+-])?(?P<close>\))?",
)
_CREDIT_OR_DEBIT = re.compile(rf"(.*[0-9)])[{_BLANKS}]*(CR|DR)\.?", re.IGNORECASE | re.DOTALL)
_OF_CURRENCY = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "₽": "RUB", "R$": "BRL"}
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2010\u2011\ufe63\uff0d", "-"))


def mark(texts: Iterable[str], *, currency: str) -> str | None:
    """The decimal mark of a column; None where none of the amounts has a separator.

    Raises ValueError where the amounts contradict each other, Unclear where a separator may be either mark: `1.234`.
    """
    may_have = currencies.decimals(currency)
    found: dict[str, str] = {}
    unsure = ""
    for text in texts:
        match = _matched(text)
        number = match["number"] if match else ""
        told = _mark_of(number, may_have=may_have)
        if told:
            found.setdefault(told, text)
        elif told is None:
            unsure = unsure or text
    if len(found) > 1:
        raise ValueError(f"{_shown(found['.'])} and {_shown(found[','])} do not have the same decimal mark")
    if not found and unsure:
        raise fields.Unclear(
            f"nothing tells whether {_shown(unsure)} has decimals or thousands; say which `decimal` mark"
        )
    return next(iter(found), None)


def _mark_of(number: str, *, may_have: int) -> str | None:
    """The decimal mark that one number shows; blank where it shows none, None where it may be either."""
    separators = [character for character in number if character in MARKS]
    if not separators:
        return ""
    last = separators[-1]
    if len(set(separators)) == 2:
        return last
    if len(separators) > 1:
        return _other(last)
    whole, _, rest = number.partition(last)
    whole = "".join(filter(str.isdigit, whole))
    if len(rest.rstrip(_GROUPS)) != 3 or whole in {"", "0"} or len(whole) > 3:
        return last
    return None if may_have else _other(last)


def amount(text: str, *, mark: str | None, currency: str) -> Decimal:
    """`-1,234.56`, `1.234,56`, `1'234.56`, `(12.00)`, `12.00-`, `€ 12`, `12.00 CR` by the decimal mark.

    Raises ValueError, with a text for people, for all else, and where the amount names another currency.
    """
    match = _matched(text)
    if match is None or (match["open"] is None) != (match["close"] is None):
        raise ValueError(f"{_shown(text)} is not an amount")
    for named in (match["before"], match["after"]):
        _check_currency(named, currency=currency)
    signs = [sign for sign in (match["sign"], match["sign2"], match["sign3"]) if sign]
    if len(signs) + (match["open"] is not None) > 1:
        raise ValueError(f"{_shown(text)} has more than one sign")
    digits = _without_groups(match["number"].rstrip(_GROUPS), mark=mark or ".", text=text)
    value = fields.amount(digits, currency=currency)
    is_negative = match["open"] is not None or "-" in signs
    return -value if is_negative and value else value


def _matched(text: str) -> re.Match[str] | None:
    text = text.strip().translate(_MINUS)
    if ending := _CREDIT_OR_DEBIT.fullmatch(text):
        text = ending[1] + ("-" if ending[2].upper() == "DR" else "")
    return _AMOUNT.fullmatch(text) if len(text) <= 60 else None


def _without_groups(number: str, *, mark: str, text: str) -> str:
    """The number with a point for its decimal mark, and without separators of thousands."""
    whole, _, rest = number.partition(mark)
    if whole.isdigit() and (rest.isdigit() or not rest):
        return f"{whole}.{rest}" if rest else whole
    groups = re.split(rf"[{re.escape(_other(mark))}{_GROUPS}]", whole)
    if len(set(re.findall(rf"[{re.escape(_other(mark))}{_GROUPS}]", whole))) > 1:
        raise ValueError(f"{_shown(text)} has several kinds of separators")
    if len(groups) > 1:
        sizes = [len(group) for group in groups]
        if sizes[-1] != 3 or not 1 <= sizes[0] <= 3 or not ({*sizes[1:-1]} <= {3} or {*sizes[1:-1]} <= {2}):
            raise ValueError(f"{_shown(text)} is not an amount; its digits are not in groups of three")
    if rest and not rest.isdigit():
        raise ValueError(f"{_shown(text)} is not an amount")
    return f"{''.join(groups)}.{rest}" if rest else "".join(groups)


def _check_currency(named: str | None, *, currency: str) -> None:
    if not named:
        return
    code = _OF_CURRENCY.get(named, named.upper())
    if code in currencies.CODES and code != currency:
        raise ValueError(f"the amount is in {code}, the statement in {currency}")


def _other(mark: str) -> str:
    return MARKS[mark == "."]


def _shown(text: str) -> str:
    return f"“{text[:40]}”"
