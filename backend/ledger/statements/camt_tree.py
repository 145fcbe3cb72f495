"""Text of an ISO 20022 message -> a tree of tags without namespaces, in bounded time."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from backend.ledger.errors import StatementError

from .statement import MAX_STATEMENTS

MAX_DEPTH = 40
MAX_TAGS = 800_000

_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_MARKUP = re.compile(r"<!(?!\[CDATA\[|--)")


def parse(text: str) -> Element:
    """The root of a message. Raises StatementError for text that is no XML, a document type, and too much of it."""
    if _MARKUP.search(text):
        raise StatementError("The file declares a document type or entities, which no statement needs.")
    if text.count("<") > MAX_TAGS:
        raise StatementError(f"The file has more than {MAX_TAGS:,} tags.")
    # The text is decoded already, whatever its declaration claims.
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True)
    try:
        parser.feed(text.strip())
        root: Element = parser.close()
    except DefusedXmlException:
        raise StatementError("The file declares a document type or entities, which no statement needs.") from None
    except ParseError as error:
        line, column = error.position
        raise StatementError(f"The file is damaged near line {line}, column {column}: it is no complete XML.") from None
    return root


class _Builder(TreeBuilder):
    """A tree of tags without their namespaces, not too deep."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.statements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise StatementError("The file is damaged: tags too deep inside one another.")
        name = tag.rpartition("}")[2]
        self.statements += name in {"Stmt", "Rpt"}
        if self.statements > MAX_STATEMENTS:
            raise StatementError(f"The file has more than {MAX_STATEMENTS} statements.")
        return super().start(name, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag.rpartition("}")[2])
