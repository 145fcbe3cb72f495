"""What scheduled funding will do next, computed once for all budgets and accounts that an answer shows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.ledger.models import BankAccount, Budget
from backend.ledger.selectors import funding

from . import peers

Accounts = Callable[[], Mapping[UUID, BankAccount]]
"""The user's accounts, by key."""


class Upcoming:
    """Rows that were loaded together are taken care of together, as soon as one of them is asked about.

    What was computed for the summary of an account is not computed again for its budgets, nor the other way round.
    """

    def __init__(self, accounts: Accounts, *, now: datetime) -> None:
        self._accounts = accounts
        self._now = now
        self.forget()

    def forget(self) -> None:
        """Something was written since."""
        self._planned: dict[UUID, list[Budget]] = {}
        self._fundings: dict[UUID, funding.NextFunding | None] = {}

    def of_budget(self, row: Any) -> funding.NextFunding | None:
        if row.pk not in self._fundings:
            shown = {each.pk: each.bank_account_id for each in peers.of(row).rows}
            self._compute(budget for budget in self._load(shown.values()) if budget.pk in shown)
            self._fundings = {**dict.fromkeys(shown), **self._fundings}
        return self._fundings[row.pk]

    def of_account(self, row: Any) -> funding.Summary:
        planned = self._planned.get(row.pk)
        if planned is None or any(budget.pk not in self._fundings for budget in planned):
            self._compute(self._load(each.pk for each in peers.of(row).rows))
        budgets = self._planned[row.pk]
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
