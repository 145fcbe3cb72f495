"""QIF, as Quicken and its heirs write it: lines with a letter before each field, `^` after each row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from backend.ledger.errors import StatementError

from . import days, fields, numbers, text
from .mapping import Mapping
from .statement import MAX_ROWS, MAX_STATEMENTS, Row, Statement

T = TypeVar("T")
ACCOUNT_TYPES = {"BANK": "C", "CASH": "C", "CCARD": "X", "OTH L": "X", "OTH A": "C"}
INVESTMENTS = frozenset({"INVST", "PORT", "401(K)/403(B)"})
NAMES = {"D": "date (D)", "T": "amount (T)", "U": "amount (U)"}
SPLITS = {"S": "", "E": " ", "$": " "}
OPENING = frozenset({"opening balance", "anfangssaldo", "solde initial", "saldo inicial"})


def read(data: bytes, *, mapping: Mapping | None = None, currency: str | None = None) -> list[Statement]:
    """A statement for each account of the file; never an empty list. Lists of categories and the like are passed over.

    QIF names neither currency nor account number, and its dates and amounts are those of the computer that wrote it:
    `mapping` says what is not clear (`date_format`, `decimal`). A row's splits become its memo. Raises StatementError,
    which names the row (counted from 1 through the file) and the field, for anything that cannot be read for certain.
    """
    mapping = mapping or Mapping()
    if not currency:
        raise StatementError(
            "The file does not say its currency; it is that of the account, or must be given.", field="currency"
        )
    try:
        code = fields.currency(currency)
    except ValueError as error:
        raise StatementError(f"{error}.", field="currency") from None
    sections = _sections(text.decode(data, encoding=mapping.encoding))
    records = [record for section in sections for record in section.records]
    order = mapping.date_format or _common(records, "D", days.order)
    mark = mapping.decimal or _common(records, "TU", lambda given: numbers.mark(given, currency=code))
    return [_statement(section, order=order or "YMD", mark=mark, currency=code) for section in sections]


@dataclass(slots=True)
class _Record:
    number: int
    fields: dict[str, str] = field(default_factory=dict)
    splits: list[str] = field(default_factory=list)

    def refused(self, letter: str, why: str) -> StatementError:
        return StatementError(f"Row {self.number}, {NAMES.get(letter, letter)}: {why}.")

    def text(self, letter: str) -> str | None:
        return text.one_line(self.fields.get(letter, "")) or None

    def parsed(self, letter: str, parse: Callable[[str], T]) -> T:
        given = self.text(letter)
        if given is None:
            raise self.refused(letter, "missing")
        try:
            return parse(given)
        except ValueError as error:
            raise self.refused(letter, str(error)) from None


@dataclass(slots=True)
class _Section:
    """The rows of one account."""

    kind: str
    name: str | None
    records: list[_Record] = field(default_factory=list)


def _sections(decoded: str) -> list[_Section]:
    found: dict[tuple[str, str | None], _Section] = {}
    counted = 0
    account: str | None = None
    for kind, records in _parts(decoded):
        if kind == "ACCOUNT":
            account = next((record.text("N") for record in reversed(records) if record.text("N")), None)
        elif kind in ACCOUNT_TYPES:
            section = found.setdefault((kind, account), _Section(kind, account))
            for record in records:
                counted += 1
                record.number = counted
            section.records += records
        elif kind in INVESTMENTS and not found:
            raise StatementError("The file is of an investment account, which is not read.")
    if not found:
        raise StatementError("This is not a QIF file: it has no rows of a bank, cash or card account.")
    if len(found) > MAX_STATEMENTS:
        raise StatementError(f"The file has more than {MAX_STATEMENTS} statements.")
    return list(found.values())


def _parts(decoded: str) -> Iterator[tuple[str, list[_Record]]]:
    """Each `!Type:` and its records. One without its `^` is refused: the file may have been cut off."""
    kind, records, record, total = "", list[_Record](), _Record(0), 0
    for number, line in enumerate(decoded.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("!"):
            _must_be_closed(record, number)
            yield kind, records
            kind, records = _kind(stripped), []
        elif stripped == "^":
            records.append(record)
            record, total = _Record(0), total + 1
            if total > MAX_ROWS:
                raise StatementError(f"The file has more than {MAX_ROWS:,} rows.")
        elif stripped:
            _add(record, stripped[0], stripped[1:], number)
    if record.fields and kind in ACCOUNT_TYPES:
        _must_be_closed(record, number)
    yield kind, records


def _kind(line: str) -> str:
    """`!Type:Bank` -> BANK, `!Account` -> ACCOUNT."""
    word = line[1:].strip()
    name = word.partition(":")[2] if word.upper().startswith("TYPE:") else word
    return name.strip().upper().replace("/", " ").replace("OTH  ", "OTH ")


def _must_be_closed(record: _Record, line: int) -> None:
    if record.fields:
        raise StatementError(f"The file is damaged near line {line}: a row has no ^ at its end.")


def _add(record: _Record, letter: str, value: str, line: int) -> None:
    if letter in SPLITS:
        if letter == "S" or not record.splits:
            record.splits.append(value)
        else:
            record.splits[-1] += SPLITS[letter] + value
    elif letter in "DT" and letter in record.fields:
        raise StatementError(f"The file is damaged near line {line}: a row has two {NAMES[letter]}.")
    else:
        record.fields.setdefault(letter, value)


def _common(records: Sequence[_Record], letters: str, told: Callable[[Iterator[str]], T]) -> T | None:
    """What the fields of all rows tell together."""
    last = _Record(0)

    def texts() -> Iterator[str]:
        nonlocal last
        for last in records:
            for letter in letters:
                if given := last.text(letter):
                    yield given

    if not records:
        return None
    try:
        return told(texts())
    except fields.Unclear as error:
        raise StatementError(f"{NAMES[letters[0]]}: {error}, in a mapping.", field="mapping") from None
    except ValueError as error:
        raise last.refused(letters[0], str(error)) from None


def _statement(section: _Section, *, order: str, mark: str | None, currency: str) -> Statement:
    opening: Decimal | None = None
    rows: list[Row] = []
    for record in section.records:
        row = _row(record, order=order, mark=mark, currency=currency)
        if (record.text("P") or "").casefold() in OPENING and not rows and opening is None:
            opening = row.amount
        else:
            rows.append(row)
    last: date | None = max((row.posted_on for row in rows), default=None)
    return Statement(
        source="qif",
        account_number=None,
        account_name=section.name,
        account_type=ACCOUNT_TYPES[section.kind],
        currency=currency,
        opening_balance=opening,
        ledger_balance=None if opening is None else opening + sum((row.amount for row in rows), Decimal(0)),
        ledger_balance_on=last if opening is not None else None,
        rows=tuple(rows),
    )


def _row(record: _Record, *, order: str, mark: str | None, currency: str) -> Row:
    letter = "T" if record.text("T") else "U" if record.text("U") else "T"
    party = record.text("P")
    check = record.text("N")
    check_number = check if check and check.isdigit() and len(check) <= 32 else None
    line = text.joined((party, record.text("M")))
    splits = "; ".join(text.one_line(each) for each in record.splits)
    return Row(
        bank_id=None,
        posted_on=record.parsed("D", lambda given: days.day(given, order=order)),
        amount=record.parsed(letter, lambda given: numbers.amount(given, mark=mark, currency=currency)),
        description=line or (f"CHECK {check_number}" if check_number else check or "OTHER")[:512],
        party=party[:512] if party else None,
        memo=splits[:512] or None,
        kind="CHECK" if check_number else "ATM" if (check or "").upper() == "ATM" else "OTHER",
        check_number=check_number,
    )
