"""OFX 1.x (SGML), OFX 2.x (XML) and QFX statements.

The tree is read here and not by the models of ofxtools, which reject a whole file for one word they do not know.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar
from xml.etree.ElementTree import Element

from backend.ledger.errors import StatementError

from . import fields, text, tree
from .statement import Row, Statement

T = TypeVar("T")

ACCOUNT_TYPES = {"CHECKING": "C", "SAVINGS": "S", "MONEYMRKT": "S", "CD": "S", "CREDITLINE": "X"}


def read(data: bytes) -> list[Statement]:
    """Every bank and card statement in an uploaded file, in its order; never an empty list.

    Rows keep the file's order, pending ones last. Investment statements beside them are passed over.
    The file is read whole or not at all: raises StatementError, which names the row (counted from 1 through the file)
    and the field, for anything that cannot be read for certain, and for more than 5 MiB or 20,000 rows.
    """
    root = tree.parse(text.decode(data))
    numbers = {id(row): number for number, row in enumerate(_rows_in(root), start=1)}
    found = [_statement(node, numbers) for node in root.iter() if node.tag in tree.STATEMENT_TAGS]
    if not found:
        raise StatementError(_why_nothing(root))
    return found


def _rows_in(node: Element) -> Iterator[Element]:
    return (element for element in node.iter() if element.tag in tree.ROW_TAGS)


def _why_nothing(root: Element) -> str:
    for status in root.iter("STATUS"):
        fields_ = _Fields(status, where="STATUS")
        if (fields_.text("SEVERITY") or "").upper() == "ERROR":
            reason = fields_.text("MESSAGE") or f"code {fields_.text('CODE')}"
            return f"The bank answered with an error instead of a statement: {reason[:200]}"
    return "The file has no bank or credit card statement."


class _Fields:
    """The data fields directly inside one aggregate, with errors that say where they are."""

    def __init__(self, node: Element, *, where: str) -> None:
        self.node = node
        self.where = where

    def refused(self, tag: str, why: str) -> StatementError:
        return StatementError(f"{self.where}, {tag}: {why}.")

    def text(self, tag: str, *, most: int | None = None) -> str | None:
        """The value as one trimmed line, None where it is absent or blank."""
        found = self.node.findall(tag)
        if len(found) > 1:
            raise self.refused(tag, "given twice")
        value = text.one_line(text.unescape(found[0].text or "")) if found else ""
        if most is not None and len(value) > most:
            raise self.refused(tag, f"longer than {most} characters")
        return value or None

    def needed(self, tag: str, *, most: int | None = None) -> str:
        value = self.text(tag, most=most)
        if value is None:
            raise self.refused(tag, "missing")
        return value

    def parsed(self, tag: str, value: str | None, parse: Callable[[str], T]) -> T:
        if value is None:
            raise self.refused(tag, "missing")
        try:
            return parse(value)
        except ValueError as error:
            raise self.refused(tag, str(error)) from None

    def day(self, tag: str) -> date:
        return self.parsed(tag, self.text(tag), fields.day)

    def optional_day(self, tag: str) -> date | None:
        return self.parsed(tag, self.text(tag) or "", fields.optional_day)

    def amount(self, tag: str, *, currency: str) -> Decimal:
        return self.parsed(tag, self.text(tag), lambda value: fields.amount(value, currency=currency))

    def inside(self, tag: str) -> "_Fields | None":
        found = self.node.find(tag)
        return None if found is None else _Fields(found, where=self.where)


def _statement(node: Element, numbers: dict[int, int]) -> Statement:
    head = _Fields(node, where="Statement")
    account = head.inside("BANKACCTFROM") or head.inside("CCACCTFROM")
    if account is None:
        raise head.refused("BANKACCTFROM", "missing")
    currency = head.parsed("CURDEF", head.text("CURDEF"), fields.currency)
    posted = head.inside("BANKTRANLIST")
    ledger, available = head.inside("LEDGERBAL"), head.inside("AVAILBAL")
    rows = [_row(element, number=numbers[id(element)], currency=currency) for element in _rows_in(node)]
    is_card = node.tag == "CCSTMTRS"
    return Statement(
        account_number=account.needed("ACCTID", most=32),
        routing_number=account.text("BANKID", most=32),
        account_type="X" if is_card else ACCOUNT_TYPES.get((account.text("ACCTTYPE") or "").upper(), "C"),
        currency=currency,
        start=posted.optional_day("DTSTART") if posted else None,
        end=posted.optional_day("DTEND") if posted else None,
        ledger_balance=ledger.amount("BALAMT", currency=currency) if ledger else None,
        ledger_balance_on=ledger.optional_day("DTASOF") if ledger else None,
        available_balance=available.amount("BALAMT", currency=currency) if available else None,
        rows=tuple(sorted(rows, key=lambda row: row.pending)),
    )


def _row(node: Element, *, number: int, currency: str) -> Row:
    given = _Fields(node, where=f"Row {number}")
    if given.text("CORRECTFITID"):
        raise given.refused("CORRECTFITID", "a correction of an earlier row, which must be made by hand")
    other = given.inside("CURRENCY")
    if other and (other.text("CURSYM") or currency).upper() != currency:
        raise given.refused("CURRENCY", f"the amount is in {other.text('CURSYM', most=3)}, the account in {currency}")
    is_preview = node.tag == "STMTTRNP"
    kind = (given.text("TRNTYPE", most=32) or "OTHER").upper()
    check_number = given.text("CHECKNUM", most=32)
    return Row(
        bank_id=_bank_id(given),
        posted_on=given.day("DTTRAN" if is_preview and given.text("DTTRAN") else "DTPOSTED"),
        initiated_on=given.optional_day("DTUSER"),
        amount=given.amount("TRNAMT", currency=currency),
        description=_description(given, kind=kind, check_number=check_number),
        kind=kind,
        check_number=check_number,
        pending=is_preview or (given.text("PENDING") or "").upper() in {"Y", "YES", "TRUE", "T", "1"},
    )


def _bank_id(given: _Fields) -> str | None:
    """The FITID, unless it only fills the place of one."""
    return fields.bank_id(given.text("FITID", most=255))


def _description(given: _Fields, *, kind: str, check_number: str | None) -> str:
    """Name and memo as one line; a memo that repeats the (often cut off) name replaces it."""
    payee = given.inside("PAYEE")
    name = given.text("NAME") or (payee.text("NAME") if payee else None)
    line = text.joined((name, given.text("NAME2"), given.text("EXTDNAME"), given.text("MEMO")))
    if check_number and kind == "CHECK" and (not line or line.casefold() == "check"):
        line = f"CHECK {check_number}"
    return line or kind
