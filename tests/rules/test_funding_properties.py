"""What holds of every account: skips, plans that are gone on with, the forecast."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.ledger.rules import budgets as kinds
from backend.ledger.rules import funding
from tests.rules.funding_ledger import Account, day, envelope

DAYS = 30
SCHEDULES = (
    "RRULE:FREQ=DAILY",
    "RRULE:FREQ=DAILY;INTERVAL=3",
    "RRULE:FREQ=WEEKLY",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=5,31",
    "DTSTART:20260610\nRRULE:FREQ=WEEKLY;COUNT=3",
    "RDATE:20260604,20260620",
    "",
)

schedules = st.sampled_from(SCHEDULES)
amounts = st.integers(min_value=0, max_value=30_000).map(lambda cents: Decimal(cents) / 100)


@dataclass(frozen=True, kw_only=True)
class Life:
    """What happens to an account from outside: bank rows per day, and how far the bank's rows are in on which day."""

    budgets: tuple[funding.Envelope, ...]
    opening: Decimal
    rows: tuple[tuple[int, Decimal, int | None], ...]
    imports: dict[int, int] | None

    @property
    def spenders(self) -> list[funding.Envelope]:
        return [each for each in self.budgets if each.kind != kinds.FILLUP]

    def account(self) -> Account:
        return Account(list(self.budgets), opening=self.opening, gated=self.imports is not None)

    def happen(self, account: Account, offset: int) -> None:
        """The events of one day."""
        for on, value, index in self.rows:
            if on == offset:
                account.enter(
                    day(on), value, budget=None if index is None else self.spenders[index % len(self.spenders)]
                )
        if self.imports is not None and offset in self.imports:
            through = day(self.imports[offset])
            account.posted_through = max(through, account.posted_through or through)


@st.composite
def families(draw: st.DrawFn) -> list[funding.Envelope]:
    kind = draw(st.sampled_from((kinds.GOAL, kinds.CAPPED, kinds.RECURRING, kinds.FILLUP)))
    plan: dict[str, Any] = {
        "target": draw(amounts),
        "fixed": draw(st.none() | amounts),
        "schedule": draw(schedules),
    }
    common: dict[str, Any] = {"priority": draw(st.integers(-1, 1)), "paused": draw(st.integers(0, 9)) == 0}
    by = day(draw(st.integers(-5, 2 * DAYS)))
    if kind == kinds.FILLUP:
        fillup = envelope(kinds.FILLUP, **plan, **common)
        parent = envelope(kinds.RECURRING, **plan, **common, recurrence=draw(schedules), fillup=fillup)
        return [parent, fillup]
    return [envelope(kind, **plan, **common, by=by, recurrence=draw(schedules))]


@st.composite
def lives(draw: st.DrawFn, *, gated: bool) -> Life:
    """Where funding comes from only gains, and other budgets only spend: a late run cannot move what is gone again."""
    budgets = [each for family in draw(st.lists(families(), min_size=1, max_size=4)) for each in family]
    when = st.integers(0, DAYS - 1)
    gains = draw(st.lists(st.tuples(when, amounts, st.none()), max_size=6))
    spent = draw(st.lists(st.tuples(when, amounts.map(lambda value: -value), st.integers(0, 9)), max_size=6))
    imports = draw(st.dictionaries(when, when, max_size=5)) if gated else None
    if imports is not None:
        imports = {on: min(through, on) for on, through in imports.items()} | {DAYS: DAYS}
    return Life(
        budgets=tuple(budgets), opening=draw(amounts), rows=tuple(sorted((*gains, *spent), key=repr)), imports=imports
    )


def outcome(account: Account) -> tuple[Any, ...]:
    """All that can be told from outside."""
    return (
        {key: (row.status, row.intended, row.moved, row.reason) for key, row in account.events.items()},
        {
            each.id: (account.balance(each), each.complete, each.fund_from, each.recur_from)
            for each in account.envelopes
        },
        account.balance(),
    )


