"""What is done with each row of a statement: what was decided over it, or what an owner chose instead."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from . import keys
from .decisions import Decision, Verdict
from .statement import Row


class Action(StrEnum):
    ENTER = "enter"
    SETTLE = "settle"
    """It is the posted row of a transaction that is pending."""
    LEAVE_OUT = "leave_out"


PLANNED = {
    Verdict.NEW: Action.ENTER,
    Verdict.SUSPICIOUS: Action.ENTER,
    Verdict.SETTLES: Action.SETTLE,
    Verdict.DUPLICATE: Action.LEAVE_OUT,
    Verdict.ZERO: Action.LEAVE_OUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an owner wants done with a row; `of` is the pending transaction that it settles."""

    action: Action
    of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done with a row. `key`: what it is known by then, for a settled one without that of the pending row."""

    place: int
    row: Row
    action: Action
    key: str
    of: UUID | None = None


def steps(decisions: Iterable[Decision], choices: Mapping[int, Choice], *, source: str, name: str) -> Iterator[Step]:
    """A step per decision. `name` tells this import from others, for rows that need a key of their own."""
    for each in decisions:
        choice = choices.get(each.place)
        action = choice.action if choice else PLANNED[each.verdict]
        own = each.key.partition(keys.FORMER)[0]
        of = None
        if action is Action.SETTLE:
            planned = each.of.id if each.of else None
            of = choice.of if choice else planned
        if action is not Action.LEAVE_OUT and each.verdict is Verdict.DUPLICATE:
            own = keys.apart(source, name=f"{name} {each.place}", pending=each.row.pending)
        yield Step(place=each.place, row=each.row, action=action, key=own, of=of)


def choices_data(choices: Mapping[int, Choice]) -> dict[str, list[str]]:
    """Choices as JSON has them."""
    return {
        str(place): [each.action.value, *([str(each.of)] if each.of else [])] for place, each in sorted(choices.items())
    }


def choices(given: Mapping[str, Sequence[str]]) -> dict[int, Choice]:
    """What `choices_data` made."""
    return {
        int(place): Choice(action=Action(action), of=UUID(of[0]) if of else None)
        for place, (action, *of) in given.items()
    }
