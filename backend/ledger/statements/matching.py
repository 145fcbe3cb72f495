"""Which rows of a statement are new, which are known, and which settle something that was pending. Plain values only.

A row's key says what the bank's row is known by, so that no row is ever entered twice:
`<source>:<hash of the bank's id>:<hash of date and amount>`, or, where the bank gives no id,
`<source>:-<hash of date, amount and description>:<how many equal ones came before it in the file>`.
That of a pending row begins with `<source>:pending:`; it takes its posted row's key once that has come.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from .statement import Row
from .text import one_line

PENDING = ":pending:"
SETTLES_WITHIN = timedelta(days=31)
"""A pending row and the posted one of the same bank's id are no further apart."""
TWIN_WITHIN = timedelta(days=14)
"""The same where only amount and description tell that they are one."""
REACH = SETTLES_WITHIN + timedelta(days=14)
"""Known rows further than this from a statement's days cannot matter to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An imported row that the ledger has."""

    id: UUID
    key: str
    posted_on: date
    amount: Decimal
    description: str

    @property
    def awaits(self) -> bool:
        """Whether it was imported as pending and the bank's posted row has not come, whatever a user did since."""
        return PENDING in self.key

    @property
    def name(self) -> str | None:
        """What stands in the key for the bank's id, where the bank gave one."""
        name = self.key.split(":")[-2]
        return None if name.startswith("-") else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with a statement, in its order."""

    new: list[tuple[Row, str]] = field(default_factory=list)
    """To enter, with their keys."""
    posted: list[tuple[Known, Row, str]] = field(default_factory=list)
    """Known rows whose posted row this is, with the key they get."""
    duplicates: int = 0
    zeros: int = 0
    """Rows that move no money, which the ledger does not keep."""


def plan(rows: Sequence[Row], *, source: str, known: Iterable[Known]) -> Plan:
    """Decide what a statement brings to an account that has the `known` rows of that source."""
    return _Matching(rows, source=source, known=known).plan()


def keys(rows: Iterable[Row], *, source: str) -> list[str]:
    """The keys of the rows of one file."""
    seen: Counter[str] = Counter()
    found = []
    for row in rows:
        prefix = source + (PENDING if row.pending else ":")
        if row.bank_id:
            found.append(f"{prefix}{_hash(row.bank_id)}:{_hash(f'{row.posted_on} {row.amount.normalize():f}')}")
        else:
            looks = f"{prefix}-{_hash(f'{row.posted_on} {row.amount.normalize():f} {_plain(row.description)}')}"
            found.append(f"{looks}:{seen[looks]}")
            seen[looks] += 1
    return found


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]


def _plain(description: str) -> str:
    return one_line(description).casefold()


Sign = tuple[bool | str | Decimal, ...]
"""By what a known row is looked up: whether it awaits its posted row, then its name, or its amount and description."""


class _Matching:
    """One statement against the known rows; each known row is taken by at most one row."""

    def __init__(self, rows: Sequence[Row], *, source: str, known: Iterable[Known]) -> None:
        self.rows = list(zip(rows, keys(rows, source=source), strict=True))
        self.posted_names = {row.bank_id for row in rows if row.bank_id and not row.pending}
        self.by_key: dict[str, Known] = {}
        self.by_sign: dict[Sign, dict[date, deque[Known]]] = {}
        self.taken: set[UUID] = set()
        for each in known:
            self.by_key[each.key] = each
            self._index((each.awaits, each.amount, _plain(each.description)), each)
            if each.name:
                self._index((each.awaits, each.name), each)

    def _index(self, sign: Sign, known: Known) -> None:
        self.by_sign.setdefault(sign, {}).setdefault(known.posted_on, deque()).append(known)

    def plan(self) -> Plan:
        new, posted = [], []
        duplicates = zeros = 0
        seen: set[str] = set()
        for (row, key), match in zip(self.rows, self._matches(), strict=True):
            if not row.amount:
                zeros += 1
            elif key in seen or self._posted_too(row) or (match and (row.pending or not match.awaits)):
                duplicates += 1
            elif match:
                posted.append((match, row, key))
            else:
                new.append((row, key))
            seen.add(key)
        return Plan(new=new, posted=posted, duplicates=duplicates, zeros=zeros)

    def _posted_too(self, row: Row) -> bool:
        """Whether the file has the posted row of this pending one."""
        return row.pending and row.bank_id in self.posted_names

    def _matches(self) -> list[Known | None]:
        """The known row of each row: certain matches first, so that a guess never takes what another row surely is."""
        found: list[Known | None] = [None] * len(self.rows)
        for match in (self._by_key, self._by_name, self._by_looks):
            for index, (row, key) in enumerate(self.rows):
                if found[index] is None and row.amount:
                    found[index] = match(row, key)
                    if known := found[index]:
                        self.taken.add(known.id)
        return found

    def _by_key(self, row: Row, key: str) -> Known | None:
        return self.by_key.get(key)

    def _by_name(self, row: Row, key: str) -> Known | None:
        """The same bank's id, at least one of the two pending: date and amount may change until a row has posted."""
        name = _hash(row.bank_id or "")
        span = {"first": row.posted_on - SETTLES_WITHIN, "last": row.posted_on + SETTLES_WITHIN}
        awaiting = self._oldest((True, name), **span)
        return awaiting or (self._oldest((False, name), **span) if row.pending else None)

    def _by_looks(self, row: Row, key: str) -> Known | None:
        """The same amount and description, posted a few days later: banks give pending rows no id, or another one."""
        looks = (not row.pending, row.amount, _plain(row.description))
        if row.pending:
            return self._oldest(looks, first=row.posted_on, last=row.posted_on + TWIN_WITHIN)
        return self._oldest(looks, first=row.posted_on - TWIN_WITHIN, last=row.posted_on)

    def _oldest(self, sign: Sign, *, first: date, last: date) -> Known | None:
        """The oldest known row of that sign and time that no other row has taken."""
        by_day = self.by_sign.get(sign)
        if not by_day:
            return None
        for offset in range((last - first).days + 1):
            queue = by_day.get(first + timedelta(days=offset))
            while queue:
                if queue[0].id not in self.taken:
                    return queue[0]
                queue.popleft()
        return None
