"""A bearer token becomes a user, and what it may do: the one way into both HTTP doors.

simplejwt signs and verifies (HS256 with a key of its own, issuer, audience, type, no leeway). Whether the sign-in that
a token stems from still counts is asked of the ledger on each request, so a log-out, another password or a
deactivation works at once.

An API token becomes its user with a `grant`. The ledger shows that user no more than the token reaches
(`backend.ledger.access`), and a door looks up what it needs for what is asked (`check`). A view that does not is given
no such user at all: it takes access tokens alone.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from backend import clock, trace
from backend.ledger import access, errors
from backend.ledger.models import Session, User
from backend.ledger.services import api_tokens, sessions

SESSION_CLAIM = "session"
LONGEST_TOKEN = 2_048
"""Characters; ours have some 400."""


class BearerAuthentication(JWTAuthentication):
    """Reads `Authorization: Bearer <access token>`.

    `authenticate` gives (user, token), or None where there is no such header; it raises AuthenticationFailed, a 401,
    for a token that does not count.
    """

    def get_validated_token(self, raw_token: bytes) -> Token:
        try:
            return read(AccessToken, raw_token)
        except TokenError as error:
            messages = [{"token_class": "AccessToken", "token_type": "access", "message": error.args[0]}]
            raise InvalidToken({"detail": "Given token not valid for any token type", "messages": messages}) from error

    def get_user(self, validated_token: Token) -> Any:
        try:
            user = sessions.live(session_id=session_of(validated_token), now=clock.now()).user
        except (errors.SessionOver, TokenError) as error:
            raise InvalidToken(error.args[0]) from error
        trace.note_user(user.pk)
        return user


class ScopedAuthentication(BearerAuthentication):
    """Reads `Authorization: Bearer <API token>` too, for views that `check` what is asked of them."""

    def get_validated_token(self, raw_token: bytes) -> Any:
        if raw_token.startswith(api_tokens.MARK.encode()):
            return raw_token.decode("ascii", "replace")
        return super().get_validated_token(raw_token)

    def get_user(self, validated_token: Any) -> Any:
        if not isinstance(validated_token, str):
            return super().get_user(validated_token)
        try:
            user = api_tokens.bearer(secret=validated_token, now=clock.now())
        except errors.SessionOver as error:
            raise InvalidToken(error.message) from error
        trace.note_user(user.pk)
        return user


def check(user: User, *, needs: str | None) -> None:
    """Raise InsufficientScope for a user who came with an API token that is not for work that `needs` this scope.

    None stands for what no token is for: only somebody who signed in may do it.
    """
    if user.grant is None:
        return
    if needs is None:
        access.check_signed_in(user)
    elif needs not in user.grant.scopes:
        raise errors.InsufficientScope(f"This needs a token with the scope {needs}.")


@contextmanager
def noting_another_password() -> Iterator[None]:
    """Tell those who watch of a change of the password, and of wrong ones that were tried for it."""
    try:
        yield
    except errors.TooManyAttempts:
        trace.security_event("sign_in_held_back")
        raise
    except errors.WrongPassword:
        trace.security_event("sign_in_failed")
        raise
    trace.security_event("password_changed", level=logging.INFO)


def user_of(request: HttpRequest | Request) -> User | None:
    """Who sends the request; None if it bears no token. Raises AuthenticationFailed for a token that does not count."""
    found = ScopedAuthentication().authenticate(cast(Request, request))  # it reads META, which both have
    return cast(User, found[0]) if found else None


def read(kind: type[AccessToken] | type[RefreshToken], raw: bytes | str) -> Token:
    """The verified token of that kind; raises TokenError for whatever is none."""
    if len(raw) > LONGEST_TOKEN:
        raise TokenError("Token is invalid")
    try:
        return kind(cast(Token, raw))  # simplejwt annotates a Token and decodes text
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        # JSON nested a thousand deep, a time beyond the calendar: what the libraries below let through
        raise TokenError("Token is invalid") from error


def session_of(token: Token) -> UUID:
    """The sign-in that a verified token stems from; raises TokenError where it names none."""
    try:
        return UUID(token[SESSION_CLAIM])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenError("Token is invalid") from error


def access_token(session: Session) -> str:
    """A new access token for a sign-in."""
    token = AccessToken.for_user(session.user)
    token[SESSION_CLAIM] = str(session.pk)
    return str(token)
