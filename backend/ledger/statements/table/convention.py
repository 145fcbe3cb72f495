"""How a table writes dates, amounts and their signs: what all of its rows have in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from backend.ledger import currencies
from backend.ledger.errors import StatementError
from backend.ledger.statements import days, fields, numbers
from backend.ledger.statements.mapping import Mapping

from . import words
from .columns import Columns
from .lines import Record

T = TypeVar("T")
DATES = ("date", "initiated")
AMOUNTS = ("amount", "debit", "credit", "balance", "fee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    orders: dict[str, str]
    """Of the columns of dates."""
    mark: str | None
    currency: str | None
    """Of rows that name none themselves."""
    direction: int | None
    """The column that says which amounts are money out, where they have no signs."""
    knows_status: bool
    """Whether the status column speaks of what is pending and what has posted."""

    @classmethod
    def of(cls, rows: Sequence[Record], *, columns: Columns, mapping: Mapping, currency: str | None) -> "Convention":
        """Raises StatementError, about the mapping, where the rows do not tell."""
        code = columns.currency or _of_valuta(rows, columns) or (currency.upper() if currency else None)
        if code is not None and code not in currencies.CODES:
            raise StatementError(f"“{code[:10]}” is not a known currency.", field="currency")
        named = {text.upper() for text in _given(rows, columns, "currency")} & set(currencies.CODES)
        # Which row comes first must not matter: of several currencies that with the most decimals tells least.
        of_marks = code or max(sorted(named), key=currencies.decimals, default="USD")
        return cls(
            orders={role: _order(rows, columns, role, mapping) for role in DATES if role in columns.places},
            mark=mapping.decimal or _mark(rows, columns, of_marks),
            currency=code,
            direction=_direction(rows, columns),
            knows_status=_knows_status(rows, columns, mapping),
        )


def _of_valuta(rows: Sequence[Record], columns: Columns) -> str | None:
    """The currency that all cells under a header name which is elsewhere one of a date."""
    place = next((at for at, name in enumerate(columns.header.cells) if words.plain(name) == words.VALUTA), None)
    said = {cell(record, place).upper() for record in rows} if place is not None else set()
    return said.pop() if len(said) == 1 and said <= set(currencies.CODES) else None


def cell(record: Record, place: int | None) -> str:
    return record.cells[place] if place is not None and place < len(record.cells) else ""


def _given(rows: Iterable[Record], columns: Columns, role: str) -> Iterator[str]:
    place = columns.place(role)
    return (text for record in rows if (text := cell(record, place)))


def _order(rows: Sequence[Record], columns: Columns, role: str, mapping: Mapping) -> str:
    if mapping.date_format:
        return mapping.date_format
    return _common(
        rows, columns, (role,), lambda texts: days.order(texts, hint="DMY" if columns.puts_day_first else None)
    )


def _mark(rows: Sequence[Record], columns: Columns, currency: str) -> str | None:
    return _common(rows, columns, AMOUNTS, lambda texts: numbers.mark(texts, currency=currency))


def _common(rows: Sequence[Record], columns: Columns, roles: Iterable[str], told: Callable[[Iterable[str]], T]) -> T:
    """What the cells of some columns tell together; a cell that is at fault is named with its row."""
    last = (0, 0)

    def texts() -> Iterable[str]:
        nonlocal last
        for number, record in enumerate(rows, start=1):
            for place in places:
                if text := cell(record, place):
                    last = (number, place)
                    yield text

    places = [place for role in roles for place in columns.places.get(role, ())]
    try:
        return told(texts())
    except fields.Unclear as error:
        raise StatementError(f"{columns.named(last[1])}: {error}, in a mapping.", field="mapping") from None
    except ValueError as error:
        number, place = last
        raise StatementError(f"Row {number} (line {rows[number - 1].line}), {columns.named(place)}: {error}.") from None


def _direction(rows: Sequence[Record], columns: Columns) -> int | None:
    """The column that says debit or credit in every row."""
    if "amount" not in columns.places:
        return None
    for role in ("direction", "kind"):
        place = columns.place(role)
        said = {words.plain(cell(record, place)) for record in rows} if place is not None else set()
        if said and said <= words.OUT | words.IN:
            return place
        if role == "direction" and said:
            strange = next(iter(sorted(said - words.OUT - words.IN)))
            raise StatementError(
                f"“{strange[:40]}” in the column {columns.named(place or 0)} is neither debit nor credit.",
                field="mapping",
            )
    return None


def _knows_status(rows: Sequence[Record], columns: Columns, mapping: Mapping) -> bool:
    if mapping.pending or mapping.declined:
        return True
    known = words.PENDING | words.DECLINED | (words.POSTED - {""})
    return any(words.plain(text) in known for text in _given(rows, columns, "status"))