def lived(life: Life, runs: Callable[[Account, int], object]) -> tuple[Any, ...]:
    account = life.account()
    for offset in range(DAYS + 1):
        runs(account, offset)
        life.happen(account, offset)
    while account.run(day(DAYS + 1)):
        pass
    return outcome(account)


def punctual(account: Account, offset: int) -> None:
    account.run(day(offset))


class Erratic:
    """Runs on some days only, sometimes twice, sometimes as of the past, and dies after some number of events."""

    def __init__(self, plan: list[tuple[int, int, int]]) -> None:
        self.plan = plan

    def __call__(self, account: Account, offset: int) -> None:
        for on, most, back in self.plan:
            if on == offset:
                account.run(day(offset), as_of=day(offset - back), most=most)
                if back % 2:
                    account.run(day(offset), most=most)


erratic = st.lists(st.tuples(st.integers(0, DAYS), st.integers(0, 6), st.integers(0, 3)), max_size=12).map(Erratic)


@settings(max_examples=25, deadline=None)
@given(life=lives(gated=True), data=st.data())
def test_skips_that_are_taken_back_in_time_leave_no_trace(life: Life, data: st.DataObject) -> None:
    account, plain = life.account(), life.account()
    for offset in range(DAYS + 1):
        for each in (account, plain):
            each.run(day(offset))
            life.happen(each, offset)
        keys = skippable(account, until=day(offset + 9))
        for key in data.draw(st.lists(st.sampled_from(keys), max_size=3, unique=True)) if keys else []:
            account.skip(key)
        for key in account.skipped():
            if settled_by(account, key, day(offset + 1)) or offset == DAYS or data.draw(st.booleans()):
                account.take_back(key)
    for each in (account, plain):
        while each.run(day(DAYS + 1)):
            pass

    assert outcome(account) == outcome(plain)


@settings(max_examples=25, deadline=None)
@given(life=lives(gated=True), runs=erratic, skips=st.lists(st.integers(0, 2 * DAYS), max_size=8))
def test_skips_are_passed_over_whenever_the_engine_runs(life: Life, runs: Erratic, skips: list[int]) -> None:
    """Those that were there from the start: nothing moves by them, in late runs as in punctual ones."""

    def skipping(account: Account, offset: int) -> None:
        keys = skippable(account, until=day(DAYS)) if offset == 0 else []
        for key in {keys[number % len(keys)] for number in skips} if keys else ():
            account.skip(key)

    def late(account: Account, offset: int) -> None:
        skipping(account, offset)
        runs(account, offset)

    def in_time(account: Account, offset: int) -> None:
        skipping(account, offset)
        punctual(account, offset)

    assert lived(life, late) == lived(life, in_time)


def skippable(account: Account, *, until: date) -> list[funding.Key]:
    """The events to come up to that day, and those that are deferred, which nobody skipped."""
    found = [key for key, row in account.events.items() if row.status == funding.DEFERRED]
    for budget in account.envelopes:
        for kind in (funding.FUND, funding.RECUR):
            on = funding.next_date(budget, kind, start=budget.since(kind))
            while on <= until:
                key = funding.Key(budget_id=budget.id, kind=kind, on=on)
                if key not in account.events:
                    found.append(key)
                on = funding.following(budget, kind, on=on)
    return found


def settled_by(account: Account, key: funding.Key, today: date) -> bool:
    """Whether a run of that day settles the event."""
    paused = next(budget.paused for budget in account.envelopes if budget.id == key.budget_id)
    return key.on <= today and (paused or not account.state(today).held_back(key.on))


@settings(max_examples=25, deadline=None)
@given(life=lives(gated=True))
def test_a_plan_carried_out_in_one_go_is_the_plan_made_anew_after_each_event(life: Life) -> None:
    asking, going_on = life.account(), life.account()
    for offset in range(0, DAYS, 7):
        for each in range(7):
            life.happen(asking, offset + each)
            life.happen(going_on, offset + each)
        asking.run(day(offset + 6))
        for intent in funding.plan(going_on.state(day(offset + 6)), through=day(offset + 6)):
            going_on.carry_out(intent)

    assert outcome(asking) == outcome(going_on)
