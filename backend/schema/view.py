"""The GraphQL door over HTTP: POST, JSON, a bearer token; everything else is turned away before it costs anything.

A browser that opens the address gets the explorer.
"""

from typing import Any

import orjson
from cross_web import HTTPException
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed
from strawberry.django.views import GraphQLView
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from backend import authentication, clock, replica
from backend.ledger import doors
from backend.ledger import errors as ledger_errors
from backend.ledger.models import User

from . import errors, limits, scopes
from .context import Context
from .explorer import page

HOW = 'POST a JSON object such as {"query": "{ me { username } }"} with the header Authorization: Bearer <token>.'


class View(GraphQLView[Context, None]):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = page.page(request) if page.is_asked_for(request) else self._answer(request)
        response["Cache-Control"] = "no-store"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            response = refused(405, HOW)
            response["Allow"] = "POST"
            return response
        user = self._user(request)
        if isinstance(user, HttpResponse):
            return user
        if request.content_type != "application/json":
            return refused(415, HOW)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limits.BODY:
            return refused(413, f"A request has no more than {limits.BODY} bytes.")
        return self._run(request, user)

    def _user(self, request: HttpRequest) -> User | HttpResponse:
        """Who asks, or the answer to somebody who may not."""
        try:
            user = authentication.user_of(request)
        except AuthenticationFailed as error:
            return unauthenticated(error.detail)
        if user is None:
            return unauthenticated(
                {"detail": "Authentication credentials were not provided.", "code": "not_authenticated"}
            )
        try:
            authentication.check(user, needs=scopes.QUERIES)
        except ledger_errors.InsufficientScope as refusal:
            return JsonResponse({"detail": refusal.message, "code": refusal.code}, status=403)
        return user

    def _run(self, request: HttpRequest, user: User) -> HttpResponseBase:
        try:
            with doors.through(doors.GRAPHQL):
                return replica.attempted(lambda: self.run(request, context=_context(user)))
        except HTTPException as error:
            return refused(error.status_code, error.reason)
        except UnicodeDecodeError:
            return refused(400, HOW)

    def decode_json(self, data: str | bytes) -> object:
        """The body, an object. orjson refuses what JSON does not have: NaN, stray surrogates, endless nesting."""
        found = orjson.loads(data)
        if isinstance(found, dict) and not isinstance(found.get("operationName"), str | None):
            raise HTTPException(400, "`operationName` must be a string or null.")
        if not isinstance(found, dict | list):  # a list is a batch, which the library refuses
            raise HTTPException(400, HOW)
        return found

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        answer: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            answer["errors"] = list[object](errors.shown(result.errors))
        return answer

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _context(user: User) -> Context:
    return Context(user=user, now=clock.now(), session_id=user.session_id)


def refused(status: int, message: str) -> HttpResponse:
    """The answer to a request that is no GraphQL request."""
    return JsonResponse({"errors": [{"message": message, "extensions": {"code": "bad_request"}}]}, status=status)


def unauthenticated(body: object) -> HttpResponse:
    response = JsonResponse(body, status=401)
    response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response
