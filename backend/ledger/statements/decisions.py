"""What is decided over each row of a statement, and what the decisions come to."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from .keys import FORMER, PENDING
from .statement import Row


class Verdict(StrEnum):
    NEW = "new"
    DUPLICATE = "duplicate"
    """The account has it: it is left out."""
    SETTLES = "settles"
    """What was pending has posted."""
    SUSPICIOUS = "suspicious"
    """Something speaks against it, but not enough to leave it out: it is entered unless somebody says no."""
    ZERO = "zero"
    """It moves no money, and the ledger keeps only what does."""


class Reason(StrEnum):
    """Why a row is what it is; `Decision.why` says it in words."""

    NOTHING_LIKE_IT = "nothing_like_it"
    NO_MONEY = "no_money"
    SAME_ROW = "same_row"
    """The bank's id, amount and date are known; or, without an id, amount, date and description."""
    SAME_ID_NEARBY = "same_id_nearby"
    """The bank moved the row by a day or two."""
    TWICE_IN_FILE = "twice_in_file"
    STILL_PENDING = "still_pending"
    HAS_POSTED = "has_posted"
    """A pending row of what has posted since."""
    SAME_ID = "same_id"
    """Pending and posted by the bank's id."""
    LOOKS = "looks"
    """Pending and posted by a score."""
    ID_REUSED = "id_reused"
    """Another row has the bank's id."""
    ELSEWHERE = "elsewhere"
    """The account has a row like it that was typed in, or came from another kind of file."""
    LEFT_OUT = "left_out"
    """An owner left it out of an import before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A transaction that the ledger has."""

    id: UUID
    key: str
    """Blank where it was not imported."""
    posted_on: date
    amount: Decimal
    description: str

    @property
    def awaits(self) -> bool:
        """Whether it was imported as pending and the bank's posted row has not come, whatever a user did since."""
        return PENDING in self.key

    @property
    def own(self) -> str:
        """The key of the bank's row that it is."""
        return self.key.partition(FORMER)[0]

    @property
    def former(self) -> str:
        """The mark of the pending row that it was; blank if it was none."""
        return self.key.partition(FORMER)[2]

    @property
    def name(self) -> str | None:
        """What stands in the key for the bank's id, where the bank gave one."""
        name = self.own.split(":")[-2] if self.key else "-"
        return None if name.startswith("-") else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One row, what becomes of it, and why."""

    place: int
    """Its place among the rows that were given, from 0 on."""
    row: Row
    key: str
    """What it is known by once it is entered. Unique among the rows to enter, and new to the account."""
    verdict: Verdict
    reason: Reason
    why: str
    """A sentence for people."""
    of: Known | None = None
    """The row of the ledger that it repeats, settles, or resembles."""
    of_place: int | None = None
    """The same, where it is another row of the file."""
    score: int | None = None
    """Of 100, where likeness decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with a statement: a decision per row, in its order."""

    decisions: list[Decision] = field(default_factory=list)

    @property
    def new(self) -> list[tuple[Row, str]]:
        """Rows to enter, with their keys; the suspicious ones too."""
        return [(each.row, each.key) for each in self.decisions if each.verdict in {Verdict.NEW, Verdict.SUSPICIOUS}]

    @property
    def posted(self) -> list[tuple[Known, Row, str]]:
        """Known rows whose posted row this is, with the key they get."""
        settled = [each for each in self.decisions if each.verdict is Verdict.SETTLES]
        return [(each.of, each.row, each.key) for each in settled if each.of]

    @property
    def duplicates(self) -> int:
        return self.count(Verdict.DUPLICATE)

    @property
    def zeros(self) -> int:
        """Rows that move no money."""
        return self.count(Verdict.ZERO)

    def count(self, verdict: Verdict) -> int:
        return sum(each.verdict is verdict for each in self.decisions)
