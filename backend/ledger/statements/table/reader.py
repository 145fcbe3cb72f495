"""A table of a bank's rows -> statements, by columns that were found or mapped."""

from collections.abc import Iterable, Iterator

from backend.ledger.errors import StatementError
from backend.ledger.statements import text
from backend.ledger.statements.mapping import DELIMITERS, Mapping
from backend.ledger.statements.statement import MAX_ROWS, Statement

from . import lines
from .columns import Columns, by_number, found
from .convention import Convention, cell
from .grouping import empty, statements
from .lines import Record
from .rows import Reader


def read(data: bytes, *, mapping: Mapping | None = None, currency: str | None = None) -> list[Statement]:
    """The statements of an uploaded table: one for each account and currency that its columns tell apart.

    `currency` is that of the amounts where the file names none. The file is read whole or not at all: raises
    StatementError, which names the row (counted from 1 after the header), its line and the column, for anything that
    cannot be read for certain; one with field="mapping" where a mapping could say what the file does not.
    """
    mapping = mapping or Mapping()
    decoded = text.decode(data, encoding=mapping.encoding)
    stated, decoded = lines.stated_delimiter(decoded)
    delimiter, columns = _layout(decoded, mapping=mapping, stated=mapping.delimiter or stated)
    rows = list(_rows(lines.records(decoded, delimiter=delimiter), columns))
    if len(rows) > MAX_ROWS:
        raise StatementError(f"The file has more than {MAX_ROWS:,} rows.")
    convention = Convention.of(rows, columns=columns, mapping=mapping, currency=currency)
    reader = Reader(columns=columns, convention=convention, mapping=mapping)
    found = [reader.row(number, record) for number, record in enumerate(rows, start=1)]
    if not found and convention.currency:
        return [empty(convention.currency, mapping=mapping)]
    return statements(found, columns=columns, mapping=mapping)


def _layout(decoded: str, *, mapping: Mapping, stated: str | None) -> tuple[str, Columns]:
    """The delimiter and the columns: those by which the most columns are understood."""
    best: tuple[int, str, Columns] | None = None
    seen: list[Record] = []
    refusal: StatementError | None = None
    for delimiter in [stated] if stated else DELIMITERS:
        try:
            first = lines.first_records(decoded, delimiter=delimiter)
            columns = _columns(first, mapping=mapping)
        except StatementError as error:
            refusal = refusal or error
            continue
        seen = max(seen, first, key=_width)
        score = len(columns.places) if columns and columns.are_enough else 0
        if columns and score and (best is None or score > best[0]):
            best = (score, delimiter, columns)
    if best:
        return best[1], best[2]
    raise refusal or _not_clear(seen)


def _columns(first: list[Record], *, mapping: Mapping) -> Columns | None:
    """Those of the first record that has enough of them, or of the header that the mapping names."""
    if mapping.header == 0:
        columns = by_number(mapping)
        return columns if _width(first) > 1 else None
    refusal = None
    for record in first:
        if mapping.header is not None and record.line != mapping.header:
            continue
        if len(list(filter(None, record.cells))) > 1:
            try:
                columns = found(record, mapping=mapping)
            except StatementError as error:
                refusal = refusal or error
                continue
            if columns.are_enough:
                return columns
    if refusal:
        raise refusal
    return None


def _width(first: Iterable[Record]) -> int:
    return max((len(record.cells) for record in first), default=0)


def _not_clear(first: list[Record]) -> StatementError:
    widest = max(first, key=lambda record: len(list(filter(None, record.cells))), default=Record(0, ()))
    there = ", ".join(filter(None, widest.cells))[:300]
    return StatementError(
        "No header tells which columns are the date and the amount: say so in a mapping. "
        f"The file may have these columns: {there}.",
        field="mapping",
    )


def _rows(records: Iterator[Record], columns: Columns) -> Iterator[Record]:
    """The records after the header that are rows, up to a footer."""
    header = columns.header
    left_out: Record | None = None
    for record in records:
        if record.line <= header.line or not record or record.cells == header.cells:
            continue
        if _says_nothing(record, columns) or _is_note(record, columns):
            left_out = left_out or record
            continue
        if left_out and not _says_nothing(left_out, columns):
            raise StatementError(f"Line {left_out.line} is no row, and rows follow it: {_shown(left_out)}.")
        yield record


def _says_nothing(record: Record, columns: Columns) -> bool:
    """Whether neither a date nor an amount is there."""
    needed = (*columns.places["date"], *columns.amounts)
    return not any(cell(record, place) for place in needed)


def _is_note(record: Record, columns: Columns) -> bool:
    """A line such as a closing balance below the rows: without a date, and short or without an amount."""
    if any(map(str.isdigit, cell(record, columns.place("date")))):
        return False
    if not cell(record, columns.place("date")):
        return not any(character.isdigit() for place in columns.amounts for character in cell(record, place))
    return sum(map(bool, record.cells)) <= max(2, len(columns.header.cells) // 2)


def _shown(record: Record) -> str:
    return f"“{' '.join(filter(None, record.cells))[:60]}”"
