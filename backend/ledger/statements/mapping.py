"""What a person says about a file that does not say it clearly itself."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any

from backend.ledger.errors import StatementError

from . import days, numbers
from .text import CODECS

ROLES = (
    "date",
    "initiated",
    "amount",
    "debit",
    "credit",
    "direction",
    "description",
    "party",
    "payer",
    "recipient",
    "id",
    "balance",
    "currency",
    "account",
    "status",
    "kind",
    "fee",
    "check",
)
"""What a column can be. `direction` says debit or credit beside an amount without a sign."""
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = {"UTF-8": "utf-8-sig", "UTF-16": "utf-16", "CP850": "cp850", "CP437": "cp437", "MACINTOSH": "mac_roman"}
MOST_WORDS = 100

Column = str | int
"""A column by its header, or by its number from 1 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Each part may be left out: what is clear from the file is taken from there."""

    columns: Dictionary[str, tuple[Column, ...]] = field(default_factory=dict)
    """By role. No column takes the role away from those that were found; only descriptions have several."""
    header: int | None = None
    """The line of the header, from 1 on; 0 where the file has none."""
    delimiter: str | None = None
    encoding: str | None = None
    """A codec of Python."""
    date_format: str | None = None
    """`DMY`, `MDY` or `YMD`."""
    decimal: str | None = None
    """`.` or `,`."""
    positive: str | None = None
    """Whether a positive amount is money `in`, as almost always, or `out`, as some cards have it."""
    pending: tuple[str, ...] = ()
    """Words of the status column for what has not posted."""
    declined: tuple[str, ...] = ()
    """Those for what never will; such rows move nothing."""
    account_type: str | None = None
    """`C` checking, `S` savings, `X` credit card."""


def parse(data: object) -> Mapping:
    """The mapping of a JSON object with the fields of Mapping. Raises StatementError, which names the part."""
    given = _object(data, "mapping")
    for name in given:
        if name not in Mapping.__dataclass_fields__:
            raise _refused(f"“{str(name)[:40]}” is not known; known are {', '.join(Mapping.__dataclass_fields__)}")
    return Mapping(
        columns=_columns(given.get("columns") or {}),
        header=_line(given.get("header")),
        delimiter=_one_of(given.get("delimiter"), "delimiter", {each: each for each in DELIMITERS} | {"tab": "\t"}),
        encoding=_encoding(given.get("encoding")),
        date_format=_one_of(given.get("date_format"), "date_format", {each: each for each in days.ORDERS}),
        decimal=_one_of(given.get("decimal"), "decimal", {each: each for each in numbers.MARKS}),
        positive=_one_of(given.get("positive"), "positive", {"in": "in", "out": "out"}),
        pending=_words(given.get("pending"), "pending"),
        declined=_words(given.get("declined"), "declined"),
        account_type=_one_of(given.get("account_type"), "account_type", {each: each for each in "CSX"}),
    )


def _columns(data: object) -> dict[str, tuple[Column, ...]]:
    found = {}
    for role, columns in _object(data, "columns").items():
        if role not in ROLES:
            raise _refused(f"columns: “{str(role)[:40]}” is not known; known are {', '.join(ROLES)}")
        listed = columns if isinstance(columns, list | tuple) else () if columns is None else (columns,)
        if len(listed) > (MOST_WORDS if role == "description" else 1):
            raise _refused(f"columns: {role} has too many columns")
        for column in listed:
            is_number = isinstance(column, int) and not isinstance(column, bool) and column >= 1
            if not (is_number or (isinstance(column, str) and column.strip())):
                raise _refused(f"columns: {role} needs a header, or a number from 1 on")
        found[role] = tuple(listed)
    return found


def _object(data: object, name: str) -> dict[Any, Any]:
    if not isinstance(data, dict):
        raise _refused(f"the {name} must be a JSON object")
    return data


def _line(given: object) -> int | None:
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given >= 0):
        return given
    raise _refused("header needs the number of a line, or 0 for none")


def _one_of(given: object, name: str, choices: dict[str, str]) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or given not in choices:
        raise _refused(f"{name} must be one of {', '.join(map(repr, choices))}")
    return choices[given]


def _encoding(given: object) -> str | None:
    known = CODECS | ENCODINGS
    names = known | {codec: codec for codec in known.values()}
    return _one_of(given.upper() if isinstance(given, str) and given not in names else given, "encoding", names)


def _words(given: object, name: str) -> tuple[str, ...]:
    listed = () if given is None else given if isinstance(given, list | tuple) else (given,)
    if len(listed) > MOST_WORDS or not all(isinstance(word, str) for word in listed):
        raise _refused(f"{name} must be a list of words")
    return tuple(listed)


def _refused(why: str) -> StatementError:
    return StatementError(f"The mapping cannot be used: {why}.", field="mapping")
