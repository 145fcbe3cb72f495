"""Writes that concern scheduled funding: settings, runs, retries, skips."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry.types import Info

from backend.ledger import access, models
from backend.ledger.services import funding, funding_events
from backend.schema import context, costs, ids
from backend.schema.accounts import BankAccount
from backend.schema.budgets import Budget
from backend.schema.errors import Problem
from backend.schema.funding_event_filters import FundingEventKind
from backend.schema.funding_events import FundingEvent, UpcomingFundingEvent, shown
from backend.schema.money import Money
from backend.schema.mutations import mutation

from .accounts import BankAccountResult
from .budgets import BudgetResult
from .given import Expected


@strawberry.type(description="How many steps of a run came to what; an event that was topped up counts once per step.")
class FundingCounts:
    done: int = strawberry.field(description="Events that moved all that they were to move.")
    short: int = strawberry.field(description="Events for which there was not enough.")
    deferred: int = strawberry.field(description="Events that wait for the bank's rows.")
    skipped: int = strawberry.field(description="Events that do not take place.")
    failed: int = strawberry.field(description="Events that could not be carried out.")

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "FundingCounts":
        return cls(**{status: counts.get(status, 0) for status in models.FundingEvent.Status.values})


@strawberry.type(description="What a run of scheduled funding did; zeros if there was nothing to do.")
class FundingRun:
    counts: FundingCounts = strawberry.field(description="What its steps came to.")
    moved: Money = strawberry.field(description="What it moved in all.")
    more: bool = strawberry.field(description="Whether it stopped before all was done: run it again.")
    report: strawberry.Private[funding_events.Report]

    @strawberry_django.field(
        description="The events that it came to, as they are now, by day.",
        metadata=costs.metadata(length=funding.MOST_EVENTS),
    )
    def events(self, info: Info) -> list[FundingEvent]:
        keys = [event.pk for event in self.report.events]
        rows: QuerySet[Any] = access.funding_events(context.of(info).user).filter(pk__in=keys)
        return rows.order_by("on", "created_at")  # type: ignore[return-value]  # a row stands for its type


@strawberry.input(description="The event to skip.")
class SkipFundingEventInput:
    budget: strawberry.ID = strawberry.field(description="The budget whose schedule names it.")
    on: date = strawberry.field(description="Its day: one that the schedule names, or that of a deferred event.")
    kind: FundingEventKind = strawberry.field(default=FundingEventKind.FUND, description="What it does.")


RunFundingResult = Annotated[
    FundingRun | Problem, strawberry.union("RunFundingResult", description="What the run did, or why there was none.")
]
FundingEventResult = Annotated[
    FundingEvent | Problem,
    strawberry.union("FundingEventResult", description="The event as it is now, or why nothing was changed."),
]
UnskipFundingEventResult = Annotated[
    UpcomingFundingEvent | Problem,
    strawberry.union("UnskipFundingEventResult", description="The event that will take place, or why it will not."),
]
Event = Annotated[strawberry.ID, strawberry.argument(name="id", description="The event.")]


@strawberry.type
class FundingMutations:
    @mutation("Free an account of the import gate, or switch its scheduled funding off and on; what is null stays.")
    def configure_funding(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(name="id", description="The account.")],
        import_gate: Annotated[
            bool | None,
            strawberry.argument(description="Whether events wait for the bank's rows of their day."),
        ] = None,
        auto_funding: Annotated[
            bool | None,
            strawberry.argument(description="Whether events take place; while not, they are skipped and not made up."),
        ] = None,
        expected_version: Expected = None,
    ) -> BankAccountResult:
        request = context.of(info)
        return funding.configure(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            account_id=ids.key(account, BankAccount, field="id"),
            import_gate=import_gate,
            auto_funding=auto_funding,
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Have a budget come before or after others among the events of one day, so that scarce money goes there.")
    def prioritise_budget(
        self,
        info: Info,
        budget: Annotated[strawberry.ID, strawberry.argument(name="id", description="The budget.")],
        priority: Annotated[int, strawberry.argument(description="From -1,000 to 1,000, higher first; 0 is usual.")],
        expected_version: Expected = None,
    ) -> BudgetResult:
        request = context.of(info)
        return funding.prioritise(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            budget_id=ids.key(budget, Budget, field="id"),
            priority=priority,
            now=request.now,
            expected_version=expected_version,
        )

    @mutation("Carry out the scheduled funding of an account that is due. Each event happens at most once.")
    def run_funding(
        self,
        info: Info,
        account: Annotated[strawberry.ID, strawberry.argument(name="id", description="The account.")],
        as_of: Annotated[
            date | None, strawberry.argument(description="Up to that day; not after today, which it is if left out.")
        ] = None,
    ) -> RunFundingResult:
        request = context.of(info)
        key = ids.key(account, BankAccount, field="id")
        report = funding_events.run(actor=request.user, account_id=key, as_of=as_of, now=request.now)
        moved = Money(value=report.moved, currency=str(report.account.currency))
        return FundingRun(counts=FundingCounts.of(report.counts), moved=moved, more=report.more, report=report)

    @mutation("Give a short fund event at once what Unallocated can pay, in the order in which the engine does.")
    def retry_funding_event(self, info: Info, event: Event) -> FundingEventResult:
        request = context.of(info)
        key = ids.key(event, FundingEvent, field="id")
        return funding_events.retry(actor=request.user, event_id=key, now=request.now)  # type: ignore[return-value]  # a row stands for its type

    @mutation("Have an event to come, within two years, or one that is deferred, not take place.")
    def skip_funding_event(
        self,
        info: Info,
        given: Annotated[SkipFundingEventInput, strawberry.argument(name="input", description="Which.")],
    ) -> FundingEventResult:
        request = context.of(info)
        return funding_events.skip(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            budget_id=ids.key(given.budget, Budget, field="budget"),
            on=given.on,
            kind=str(given.kind.value),
            now=request.now,
        )

    @mutation("Have a skipped event take place after all, while its day is not settled.")
    def unskip_funding_event(self, info: Info, event: Event) -> UnskipFundingEventResult:
        request = context.of(info)
        key = ids.key(event, FundingEvent, field="id")
        coming = funding_events.take_back(actor=request.user, event_id=key, now=request.now)
        return shown(info, [coming])[0]
