"""What scheduled funding will do next, computed once for all budgets and accounts that an answer shows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from backend.ledger.models import BankAccount, Budget
from backend.ledger.selectors import funding

Row = TypeVar("Row", bound=Model)
Accounts = Callable[[], Mapping[UUID, BankAccount]]
"""The user's accounts, by key."""


class Upcoming:
    """Rows that are watched are taken care of together as soon as one of them is asked about.

    What was computed for the summary of an account is not computed again for its budgets, nor the other way round.
    """

    def __init__(self, accounts: Accounts, *, now: datetime) -> None:
        self._accounts = accounts
        self._now = now
        self._budgets: dict[UUID, UUID] = {}  # those that are shown, with their accounts
        self._summed: dict[UUID, None] = {}  # the accounts that are shown
        self.forget()

    def forget(self) -> None:
        """Something was written since."""
        self._planned: dict[UUID, list[Budget]] = {}
        self._fundings: dict[UUID, funding.NextFunding | None] = {}

    def watch_budgets(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        def note(row: Any) -> None:
            account_id = row.__dict__.get("bank_account_id")
            if account_id is not None:  # it is loaded where the next funding is asked for
                self._budgets[row.pk] = account_id

        return _watched(rows, note)

    def watch_accounts(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        def note(row: Any) -> None:
            self._summed[row.pk] = None

        return _watched(rows, note)

    def of_budget(self, key: UUID, *, account_id: UUID) -> funding.NextFunding | None:
        if key not in self._fundings:
            shown = {**self._budgets, key: account_id}
            self._compute(budget for budget in self._load(shown.values()) if budget.pk in shown)
            self._fundings = {**dict.fromkeys(shown), **self._fundings}
        return self._fundings[key]

    def of_account(self, account_id: UUID) -> funding.Summary:
        if account_id not in self._planned or any(each.pk not in self._fundings for each in self._planned[account_id]):
            self._compute(self._load([*self._summed, account_id]))
        budgets = self._planned[account_id]
        found = {budget.pk: each for budget in budgets if (each := self._fundings[budget.pk])}
        return funding.summed_up(budgets, found)

    def _load(self, account_ids: Iterable[UUID]) -> list[Budget]:
        """The budgets of those accounts that can have a next funding, among others."""
        asked = dict.fromkeys(account_ids)
        missing = [each for each in asked if each not in self._planned]
        self._planned |= {each: [] for each in missing}
        for budget in funding.planned(missing) if missing else ():
            self._planned[budget.bank_account_id].append(budget)
        return [budget for each in asked for budget in self._planned[each]]

    def _compute(self, budgets: Iterable[Budget]) -> None:
        waiting = [budget for budget in budgets if budget.pk not in self._fundings]
        recurring = [budget for each in self._planned.values() for budget in each]
        found = funding.next_fundings(waiting, now=self._now, of=self._accounts(), recurring=recurring)
        self._fundings |= {budget.pk: found.get(budget.pk) for budget in waiting}


def _watched(rows: QuerySet[Row], note: Callable[[Row], None]) -> QuerySet[Row]:
    """The same rows; each that is loaded is noted."""

    class Watched(rows._iterable_class):  # type: ignore[name-defined]  # it may watch them already
        def __iter__(self) -> Iterator[Any]:
            for row in super().__iter__():
                note(row)
                yield row

    rows = rows.all()
    rows._iterable_class = Watched  # kept by every clone: filters, pages, prefetches
    return rows
