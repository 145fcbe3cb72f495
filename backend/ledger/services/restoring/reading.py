"""A JSON document, however large, read an item at a time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from backend.ledger.errors import InvalidExport

CHUNK = 64 * 1024
MOST = 64 * 1024**2
"""Characters of one item: a row, or an attachment."""

BLANKS = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Item:
    """`number` counts the items of a list from 0 on. Where a list begins there is an item without number and value."""

    section: str
    number: int | None = None
    value: Any = None

    @property
    def place(self) -> str:
        return self.section if self.number is None else f"{self.section}[{self.number}]"


def items(stream: TextIO) -> Iterator[Item]:
    """The members of the object that the stream holds; the members of those that are lists one by one.

    Raises InvalidExport for what is no such document, with the place where it is not.
    """
    text = _Text(stream)
    try:
        text.take("{")
        while text.peek() != "}":
            key = text.value()
            if not isinstance(key, str):
                text.fail("expected a name")
            text.place = key[:40]
            text.take(":")
            yield from _member(key, text)
            if not text.took(","):
                break
        text.take("}")
        if text.peek():
            text.fail("something follows the end of the document")
    except UnicodeDecodeError as error:
        raise InvalidExport("The document is not UTF-8 text.") from error


def _member(key: str, text: "_Text") -> Iterator[Item]:
    if not text.took("["):
        yield Item(key, None, text.value())
        return
    yield Item(key)
    number = 0
    while text.peek() != "]":
        text.place = f"{key[:40]}[{number}]"
        yield Item(key, number, text.value())
        number += 1
        if not text.took(","):
            break
    text.take("]")


class _Text:
    """The part of the stream that is in memory, and where in it the reader is."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.text = ""
        self.at = 0
        self.ended = False
        self.place = "the beginning"

    def fail(self, why: str) -> NoReturn:
        raise InvalidExport(f"The document is damaged at {self.place}: {why}.")

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in BLANKS:
                    return self.text[self.at]
                self.at += 1
            if self.ended:
                return ""
            self._more()

    def took(self, character: str) -> bool:
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def take(self, character: str) -> None:
        if not self.took(character):
            self.fail(f"expected “{character}”" if self.peek() else "it ends too early")

    def value(self) -> Any:
        """The next value. What is in memory is doubled until it is whole, so that it is not looked at often."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if isinstance(error, RecursionError | _Refused):
                    self.fail(str(error) if isinstance(error, _Refused) else "it is nested too deep")
                if self.ended:
                    self.fail("it is not JSON" if self.peek() else "it ends too early")
            else:
                if end < len(self.text) or self.ended:
                    self.at = end
                    return value
            if len(self.text) - self.at > MOST:
                self.fail(f"it is not JSON, or longer than {MOST // 1024**2} MiB")
            self._more()

    def _more(self) -> None:
        rest = self.text[self.at :]
        piece = self.stream.read(max(CHUNK, len(rest)))
        self.text, self.at, self.ended = rest + piece, 0, not piece


class _Refused(ValueError):
    """JSON that says something in two ways, or a number that is none."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused("it has a name twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise _Refused(f"{text} is no number")


def _whole(text: str) -> int:
    if len(text) > 20:
        raise _Refused("a number is too long")
    return int(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number, parse_int=_whole)
