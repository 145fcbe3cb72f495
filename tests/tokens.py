"""Signing in without a password, where the sign-in is not what is tested."""

from backend import authentication, clock
from backend.ledger.models import Session, User
from backend.ledger.services import sessions


def bearer(user: User) -> dict[str, str]:
    """The headers that make a request the user's."""
    return {"Authorization": f"Bearer {authentication.access_token(session(user))}"}


def session(user: User) -> Session:
    return sessions.start(user, now=clock.now())
