"""Which rows of a statement are new, which are known, and which settle something that was pending. Plain values only.

Certain signs are looked at before likely ones, through the whole statement, so that a guess never takes what another
row surely is. A row that nothing speaks for is entered: of two mistakes, a row too many is seen and taken out.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from . import likeness
from .decisions import Decision, Known, Plan, Reason, Verdict
from .keys import FORMER, former_mark, keys, named, plain, settled
from .likeness import Likeness
from .statement import Row
from .suspicions import Suspicions
from .text import shown

__all__ = ["REACH", "Decision", "Known", "Plan", "Reason", "Verdict", "keys", "plan"]

SETTLES_WITHIN = timedelta(days=31)
"""A pending row and the posted one of the same bank's id are no further apart."""
MOVED_WITHIN = timedelta(days=2)
"""So far a bank moves a posted row that it tells a second time."""
REACH = SETTLES_WITHIN + timedelta(days=14)
"""Known rows further than this from a statement's days cannot matter to it."""
MOST_COMPARED = 40
"""Pending rows that one posted row is compared with, the nearest in time."""
NOTHING = "Nothing like it is known."
LEFT_OUT = "It was left out of an import before."


def plan(rows: Sequence[Row], *, source: str, known: Iterable[Known], left_out: Iterable[str] = ()) -> Plan:
    """Decide what a statement of that source brings to an account that has the `known` transactions.

    `left_out`: keys of rows that an owner left out before. Such a row stays out, and settles nothing.
    """
    return _Matching(rows, source=source, known=known, left_out=left_out).plan()


Sign = tuple[bool | str | Decimal, ...]
"""By what a known row is looked up: whether it awaits its posted row, then its name, or its amount and description."""


@dataclass(frozen=True, slots=True)
class _Match:
    known: Known
    reason: Reason
    likeness: Likeness | None = None


class _Matching:
    """One statement against the known rows; each known row is taken by at most one row."""

    def __init__(
        self, rows: Sequence[Row], *, source: str, known: Iterable[Known], left_out: Iterable[str] = ()
    ) -> None:
        self.rows = list(zip(rows, keys(rows, source=source), strict=True))
        self.repeats = _repeats(self.rows)
        unwanted = {key.partition(FORMER)[0] for key in left_out}
        self.left_out = {place for place, (_, key) in enumerate(self.rows) if key in unwanted}
        self.by_key: dict[str, Known] = {}
        self.by_former: dict[str, Known] = {}
        self.by_sign: dict[Sign, dict[date, deque[Known]]] = {}
        self.waiting: dict[str, dict[date, list[Known]]] = {}
        self.taken: set[UUID] = set()
        everything = list(known)
        self.suspicions = Suspicions(self.rows, repeats=self.repeats, source=source, known=everything)
        for each in everything:
            if each.key.startswith(f"{source}:"):
                self._learn(each)

    def _learn(self, known: Known) -> None:
        looks = plain(known.description)
        self.by_key[known.own] = known
        self._index((known.awaits, known.amount, looks), known)
        if known.former:
            self.by_former[known.former] = known
        if known.name:
            self._index((known.awaits, known.name), known)
            self._index((known.awaits, known.name, known.amount, looks), known)
        if known.awaits:
            for sign in likeness.signs(known.description):
                self.waiting.setdefault(sign, {}).setdefault(known.posted_on, []).append(known)

    def _index(self, sign: Sign, known: Known) -> None:
        self.by_sign.setdefault(sign, {}).setdefault(known.posted_on, deque()).append(known)

    def plan(self) -> Plan:
        decisions = []
        for place, match in enumerate(self._matches()):
            row, key = self.rows[place]
            base = Decision(
                place=place, row=row, key=key, verdict=Verdict.NEW, reason=Reason.NOTHING_LIKE_IT, why=NOTHING
            )
            if not row.amount:
                decisions.append(replace(base, verdict=Verdict.ZERO, reason=Reason.NO_MONEY, why="It moves no money."))
            elif place in self.repeats:
                decisions.append(self._repeated(base))
            elif match:
                decisions.append(_matched(base, match))
            elif place in self.left_out:
                decisions.append(replace(base, verdict=Verdict.DUPLICATE, reason=Reason.LEFT_OUT, why=LEFT_OUT))
            elif suspicion := self.suspicions.of(place):
                decisions.append(
                    replace(
                        base,
                        verdict=Verdict.SUSPICIOUS,
                        reason=suspicion.reason,
                        why=suspicion.why,
                        of=suspicion.of,
                        of_place=suspicion.of_place,
                    )
                )
            else:
                decisions.append(base)
        return Plan(decisions=decisions)

    def _repeated(self, base: Decision) -> Decision:
        of_place = self.repeats[base.place]
        if self.rows[of_place][1] == base.key:
            reason, why = Reason.TWICE_IN_FILE, "The file has this row twice."
        else:
            reason, why = Reason.HAS_POSTED, "The file has its posted row too."
        return replace(base, verdict=Verdict.DUPLICATE, reason=reason, why=why, of_place=of_place)

    def _matches(self) -> list[_Match | None]:
        """The known row of each row that is not a repetition within the file."""
        found: list[_Match | None] = [None] * len(self.rows)
        if not self.by_key:
            return found
        for match in (self._by_key, self._by_former, self._by_name, self._moved, self._by_looks):
            for place in self._open(found):
                if place in self.left_out and match != self._by_key:
                    continue
                if one := match(*self.rows[place]):
                    found[place] = one
                    self.taken.add(one.known.id)
        for place, one in self._by_likeness(found):
            if found[place] is None and one.known.id not in self.taken:
                found[place] = one
                self.taken.add(one.known.id)
        return found

    def _open(self, found: Sequence[_Match | None]) -> Iterator[int]:
        """The places of rows that are still to be matched."""
        for place, (row, _) in enumerate(self.rows):
            if found[place] is None and row.amount and place not in self.repeats:
                yield place

    def _by_key(self, row: Row, key: str) -> _Match | None:
        known = self.by_key.get(key)
        return _Match(known, Reason.STILL_PENDING if row.pending else Reason.SAME_ROW) if known else None

    def _by_former(self, row: Row, key: str) -> _Match | None:
        known = self.by_former.get(former_mark(key)) if row.pending else None
        return _Match(known, Reason.HAS_POSTED) if known else None

    def _by_name(self, row: Row, key: str) -> _Match | None:
        """The same bank's id, at least one of the two pending: date and amount may change until a row has posted."""
        name = named(row.bank_id or "")
        span = {"first": row.posted_on - SETTLES_WITHIN, "last": row.posted_on + SETTLES_WITHIN}
        if awaiting := self._oldest((True, name), **span):
            return _Match(awaiting, Reason.STILL_PENDING if row.pending else Reason.SAME_ID)
        has_posted = self._oldest((False, name), **span) if row.pending else None
        return _Match(has_posted, Reason.HAS_POSTED) if has_posted else None

    def _moved(self, row: Row, key: str) -> _Match | None:
        """The same bank's id, amount and description a day or two away, where the bank gives its ids once each."""
        name = named(row.bank_id or "")
        if row.pending or not row.bank_id or self.suspicions.is_used_often(name):
            return None
        sign = (False, name, row.amount, plain(row.description))
        known = self._oldest(sign, first=row.posted_on - MOVED_WITHIN, last=row.posted_on + MOVED_WITHIN)
        return _Match(known, Reason.SAME_ID_NEARBY) if known else None

    def _by_looks(self, row: Row, key: str) -> _Match | None:
        """The same amount and description, posted a few days later: banks give pending rows no id, or another one."""
        looks = (not row.pending, row.amount, plain(row.description))
        if row.pending:
            known = self._oldest(looks, first=row.posted_on, last=row.posted_on + likeness.WITHIN)
            return _Match(known, Reason.HAS_POSTED) if known else None
        known = self._oldest(looks, first=row.posted_on - likeness.WITHIN, last=row.posted_on)
        return _Match(known, Reason.LOOKS, _compared(known, row)) if known else None

    def _by_likeness(self, found: Sequence[_Match | None]) -> Iterator[tuple[int, _Match]]:
        """What of the rest may have been pending, the likeliest first."""
        likely = []
        if not self.waiting:
            return
        for place in self._open(found):
            row, _ = self.rows[place]
            for known in self._near(row) if not (row.pending or place in self.left_out) else ():
                compared = _compared(known, row)
                if compared and compared.score >= likeness.ENOUGH:
                    likely.append((-compared.score, known.posted_on, place, _Match(known, Reason.LOOKS, compared)))
        for _, _, place, match in sorted(likely, key=lambda each: each[:3]):
            yield place, match

    def _near(self, row: Row) -> list[Known]:
        """Pending rows that share a word with the row, the latest first."""
        by_day = [self.waiting[sign] for sign in likeness.signs(row.description) if sign in self.waiting]
        near: dict[UUID, Known] = {}
        for days in range(likeness.WITHIN.days + 1 if by_day else 0):
            for each in by_day:
                for known in each.get(row.posted_on - timedelta(days=days), ()):
                    if known.id not in self.taken:
                        near[known.id] = known
                    if len(near) >= MOST_COMPARED:
                        return list(near.values())
        return list(near.values())

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


