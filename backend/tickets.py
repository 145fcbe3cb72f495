"""Addresses that open one thing once, for some minutes, for browsers that cannot send a bearer token with a download.

An address stands for the sign-in that asked for it: it ends with a log-out, another password or a deactivation.
"""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core import signing

from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.services import sessions

LIFE = timedelta(minutes=5)
LONGEST = 500
"""Characters; ours have some 180."""

SALT = "mibudge.tickets"
OVER = "The link was used before, or has run out."


def issue(thing: str, *, session_id: UUID, now: datetime) -> str:
    """The text that opens `thing`, for whoever signed in by that session."""
    until = int((now + LIFE).timestamp())
    return signing.dumps([thing, session_id.hex, secrets.token_hex(12), until], salt=SALT)


def redeem(text: str, *, now: datetime) -> tuple[str, User]:
    """What the text opens, and for whom. Raises NotFound for one that does not count, or not any more."""
    try:
        thing, session, key, until = signing.loads(text[:LONGEST], salt=SALT)
        if now >= datetime.fromtimestamp(until, UTC):
            raise errors.NotFound(OVER)
        found = sessions.use_once(session_id=UUID(session), key=f"ticket:{key}", now=now)
    except (signing.BadSignature, errors.SessionOver, errors.AlreadySpent) as error:
        raise errors.NotFound(OVER) from error
    return thing, found.user
