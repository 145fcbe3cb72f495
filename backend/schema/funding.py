"""What scheduled funding will do."""

from datetime import date

import strawberry

from backend.ledger.selectors import funding

from .money import Money


@strawberry.type(description="The next time that a schedule gives a budget money.")
class NextFunding:
    on: date = strawberry.field(description="The day by schedule; in the past while the event waits for the bank.")
    amount: Money = strawberry.field(description="What it is meant to move.")
    deferred: bool = strawberry.field(description="Whether it is due and waits for the bank's rows.")

    @classmethod
    def of(cls, found: funding.NextFunding, *, currency: str) -> "NextFunding":
        return cls(on=found.on, amount=Money(value=found.amount, currency=currency), deferred=found.deferred)


@strawberry.type(description="The next events of the budgets that share a schedule.")
class ScheduleTotal:
    schedule: str = strawberry.field(description="The schedule, as RFC 5545 text.")
    next_date: date = strawberry.field(description="The first day of them.")
    total: Money = strawberry.field(description="What they are meant to move in all.")
    budget_count: int = strawberry.field(description="How many budgets they are for.")


@strawberry.type(description="What scheduled funding moves next in an account.")
class FundingSummary:
    schedules: list[ScheduleTotal] = strawberry.field(description="Per schedule, the soonest first.")
    total: Money = strawberry.field(description="All of it.")

    @classmethod
    def of(cls, found: funding.Summary, *, currency: str) -> "FundingSummary":
        schedules = [
            ScheduleTotal(
                schedule=each.schedule,
                next_date=each.next_date,
                total=Money(value=each.total_amount, currency=currency),
                budget_count=each.budget_count,
            )
            for each in found.schedules
        ]
        return cls(schedules=schedules, total=Money(value=found.total_amount, currency=currency))
