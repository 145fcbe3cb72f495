"""Everything that a user owns, to take away."""

import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, renderers
from rest_framework.request import Request

from backend import clock, replica, tickets, trace
from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.selectors import exports

from . import fields, uploads, views

AT_ONCE = threading.BoundedSemaphore(2)
"""Exports that one process makes at a time: they leave threads for everything else."""

WAIT = 5
"""Seconds after which to try again, for those who came when others were at it."""

ACCOUNT = OpenApiParameter(
    "bank_account", OpenApiTypes.UUID, description="Only the transactions of this bank account; all without it."
)


class Exports(views.View):
    noun = "Export"
    filter_backends = ()
    pagination_class = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        # A file has the type it has; what is refused is said in JSON.
        return renderers.JSONRenderer(), "application/json"

    @extend_schema(operation_id="exports_json_retrieve", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def everything(self, request: Request) -> FileResponse:
        """Return everything that the user owns as one JSON document: accounts, budgets, transactions, their history and
        attachments. `manage.py load_export` makes the same ledger from it, with the same ids and balances."""
        return download(self.actor, "json")

    @extend_schema(operation_id="exports_beancount_retrieve", responses={(200, "text/plain"): OpenApiTypes.BINARY})
    def beancount(self, request: Request) -> FileResponse:
        """Return the user's books as a Beancount file: a sub-account per budget, and at its end what each must hold."""
        return download(self.actor, "beancount")

    @extend_schema(
        operation_id="exports_csv_retrieve", parameters=[ACCOUNT], responses={(200, "text/csv"): OpenApiTypes.BINARY}
    )
    def csv(self, request: Request) -> FileResponse:
        """Return the user's transactions as a CSV table, a row each; texts that would be formulas are defused."""
        return download(self.actor, "csv", account_id=_account(request))


class ExportLinks(Exports):
    """An address that GraphQL gave out; whoever has it is the user, once."""

    only_reads = False  # the address is used up
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ("get", "options")  # a HEAD, as previews of links send it, would use the address up

    @extend_schema(operation_id="exports_link_retrieve", auth=[], responses={(200, "*/*"): OpenApiTypes.BINARY})
    def once(self, request: Request, ticket: str) -> FileResponse:
        """Return the export that a link from GraphQL stands for: once, within five minutes, without a token."""
        thing, user = tickets.redeem(ticket, now=clock.now())
        return replica.read(lambda: download(user, thing))


def download(user: User, format: str, *, account_id: UUID | None = None) -> FileResponse:  # noqa: A002  the API's word
    """The export as a file to save. It is made whole before the first byte goes out: what goes wrong is told, no slow
    reader holds up the database, and a client sees by the length whether it has everything."""
    found = exports.export(user, format=format, now=clock.now(), account_id=account_id)
    file = _stored(found.pieces)
    trace.security_event(f"exported_{format}", level=logging.INFO, user=user.pk)
    length = file.tell()
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type=found.content_type)
    response.headers["Content-Length"] = str(length)
    response.headers["Content-Security-Policy"] = uploads.SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _stored(pieces: Iterator[bytes]) -> IO[bytes]:
    """A file without a name, which is gone once it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    try:
        with _in_turn():
            file.writelines(pieces)
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def _in_turn() -> Iterator[None]:
    if not AT_ONCE.acquire(blocking=False):
        raise exceptions.Throttled(wait=WAIT)
    try:
        yield
    finally:
        AT_ONCE.release()


def _account(request: Request) -> UUID | None:
    text = request.query_params.get("bank_account")
    if not text:
        return None
    found = fields.uuid_of(text)
    if found is None:
        raise errors.InvalidValue("Enter a valid UUID.", field="bank_account")
    return found
