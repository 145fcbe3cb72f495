"""Signing in without a password, where the sign-in is not what is tested."""

from collections.abc import Iterable
from datetime import datetime

from django.test import Client

from backend import authentication, clock
from backend.ledger.models import ApiToken, BankAccount, Session, User
from backend.ledger.services import api_tokens, sessions


def bearer(user: User) -> dict[str, str]:
    """The headers that make a request the user's."""
    return {"Authorization": f"Bearer {authentication.access_token(session(user))}"}


def browser(user: User) -> Client:
    """A client of somebody who signed in."""
    return Client(headers=bearer(user))


def session(user: User) -> Session:
    return sessions.start(user, now=clock.now())


def api_token(
    user: User, *scopes: str, accounts: Iterable[BankAccount] | None = None, expires_at: datetime | None = None
) -> api_tokens.Made:
    """A token of the user for those scopes, all of them if none is named."""
    return api_tokens.make(
        actor=user,
        name="a script",
        scopes=scopes or ApiToken.Scope.values,
        account_ids=None if accounts is None else [each.pk for each in accounts],
        expires_at=expires_at,
        now=clock.now(),
    )


def script(user: User, *scopes: str, accounts: Iterable[BankAccount] | None = None) -> Client:
    """A client that shows such a token."""
    return Client(headers={"Authorization": f"Bearer {api_token(user, *scopes, accounts=accounts).secret}"})
