"""Inputs of mutations: what was sent, under the ledger's names, held to the shape that the ledger stores."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, Any

import strawberry

from backend.ledger import errors
from backend.schema import ids

Expected = Annotated[
    int | None,
    strawberry.argument(
        description="The version that you saw; if it is another one by now, nothing is changed and the problem says so."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """How long a text may be, whether it may be empty, and whether blanks at its ends belong to it."""

    most: int
    blank: bool = False
    verbatim: bool = False


TEXTS = {
    "name": Text(most=200),
    "account_number": Text(most=32, blank=True),
    "currency": Text(most=3),
    "memo": Text(most=512, blank=True),
    "description": Text(most=512, blank=True),
    "raw_description": Text(most=512, verbatim=True),
    "timezone": Text(most=100),
    "category": Text(most=64),
    "funding_schedule": Text(most=1_000, blank=True, verbatim=True),
    "recurrance_schedule": Text(most=1_000, blank=True, verbatim=True),
}
"""By the ledger's names of the fields."""


def optional(description: str) -> Any:
    """An input that may be left out, which is not the same as null."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def said(
    given: Any,
    *,
    names: Mapping[str, str] | None = None,
    keys: Mapping[str, type[Any]] | None = None,
    nullable: Collection[str] = (),
    texts: Mapping[str, Text] | None = None,
) -> dict[str, Any]:
    """What an input says, without what was left out: enums by their codes, texts trimmed, instants in the zone
    that they were written in (UTC where that is none), since it tells which day is meant.

    `names`: those fields that the ledger knows by another name. `keys`: the fields that hold an id of that type.
    `nullable`: those that may be null. `texts`: what differs from TEXTS. Raises InvalidValue and NotFound naming the
    ledger's field.
    """
    names, keys = names or {}, keys or {}
    found: dict[str, Any] = {}
    for field in given.__strawberry_definition__.fields:
        value = getattr(given, field.python_name)
        if value is strawberry.UNSET:
            continue
        name = names.get(field.python_name, field.python_name)
        if value is None and field.python_name not in nullable:
            raise errors.InvalidValue("This field may not be null.", field=name)
        if value is not None and field.python_name in keys:
            value = ids.key(value, keys[field.python_name], field=name)
        found[name] = _plain(value, name=name, rules={**TEXTS, **(texts or {})})
    return found


def _plain(value: Any, *, name: str, rules: Mapping[str, Text]) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone(value.utcoffset() or timedelta(0)))
    if isinstance(value, str):
        return text(value, field=name, rule=rules.get(name, Text(most=512, blank=True)))
    return value


def text(value: str, *, field: str, rule: Text) -> str:
    """A text as it is stored. Raises InvalidValue for one that is too long, empty or not to be stored."""
    if "\0" in value:
        raise errors.InvalidValue("Null characters are not allowed.", field=field)
    trimmed = value.strip()
    if not trimmed and not rule.blank:
        raise errors.InvalidValue("This field may not be blank.", field=field)
    found = value if rule.verbatim else trimmed
    if len(found) > rule.most:
        raise errors.InvalidValue(f"Ensure this field has no more than {rule.most} characters.", field=field)
    return found
