"""Signing in and out: the access token in the answer, the refresh token in a cookie that scripts cannot read."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from backend import addresses, authentication, clock, trace
from backend.ledger import errors
from backend.ledger.models import Session
from backend.ledger.services import invitations, sessions, sign_in

COOKIE = "refresh_token"
COOKIE_PATH = "/api/token/"


class TokenObtainPair(serializers.Serializer[Any]):
    username = serializers.CharField(write_only=True, help_text="In any case; blanks around it do not count.")
    password = serializers.CharField(write_only=True, trim_whitespace=False, style={"input_type": "password"})
    access = serializers.CharField(read_only=True, help_text="Bearer token for the next minutes.")


class TokenRefresh(serializers.Serializer[Any]):
    refresh = serializers.CharField(
        write_only=True, required=False, help_text="Ignored: the refresh token is read from its cookie alone."
    )
    access = serializers.CharField(read_only=True, help_text="Bearer token for the next minutes.")


class TokenView(APIView):
    """What the three have in common: nobody is signed in yet, other sites may not ask, nothing is kept by caches."""

    authentication_classes = ()
    permission_classes = ()
    drops_cookie = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        origin = request.headers.get("Origin")
        if origin is not None and not _is_own(origin, host=request.get_host()):
            raise exceptions.PermissionDenied("The request comes from another site.")

    def get_authenticate_header(self, request: Request) -> str:
        return authentication.BearerAuthentication().authenticate_header(request)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        if self.drops_cookie:
            _set_cookie(response, "", life=timedelta())
        return response


class SignInView(TokenView):
    @extend_schema(
        operation_id="api_token_create", request=TokenObtainPair, responses=TokenObtainPair, auth=[], tags=["token"]
    )
    def post(self, request: Request) -> Response:
        """Sign in: gives an access token, and the refresh token as an HttpOnly cookie for /api/token/."""
        given = TokenObtainPair(data=request.data)
        given.is_valid(raise_exception=True)
        address = addresses.client(request.META)
        try:
            session = sign_in.sign_in(
                username=given.validated_data["username"],
                password=given.validated_data["password"],
                address=address,
                session_id=_session_of_cookie(request),
                agent=request.headers.get("User-Agent", ""),
                now=clock.now(),
            )
        except errors.WrongCredentials as error:
            trace.security_event("sign_in_failed")
            raise exceptions.AuthenticationFailed(error.message, code=error.code) from error
        except errors.TooManyAttempts as error:
            trace.security_event("sign_in_held_back")
            raise exceptions.Throttled(wait=error.wait) from error
        trace.security_event("signed_in", level=logging.INFO, user=session.user_id)
        return _pair(session)


class Registration(serializers.Serializer[Any]):
    secret = serializers.CharField(write_only=True, max_length=200, help_text="What an invitation's link holds.")
    username = serializers.CharField(write_only=True, max_length=150, help_text="To sign in with.")
    password = serializers.CharField(
        write_only=True, max_length=1000, trim_whitespace=False, style={"input_type": "password"}
    )
    name = serializers.CharField(
        write_only=True, required=False, default="", allow_blank=True, max_length=255, help_text="To be called by."
    )
    timezone = serializers.CharField(
        write_only=True, required=False, default="UTC", max_length=100, help_text="IANA name, such as Europe/Berlin."
    )
    access = serializers.CharField(read_only=True, help_text="Bearer token for the next minutes.")


class RegisterView(TokenView):
    @extend_schema(
        operation_id="api_token_register_create",
        request=Registration,
        responses={201: Registration},
        auth=[],
        tags=["token"],
    )
    def post(self, request: Request) -> Response:
        """Make a log-in by an invitation, accept it, and sign in. Only where the operator lets invited people in."""
        if settings.REGISTRATION != "invited":
            raise exceptions.PermissionDenied("Nobody can register here: the operator makes log-ins.")
        given = Registration(data=request.data)
        given.is_valid(raise_exception=True)
        now = clock.now()
        user = invitations.register(**given.validated_data, now=now)
        session = sessions.start(user, agent=request.headers.get("User-Agent", ""), now=now)
        trace.security_event("registered", level=logging.INFO, user=user.pk)
        response = _pair(session)
        response.status_code = 201
        return response


class RefreshView(TokenView):
    @extend_schema(
        operation_id="api_token_refresh_create", request=TokenRefresh, responses=TokenRefresh, auth=[], tags=["token"]
    )
    def post(self, request: Request) -> Response:
        """Exchange the cookie: gives a new access token and a new cookie; the old one is used up. The body is ignored.

        A refresh token is good once. One that comes again later than a moment after its use ends the sign-in.
        """
        raw = request.COOKIES.get(COOKIE)
        if not raw:
            raise exceptions.AuthenticationFailed("No refresh token cookie.")
        try:
            token = authentication.read(RefreshToken, raw)
            session = sessions.spend(
                session_id=authentication.session_of(token), jti=str(token["jti"]), now=clock.now()
            )
        except errors.AlreadySpent as error:
            trace.security_event("refresh_token_reused")
            # The browser may hold the successor by now, got by another of its tabs: its cookie stays.
            raise InvalidToken(error.message) from error
        except (errors.SessionOver, TokenError) as error:
            trace.security_event("refresh_refused")
            self.drops_cookie = True
            raise InvalidToken(error.args[0]) from error
        return _pair(session)


class SignOutView(TokenView):
    @extend_schema(operation_id="api_token_logout_create", request=None, responses={204: None}, auth=[], tags=["token"])
    def post(self, request: Request) -> Response:
        """End the sign-in that the cookie, or else the bearer token, stems from. Needs neither."""
        session_id = _session_of_cookie(request) or _session_of_bearer(request)
        if session_id:
            sessions.end(session_id=session_id, now=clock.now())
            trace.security_event("signed_out", level=logging.INFO)
        self.drops_cookie = True
        return Response(status=204)


def _is_own(origin: str, *, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _session_of_cookie(request: Request) -> UUID | None:
    try:
        return authentication.session_of(authentication.read(RefreshToken, request.COOKIES.get(COOKIE, "")))
    except TokenError:
        return None


def _session_of_bearer(request: Request) -> UUID | None:
    try:
        found = authentication.BearerAuthentication().authenticate(request)
        return authentication.session_of(found[1]) if found else None
    except (exceptions.AuthenticationFailed, TokenError):
        return None


def _pair(session: Session) -> Response:
    """The answer to a sign-in or a refresh, with the cookie of the session's next refresh token."""
    token = RefreshToken.for_user(session.user)
    token[authentication.SESSION_CLAIM] = str(session.pk)
    life = min(token.lifetime or timedelta(), session.expires_at - token.current_time)
    token.set_exp(lifetime=life)
    return _set_cookie(Response({"access": authentication.access_token(session)}), str(token), life=life)


def _set_cookie(response: Response, value: str, *, life: timedelta) -> Response:
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(life.total_seconds()),
        path=COOKIE_PATH,
        secure=True,
        httponly=True,
        samesite="Strict",
    )
    return response
