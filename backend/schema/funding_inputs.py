"""What the amount of a funding event was computed from."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from backend.ledger.rules.funding import facts

from .money import Money


@strawberry.enum(description="What keeps a funding event from moving more.")
class FundingLimit(Enum):
    SHARE = strawberry.enum_value(facts.SHARE, description="Its share: the gap divided by the events left.")
    FUNDING_AMOUNT = strawberry.enum_value(facts.FUNDING_AMOUNT, description="The budget's funding amount.")
    MISSING = strawberry.enum_value(facts.MISSING, description="The gap: no more is missing.")
    FILLED_SINCE = strawberry.enum_value(facts.FILLED_SINCE, description="Less was missing when it was carried out.")
    AVAILABLE = strawberry.enum_value(facts.AVAILABLE, description="What it is paid from holds no more.")


@strawberry.enum(description="How a share is rounded.")
class Rounding(Enum):
    HALF_DOWN = strawberry.enum_value(
        facts.ROUNDING, description="To the nearest minor unit of the currency; half of one is left out."
    )


@strawberry.type(description="What the amount of a funding event was computed from; null where it does not apply.")
class FundingInputs:
    target: Money | None = strawberry.field(description="What the budget was to reach.")
    gathered: Money | None = strawberry.field(description="What counted towards it at the start of the day.")
    gathered_now: Money | None = strawberry.field(description="What counted towards it when it was carried out.")
    gap: Money | None = strawberry.field(description="What was missing at the start of the day.")
    funding_amount: Money | None = strawberry.field(description="What an event moves at most.")
    remaining_events: int | None = strawberry.field(description="Fund events from that day to the deadline.")
    deadline: date | None = strawberry.field(description="The day by which the target is to be reached.")
    exact_share: str | None = strawberry.field(
        description="The gap divided by the remaining events before rounding, as a decimal string."
    )
    rounding: Rounding | None = strawberry.field(description="How that was rounded.")
    limit: FundingLimit | None = strawberry.field(description="What kept it from moving more.")
    source_balance: Money | None = strawberry.field(
        description="The balance of what it is paid from, Unallocated or the fill-up, at the start of the day."
    )
    source_balance_now: Money | None = strawberry.field(description="The same when it was carried out.")
    available: Money | None = strawberry.field(
        description="What could be paid of it: the smaller of the two, at least zero."
    )
    gated: bool | None = strawberry.field(description="Whether events wait for the bank's rows.")
    posted_through: date | None = strawberry.field(description="The day up to which the bank's rows were in.")
    hindrance: str | None = strawberry.field(description="What the budget's plan lacks.")

    @classmethod
    def of(cls, stored: Mapping[str, Any], *, currency: str) -> "FundingInputs":
        def money(name: str) -> Money | None:
            return Money(value=Decimal(stored[name]), currency=currency) if name in stored else None

        def day(name: str) -> date | None:
            return date.fromisoformat(stored[name]) if name in stored else None

        return cls(
            target=money("target"),
            gathered=money("gathered"),
            gathered_now=money("gathered_now"),
            gap=money("gap"),
            funding_amount=money("most"),
            remaining_events=stored.get("share"),
            deadline=day("deadline"),
            exact_share=stored.get("exact"),
            rounding=Rounding(stored["rounding"]) if "rounding" in stored else None,
            limit=FundingLimit(stored["limit"]) if "limit" in stored else None,
            source_balance=money("source"),
            source_balance_now=money("source_now"),
            available=money("available"),
            gated=stored.get("gated"),
            posted_through=day("posted_through"),
            hindrance=stored.get("hindrance"),
        )
