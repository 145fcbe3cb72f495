"""Cursors: the place of a row in a list, as a client may keep it and hand it back."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from strawberry import relay

from backend.ledger import errors
from backend.ledger.models import LIMIT, UNIT
from backend.ledger.selectors import pages

KIND = "row"


def write(row: Model, order: pages.Order) -> str:
    """The row's place in a list of that order."""
    columns = _columns(type(row), order)
    values = [None if column.value_from_object(row) is None else column.value_to_string(row) for column in columns]
    return relay.to_base64(KIND, json.dumps([_word(order), *values], separators=(",", ":")))


def read(cursor: str, *, model: type[Model], order: pages.Order, field: str) -> Sequence[Any]:
    """The values of the order's columns and the key. Raises InvalidValue for what no list of that order can give."""
    refused = errors.InvalidValue("The cursor is not one of this list.", field=field)
    columns = _columns(model, order)
    try:
        kind, text = relay.from_base64(cursor)
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise refused from None
    if kind != KIND or not isinstance(values, list) or len(values) != 1 + len(columns) or values[0] != _word(order):
        raise refused
    try:
        return [_value(column, value) for column, value in zip(columns, values[1:], strict=True)]
    except (ValidationError, ValueError, OverflowError):
        raise refused from None


def _word(order: pages.Order) -> str:
    return ",".join(order)


def _columns(model: type[Model], order: pages.Order) -> list[Any]:
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in pages.names(order)]


def _value(column: Any, text: object) -> object:
    """What the text says, if a row can have it there. Raises ValidationError, ValueError or OverflowError."""
    if text is None and column.null:
        return None
    if not isinstance(text, str) or "\0" in text:
        raise ValueError
    value = column.to_python(text)
    column.run_validators(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError
        return value.astimezone(UTC)
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value) < LIMIT and value % UNIT == 0):
        raise ValueError
    return value
