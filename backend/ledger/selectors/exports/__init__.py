"""Everything that a user owns, in three formats, each read as it was at one moment and in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.selectors import snapshot

from . import beancount, document, sheet

FORMATS = {"json": "application/json", "beancount": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}
"""Each format with the type of its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file by its name, its type, and its content in pieces, which are made as they are read."""

    name: str
    content_type: str
    pieces: Iterator[bytes]


def export(user: User, *, format: str, now: datetime, account_id: UUID | None = None) -> Export:  # noqa: A002  the API's word
    """What the user owns in one of FORMATS; a table may be of one account alone.

    Raises NotFound (account), InvalidValue (format; an account for what is always of all).
    """
    if format not in FORMATS:
        raise errors.InvalidValue(f"The format is one of {', '.join(FORMATS)}.", field="format")
    if account_id is not None and format != "csv":
        raise errors.InvalidValue("Only a CSV file can be of one account.", field="bank_account")
    if format == "json":
        pieces = document.pieces(user, now=now)
    elif format == "beancount":
        pieces = beancount.pieces(user, now=now)
    else:
        pieces = sheet.pieces(user, account_id=account_id)
    name = f"mibudge-{user.username}-{now:%Y-%m-%d}.{format}"
    return Export(name=name, content_type=FORMATS[format], pieces=_at_one_moment(pieces))


def _at_one_moment(pieces: Iterator[bytes]) -> Iterator[bytes]:
    with snapshot.reading():
        yield from pieces
