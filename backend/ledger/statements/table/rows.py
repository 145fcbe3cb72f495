"""One record of a table -> one row, by the columns and the convention of the table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from backend.ledger.errors import StatementError
from backend.ledger.statements import days, fields, numbers, text
from backend.ledger.statements.mapping import Mapping
from backend.ledger.statements.statement import Row

from . import words
from .columns import Columns
from .convention import Convention, cell
from .lines import Record

T = TypeVar("T")
ZERO = Decimal(0)
APOSTROPHES = "'"
"""Around a number they keep a spreadsheet from calculating with it."""
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,36}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A row, and what its record says beside it."""

    row: Row
    account: str | None
    currency: str
    balance: Decimal | None
    """The account's, after the row."""
    fee: Decimal


class Reader:
    def __init__(self, *, columns: Columns, convention: Convention, mapping: Mapping) -> None:
        self.columns = columns
        self.places = {role: places[0] for role, places in columns.places.items() if places}
        self.convention = convention
        self.pending = frozenset(map(words.plain, mapping.pending))
        self.declined = frozenset(map(words.plain, mapping.declined))
        self.positive_is_out = mapping.positive == "out"
        self.negative: dict[str, bool] = {}
        """Whether the column of debits, or that of credits, has its amounts with a minus."""

    def row(self, number: int, record: Record) -> Read:
        """Raises StatementError, which names the row, its line and the column."""
        return _Cells(self, number, record).read()


class _Cells:
    """The cells of one record, with errors that say where they are."""

    def __init__(self, reader: Reader, number: int, record: Record) -> None:
        self.reader = reader
        self.columns = reader.columns
        self.number = number
        self.record = record

    def read(self) -> Read:
        currency = self._currency()
        status = self._status()
        amount = ZERO if status == "declined" else self._amount(currency)
        kind = self.text("kind")
        check_number = self.text("check", most=32)
        party = self._party(amount)
        row = Row(
            bank_id=fields.bank_id((self.text("id", most=255) or "").strip(APOSTROPHES) or None),
            posted_on=self._day("initiated" if self._is_only_initiated(status) else "date"),
            initiated_on=self._day("initiated") if self.text("initiated") else None,
            amount=amount,
            description=self._description(party, kind=kind, check_number=check_number),
            party=party,
            kind=words.KINDS.get(words.plain(kind or ""), "OTHER"),
            check_number=check_number,
            pending=status == "pending",
        )
        return Read(
            row=row,
            account=(self.text("account") or "").strip(APOSTROPHES) or None,
            currency=currency,
            balance=self._number("balance", currency) if self.text("balance") else None,
            fee=abs(self._number("fee", currency)) if self.text("fee") and status != "declined" else ZERO,
        )

    def refused(self, role: str, why: str) -> StatementError:
        place = self.columns.place(role)
        named = role if place is None else self.columns.named(place)
        return StatementError(f"Row {self.number} (line {self.record.line}), {named}: {why}.")

    def text(self, role: str, *, most: int | None = None) -> str | None:
        place = self.reader.places.get(role)
        if place is None:
            return None
        found = cell(self.record, place)
        if most is not None and len(found) > most:
            raise self.refused(role, f"longer than {most} characters")
        return found or None

    def needed(self, role: str) -> str:
        found = self.text(role)
        if found is None:
            raise self.refused(role, "missing")
        return found

    def parsed(self, role: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(self.needed(role))
        except ValueError as error:
            raise self.refused(role, str(error)) from None

    def _day(self, role: str) -> date:
        order = self.reader.convention.orders[role]
        return self.parsed(role, lambda given: days.day(given, order=order))

    def _number(self, role: str, currency: str) -> Decimal:
        mark = self.reader.convention.mark
        return self.parsed(role, lambda given: numbers.amount(given, mark=mark, currency=currency))

    def _currency(self) -> str:
        if "currency" in self.columns.places and self.text("currency"):
            return self.parsed("currency", fields.currency)
        if self.reader.convention.currency is None:
            raise StatementError(
                "The file does not say its currency; it is that of the account, or must be given.", field="currency"
            )
        return self.reader.convention.currency

    def _is_only_initiated(self, status: str) -> bool:
        """Whether the bank will say only later when the row was posted."""
        return status != "posted" and self.text("date") is None and self.text("initiated") is not None

    def _status(self) -> str:
        """`posted`, `pending` or `declined`."""
        given = words.plain(self.text("status") or "")
        if not given or not self.reader.convention.knows_status:
            return "posted"
        if given in self.reader.declined:
            return "declined"
        if given in self.reader.pending:
            return "pending"
        for status, known in (
            ("posted", words.POSTED),
            ("pending", words.PENDING),
            ("declined", words.DECLINED),
        ):
            if given in known:
                return status
        if self.reader.pending or self.reader.declined:
            return "posted"
        raise self.refused("status", f"“{given[:40]}” is not known; a mapping can name the words for `pending`")

    def _amount(self, currency: str) -> Decimal:
        """Negative is money out, by whatever way the table says so."""
        if "amount" not in self.columns.places:
            return self._of_two(currency)
        amount = self._number("amount", currency)
        if self.reader.convention.direction is None:
            return -amount if self.reader.positive_is_out and amount else amount
        is_out = words.plain(cell(self.record, self.reader.convention.direction)) in words.OUT
        if amount < 0 and not is_out:
            raise self.refused("amount", "negative, and yet a credit")
        return -abs(amount) if is_out and amount else amount

    def _of_two(self, currency: str) -> Decimal:
        debit, credit = (self._number(each, currency) if self.text(each) else ZERO for each in ("debit", "credit"))
        role = "debit" if "debit" in self.columns.places else "credit"
        if not self.text("debit") and not self.text("credit"):
            raise self.refused(role, "missing")
        if debit and credit:
            raise self.refused(role, "both a debit and a credit")
        for role, amount in (("debit", debit), ("credit", credit)):
            if amount and self.reader.negative.setdefault(role, amount < 0) != (amount < 0):
                raise self.refused(role, f"some {role}s are negative, others are not")
        return abs(credit) if credit else -abs(debit) if debit else ZERO

    def _party(self, amount: Decimal) -> str | None:
        """The other side: the recipient of what went out, the payer of what came in."""
        sides = ("recipient", "payer") if amount < 0 else ("payer", "recipient")
        named = (cell(self.record, place) for place in self.columns.places.get("party", ()))
        found = next((name for name in named if name and not _IBAN.fullmatch(name)), None) or self.text(sides[0])
        if found is None and not set(sides) <= set(self.columns.places):
            found = self.text(sides[1])
        return found[:512] if found else None

    def _description(self, party: str | None, *, kind: str | None, check_number: str | None) -> str:
        cells = [cell(self.record, place) for place in self.columns.places.get("description", ())]
        if len(cells) > 1:  # a column beside may say no more than what the sign says
            cells = [each for each in cells if words.plain(each) not in words.OUT | words.IN]
        line = text.joined((party, *cells))
        if check_number and (not line or line.casefold() == "check"):
            return f"CHECK {check_number}"
        return line or (kind or "OTHER")[:512]
