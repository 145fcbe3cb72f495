"""What is refused, as GraphQL: `Problem` where a mutation promises one, else an error with a code; bugs are masked."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import strawberry
from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from backend import trace
from backend.ledger import errors

from . import context

logger = logging.getLogger(__name__)

MASKED = "Something went wrong here; it was noted."
TOO_DEEP = "The query is nested too deep."
FIELDS = {
    "bank_account": "account",
    "src_budget": "source",
    "dst_budget": "target",
    "amount_currency": "currency",
    "effective_date": "effectiveAt",
    "recurrance_schedule": "recurrenceSchedule",
    "splits": "shares",
    "alter": "changeBudgets",
    "remove": "removeBudgets",
    "add": "addBudgets",
    "date": "on",
}
"""Inputs that are called otherwise here than in the ledger and the REST API."""


@strawberry.type(description="A row that stands in the way of an import or of its reverting, and why.")
class Hindrance:
    row: int | None = strawberry.field(description="The number of the row of the statement, from 1 on.")
    transaction: UUID | None = strawberry.field(description="The UUID of the transaction that it is about.")
    reason: str = strawberry.field(description='What a program can act on, such as "split" or "duplicate".')
    message: str = strawberry.field(description="The same for people.")


@strawberry.type(description="Why the ledger refused; nothing was changed.")
class Problem:
    code: str = strawberry.field(description='What a program can act on, such as "not_found" or "invalid_amount".')
    message: str = strawberry.field(description="The same for people.")
    field: str | None = strawberry.field(description="The input that was at fault, where one was.")
    hindrances: list[Hindrance] = strawberry.field(
        default_factory=list, description="Rows of a statement that stand in the way, where some do."
    )


class ProblemHandler(strawberry.ExceptionHandler[errors.LedgerError, Problem]):
    """Turns what the ledger refuses into the `Problem` that a field's type promises."""

    def handle(self, exception: errors.LedgerError, *, field: StrawberryField, info: Info) -> Problem:
        context.of(info).refused = True
        _note(exception)
        return problem(exception)


def _note(refusal: errors.LedgerError) -> None:
    """The answer's status does not tell that somebody asked for what is not theirs."""
    request = trace.current()
    if request is not None and isinstance(refusal, errors.NotFound | errors.Forbidden):
        request.refused.append(refusal.code)


def problem(refusal: errors.LedgerError) -> Problem:
    rows: Sequence[errors.Hindrance] = getattr(refusal, "rows", ())
    return Problem(
        code=refusal.code,
        message=refusal.message,
        field=field_name(refusal.field),
        hindrances=[
            Hindrance(
                row=None if row.place is None else row.place + 1,
                transaction=row.row_id,
                reason=row.reason,
                message=row.message,
            )
            for row in rows
        ],
    )


def field_name(name: str | None) -> str | None:
    """The input that GraphQL clients know by another name than the ledger; of lists "name.place.name"."""
    return None if name is None else ".".join(map(_input, name.split(".")))


def _input(name: str) -> str:
    first, *others = name.split("_")
    return FIELDS.get(name) or first + "".join(word.capitalize() for word in others)


def shown(found: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """The errors of an answer as clients see them: each with `extensions.code`, the unexpected ones without a word."""
    return [_shown(error) for error in found]


def _shown(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    cause = cause_of(error)
    if isinstance(cause, errors.LedgerError):
        _note(cause)
        extensions = {"code": cause.code, "field": field_name(cause.field)}
        return {**formatted, "message": cause.message, "extensions": extensions}
    if isinstance(cause, RecursionError):
        return {"message": TOO_DEEP, "extensions": {"code": "limit"}}
    if cause is not None:
        return {**formatted, "message": MASKED, "extensions": {"code": "internal"}}
    code = "syntax" if isinstance(error, GraphQLSyntaxError) else "invalid_document"
    return {**formatted, "extensions": {"code": code, **(error.extensions or {})}}


def log(found: Iterable[GraphQLError]) -> None:
    """Note what was not foreseen, with its traceback. Refusals and bad documents are answers, not events."""
    for error in found:
        cause = cause_of(error)
        if cause is not None and not isinstance(cause, errors.LedgerError | RecursionError):
            field = next((node.name.value for node in error.nodes or () if isinstance(node, FieldNode)), "?")
            logger.error("A GraphQL field failed: %s", field, exc_info=cause)  # not by the alias that a client chose


def cause_of(error: GraphQLError) -> Exception | None:
    """What a resolver raised; None for an error about the document or its variables."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
