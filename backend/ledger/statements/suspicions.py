"""What speaks against a row that nothing surely knows: a used id of the bank, or a row like it from elsewhere."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from . import likeness
from .decisions import Known, Reason
from .keys import named
from .statement import Row
from .text import shown

SAME_DAYS = timedelta(days=1)
"""Two kinds of file may date one row so far apart."""
SIMILAR_DAYS = timedelta(days=4)
"""The same where the descriptions are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    reason: Reason
    why: str
    of: Known | None = None
    of_place: int | None = None


class Suspicions:
    """The rows of a statement, each with its key, beside all that the account has.

    `repeats` are the places of rows that are other rows of the statement.
    """

    def __init__(
        self, rows: Sequence[tuple[Row, str]], *, repeats: Container[int], source: str, known: Iterable[Known]
    ) -> None:
        self.rows = rows
        self.known_of_name: dict[str, Known] = {}
        self.place_of_name: dict[str, int] = {}
        self.elsewhere: dict[tuple[Decimal, date], list[Known]] = defaultdict(list)
        self.taken: set[UUID] = set()
        uses: dict[str, set[tuple[date, Decimal]]] = defaultdict(set)
        for each in known:
            if not each.key.startswith(f"{source}:"):
                self.elsewhere[each.amount, each.posted_on].append(each)
            elif each.name:
                self.known_of_name.setdefault(each.name, each)
                uses[each.name].add((each.posted_on, each.amount))
        in_file: dict[str, set[tuple[date, Decimal]]] = defaultdict(set)
        for place, (row, _) in enumerate(rows):
            if row.bank_id and place not in repeats:
                name = named(row.bank_id)
                self.place_of_name.setdefault(name, place)
                in_file[name].add((row.posted_on, row.amount))
        self.often = {name for used in (uses, in_file) for name, rows in used.items() if len(rows) > 1}

    def is_used_often(self, name: str) -> bool:
        """Whether the bank gave several rows the id that stands in keys as `name`."""
        return name in self.often

    def of(self, place: int) -> Suspicion | None:
        row, _ = self.rows[place]
        return self._reused(row, place) or self._elsewhere(row)

    def _reused(self, row: Row, place: int) -> Suspicion | None:
        name = named(row.bank_id) if row.bank_id else ""
        if other := self.known_of_name.get(name):
            why = f"The bank gave its id to another row before ({other.posted_on}, {shown(other.amount)})."
            return Suspicion(reason=Reason.ID_REUSED, why=why, of=other)
        first = self.place_of_name.get(name, place)
        if first == place:
            return None
        why = f"The bank gave its id to another row of the file ({_told(self.rows[first][0])})."
        return Suspicion(reason=Reason.ID_REUSED, why=why, of_place=first)

    def _elsewhere(self, row: Row) -> Suspicion | None:
        if not self.elsewhere:
            return None
        for days in range(SIMILAR_DAYS.days + 1):
            for day in (row.posted_on - timedelta(days=days), row.posted_on + timedelta(days=days)):
                for other in self.elsewhere.get((row.amount, day), ()):
                    near = days <= SAME_DAYS.days or likeness.similarity(other.description, row.description) >= 0.5
                    if near and other.id not in self.taken:
                        self.taken.add(other.id)
                        whence = "came from another kind of file" if other.key else "was entered by hand"
                        told = f"{other.posted_on}, {shown(other.amount)}, {other.description[:60]}"
                        why = f"A row like it {whence} ({told})."
                        return Suspicion(reason=Reason.ELSEWHERE, why=why, of=other)
        return None


def _told(row: Row) -> str:
    return f"{row.posted_on}, {shown(row.amount)}"