def _repeats(rows: Sequence[tuple[Row, str]]) -> dict[int, int]:
    """The places of rows that another row of the file is, with its place: the same one, or a pending one's posted."""
    posted_names = {row.bank_id: place for place, (row, _) in enumerate(rows) if row.bank_id and not row.pending}
    first: dict[str, int] = {}
    found = {}
    for place, (row, key) in enumerate(rows):
        if key in first:
            found[place] = first[key]
        elif row.pending and row.bank_id in posted_names:
            found[place] = posted_names[row.bank_id]
        first.setdefault(key, place)
    return found


def _matched(base: Decision, match: _Match) -> Decision:
    known, score = match.known, match.likeness.score if match.likeness else None
    found = replace(base, verdict=Verdict.DUPLICATE, reason=match.reason, why=_why(match), of=known, score=score)
    if known.awaits and not base.row.pending:
        return replace(found, verdict=Verdict.SETTLES, key=settled(base.key, former=known.key))
    return found


def _compared(known: Known, row: Row) -> Likeness | None:
    return likeness.compared(
        pending=(known.posted_on, known.amount, known.description), posted=(row.posted_on, row.amount, row.description)
    )


_WHY = {
    Reason.SAME_ROW: "It was imported before",
    Reason.SAME_ID_NEARBY: "It was imported before, under the same id of the bank and another day",
    Reason.STILL_PENDING: "It was imported as pending, and has not posted",
    Reason.HAS_POSTED: "It has posted",
    Reason.SAME_ID: "The pending row of the same id of the bank has posted",
    Reason.LOOKS: "The pending row that looks like it has posted",
}


def _why(match: _Match) -> str:
    known = match.known
    likely = f"; {match.likeness}" if match.likeness else ""
    return f"{_WHY[match.reason]} ({known.posted_on}, {shown(known.amount)}{likely})."
