"""What is refused, as answers: the one place where the ledger's errors meet HTTP.

A refusal that concerns a field is `{"field": ["…"]}`, one that spans fields `{"non_field_errors": ["…"]}`; all others
are `{"detail": "…", "code": "…"}`, where clients may act on the code.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from backend.ledger import errors

STATUS: tuple[tuple[type[errors.LedgerError], int], ...] = (
    (errors.NotFound, status.HTTP_404_NOT_FOUND),
    (errors.Forbidden, status.HTTP_403_FORBIDDEN),
    (errors.Conflict, status.HTTP_409_CONFLICT),
    (errors.KeyReused, status.HTTP_422_UNPROCESSABLE_ENTITY),
    (errors.LedgerError, status.HTTP_400_BAD_REQUEST),
)
SPANS_FIELDS = (errors.SameBudget,)


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception that a view raised; None for one that is a bug."""
    if isinstance(error, errors.TooManyAttempts):
        error = exceptions.Throttled(wait=error.wait)
    if isinstance(error, errors.LedgerError):
        return refusal(error, noun=getattr(context["view"], "noun", "object"))
    error = _as_api_exception(error)
    response = exception_handler(error, dict(context))
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = _body(error)
    return response


def refusal(error: errors.LedgerError, *, noun: str) -> Response:
    """The answer to what the ledger refused; `noun` is what the path's id was to name."""
    if error.field is not None:
        return Response({error.field: [error.message]}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, SPANS_FIELDS):
        return Response({"non_field_errors": [error.message]}, status=status.HTTP_400_BAD_REQUEST)
    message = f"No {noun} matches the given query." if isinstance(error, errors.NotFound) else error.message
    code = next(code for kind, code in STATUS if isinstance(error, kind))
    body: dict[str, Any] = {"detail": message, "code": error.code}
    if isinstance(error, errors.PlanChanged | errors.CannotRevert):
        body["hindrances"] = [_hindrance(each) for each in error.rows]
    return Response(body, status=code)


def _hindrance(row: errors.Hindrance) -> dict[str, Any]:
    return {
        "row": None if row.place is None else row.place + 1,
        "transaction": None if row.row_id is None else str(row.row_id),
        "reason": row.reason,
        "message": row.message,
    }


def _as_api_exception(error: Exception) -> Exception:
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError("The body cannot be read.")
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error


def _body(error: exceptions.APIException) -> Any:
    if isinstance(error.detail, list):
        return {"non_field_errors": error.detail}
    if isinstance(error.detail, dict):
        return error.detail
    return {"detail": error.detail, "code": error.get_codes()}
