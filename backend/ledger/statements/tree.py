"""Text of an OFX file, SGML or XML -> a tree of tags, in bounded time."""

import logging
import re
from xml.etree.ElementTree import Element

from ofxtools.Parser import ParseError, TreeBuilder

from backend.ledger.errors import StatementError

MAX_DEPTH = 32
MAX_ROWS = 20_000
MAX_TAGS = 400_000
MAX_STATEMENTS = 200

ROW_TAGS = frozenset({"STMTTRN", "STMTTRNP"})
STATEMENT_TAGS = frozenset({"STMTRS", "CCSTMTRS"})

# SGML may leave the closing tag out, also after an empty value; then only the name tells that nothing can be inside.
LEAVES = frozenset(
    "MEMO NAME NAME2 EXTDNAME CHECKNUM REFNUM SIC PAYEEID FITID SRVRTID ADDR1 ADDR2 ADDR3 CITY STATE POSTALCODE COUNTRY"
    " PHONE DTUSER DTAVAIL DTSTART DTEND DTASOF BANKID BRANCHID ACCTID ACCTTYPE ACCTKEY CURDEF MESSAGE ORG FID USERKEY"
    " SESSCOOKIE ACCESSKEY INTU.BID INTU.USERID INTU.ORG PENDING MKTGINFO TRNTYPE TRNAMT DTPOSTED BALAMT".split()
)

ENDS_EARLY = "The file ends early; perhaps only a part of it was downloaded."

# Its progress, told at level INFO for every file, is of no use to an operator.
logging.getLogger("ofxtools").setLevel(logging.WARNING)

_TAG = re.compile(r"<(?:(/?)([A-Za-z][A-Za-z0-9._]*)[ \t\r\n]*(/?)>|([/?A-Za-z]))?")
_ROOT = re.compile(r"<OFX[ \t\r\n]*>", re.IGNORECASE)
_SPECIAL = (("<![CDATA[", "]]>"), ("<!--", "-->"))


def parse(text: str) -> Element:
    """The `OFX` element of a file.

    Raises StatementError for text that is no OFX, for tags that do not match, and for more than the limits above.
    """
    text = _without_markup_declarations(text)
    start = _ROOT.search(text)
    if start is None:
        raise StatementError("This is not an OFX file: it has no <OFX> tag.")
    body = text[start.start() :]
    if body.count("<") > MAX_TAGS:
        raise StatementError(f"The file has more than {MAX_TAGS:,} tags.")
    builder = _Builder()
    try:
        builder.feed(_TAG.sub(_normal, body))
    except ParseError:
        raise builder.broken("text outside of any field") from None
    return builder.finish()


def _without_markup_declarations(text: str) -> str:
    """The text with CDATA as ordinary text and comments left out; anything else that starts with `<!` is refused."""
    parts = []
    at = 0
    while (start := text.find("<!", at)) >= 0:
        opening, closing = next((pair for pair in _SPECIAL if text.startswith(pair[0], start)), ("", ""))
        if not opening:
            raise StatementError("The file declares a document type or entities, which no statement needs.")
        end = text.find(closing, start + len(opening))
        if end < 0:
            raise StatementError(f"The file ends inside {opening}.")
        parts.append(text[at:start])
        if opening == "<![CDATA[":
            parts.append(text[start + len(opening) : end].replace("&", "&amp;").replace("<", "&lt;"))
        at = end + len(closing)
    return "".join([*parts, text[at:]])


def _normal(match: re.Match[str]) -> str:
    """A tag as the parser knows tags; a `<` before a blank, a digit or a sign is text."""
    closing, name, is_empty, other = match.groups()
    if other:
        if match.string.find(">", match.start()) < 0:
            raise StatementError(ENDS_EARLY)
        raise StatementError(f"The file is damaged: “{match.string[match.start() : match.start() + 40]}” is no tag.")
    if name is None:
        return "&lt;"
    name = name.upper()
    return f"<{name}></{name}>" if is_empty else f"<{closing}{name}>"


class _Builder(TreeBuilder):
    """The parser of ofxtools, which by itself neither compares closing tags nor bounds the depth."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0
        self.statements = 0
        self.root: Element | None = None

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        if self.open and self.open[-1] in LEAVES:
            self._close()
        if not self.open and self.root is not None:
            raise self.broken(f"<{tag}> after </OFX>")
        if len(self.open) >= MAX_DEPTH:
            raise self.broken("tags too deep inside one another")
        if any(tag in tags and not tags.isdisjoint(self.open) for tags in (ROW_TAGS, STATEMENT_TAGS)):
            raise self.broken(f"<{tag}> inside of another one")
        if tag in ROW_TAGS:
            self.rows += 1
            if self.rows > MAX_ROWS:
                raise StatementError(f"The file has more than {MAX_ROWS:,} rows.")
        if tag in STATEMENT_TAGS:
            self.statements += 1
            if self.statements > MAX_STATEMENTS:
                raise StatementError(f"The file has more than {MAX_STATEMENTS} statements.")
        self.open.append(tag)
        element = super().start(tag, attrs)
        if self.root is None:
            self.root = element
        return element

    def end(self, tag: str, /) -> Element:
        if self.open and self.open[-1] != tag and self.open[-1] in LEAVES:
            self._close()
        if not self.open or self.open[-1] != tag:
            expected = f"</{self.open[-1]}>" if self.open else "nothing"
            raise self.broken(f"</{tag}> where {expected} was expected")
        return self._close()

    def _close(self) -> Element:
        return super().end(self.open.pop())

    def finish(self) -> Element:
        """The root, once everything is closed."""
        if self.open or self.root is None:
            raise StatementError(ENDS_EARLY)
        return self.root

    def broken(self, what: str) -> StatementError:
        where = f"near row {self.rows}" if self.rows else "before the first row"
        return StatementError(f"The file is damaged {where}: {what}.")
