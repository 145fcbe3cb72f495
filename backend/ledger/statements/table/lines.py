"""Text of a table -> its records, by the delimiter that it is written with."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from backend.ledger import formulas
from backend.ledger.errors import StatementError
from backend.ledger.statements.mapping import DELIMITERS
from backend.ledger.statements.statement import MAX_ROWS

PREAMBLE = 50
"""The header is among so many records."""
MOST_COLUMNS = 200
MOST_IN_LINE = 100_000
MOST_LINES = 20
"""Lines of one record; more mean that a quote was never closed."""

# Neither can be in a text, which has no control characters.
_END = "\x1e"
_SEPARATOR_LINE = "sep="


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, trimmed, and the line it begins in, from 1 on.

    An apostrophe that only keeps a spreadsheet from calculating is no part of a cell.
    """

    line: int
    cells: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(self.cells)


def records(text: str, *, delimiter: str) -> Iterator[Record]:
    """Every record, the empty ones too. Raises StatementError for open quotes and for more than the limits."""
    if any(len(line) > MOST_IN_LINE for line in text.splitlines()):
        raise StatementError(f"The file has a line of more than {MOST_IN_LINE:,} characters.")
    text = f"{text.rstrip()}\n{_END}"
    most_lines = MOST_LINES if _is_well_quoted(text, delimiter=delimiter) else 1
    for number, record in enumerate(_records(text, delimiter=delimiter, most_lines=most_lines)):
        if number > MAX_ROWS + PREAMBLE:
            raise StatementError(f"The file has more than {MAX_ROWS:,} rows.")
        yield record


def first_records(text: str, *, delimiter: str) -> list[Record]:
    """Those among which the header is."""
    beginning = "\n".join(text.splitlines()[: PREAMBLE * MOST_LINES])
    return list(islice(_records(f"{beginning.rstrip()}\n{_END}", delimiter=delimiter, most_lines=MOST_LINES), PREAMBLE))


def _records(text: str, *, delimiter: str, most_lines: int) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if cells == [_END]:
                return
            if before - line >= most_lines or (cells and cells[-1].endswith(_END)):
                raise StatementError(f"The file is damaged: the quotes of line {line} are not closed.")
            if len(cells) > MOST_COLUMNS:
                raise StatementError(f"Line {line} has more than {MOST_COLUMNS} columns.")
            yield Record(line, tuple(formulas.original(" ".join(cell.split())) for cell in cells))
    except csv.Error as error:
        raise StatementError(f"The file is damaged near line {before + 1}: {error}.") from None


def _is_well_quoted(text: str, *, delimiter: str) -> bool:
    """Whether all quotes are closed and doubled inside. Else a cell that goes on in the next line may be a lost row."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True


def stated_delimiter(text: str) -> tuple[str | None, str]:
    """The delimiter of a first line `sep=;`, as Excel writes it, and the text without that line."""
    first, _, rest = text.partition("\n")
    stated = first.strip('\r \ufeff"')
    if stated.lower().startswith(_SEPARATOR_LINE) and stated[len(_SEPARATOR_LINE) :] in DELIMITERS:
        return stated[len(_SEPARATOR_LINE) :], "\n" + rest
    return None, text
