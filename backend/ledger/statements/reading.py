"""A statement file of any format -> statements: the format is told from the bytes."""

import re
from importlib import import_module
from types import ModuleType

from backend.ledger.errors import StatementError

from . import text
from .mapping import Mapping
from .statement import Statement

READERS = {"ofx": "ofx", "camt": "camt", "qif": "qif", "csv": "table"}
"""The modules of the formats. They bring large libraries, and are loaded when the first such file comes."""
SOURCES = tuple(READERS)
"""The formats, by the names under which the ids of the bank are known."""

NOT_STATEMENTS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a spreadsheet or an archive"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet or an old document"),
    (b"\x1f\x8b", "an archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"{\\rtf", "a document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
TAKES = "OFX, QFX, camt.053, QIF and CSV are read."
BEGINNING = 20_000

_OFX = re.compile(r"OFXHEADER|<OFX[\s>]", re.IGNORECASE)
_CAMT = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.|<(?:\w+:)?(?:BkToCstmr\w+)[\s>]")
_QIF = re.compile(r"\s*!(?:type|account|option|clear)\b", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_MT940 = re.compile(r"^:20:.*?^:(?:60F|60M):", re.MULTILINE | re.DOTALL)


def read(
    data: bytes,
    *,
    name: str = "",
    source: str | None = None,
    mapping: Mapping | None = None,
    currency: str | None = None,
) -> list[Statement]:
    """The statements of a file, in its order; never an empty list. Each names its format in `source`.

    `source`, one of SOURCES, is told from the bytes where it is None, and by the file's `name` where these do not
    tell. `mapping` helps CSV and QIF, and `currency` (ISO 4217) is that of the amounts where the file names none.
    Raises StatementError, about the whole file: what cannot be read for certain is not read in part.
    """
    found = source or detect(data, name=name)
    reader = load(found)
    if found in {"ofx", "camt"}:
        statements: list[Statement] = reader.read(data)
    else:
        statements = reader.read(data, mapping=mapping, currency=currency)
    return statements


def load(source: str) -> ModuleType:
    """The reader of one of SOURCES."""
    return import_module(f"{__package__}.{READERS[source]}")


def detect(data: bytes, *, name: str = "") -> str:
    """One of SOURCES. Raises StatementError for what is surely none of them."""
    for mark, what in NOT_STATEMENTS:
        if data.startswith(mark):
            raise StatementError(f"This is {what}, not a statement file. {TAKES}")
    decoded = text.decode(data)
    begins = decoded[:BEGINNING]
    if _HTML.match(begins):
        raise StatementError(f"This is a web page, not a statement file; perhaps the log-in had ended. {TAKES}")
    if _OFX.search(begins):
        return "ofx"
    if _CAMT.search(begins):
        return "camt"
    if _QIF.match(begins):
        return "qif"
    if _MT940.search(begins):
        raise StatementError(f"MT940 files are not read; most banks that offer them have camt.053 too. {TAKES}")
    ending = name.rpartition(".")[2].lower()
    if begins.lstrip().startswith("<"):
        return "camt" if ending not in {"ofx", "qfx"} else "ofx"
    return {"ofx": "ofx", "qfx": "ofx", "qif": "qif"}.get(ending, "csv")
