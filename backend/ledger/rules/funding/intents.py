"""One event in the simulation: as it comes up, and what becomes of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from . import facts as reasons
from .envelopes import ZERO, Envelope, Key, Terms
from .facts import Facts, Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An event whose day has come: one that the engine came to before, with its terms, or by schedule, which goes on.

    `known`: it has a row; `skipped`: by an owner, who can take that back until it is settled.
    """

    key: Key
    envelope: Envelope
    terms: Terms | None = None
    goes_on: date | None = None
    problem: str = ""
    known: bool = False
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What becomes of one event: `amount` goes from `source_id` to `target_id` now; `moved` is all it moved so far.

    `known`: the event has a row already; `topping_up`: it was short before. `revocable`: an owner skipped it, and can
    take that back. `goes_on`: where the budget's schedule of that kind goes on, None where the event does not concern
    it. `complete`: what the budget's flag becomes, None to leave it. `day`: the simulated day. `note` is the reason
    where it is not that of the amount.
    """

    key: Key
    status: str
    day: date
    intended: Decimal = ZERO
    moved: Decimal = ZERO
    amount: Decimal = ZERO
    source_id: UUID | None = None
    target_id: UUID | None = None
    known: bool = False
    topping_up: bool = False
    revocable: bool = False
    goes_on: date | None = None
    complete: bool | None = None
    note: str = ""
    facts: Facts | None = None

    @property
    def reason(self) -> str:
        """Why it moves what it moves, as a sentence."""
        if self.note or self.facts is None:
            return self.note
        return reasons.told(
            self.facts,
            key=self.key,
            status=self.status,
            intended=self.intended,
            moved=self.moved,
            topping_up=self.topping_up,
        )

    @property
    def inputs(self) -> Plain:
        """What that was computed from, as plain values; nothing new where it is topped up."""
        if self.facts is None or self.topping_up:
            return {}
        return self.facts.plain(intended=self.intended, moved=self.moved)
