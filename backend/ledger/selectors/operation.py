"""What an operator watches: whether funding keeps up with the calendar, and what waits."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from backend.ledger.models import BankAccount, FundingEvent

from . import funding_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Funding events that wait for the bank's rows, and those that wait for money."""

    deferred: int
    short: int


def funding_lag(*, now: datetime) -> int:
    """Days since the earliest day for which some account's funding is not done; 0 where it keeps up.

    Nowhere does a day begin later than its date in UTC ends, so an account that is merely waiting for its own midnight
    is not behind. One look in an index.
    """
    first = BankAccount.objects.filter(funding_due_on__isnull=False).order_by("funding_due_on")
    due_on = first.values_list("funding_due_on", flat=True).first()
    return 0 if due_on is None else max(0, (now.astimezone(UTC).date() - due_on).days)


def waiting() -> Waiting:
    """How many events wait; a look in an index per account and kind."""
    mine = FundingEvent.objects.filter(bank_account=OuterRef("pk"))
    found = BankAccount.objects.annotate(
        deferred=_count(mine.filter(status=FundingEvent.Status.DEFERRED)),
        short=_count(funding_state.unsettled(mine).filter(status=FundingEvent.Status.SHORT)),
    ).aggregate(deferred_events=Sum(F("deferred")), short_events=Sum(F("short")))
    return Waiting(deferred=found["deferred_events"] or 0, short=found["short_events"] or 0)


def _count(events: QuerySet[FundingEvent]) -> Coalesce:
    counted = events.order_by().values("bank_account").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
