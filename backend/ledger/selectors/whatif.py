"""Budgets that are changed in thought only: refused as the services refuse, and what the account would be then."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget
from backend.ledger.rules import budgets as rules
from backend.ledger.rules import funding

from . import funding_state

MOST = 100
"""Budgets that one question may add, change and remove, each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A budget to add: its fields as a service takes them. `key` is what the caller calls it."""

    key: str
    fields: Mapping[str, Any]
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """Fields of a budget to change, and its priority, None to leave it."""

    budget_id: UUID
    fields: Mapping[str, Any]
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What is to be changed, in this order; all of it today."""

    alter: Sequence[Alteration] = ()
    remove: Sequence[UUID] = ()
    add: Sequence[Addition] = ()

    def __bool__(self) -> bool:
        return bool(self.alter or self.remove or self.add)


@dataclass
class Imagined:
    """The account's budgets as rows that are never saved, and the state that goes with them.

    `keys`: the budgets that were added, by what the caller calls them.
    """

    account: BankAccount
    rows: dict[UUID, Budget]
    draft: funding.Draft
    today: date
    now: datetime
    keys: dict[str, UUID] = field(default_factory=dict)

    def take(self, changes: WhatIf) -> None:
        """Do all of it. Raises what the services do, with the place in its list before the name of the field."""
        for name, group in (("alter", changes.alter), ("remove", changes.remove), ("add", changes.add)):
            if len(group) > MOST:
                raise errors.InvalidValue(f"No more than {MOST} budgets at once.", field=name)
        for number, alteration in enumerate(changes.alter):
            with within("alter", number):
                self._alter(alteration)
        for number, budget_id in enumerate(changes.remove):
            with within("remove", number):
                self._remove(budget_id)
        for number, addition in enumerate(changes.add):
            with within("add", number):
                self._add(addition, now=self.now + timedelta(microseconds=number))

    def find(self, budget_id: UUID) -> Budget:
        """A budget of the account. Raises NotFound."""
        row = self.rows.get(budget_id)
        if row is None:
            raise errors.NotFound("There is no such budget.", field="budget")
        return row

    # The same as the services do

    def _add(self, addition: Addition, *, now: datetime) -> None:
        if not addition.key or addition.key in self.keys:
            raise errors.InvalidValue("Each budget that is added needs a key of its own.", field="key")
        rules.check_new(addition.fields, currency=str(self.account.currency), today=self.today)
        row = Budget(id=uuid4(), bank_account=self.account, anchor=self.today, created_at=now, modified_at=now)
        row.fund_from = row.recur_from = self.today
        self._assign(row, addition.fields)
        rules.check_priority(row, addition.priority)
        row.priority = addition.priority
        self.keys[addition.key] = row.pk
        self.rows[row.pk] = row
        self.draft.put(funding_state.envelope(row))
        if row.budget_type == rules.RECURRING and row.with_fillup_goal:
            self._open_for(row, now=now)

    def _alter(self, alteration: Alteration) -> None:
        row, fields = self.find(alteration.budget_id), alteration.fields
        rules.check_change(row, fields, currency=str(self.account.currency), today=self.today)
        if alteration.priority is not None:
            rules.check_priority(row, alteration.priority)
        if any(getattr(row, name) != value for name, value in fields.items()):
            self._replan(row, fields)
        if alteration.priority is not None and not row.is_unallocated:
            row.priority = alteration.priority
            self.draft.put(replace(self.draft[row.pk], priority=row.priority))

    def _replan(self, row: Budget, fields: Mapping[str, Any]) -> None:
        if row.is_unallocated:
            return
        fillup = self._fillup(row)
        self.draft.settle_past([row.pk] if fillup is None else [row.pk, fillup.pk])
        self._assign(row, fields)
        self._put(row)
        if row.budget_type != rules.RECURRING:
            return
        if row.with_fillup_goal and row.fillup_goal_id is None:
            self._open_for(row, now=self.now)
        elif not row.with_fillup_goal and row.fillup_goal_id is not None:
            self._detach(row.fillup_goal_id)
            if fillup is not None:
                self._retire(fillup)
        elif fillup is not None:
            rules.follow(fillup, row)
            self._put(fillup)

    def _remove(self, budget_id: UUID) -> None:
        row = self.find(budget_id)
        rules.check_archivable(row)
        if row.budget_type == rules.FILLUP:
            self._detach(row.pk)
        fillup = self._fillup(row)
        if fillup is not None:
            self._retire(fillup)
        self._retire(row)

    def _fillup(self, row: Budget) -> Budget | None:
        """The live fill-up of a budget."""
        found = None if row.fillup_goal_id is None else self.rows.get(row.fillup_goal_id)
        return None if found is None or found.archived else found

    def _open_for(self, row: Budget, *, now: datetime) -> None:
        child = Budget(
            id=uuid4(),
            bank_account=self.account,
            budget_type=rules.FILLUP,
            anchor=row.anchor,
            fund_from=self.draft[row.pk].fund_from,
            recur_from=self.today,
            created_at=now,
            modified_at=now,
        )
        rules.follow(child, row)
        self.rows[child.pk] = child
        self.draft.put(funding_state.envelope(child))
        row.fillup_goal_id = child.pk
        self._put(row)

    def _detach(self, fillup_id: UUID) -> None:
        self.draft.detach(fillup_id)
        for row in self.rows.values():
            if row.fillup_goal_id == fillup_id:
                row.fillup_goal_id, row.with_fillup_goal = None, False

    def _retire(self, row: Budget) -> None:
        row.archived = True
        self.draft.retire(row.pk)

    @staticmethod
    def _assign(row: Budget, fields: Mapping[str, Any]) -> None:
        for name, value in fields.items():
            setattr(row, name, value)

    def _put(self, row: Budget) -> None:
        """Let the row's plan go on from where the engine is, with what is in the budget."""
        present = self.draft[row.pk]
        complete = rules.complete(
            kind=row.budget_type,
            was=present.complete,
            balance=present.balance,
            net_funding=present.net_funding,
            target=row.target_balance,
            may_clear=True,
        )
        self.draft.put(
            replace(
                funding_state.envelope(row),
                fund_from=present.fund_from,
                recur_from=present.recur_from,
                balance=present.balance,
                net_funding=present.net_funding,
                complete=complete,
            )
        )


@contextmanager
def within(name: str, number: int) -> Iterator[None]:
    """Say of what is refused which item of that list was at fault."""
    try:
        yield
    except errors.LedgerError as error:
        error.field = f"{name}.{number}" + (f".{error.field}" if error.field else "")
        raise
