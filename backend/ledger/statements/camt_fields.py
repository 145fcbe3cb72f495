"""Values inside one part of an ISO 20022 message, with errors that say where they are."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from xml.etree.ElementTree import Element

from backend.ledger.errors import StatementError

from . import fields, text

T = TypeVar("T")

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T[0-9:.]{0,20})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_MIDNIGHT = re.compile(r"T00:00(:00(\.0+)?)?")


class Fields:
    def __init__(self, node: Element, *, where: str) -> None:
        self.node = node
        self.where = where

    def refused(self, path: str, why: str) -> StatementError:
        return StatementError(f"{self.where}, {path}: {why}.")

    def text(self, path: str, *, most: int | None = None) -> str | None:
        """The value of the first such tag as one trimmed line, None where it is absent or blank."""
        found = self.node.find(path)
        value = text.one_line(found.text or "") if found is not None else ""
        if most is not None and len(value) > most:
            raise self.refused(path, f"longer than {most} characters")
        return value or None

    def needed(self, path: str, *, most: int | None = None) -> str:
        value = self.text(path, most=most)
        if value is None:
            raise self.refused(path, "missing")
        return value

    def each(self, path: str) -> Iterator["Fields"]:
        return (Fields(node, where=self.where) for node in self.node.iterfind(path))

    def inside(self, path: str) -> "Fields | None":
        return next(self.each(path), None)

    def needed_inside(self, path: str) -> "Fields":
        found = self.inside(path)
        if found is None:
            raise self.refused(path, "missing")
        return found

    def parsed(self, path: str, value: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(value)
        except ValueError as error:
            raise self.refused(path, str(error)) from None

    def day(self, path: str) -> date:
        """The day of a `Dt` or `DtTm` inside, as written: never moved by a time zone."""
        given = self.text(f"{path}/Dt") or self.text(f"{path}/DtTm") or self.needed(path)
        return self.parsed(path, given, lambda value: _moment(value)[0])

    def optional_day(self, path: str) -> date | None:
        given = self.text(path)
        return self.parsed(path, given, lambda value: _moment(value)[0]) if given else None

    def last_day(self, path: str) -> date | None:
        """The last day of a time that ends then: at midnight it was the day before."""
        given = self.text(path)
        if not given:
            return None
        day, is_midnight = self.parsed(path, given, _moment)
        return day - timedelta(days=1) if is_midnight else day

    def currency(self, path: str) -> str:
        return self.parsed(path, self.needed(path), fields.currency)

    def currency_of(self, path: str) -> str:
        """That of an amount."""
        node = self.node.find(path)
        if node is None or not node.get("Ccy"):
            raise self.refused(path, "missing, or without its currency")
        return self.parsed(path, node.get("Ccy", ""), fields.currency)

    def amount(self, path: str, *, currency: str) -> Decimal:
        """An amount in that currency, which has no sign."""
        of = self.currency_of(path)
        if of != currency:
            raise self.refused(path, f"the amount is in {of}, the account in {currency}")
        amount = self.parsed(path, self.needed(path), lambda value: fields.amount(value, currency=currency))
        if amount < 0:
            raise self.refused(path, "negative; CdtDbtInd says what went out")
        return amount

    def signed(self, currency: str, *, default: str | None = None) -> Decimal:
        """`Amt` with the sign of `CdtDbtInd`: negative is money out."""
        indicator = self.text("CdtDbtInd") or default
        if indicator not in {"CRDT", "DBIT"}:
            raise self.refused("CdtDbtInd", "neither CRDT nor DBIT" if indicator else "missing")
        amount = self.amount("Amt", currency=currency)
        return -amount if indicator == "DBIT" and amount else amount


def _moment(given: str) -> tuple[date, bool]:
    """The day of an ISO 8601 date or time, and whether the time is midnight."""
    match = _DAY.fullmatch(given)
    if not match:
        raise ValueError(f"“{given[:40]}” is not a date like 2026-03-14")
    return fields.day(match[1] + match[2] + match[3]), bool(match[4] and _MIDNIGHT.fullmatch(match[4]))
