"""What one request carries through its resolvers: who asks, when, and what is computed once for many rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from strawberry.types import Info

from backend.ledger import access, errors
from backend.ledger.models import User
from backend.ledger.selectors import funding

Value = TypeVar("Value")
Row = TypeVar("Row", bound=Model)


class Batch(Generic[Value]):
    """Values of rows, computed for all rows that were loaded so far as soon as one is asked for."""

    def __init__(self, compute: Callable[[Sequence[UUID]], Mapping[UUID, Value]]) -> None:
        self._compute = compute
        self._waiting: dict[UUID, None] = {}
        self._values: dict[UUID, Value | None] = {}

    def watch(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """The same rows; whichever of them are loaded will be part of the batch."""
        waiting = self._waiting

        class Watched(rows._iterable_class):  # type: ignore[name-defined]  # it may watch them already
            def __iter__(self) -> Iterator[Any]:
                for row in super().__iter__():
                    waiting[row.pk] = None
                    yield row

        rows = rows.all()
        rows._iterable_class = Watched  # kept by every clone: filters, pages, prefetches
        return rows

    def __getitem__(self, key: UUID) -> Value:
        """The value; KeyError if the row has none."""
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def get(self, key: UUID) -> Value | None:
        if key not in self._values:
            keys = [waiting for waiting in {**self._waiting, key: None} if waiting not in self._values]
            found = self._compute(keys)
            self._values |= {each: found.get(each) for each in keys}
            self._waiting.clear()
        return self._values[key]


@dataclass
class Context:
    """`now` is one instant for the whole request."""

    user: User
    now: datetime
    refused: bool = False
    """Whether a mutation was answered with a Problem."""
    refusal: errors.LedgerError | None = None
    """Why the mutation that is executed must not be, if so."""
    next_fundings: Batch[funding.NextFunding] = field(init=False)
    funding_summaries: Batch[funding.Summary] = field(init=False)

    def __post_init__(self) -> None:
        self.next_fundings = Batch(self._next_fundings)
        self.funding_summaries = Batch(self._funding_summaries)

    @cached_property
    def currencies(self) -> dict[UUID, str]:
        """The currency of each of the user's accounts."""
        return {key: str(code) for key, code in access.accounts(self.user).values_list("pk", "currency")}

    def _next_fundings(self, keys: Iterable[UUID]) -> Mapping[UUID, funding.NextFunding]:
        return funding.next_fundings(list(access.budgets(self.user).filter(pk__in=list(keys))), now=self.now)

    def _funding_summaries(self, keys: Iterable[UUID]) -> Mapping[UUID, funding.Summary]:
        return funding.summaries(list(access.accounts(self.user).filter(pk__in=list(keys))), now=self.now)


def of(info: Info) -> Context:
    """The context of the request that a resolver works for."""
    context: Context = info.context
    return context
