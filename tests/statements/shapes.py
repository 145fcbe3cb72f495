"""The corpus in `files/`: each shape of a statement file, and beside it, in `.rows`, what it is read as.

A `.rows` file may begin with a line of JSON: what a person says about the file. Then a line for each statement, and
one for each of its rows: day, amount, description, and whatever else is there.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.ledger import currencies
from backend.ledger.statements import Row, Statement
from backend.ledger.statements import mapping as mappings

FILES = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    file: Path
    expected: list[str]
    given: dict[str, Any]

    @property
    def options(self) -> dict[str, Any]:
        """The keywords of `statements.read`."""
        mapping = mappings.parse(self.given["mapping"]) if "mapping" in self.given else None
        return {"name": self.file.name, "mapping": mapping, "currency": self.given.get("currency")}


def shape(name: str) -> Shape:
    file = FILES / name
    lines = (FILES / f"{name}.rows").read_text().splitlines()
    given = json.loads(lines.pop(0)) if lines[0].startswith("{") else {}
    return Shape(file=file, expected=lines, given=given)


def names() -> list[str]:
    return sorted(file.name for file in FILES.iterdir() if file.suffix != ".rows")


def shown(statements: Iterable[Statement]) -> list[str]:
    return [line for each in statements for line in _lines(each)]


def _lines(statement: Statement) -> Iterator[str]:
    def amount(value: Decimal | None) -> str | None:
        return None if value is None else f"{value:.{currencies.decimals(statement.currency)}f}"

    parts = {
        "account": statement.account_number,
        "called": statement.account_name,
        "bank": statement.routing_number,
        "from": statement.start,
        "to": statement.end,
        "opening": amount(statement.opening_balance),
        "closing": amount(statement.ledger_balance),
        "on": statement.ledger_balance_on,
        "available": amount(statement.available_balance),
    }
    yield f"{statement.source} {statement.account_type} {statement.currency}{_told(parts)}"
    for row in statement.rows:
        yield f"{row.posted_on} {amount(row.amount):>11} {row.description}{_more(row)}"


def _more(row: Row) -> str:
    return _told(
        {
            "id": row.bank_id,
            "party": row.party,
            "made": row.initiated_on,
            "kind": None if row.kind == "OTHER" else row.kind,
            "check": row.check_number,
            "memo": row.memo,
            "pending": "yes" if row.pending else None,
        }
    )


def _told(parts: Mapping[str, object]) -> str:
    return "".join(f" | {name} {value}" for name, value in parts.items() if value is not None)
