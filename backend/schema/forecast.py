"""What the days to come hold for an account."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import relay
from strawberry.types import Info

from backend.ledger.rules import funding as rules
from backend.ledger.rules.cadences import Cadence
from backend.ledger.rules.regular import Regular
from backend.ledger.selectors import forecast as selectors

from . import context, costs, ids
from .accounts import BankAccount
from .budgets import Budget
from .enums import BudgetType, word
from .forecast_input import ForecastInput, question
from .funding_event_filters import FundingEventKind, FundingEventStatus
from .funding_inputs import FundingInputs
from .money import Money

HEAVY = 1_000
"""What a forecast costs beside the fields of its answer."""


@strawberry.enum(description="How often something regular comes back.")
class RegularCadence(Enum):
    WEEKLY = word(Cadence.WEEKLY, "Each week.")
    BIWEEKLY = word(Cadence.BIWEEKLY, "Every two weeks.")
    SEMIMONTHLY = word(Cadence.SEMIMONTHLY, "On two days of each month.")
    MONTHLY = word(Cadence.MONTHLY, "Each month.")
    QUARTERLY = word(Cadence.QUARTERLY, "Every three months.")
    YEARLY = word(Cadence.YEARLY, "Each year.")


@strawberry.type(description="A budget in a forecast.")
class ForecastBudget:
    id: strawberry.ID | None = strawberry.field(description="The budget's id; null for one that is only thought of.")
    key: str | None = strawberry.field(description="What the question called it, if it added the budget.")
    name: str = strawberry.field(description="What it is for.")
    budget_type: BudgetType = strawberry.field(description="How it saves.")
    is_unallocated: bool = strawberry.field(description="Whether it is the one that holds what nobody assigned.")
    start: Money = strawberry.field(description="What is in it at the end of today.")
    end: Money = strawberry.field(description="What is in it at the end of the last day.")


@strawberry.type(description="What is in a budget at the end of a day.")
class ForecastBalance:
    budget: ForecastBudget = strawberry.field(description="The budget.")
    balance: Money = strawberry.field(description="What is in it; below zero if too much was spent.")


@strawberry.type(description="A day on which balances change.")
class ForecastDay:
    on: date = strawberry.field(description="The day, where the account's first owner lives.")
    balances: list[ForecastBalance] = strawberry.field(description="Of those budgets whose balance changes.")


@strawberry.type(description="A funding event as it stands at the end of the forecast.")
class ForecastEvent:
    intent: strawberry.Private[rules.Intent]
    budget: ForecastBudget | None = strawberry.field(
        description="The budget whose schedule names it; null if it is not in use any more."
    )
    kind: FundingEventKind = strawberry.field(description="What it does.")
    on: date = strawberry.field(description="The day that the schedule names.")
    status: FundingEventStatus = strawberry.field(description="What becomes of it by then.")
    intended: Money = strawberry.field(description="What it is to move.")
    moved: Money = strawberry.field(description="What it moves in all, top-ups included.")

    @strawberry.field(description="Why it moves what it moves, as a sentence.")
    def reason(self) -> str:
        return self.intent.reason

    @strawberry.field(description="What that is computed from.")
    def inputs(self) -> FundingInputs:
        facts, intent = self.intent.facts, self.intent
        plain = {} if facts is None else facts.plain(intended=intent.intended, moved=intent.moved)
        return FundingInputs.of(plain, currency=self.intended.currency)


@strawberry.type(description="A funding event for which money is missing at the end of its day.")
class ForecastShortfall:
    budget: ForecastBudget | None = strawberry.field(
        description="The budget that gets too little; null if it is not in use any more."
    )
    kind: FundingEventKind = strawberry.field(description="What is short: Unallocated for FUND, the fill-up for RECUR.")
    on: date = strawberry.field(description="The day of the event.")
    missing: Money = strawberry.field(description="What is missing that day.")
    covered_on: date | None = strawberry.field(description="The day on which all of it is made up for, if ever.")


@strawberry.type(description="The part of what is expected that falls to one budget.")
class ForecastPart:
    budget: ForecastBudget = strawberry.field(description="The budget.")
    amount: Money = strawberry.field(description="The part; below zero for spending.")


@strawberry.type(description="What the account's past tells of something regular.")
class RegularPast:
    cadence: RegularCadence = strawberry.field(description="How often it comes back.")
    count: int = strawberry.field(description="In how many payments it was seen; the latest twelve are looked at.")
    last_on: date = strawberry.field(description="The day of the latest.")
    confidence: int = strawberry.field(description="How sure that is, in percent.")


@strawberry.type(description="Money that the forecast counts on.")
class ForecastFlow:
    name: str = strawberry.field(description="What the question calls it, or the party of the past.")
    amount: Money = strawberry.field(description="How much each time; below zero for spending.")
    parts: list[ForecastPart] = strawberry.field(description="The budgets that it falls to; they sum to the amount.")
    schedule: str | None = strawberry.field(description="Its days as RFC 5545 text; null for a single day.")
    next_on: date | None = strawberry.field(description="Its first day in the forecast; null if there is none.")
    count: int = strawberry.field(description="On how many days of the forecast it is expected.")
    past: RegularPast | None = strawberry.field(description="What it was found by; null if the question declared it.")


@strawberry.type(description="What the days to come hold for an account. Nothing of it is saved.")
class Forecast:
    today: date = strawberry.field(description="Its first day, where the account's first owner lives.")
    until: date = strawberry.field(description="Its last day.")
    budgets: list[ForecastBudget] = strawberry.field(description="All of the account, Unallocated first, then by age.")
    days: list[ForecastDay] = strawberry.field(description="The days after today on which balances change, in order.")
    events: list[ForecastEvent] = strawberry.field(description="The funding events, in the order in which they begin.")
    shortfalls: list[ForecastShortfall] = strawberry.field(description="Events for which money is missing, in order.")
    flows: list[ForecastFlow] = strawberry.field(description="What it counts on: what was declared, then the regular.")
    empty_on: date | None = strawberry.field(
        description="The first day at whose end Unallocated holds nothing, or less; null if there is none."
    )


class _Answer:
    """An outlook as it is shown."""

    def __init__(self, found: selectors.Outlook) -> None:
        self.found = found
        told = found.forecast
        ends = dict(told.start)
        for balances in told.days.values():
            ends |= balances
        self.budgets = {
            row.pk: ForecastBudget(
                id=None if row._state.adding else strawberry.ID(str(relay.GlobalID(Budget.__name__, str(row.pk)))),
                key=found.keys.get(row.pk),
                name=row.name,
                budget_type=BudgetType(row.budget_type),
                is_unallocated=row.is_unallocated,
                start=self.money(told.start[row.pk]),
                end=self.money(ends[row.pk]),
            )
            for row in found.budgets
        }

    def money(self, amount: Decimal) -> Money:
        return Money(value=amount, currency=self.found.currency)

    def whole(self) -> Forecast:
        told = self.found.forecast
        return Forecast(
            today=self.found.today,
            until=self.found.question.until,
            budgets=list(self.budgets.values()),
            days=[ForecastDay(on=on, balances=self.balances(changed)) for on, changed in told.days.items()],
            events=[self.event(each) for each in told.events],
            shortfalls=[self.shortfall(each) for each in told.shortfalls],
            flows=[self.flow(each) for each in self.found.streams],
            empty_on=told.empty_on,
        )

    def balances(self, changed: Mapping[UUID, Decimal]) -> list[ForecastBalance]:
        return [ForecastBalance(budget=self.budgets[key], balance=self.money(value)) for key, value in changed.items()]

    def event(self, intent: rules.Intent) -> ForecastEvent:
        return ForecastEvent(
            intent=intent,
            budget=self.budgets.get(intent.key.budget_id),
            kind=FundingEventKind(intent.key.kind),
            on=intent.key.on,
            status=FundingEventStatus(intent.status),
            intended=self.money(intent.intended),
            moved=self.money(intent.moved),
        )

    def shortfall(self, found: rules.Shortfall) -> ForecastShortfall:
        return ForecastShortfall(
            budget=self.budgets.get(found.budget_id),
            kind=FundingEventKind(found.kind),
            on=found.on,
            missing=self.money(found.missing),
            covered_on=found.covered_on,
        )

    def flow(self, found: selectors.Stream) -> ForecastFlow:
        return ForecastFlow(
            name=found.name,
            amount=self.money(found.amount),
            parts=[
                ForecastPart(budget=self.budgets[key], amount=self.money(part)) for key, part in found.parts.items()
            ],
            schedule=found.schedule or None,
            next_on=found.days[0] if found.days else None,
            count=len(found.days),
            past=None if found.found is None else _past(found.found),
        )


def _past(found: Regular) -> RegularPast:
    return RegularPast(
        cadence=RegularCadence(found.cadence.value),
        count=found.count,
        last_on=found.last_on,
        confidence=round(found.confidence * 100),
    )


@strawberry.type
class ForecastQueries:
    @strawberry.field(
        description="Simulate an account's days to come, two years at most: scheduled funding as it will run, what is "
        "entered already, what you expect, and budgets changed in thought. Nothing is saved.",
        metadata=costs.metadata(once=HEAVY),
    )
    def forecast(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(description="The account.")],
        given: Annotated[ForecastInput, strawberry.argument(name="input", description="What to look at.")],
    ) -> Forecast:
        request = context.of(info)
        found = selectors.ask(
            request.user,
            account_id=ids.key(account, BankAccount, field="bank_account"),
            question=question(given),
            now=request.now,
        )
        return _Answer(found).whole()
