"""What a field shows of many rows at once, made of the columns of a page as the database has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import UUIDField
from strawberry.relay.utils import to_base64

from backend.ledger import currencies
from backend.ledger.models import DECIMALS
from backend.ledger.rules import money
from backend.schema.tables import Rows

from .leaves import Leaf, Otherwise

FEW = {int, str}
"""Types of codes and small numbers, most of which occur again and again."""

ACCOUNT = "bank_account_id"
AMOUNT, CURRENCY, TYPENAME = "amount", "currency", "__typename"


class Page:
    """The columns of some rows."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.length = len(rows)
        self.table = rows.table
        self._columns = rows.columns()
        self._values: dict[str, Sequence[Any]] = {}

    def raw(self, column: str) -> Sequence[Any]:
        """What the database has in that column."""
        return self._columns[column]

    def values(self, column: str) -> Sequence[Any]:
        """What the ledger has there."""
        if column not in self._values:
            self._values[column] = self.table.converted(column, self._columns[column])
        return self._values[column]

    def currencies(self, known: Callable[[], Mapping[UUID, str]]) -> Sequence[str]:
        """The currencies of the rows' accounts, of those that are known."""
        if CURRENCY not in self._values:
            accounts = self.raw(ACCOUNT)
            distinct = list(set(accounts))
            codes = [known()[key] for key in self.table.converted(ACCOUNT, distinct)]
            if len(distinct) == 1:
                self._values[CURRENCY] = codes * self.length
            else:
                of = dict(zip(distinct, codes, strict=True))
                self._values[CURRENCY] = [of[account] for account in accounts]
        return self._values[CURRENCY]


@dataclass(frozen=True)
class Cells:
    """From a page with those columns to the JSON of a field of each row. Raises where only the ordinary way knows."""

    columns: Sequence[str]
    write: Callable[[Page], Sequence[Any]]


Step = Callable[[Any], Any]
"""From a value, or the object that has it, to its JSON."""


def constant(value: Any) -> Cells:
    return Cells((), lambda page: [value] * page.length)


def column(name: str, step: Step) -> Cells:
    """The values of a column, each written by the step."""
    return Cells([name], lambda page: [step(value) for value in page.values(name)])


def leaf(name: str, kind: Leaf, step: Step, *, optional: bool) -> Cells:
    """The same of values that have no fields, which are mostly of the type that needs no writing."""
    as_they_are = {kind.itself, NoneType} if optional else {kind.itself}

    def write(page: Page) -> Sequence[Any]:
        if kind.itself is str and _is_of_digits(page, name):
            return [_dashed(digits) for digits in page.raw(name)]
        values = page.values(name)
        kinds = set(map(type, values))
        if kinds <= as_they_are:
            return values
        if kinds == {UUID} and kind.coerce is str:
            return [str(value) for value in values]
        if kinds <= FEW:
            written = {value: step(value) for value in set(values)}
            return [written[value] for value in values]
        return [step(value) for value in values]

    return Cells([name], write)


def node_id(kind: str, name: str) -> Cells:
    """Relay's ids of the rows of that type."""
    keys = leaf(name, Leaf(str, str, str), str, optional=False)
    return Cells([name], lambda page: [to_base64(kind, key) for key in keys.write(page)])


def function(names: Sequence[str], step: Step) -> Cells:
    """What a step makes of objects that have these columns and nothing else; once for each that is different."""

    def write(page: Page) -> Sequence[Any]:
        known: dict[Any, Any] = {}
        rows = list(zip(*(page.raw(name) for name in names), strict=True))
        for row in set(rows):
            values = {name: page.table.converted(name, [each])[0] for name, each in zip(names, row, strict=True)}
            known[row] = step(SimpleNamespace(**values))
        return [known[row] for row in rows]

    return Cells(names, write)


def amounts(name: str, shown: Mapping[str, str], known: Callable[[], Mapping[UUID, str]], *, optional: bool) -> Cells:
    """Amounts of rows below accounts, as objects of `Money`: which of its fields, by the names that they are to have.

    `known` gives the currencies of the accounts.
    """
    expected = {int, NoneType} if optional else {int}

    def write(page: Page) -> Sequence[Any]:
        units, codes = page.raw(name), page.currencies(known)
        if not set(map(type, units)) <= expected:
            raise Otherwise
        values = {
            AMOUNT: lambda: _texts(units, codes),
            CURRENCY: lambda: codes,
            TYPENAME: lambda: ["Money"] * page.length,
        }
        found = objects({label: values[of]() for label, of in shown.items()})
        if None in units:
            return [None if each is None else one for one, each in zip(found, units, strict=True)]
        return found

    return Cells([name, ACCOUNT], write)


def objects(cells: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """One object for each row, of the values of its fields."""
    if len(cells) == 1:
        ((name, values),) = cells.items()
        return [{name: value} for value in values]
    names = tuple(cells)
    return [dict(zip(names, values)) for values in zip(*cells.values())]  # noqa: B905  to compare lengths takes longer


def _texts(units: Sequence[int | None], codes: Sequence[str]) -> list[str | None]:
    """Amounts as they are shown in these currencies."""
    if len(set(codes)) == 1:
        return money.texts(units, scale=DECIMALS, decimals=currencies.decimals(codes[0]))
    pairs = zip(units, codes, strict=True)
    return [money.texts([each], scale=DECIMALS, decimals=currencies.decimals(code))[0] for each, code in pairs]


def _is_of_digits(page: Page, name: str) -> bool:
    """Whether the column holds UUIDs as the 32 digits that SQLite keeps."""
    return type(page.table.model._meta.get_field(name)) is UUIDField and set(map(type, page.raw(name))) == {str}


def _dashed(digits: str) -> str:
    """The usual spelling of a UUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}".lower()
