"""Texts that a spreadsheet would take for a formula: an apostrophe before them makes them texts again.

Numbers are no texts: -12.50 stays a number.
"""

import re

_STARTS_ONE = re.compile("'*[\x00-\x20\\s=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]")
"""Signs that begin a formula, full-width ones too, and the controls and blanks of any kind that may hide one."""


def defused(text: str) -> str:
    """The text as a cell of a table. A NUL, which ends a text for some programs, becomes a blank."""
    text = text.replace("\0", " ")
    return f"'{text}" if _STARTS_ONE.match(text) else text


def original(cell: str) -> str:
    """The text that `defused` wrote, without the blanks around it."""
    return cell[1:].strip() if cell.startswith("'") and _STARTS_ONE.match(cell) else cell
