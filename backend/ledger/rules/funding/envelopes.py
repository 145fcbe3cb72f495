"""What the simulation is told: budgets, what moved lately, what was recorded, and whether the bank's rows are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from backend.ledger.rules import budgets

if TYPE_CHECKING:
    from .facts import Facts

FUND, RECUR = "fund", "recur"
DONE, SHORT, SKIPPED, DEFERRED, FAILED = "done", "short", "skipped", "deferred", "failed"

ZERO = Decimal(0)
NEVER = date.max
"""The day from which a schedule goes on that has no more dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A budget other than Unallocated, as it is now. Its schedules are RFC 5545 text, counted from `anchor`.

    `fund_from` and `recur_from`: events of before are recorded or never were. `gone`: archived or deleted.
    """

    id: UUID
    name: str = ""
    kind: str
    fixed: bool = False
    target: Decimal = ZERO
    funding_amount: Decimal | None = None
    target_date: date | None = None
    funding_schedule: str = ""
    recurrence_schedule: str = ""
    anchor: date
    created_at: datetime
    priority: int = 0
    paused: bool = False
    complete: bool = False
    gone: bool = False
    fillup_id: UUID | None = None
    fund_from: date
    recur_from: date
    balance: Decimal = ZERO
    net_funding: Decimal = ZERO

    def schedule(self, kind: str) -> str:
        """The text that the events of that kind follow, "" where the budget has none of them."""
        if self.gone:
            return ""
        if kind == FUND:
            return "" if self.fillup_id is not None else self.funding_schedule
        return self.recurrence_schedule if self.kind == budgets.RECURRING else ""

    def since(self, kind: str) -> date:
        return self.fund_from if kind == FUND else self.recur_from

    def gathered(self, *, balance: Decimal, net_funding: Decimal) -> Decimal:
        """What counts towards the target: for a goal also what was put into it and spent since."""
        return max(balance, net_funding) if self.kind == budgets.GOAL else balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which event: there is one per budget, kind and date."""

    budget_id: UUID
    kind: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A signed entry of a budget. One of `day` counts from the start of the next day on.

    One that an event made counts for whatever comes after that event. `at`: the instant it bears, where it has one.
    """

    budget_id: UUID
    day: date
    amount: Decimal
    transfer: bool = False
    event: Key | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one event goes by: the plan of its day. A deferred event keeps them, later changes do not concern it.

    It moves at most `most`, or one of `share` equal parts of the gap; nothing if there is a `hindrance`.
    The parts are as many as events come up to the `deadline`. `skip` says why it does not take place at all.
    """

    target: Decimal
    most: Decimal | None = None
    share: int | None = None
    deadline: date | None = None
    hindrance: str = ""
    skip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A recorded event that waits for the bank's rows."""

    key: Key
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An event that an owner skipped and that is not settled: it may lie ahead, or wait for the bank's rows.

    `terms`: what it would go by, once the engine came to it.
    """

    key: Key
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A recorded fund event that waits for money, while no later one of its budget is settled."""

    key: Key
    intended: Decimal
    moved: Decimal
    facts: "Facts | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An account as it is now. `unallocated` is its Unallocated budget, of which only the balances count.

    `changes` holds all that is dated on or after the earliest event that is not recorded yet, in any order.
    `active` is false where the account's funding is switched off: then its events are skipped.
    """

    today: date
    decimals: int
    unallocated: Envelope
    envelopes: Sequence[Envelope] = ()
    changes: Sequence[Change] = ()
    deferred: Sequence[Deferred] = ()
    skips: Sequence[Skip] = ()
    shorts: Sequence[Short] = ()
    gated: bool = True
    posted_through: date | None = None
    active: bool = True

    def held_back(self, on: date) -> bool:
        """Whether an event of that day must wait until the bank's rows are in."""
        return self.gated and (self.posted_through is None or on > self.posted_through)
