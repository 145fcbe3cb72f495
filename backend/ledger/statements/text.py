"""Bytes of an uploaded file -> text that is safe to take apart."""

import re
from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal

from backend.ledger.errors import StatementError

CENT = Decimal("0.01")
MAX_BYTES = 5 * 1024 * 1024
TOO_LARGE = "The file is larger than 5 MiB."

# Only these: a codec named by a stranger could be a decompressor.
# The code page of Windows contains what ISO-8859-1 can print.
CODECS = {
    "1252": "cp1252",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
    "ISO-8859-1": "cp1252",
    "8859-1": "cp1252",
    "LATIN1": "cp1252",
    "ISO-8859-15": "iso8859_15",
    "1250": "cp1250",
    "WINDOWS-1250": "cp1250",
    "ISO-8859-2": "iso8859_2",
    "1251": "cp1251",
    "WINDOWS-1251": "cp1251",
}
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

_CHARSET = re.compile(rb"(?:CHARSET:[ \t]*|encoding=[\"'])([A-Za-z0-9_-]{1,20})")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}


def decode(data: bytes, *, encoding: str | None = None) -> str:
    """The file as text. UTF-8 where it is UTF-8, whatever the header claims; else what the header claims.

    A given `encoding`, a codec of Python that the caller chose, is believed instead.

    Raises StatementError for more than `MAX_BYTES`, an empty file, and NUL bytes.
    """
    if len(data) > MAX_BYTES:
        raise StatementError(TOO_LARGE)
    if not data.strip():
        raise StatementError("The file is empty.")
    text = data.decode(encoding, errors="replace") if encoding else _decoded(data)
    if "\x00" in text:
        raise StatementError("The file is not text: it has NUL characters.")
    return _CONTROLS.sub(" ", text)


def _decoded(data: bytes) -> str:
    for mark, codec in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        claimed = _CHARSET.search(data[:1000])
        name = claimed[1].decode("ascii").upper() if claimed else "1252"
        return data.decode(CODECS.get(name, "cp1252"), errors="replace")


def unescape(text: str) -> str:
    """Character references resolved, the predefined ones only; all other ampersands stay as they are."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    named, number, hexadecimal = match.groups()
    if named:
        return _NAMED[named]
    code = int(number) if number else int(hexadecimal, 16)
    is_text = code >= 0x20 and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF
    return chr(code) if is_text else " "


def one_line(text: str) -> str:
    """The text with every run of white space as one blank, trimmed."""
    return " ".join(text.split())


def joined(parts: Iterable[str | None], *, most: int = 512) -> str:
    """The parts as one line; a part that begins as what is before it replaces it, one that repeats it is left out."""
    line = ""
    for part in parts:
        if part and part.casefold().startswith(line.casefold()):
            line = part
        elif part and part.casefold() not in line.casefold():
            line = f"{line} {part}"
    return line[:most].strip()


def shown(amount: Decimal) -> str:
    """The amount as the APIs show it: with two decimals, or with more where it has them."""
    more = amount.normalize()
    return f"{more:f}" if more != more.quantize(CENT, ROUND_DOWN) else f"{more:.2f}"
