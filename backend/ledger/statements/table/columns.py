"""Which column of a table is what: by the words of its header, or by a mapping."""

import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.ledger import currencies
from backend.ledger.errors import StatementError
from backend.ledger.statements import mapping as mappings
from backend.ledger.statements.mapping import Mapping

from . import words
from .lines import Record

_UNIT = re.compile(
    r"(.+?)(?:\s*[(\[]\s*([^()\[\]]{1,5})\s*[)\]]|\s+(?:in|en|em|w)\s+([A-Z]{3}|[€£$])|\s+(euros?))", re.IGNORECASE
)
_SIGNS = {"€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "ZŁ": "PLN", "R$": "BRL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The places of the columns by role, from 0 on, and what their headers tell."""

    header: Record
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    currency: str | None = None
    """Where the header of the amounts names it."""
    puts_day_first: bool = False
    """Whether the header is in one of the languages that never put the month first."""

    def place(self, role: str) -> int | None:
        found = self.places.get(role, ())
        return found[0] if found else None

    def named(self, place: int) -> str:
        """The column as refusals name it."""
        cells = self.header.cells
        return cells[place][:40] if place < len(cells) and cells[place] else f"column {place + 1}"

    @property
    def are_enough(self) -> bool:
        return bool(self.places.get("date")) and bool(self.amounts)

    @property
    def amounts(self) -> tuple[int, ...]:
        return tuple(place for role in ("amount", "debit", "credit") for place in self.places.get(role, ()))


def found(header: Record, *, mapping: Mapping) -> Columns:
    """What a header tells, with what a mapping says about it. Raises StatementError where two columns are the same."""
    roles: dict[str, list[int]] = {}
    units: dict[int, str] = {}
    understood = set()
    for place, cell in enumerate(header.cells):
        word, unit = _word(cell)
        if role := words.ROLES.get(word):
            roles.setdefault(role, []).append(place)
            understood.add(word)
            if unit:
                units[place] = unit
    places = _chosen(roles, header=header, given=mapping.columns)
    for role, columns in mapping.columns.items():
        places[role] = tuple(_place(column, header=header, role=role) for column in columns)
    told = Columns(header=header, places={role: each for role, each in places.items() if each})
    currencies_ = {units[place] for place in told.amounts if place in units}
    return Columns(
        header=header,
        places=told.places,
        currency=currencies_.pop() if len(currencies_) == 1 else None,
        puts_day_first=bool(understood & words.OF_OTHERS) and not understood & words.OF_ENGLISH,
    )


def by_number(mapping: Mapping) -> Columns:
    """The columns of a file without a header, all from the mapping."""
    nothing = Record(0, ())
    places = {
        role: tuple(_place(column, header=nothing, role=role) for column in columns)
        for role, columns in mapping.columns.items()
    }
    return Columns(header=nothing, places={role: each for role, each in places.items() if each})


def _word(cell: str) -> tuple[str, str | None]:
    """The word of a header without the currency that it names, and that currency."""
    if match := _UNIT.fullmatch(cell):
        unit = (match[2] or match[3] or match[4]).strip().upper()
        code = _SIGNS.get(unit, unit)
        if code in currencies.CODES or unit in {"$", "US$", "KR"}:
            return words.plain(match[1]), code if code in currencies.CODES else None
    return words.plain(cell), None


def _chosen(
    roles: dict[str, list[int]], *, header: Record, given: Dictionary[str, object]
) -> dict[str, tuple[int, ...]]:
    """One column for each role but descriptions, of which there may be several."""
    dates = [kind for kind in words.DATES if kind in roles]
    chosen = {role: list(places) for role, places in roles.items() if role not in words.DATES}
    if dates:
        chosen["date"] = roles[dates[0]]
        if dates[0] in {"booked", "date"} and "made" in roles:
            chosen["initiated"] = roles["made"]
    if "reference" in chosen:
        chosen.setdefault("description", chosen.pop("reference"))
    if any(words.plain(header.cells[place]) in words.AFTER_FEES for place in chosen.get("amount", ())):
        chosen.pop("fee", None)
    if "currency" in chosen:
        chosen["currency"] = [_beside(chosen["currency"], chosen.get("amount", []))]
    if "amount" in given or ("amount" in chosen and not {"debit", "credit"} & set(given)):
        chosen.pop("debit", None)
        chosen.pop("credit", None)
    elif {"debit", "credit"} & set(given):
        chosen.pop("amount", None)
    for role, places in chosen.items():
        if len(places) > 1 and role not in {"description", "party"} and role not in given:
            named = " and ".join(f"{place + 1} ({header.cells[place][:40]})" for place in places[:2])
            raise StatementError(
                f"Columns {named} can both be the {role}. Say which, by its number, in a mapping.", field="mapping"
            )
    return {role: tuple(places) for role, places in chosen.items()}


def _beside(places: Sequence[int], amounts: Sequence[int]) -> int:
    """Of several currencies, the one right after the amount; else the one before it; else the first."""
    for amount in amounts:
        for beside in (amount + 1, amount - 1):
            if beside in places:
                return beside
    return places[0]


def _place(column: mappings.Column, *, header: Record, role: str) -> int:
    if isinstance(column, int):
        return column - 1
    wanted = words.plain(column)
    exact = [place for place, cell in enumerate(header.cells) if cell.strip() == column.strip()]
    alike = exact or [place for place, cell in enumerate(header.cells) if words.plain(cell) == wanted]
    if len(alike) == 1:
        return alike[0]
    how_many = "several columns" if alike else "no column"
    there = ", ".join(filter(None, header.cells))[:300]
    raise StatementError(
        f"The mapping cannot be used: the file has {how_many} “{column[:40]}” for {role}. It has: {there}.",
        field="mapping",
    )
