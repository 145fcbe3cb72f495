"""A bearer token becomes a user: the one way into both HTTP doors.

simplejwt signs and verifies (HS256 with a key of its own, issuer, audience, type, no leeway). Whether the sign-in that
a token stems from still counts is asked of the ledger on each request, so a log-out, another password or a
deactivation works at once.
"""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from backend import clock, trace
from backend.ledger import errors
from backend.ledger.models import Session, User
from backend.ledger.services import sessions

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


def sign_in_of(request: HttpRequest | Request) -> tuple[User, UUID] | None:
    """Who sends the request, and by which sign-in; None if it bears no token.

    Raises AuthenticationFailed for a token that does not count.
    """
    found = BearerAuthentication().authenticate(cast(Request, request))  # it reads META, which both have
    return (cast(User, found[0]), session_of(found[1])) if found else None


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
