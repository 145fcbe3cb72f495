"""The rows of a document as rows of the ledger, not stored yet: each value is one that its column can hold."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models as columns
from django.db.models import Model

from backend.ledger import currencies, errors
from backend.ledger.models import AmountField, Bank, BankAccount, Change, User
from backend.ledger.rules import money
from backend.ledger.selectors.exports import tables
from backend.ledger.selectors.exports.tables import Table

from . import checks, plain

FILE = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|webp|gif|pdf|bin)")
"""Names under which attachments are stored."""

Given = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the rows of a document may refer to: people by their names in it, its banks, its accounts' decimals."""

    people: dict[str, User]
    banks: set[UUID] = field(default_factory=set)
    accounts: dict[UUID, int] = field(default_factory=dict)
    imports: defaultdict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """By account, the imports that the document tells of."""
    files: set[str] = field(default_factory=set)
    """Names of attachments that the transactions mention."""


def row(table: Table, given: object, *, known: Known) -> Model:
    """The row. Raises InvalidExport, which names the field."""
    values = plain.members(given)
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


def _told(given: Given, known: Known) -> Given:
    """What the history tells, with keys of this instance's users."""
    found = dict(given)
    for name in tables.USERS_IN_HISTORY & given.keys():
        if any(person is not None and plain.text(person) not in known.people for person in given[name]):
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
        return known.accounts[plain.key(values.get("bank_account"))]
    except (errors.InvalidExport, KeyError):
        raise errors.InvalidExport("bank_account: not one of the document's accounts") from None


def _value(column: Any, given: Any, *, known: Known, decimals: int) -> Any:
    if given is None:
        if not column.null:
            raise errors.InvalidExport("must not be null")
        return None
    if tables.is_user(column):
        if plain.text(given) not in known.people:
            raise errors.InvalidExport("not one of the document's people")
        return known.people[given].pk
    if isinstance(column, columns.ForeignKey):
        return _reference(column, given, known)
    if isinstance(column, AmountField):
        return _amount(given, decimals=decimals)
    if isinstance(column, columns.FileField):
        return _file(given, known)
    value = next(read for kind, read in READERS if isinstance(column, kind))(given)
    _check(column, value, decimals=decimals)
    return value


def _check(column: Any, value: Any, *, decimals: int) -> None:
    """Whether a value of the right kind is one that the column can hold."""
    if column.max_length and isinstance(value, str) and len(value) > column.max_length:
        raise errors.InvalidExport(f"longer than {column.max_length} characters")
    if check := checks.CHECKS.get(column.name):
        check(value, decimals)
    if column.choices and value not in {choice for choice, _ in column.flatchoices} | ({""} if column.blank else set()):
        raise errors.InvalidExport("not one of the choices")
    column.run_validators(value)


def _reference(column: Any, given: Any, known: Known) -> UUID:
    found = plain.key(given)
    if column.related_model is Bank and found not in known.banks:
        raise errors.InvalidExport("not one of the document's banks")
    return found


def _amount(given: Any, *, decimals: int) -> Decimal:
    return money.parse(plain.text(given), decimals=decimals)


def _file(given: Any, known: Known) -> str:
    name = plain.text(given)
    if name:
        if not FILE.fullmatch(name):
            raise errors.InvalidExport("not the name of an attachment")
        known.files.add(name)
    return name


READERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (columns.UUIDField, plain.key),
    (columns.DateTimeField, plain.instant),
    (columns.DateField, plain.day),
    (columns.BooleanField, plain.flag),
    (columns.IntegerField, plain.whole),
    (columns.JSONField, plain.tree),
    (columns.CharField, plain.text),
    (columns.TextField, plain.text),
)
"""By kind of column; an instant's column is one of days too, and comes first."""
