"""The rows of a document as rows of the ledger, not stored yet: each value is one that its column can hold."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models as columns
from django.db.models import Model

from backend.ledger import categories, currencies, doors, errors
from backend.ledger.models import AmountField, Bank, BankAccount, Change, User
from backend.ledger.rules import auto_spend, money, schedule
from backend.ledger.selectors.exports import tables
from backend.ledger.selectors.exports.tables import Table

FILE = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|webp|gif|pdf|bin)")
"""Names under which attachments are stored."""

Given = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the rows of a document may refer to: people by their names in it, its banks, its accounts' decimals."""

    people: dict[str, User]
    banks: set[UUID] = field(default_factory=set)
    accounts: dict[UUID, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """Names of attachments that the transactions mention."""


def row(table: Table, given: object, *, known: Known) -> Model:
    """The row. Raises InvalidExport, which names the field."""
    values = _object(given)
    unknown = sorted(values.keys() - set(table.names))
    if unknown:
        raise errors.InvalidExport(f"{unknown[0][:40]}: version {tables.VERSION} has no such field")
    found: Given = {}
    decimals = _decimals(table, values, known)
    for each in table.fields:
        if each.name not in values:
            if each.primary_key or not (each.has_default() or each.null or each.blank):
                raise errors.InvalidExport(f"{each.name}: missing")
            continue
        try:
            found[each.attname] = _value(each, values[each.name], known=known, decimals=decimals)
        except (errors.LedgerError, ValidationError) as error:
            said = error.message if isinstance(error, errors.LedgerError) else " ".join(error.messages)
            raise errors.InvalidExport(f"{each.name}: {said.rstrip('.')}") from error
    if table.model is Change:
        found["values"] = _told(found.get("values", {}), known)
    return table.model(**found)


def _object(given: object) -> Given:
    if not isinstance(given, dict):
        raise errors.InvalidExport("expected an object")
    return given


def _told(given: Given, known: Known) -> Given:
    """What the history tells, with keys of this instance's users."""
    found = dict(given)
    for name in tables.USERS_IN_HISTORY & given.keys():
        if any(person is not None and _text(person) not in known.people for person in given[name]):
            raise errors.InvalidExport(f"values: {name}: not one of the document's people")
        found[name] = [None if person is None else known.people[person].pk for person in given[name]]
    return found


def _decimals(table: Table, values: Given, known: Known) -> int:
    """The decimals of the row's amounts: those of its account's currency."""
    if table.model is BankAccount:
        code = values.get("currency")
        return currencies.decimals(code) if code in currencies.CODES else 0
    if table.model is Bank:
        return 0
    try:
        return known.accounts[key(values.get("bank_account"))]
    except (errors.InvalidExport, KeyError):
        raise errors.InvalidExport("bank_account: not one of the document's accounts") from None


def _value(column: Any, given: Any, *, known: Known, decimals: int) -> Any:
    if given is None:
        if not column.null:
            raise errors.InvalidExport("must not be null")
        return None
    if tables.is_user(column):
        if _text(given) not in known.people:
            raise errors.InvalidExport("not one of the document's people")
        return known.people[given].pk
    if isinstance(column, columns.ForeignKey):
        return _reference(column, given, known)
    if isinstance(column, AmountField):
        return _amount(given, decimals=decimals)
    if isinstance(column, columns.FileField):
        return _file(given, known)
    value = next(read for kind, read in READERS if isinstance(column, kind))(given)
    if check := CHECKS.get(column.name):
        check(value, decimals)
    if column.choices and value not in {choice for choice, _ in column.flatchoices} | ({""} if column.blank else set()):
        raise errors.InvalidExport("not one of the choices")
    column.run_validators(value)
    return value


def _reference(column: Any, given: Any, known: Known) -> UUID:
    found = key(given)
    if column.related_model is Bank and found not in known.banks:
        raise errors.InvalidExport("not one of the document's banks")
    return found


def _amount(given: Any, *, decimals: int) -> Decimal:
    return money.parse(_text(given), decimals=decimals)


def _file(given: Any, known: Known) -> str:
    name = _text(given)
    if name:
        if not FILE.fullmatch(name):
            raise errors.InvalidExport("not the name of an attachment")
        known.files.add(name)
    return name


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise errors.InvalidExport("expected a text")
    if "\0" in given or any("\ud800" <= character <= "\udfff" for character in given):
        raise errors.InvalidExport("a text with characters that no text has")
    return given


def key(given: Any) -> UUID:
    """The id that a text spells as it is written here. Raises InvalidExport."""
    try:
        found = UUID(_text(given))
    except ValueError:
        raise errors.InvalidExport("not an id") from None
    if str(found) != given:
        raise errors.InvalidExport("not an id as it is written")
    return found


def _instant(given: Any) -> datetime:
    try:
        found = datetime.fromisoformat(_text(given))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise errors.InvalidExport("not an instant with its time zone")


def _day(given: Any) -> date:
    try:
        return date.fromisoformat(_text(given))
    except ValueError:
        raise errors.InvalidExport("not a date") from None


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise errors.InvalidExport("neither true nor false")
    return given


def _whole(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise errors.InvalidExport("not a whole number")
    return given


def _tree(given: Any) -> Any:
    if not isinstance(given, list | dict):
        raise errors.InvalidExport("neither a list nor an object")
    return given


READERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (columns.UUIDField, key),
    (columns.DateTimeField, _instant),
    (columns.DateField, _day),
    (columns.BooleanField, _flag),
    (columns.IntegerField, _whole),
    (columns.JSONField, _tree),
    (columns.CharField, _text),
    (columns.TextField, _text),
)
"""By kind of column; an instant's column is one of days too, and comes first."""


def _check_schedule(value: Any, decimals: int) -> None:
    if value:
        schedule.parse(value)


def _check_texts(value: Any, decimals: int) -> None:
    if not isinstance(value, list) or any(_text(each) != each for each in value):
        raise errors.InvalidExport("not a list of texts")


def _check_rules(value: Any, decimals: int) -> None:
    auto_spend.parse(value, decimals=decimals)


def _check_object(value: Any, decimals: int) -> None:
    _object(value)


def _check_pairs(value: Any, decimals: int) -> None:
    if any(not isinstance(pair, list) or len(pair) != 2 for pair in _object(value).values()):
        raise errors.InvalidExport("not an old and a new value for each field")


def _check_category(value: Any, decimals: int) -> None:
    if value and value not in categories.ALL:
        raise errors.InvalidExport("not one of the categories")


def _check_door(value: Any, decimals: int) -> None:
    if value not in doors.ALL:
        raise errors.InvalidExport("not one of the doors")


def _check_currency(value: Any, decimals: int) -> None:
    if value not in currencies.CODES:
        raise errors.InvalidExport("not a currency in use")


def _check_number(value: Any, decimals: int) -> None:
    if value < 0:
        raise errors.InvalidExport("less than zero")


CHECKS: Mapping[str, Callable[[Any, int], None]] = {
    "auto_spend": _check_rules,
    "category": _check_category,
    "currency": _check_currency,
    "default_currency": _check_currency,
    "door": _check_door,
    "funding_schedule": _check_schedule,
    "inputs": _check_object,
    "last_seq": _check_number,
    "link_aliases": _check_texts,
    "recurrance_schedule": _check_schedule,
    "refused_links": _check_texts,
    "seq": _check_number,
    "values": _check_pairs,
}
"""What a column's value must be beyond its kind, by the name of the column."""
