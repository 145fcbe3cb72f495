"""What a field costs beyond a look at its row: said where the field is made, counted by `limits`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

KEY = "cost"
COUNT = 250
"""What it costs to count a list. Lists below many rows are counted by one statement."""

SCAN = 1_000
"""What a filter costs that no index helps with: the rows of a list are looked at until a page is full."""

SCANNING = frozenset({"search", "categories", "categoryGroups"})
"""Filters of that kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`each` is counted once per row, `once` per field of a document, however many rows it is asked for.

    `length` is how long the field's list is reckoned, by the arguments that are plain values in the document.
    """

    each: int = 0
    once: int = 0
    length: Callable[[Mapping[str, Any]], int] | None = None


def metadata(
    *, each: int = 0, once: int = 0, length: Callable[[Mapping[str, Any]], int] | int | None = None
) -> dict[str, Cost]:
    """The metadata of a field with that cost."""
    fixed = (lambda given: length) if isinstance(length, int) else length
    return {KEY: Cost(each=each, once=once, length=fixed)}
