"""How a document is read and checked before any of it runs: up to the limits, and once however often it is sent."""

from collections.abc import Iterator
from typing import cast

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import ParserCache, ValidationCache

from . import limits
from .limits import Exceeded, Measure


class Parser(ParserCache):
    """Reads a document, as far as it may be long and deep."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = limits.TOKENS
        try:
            yield from super().on_parse()
        except GraphQLSyntaxError as error:
            if not error.message.endswith("Parsing aborted."):  # the client's own words would stand in quotes
                raise
            what, allowed = ("tokens", limits.TOKENS) if "tokens" in error.message else ("depth", limits.DEPTH)
            raise Exceeded(what, asked=None, allowed=allowed) from None


class Validation(ValidationCache):
    """Measures each document, then validates those that pass."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = cast(DocumentNode, context.graphql_document)  # parsed by now
        schema = context.schema._schema
        try:
            Measure(schema, document, context.variables or {}).check()
            _check_choice(document, context._provided_operation_name)
        except GraphQLError as error:
            context.pre_execution_errors = [error]
        else:
            found = self.cached_validate_document(schema, document, context.validation_rules)
            given_up = len(found) == 1 and isinstance(found[0], ValidationAbortedError)
            context.pre_execution_errors = [_too_repetitive()] if given_up else found
        yield


def _check_choice(document: DocumentNode, name: str | None) -> None:
    """Raise GraphQLError if it is open which of several operations is to run."""
    if name is None and sum(isinstance(each, OperationDefinitionNode) for each in document.definitions) > 1:
        raise GraphQLError("The document has several operations: `operationName` must say which of them to run.")


def _too_repetitive() -> GraphQLError:
    return GraphQLError(
        "The query asks for too much: the same fields or fragments again and again.",
        extensions={"code": "limit", "limit": "repetition"},
    )
