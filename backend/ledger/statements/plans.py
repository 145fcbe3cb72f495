"""Decisions over the rows of a statement as plain data that JSON can carry, and back."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from .decisions import Decision, Known, Reason, Verdict
from .statement import Row


def data(decisions: Iterable[Decision]) -> list[list[Any]]:
    """A list per decision, in their order, which is that of the rows."""
    return [
        [each.verdict.value, each.reason.value, each.why, each.key, _known(each.of), each.of_place, each.score]
        for each in decisions
    ]


def decisions(given: Sequence[Sequence[Any]], rows: Sequence[Row], *, first: int = 0) -> list[Decision]:
    """What `data` made of decisions over these rows, of which the first has the place `first`."""
    return [
        Decision(
            place=place,
            row=row,
            key=key,
            verdict=Verdict(verdict),
            reason=Reason(reason),
            why=why,
            of=None if of is None else _as_known(of),
            of_place=of_place,
            score=score,
        )
        for place, (row, (verdict, reason, why, key, of, of_place, score)) in enumerate(
            zip(rows, given, strict=True), start=first
        )
    ]


def _known(known: Known | None) -> list[str] | None:
    if known is None:
        return None
    return [str(known.id), known.key, str(known.posted_on), str(known.amount), known.description]


def _as_known(given: Sequence[str]) -> Known:
    key, import_key, posted_on, amount, description = given
    return Known(
        id=UUID(key),
        key=import_key,
        posted_on=date.fromisoformat(posted_on),
        amount=Decimal(amount),
        description=description,
    )
