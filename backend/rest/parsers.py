"""Reads bodies as narrowly as a ledger needs: no repeated key, no rounded number, no text that cannot be stored."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn, cast

from django.http import QueryDict
from django.utils.http import parse_header_parameters
from rest_framework import exceptions
from rest_framework.parsers import DataAndFiles, FormParser, JSONParser, MultiPartParser

DEEPEST = 32
"""Arrays and objects within one another."""


class JSON(JSONParser):
    """Numbers with a point become `Decimal`, so that an amount is exactly what was written."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        encoding = (parser_context or {}).get("encoding") or "utf-8"
        try:
            return loads(stream.read().decode(encoding))
        except ValueError as error:
            raise exceptions.ParseError(f"JSON parse error - {error}") from error


class Form(FormParser):
    """A body whose bytes are not text in its charset is refused, not mended."""

    def parse(  # type: ignore[override]  # the stubs name a class of their own
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> QueryDict:
        return _unmended(super().parse(stream, media_type, parser_context))


class Multipart(MultiPartParser):
    """The same of its texts; files are bytes. A body without its last boundary is a part of one."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":  # subscripted by the stubs alone
        watched = _Watched(stream, closing=_closing(media_type or ""))
        found = super().parse(cast(IO[Any], watched), media_type, parser_context)
        if not watched.closed:
            raise exceptions.ParseError("Multipart form parse error - The body ends before its closing boundary")
        _unmended(found.data)
        return found


def _closing(media_type: str) -> bytes:
    """What ends the body: a line of its own."""
    _, parameters = parse_header_parameters(media_type)
    return f"\n--{parameters.get('boundary', '')}--".encode()


class _Watched:
    """A body that is read by somebody else, and whether its closing boundary was among what was read."""

    def __init__(self, stream: IO[Any], *, closing: bytes) -> None:
        self.stream, self.closing = stream, closing
        self.closed = False
        self._tail = b"\n"

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self.stream.read(size)
        seen = self._tail + piece
        self.closed = self.closed or self.closing in seen
        self._tail = seen[-len(self.closing) :]
        return piece


def _unmended(form: QueryDict) -> QueryDict:
    """Django puts U+FFFD in place of what it cannot decode."""
    for name, values in form.lists():
        if any("\N{REPLACEMENT CHARACTER}" in str(text) for text in (name, *values)):
            raise exceptions.ParseError("Form parse error - The body is not text in its charset")
    return form


def loads(text: str) -> Any:
    """The value that a JSON text holds; ValueError for one that is not JSON, ambiguous, or nested too deep."""
    try:
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_without_repeats
        )
    except RecursionError as error:
        raise ValueError(f"More than {DEEPEST} levels deep") from error
    except ArithmeticError as error:
        raise ValueError("A number is out of range") from error
    _check(value)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"Out of range float values are not JSON compliant: {name}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A key occurs twice in one object")
    return found


def _check(value: Any) -> None:
    """Walk the levels of a value: not too many, and no half of a surrogate pair in any text."""
    level = [value]
    for _ in range(DEEPEST + 1):
        for node in level:
            if isinstance(node, str):
                _check_text(node)
            elif isinstance(node, dict):
                for key in node:
                    _check_text(key)
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise ValueError(f"More than {DEEPEST} levels deep")


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("A text holds half of a surrogate pair") from error
