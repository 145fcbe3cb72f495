"""Values of a document as Python has them. Whatever is something else raises InvalidExport."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from backend.ledger import errors

_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def members(given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise errors.InvalidExport("expected an object")
    return given


def text(given: Any) -> str:
    if not isinstance(given, str):
        raise errors.InvalidExport("expected a text")
    if _NO_TEXT.search(given):
        raise errors.InvalidExport("a text with characters that no text has")
    return given


def items(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise errors.InvalidExport("expected a list")
    return given


def key(given: Any) -> UUID:
    """The id that a text spells as it is written here. Raises InvalidExport."""
    try:
        found = UUID(text(given))
    except ValueError:
        raise errors.InvalidExport("not an id") from None
    if str(found) != given:
        raise errors.InvalidExport("not an id as it is written")
    return found


def instant(given: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text(given))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise errors.InvalidExport("not an instant with its time zone")


def day(given: Any) -> date:
    try:
        return date.fromisoformat(text(given))
    except ValueError:
        raise errors.InvalidExport("not a date") from None


def flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise errors.InvalidExport("neither true nor false")
    return given


def whole(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise errors.InvalidExport("not a whole number")
    return given


def tree(given: Any) -> Any:
    if not isinstance(given, list | dict):
        raise errors.InvalidExport("neither a list nor an object")
    return given
