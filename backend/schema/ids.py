"""Ids on the wire: Relay's opaque ones, or the UUIDs of the REST API."""

from typing import Any
from uuid import UUID

import strawberry
from strawberry import relay

from backend.ledger import errors

UUID_SCALAR = strawberry.scalar(
    name="UUID", description="A UUID in its usual spelling, lower case with dashes.", serialize=str, parse_value=UUID
)


NUMBERED = {"HistoryEntry"}
"""The types whose rows have numbers for keys; only their own ids name them."""


def parse(text: str) -> tuple[str | None, UUID | int] | None:
    """The type name, if the id tells it, and the key; None for what is no id."""
    kind, key = None, text
    try:
        found = relay.GlobalID.from_id(text)
        kind, key = found.type_name, found.node_id
    except (relay.GlobalIDValueError, ValueError):
        pass
    if kind in NUMBERED:
        return (kind, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
    try:
        return kind, UUID(key)
    except ValueError:
        return None


def key(text: str, kind: type[Any] | str, *, field: str) -> UUID:
    """The key of a row of that type, or type of that name. Raises NotFound naming the field for what cannot be one."""
    name = kind if isinstance(kind, str) else kind.__name__
    found = parse(text)
    if found is None or found[0] not in (None, name) or not isinstance(found[1], UUID):
        raise errors.NotFound(f"There is no such {name}.", field=field)
    return found[1]
