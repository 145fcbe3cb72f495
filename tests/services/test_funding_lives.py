"""Generated accounts on the real ledger, with power cuts after any statement, against the pure engine always on.

FUNDING_EXAMPLES=20000 makes it as long as before a release.
"""

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.ledger.models import BankAccount, Budget, FundingEvent
from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import integrity
from backend.ledger.services import accounts, funding
from tests import build, servers
from tests.rules import funding_lives as lives
from tests.rules.funding_ledger import Account
from tests.rules.funding_lives import Happening, Life, Run, always_on, lived
from tests.services import power

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = int(os.environ.get("FUNDING_EXAMPLES") or servers.examples(1_900)) * 3 // 200
MOST_STATEMENTS = 40
"""Statements after which a run surely has begun its second event."""

BY_THE_ENGINE = (kinds.GOAL, kinds.RECURRING)
"""What the engine makes complete; of the others the balance decides alone."""

numbers = count(1)

# Without shrinking: on a database it takes longer than it helps.
on_the_ledger = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

cuts = st.lists(st.integers(1, MOST_STATEMENTS), max_size=4)
broken = st.lists(st.tuples(lives.runs, cuts), max_size=5)


class House:
    """The account of a life, on the real ledger."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.owner = build.user(f"owner {next(numbers)}", timezone=life.zone)
        self.account = build.account(owner=self.owner, balance=life.opening, now=life.opened)
        if life.imports is None:
            BankAccount.objects.filter(pk=self.account.pk).update(import_gate=False)
        self.names: dict[Any, str] = {}
        for number, family in enumerate(life.families):
            self.open(family, f"Budget {number}", now=life.opened + timedelta(milliseconds=number))
        self.rows = {row.name: row for row in Budget.objects.filter(bank_account=self.account)}

    def open(self, family: tuple[rules.Envelope, ...], name: str, *, now: datetime) -> None:
        first, *rest = family
        self.names |= {first.id: name} | {each.id: f"{name} Fill-up" for each in rest}
        build.budget(
            self.account,
            name=name,
            budget_type=first.kind,
            target_balance=first.target,
            funding_type=Budget.Funding.FIXED if first.fixed else Budget.Funding.TARGET_DATE,
            funding_amount=first.funding_amount,
            target_date=first.target_date,
            funding_schedule=first.funding_schedule,
            recurrance_schedule=first.recurrence_schedule or None,
            with_fillup_goal=bool(rest),
            paused=first.paused,
            actor=self.owner,
            now=now,
        )
        Budget.objects.filter(bank_account=self.account, name__startswith=name).update(priority=first.priority)

    def happen(self, happening: Happening, at: datetime) -> None:
        if isinstance(happening, date):
            self.import_through(happening, at)
            return
        spender = None
        if happening.budget is not None:
            spenders = self.life.spenders
            spender = self.rows[self.names[spenders[happening.budget % len(spenders)].id]]
        splits = None if spender is None else {spender: abs(happening.amount)}
        build.transaction(
            self.account, amount=happening.amount, posted_date=at, splits=splits, actor=self.owner, now=at
        )

    def import_through(self, day: date, at: datetime) -> None:
        accounts.mark_imported(actor=self.owner, account_id=self.account.pk, last_posted_through=day, now=at)

    def run(self, hour: int, *, back: int = 0) -> funding.Result:
        as_of = self.life.today(hour) - timedelta(days=back) if back else None
        return funding.run(account_id=self.account.pk, now=self.life.at(hour), as_of=as_of)

    def outcome(self) -> tuple[Any, ...]:
        events = FundingEvent.objects.filter(bank_account=self.account).select_related("budget")
        return (
            {(e.budget.name, e.kind, e.on): (e.status, e.intended, e.moved, e.reason) for e in events},
            {
                row.name: (row.balance, row.complete and row.budget_type in BY_THE_ENGINE)
                for row in Budget.objects.filter(bank_account=self.account, is_unallocated=False)
            },
            build.unallocated(self.account).balance,
        )

    def expected(self, account: Account) -> tuple[Any, ...]:
        return (
            {
                (self.names[key.budget_id], key.kind, key.on): (row.status, row.intended, row.moved, row.reason)
                for key, row in account.events.items()
            },
            {
                self.names[each.id]: (each.balance, each.complete and each.kind in BY_THE_ENGINE)
                for each in account.envelopes
            },
            account.balance(),
        )

    def sound(self) -> None:
        assert [str(breach) for breach in integrity.breaches(account_id=self.account.pk)] == []


def survive(house: House, runs: list[tuple[Run, list[int]]]) -> None:
    """The life, with runs that die after so many statements and are begun anew, as often as it is said."""
    life = house.life
    steps: list[tuple[int, Callable[[], object]]] = []
    for run, after in runs:
        steps += [(run.hour, lambda run=run, cut=cut: cut_short(house, run, cut)) for cut in after]  # type: ignore[misc]
        steps.append((run.hour, lambda run=run: house.run(run.hour, back=run.back)))  # type: ignore[misc]
    steps += [(at, lambda at=at, each=each: house.happen(each, life.at(at))) for at, each in life.happenings()]  # type: ignore[misc]
    for _, step in sorted(steps, key=lambda pair: pair[0]):
        step()
    while house.run(life.end + 26).events:
        pass


def cut_short(house: House, run: Run, after: int) -> None:
    power.dies(lambda: house.run(run.hour, back=run.back), after=after)
    assert build.unallocated(house.account).balance >= 0


@on_the_ledger
@given(life=lives.lives(gated=False, most=3), runs=broken)
def test_runs_that_die_anywhere_end_like_an_engine_that_is_always_on(
    life: Life, runs: list[tuple[Run, list[int]]]
) -> None:
    house = House(life)
    survive(house, runs)

    assert house.outcome() == house.expected(lived(life, always_on(life)))
    house.sound()


@on_the_ledger
@given(life=lives.lives(gated=True, most=3), runs=broken)
def test_so_they_do_behind_the_import_gate(life: Life, runs: list[tuple[Run, list[int]]]) -> None:
    house = House(life)
    survive(house, runs)

    assert house.outcome() == house.expected(lived(life, always_on(life)))
    house.sound()
