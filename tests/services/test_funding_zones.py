"""Each local date is handled exactly once, in every time zone; accounts become due when their day begins."""

import itertools
import operator
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest

from backend.ledger.models import Bank, BankAccount, User
from backend.ledger.rules import funding as rules
from backend.ledger.selectors import accounts
from backend.ledger.selectors import funding as selectors
from scheduler import jobs
from tests import build, servers
from tests.rules.funding_ledger import NOWHERE, envelope
from tests.services import funded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = sorted(available_timezones())

SKIPPED_DAYS = {
    "Pacific/Apia": date(2011, 12, 30),
    "Pacific/Fakaofo": date(2011, 12, 30),
    "Pacific/Kwajalein": date(1993, 8, 21),
    "Pacific/Kiritimati": date(1994, 12, 31),
    "Pacific/Enderbury": date(1994, 12, 31),
}


YEARS = 3 if servers.STRICT else 1


def ticks(first: date, years: int = 3) -> list[datetime]:
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return [start + hour * HOUR for hour in range(years * 8_766)]


def dates_seen(zone: str, at: Iterable[datetime]) -> tuple[date, ...]:
    """The dates that hourly ticks see, one after the other."""
    place = ZoneInfo(zone)
    return tuple(day for day, _ in itertools.groupby(accounts.date_in(place, now=now) for now in at))


def handled(seen: Iterable[date]) -> list[date]:
    """The days that the engine's rules handle, with an event each day, if it looks whenever it sees another date."""
    first, *_ = seen
    budget = envelope(fixed=1, schedule="RRULE:FREQ=DAILY", created=first)
    found = []
    for today in seen:
        if budget.fund_from > today:
            continue
        state = rules.State(today=today, decimals=2, unallocated=NOWHERE, envelopes=[budget], gated=False)
        for intent in rules.plan(state, through=today, closing=False):
            assert intent.goes_on is not None
            found.append(intent.key.on)
            budget = replace(budget, fund_from=intent.goes_on)
    return found


def every_day(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def test_hourly_ticks_handle_each_local_date_once_in_every_zone() -> None:
    hours = ticks(date(2026, 1, 1), YEARS)
    latest = [selectors.latest_date(now) for now in hours]
    sequences = set()
    for zone in ZONES:
        place = ZoneInfo(zone)
        dates = [accounts.date_in(place, now=now) for now in hours]
        assert all(map(operator.ge, latest, dates)), f"accounts in {zone} would be found late"
        sequences.add(tuple(day for day, _ in itertools.groupby(dates)))

    assert len(ZONES) > 500
    for seen in sequences:
        assert handled(seen) == every_day(seen[0], max(seen))


@pytest.mark.parametrize(("zone", "skipped"), SKIPPED_DAYS.items())
def test_a_date_that_a_zone_skipped_is_handled_with_the_next(zone: str, skipped: date) -> None:
    seen = dates_seen(zone, ticks(skipped - 400 * DAY))

    assert skipped not in seen
    assert handled(seen) == every_day(seen[0], max(seen))


def test_a_date_that_comes_back_is_handled_once() -> None:
    """In Newfoundland a minute after midnight was followed by an hour of the evening before."""
    minutes = [datetime(2009, 10, 30, tzinfo=UTC) + timedelta(minutes=number) for number in range(4 * 24 * 60)]
    seen = dates_seen("America/St_Johns", minutes)

    assert [day.day for day in seen] == [29, 30, 31, 1, 31, 1, 2]
    assert handled(seen) == every_day(seen[0], seen[-1])


@pytest.mark.django_db
def test_in_every_zone_an_account_is_due_from_the_first_hour_of_its_day() -> None:
    day = build.TODAY + 10 * DAY
    users = User.objects.bulk_create(User(username=zone, timezone=zone) for zone in ZONES)
    bank = build.bank()
    rows = BankAccount.objects.bulk_create(due(bank, day, zone=zone) for zone in ZONES)
    owned = BankAccount.owners.through
    owned.objects.bulk_create(owned(bankaccount=row, user=user) for row, user in zip(rows, users, strict=True))
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for hour in range(-15, 14):
        now = begins + hour * HOUR
        come = {row.pk for row in rows if now.astimezone(ZoneInfo(row.name)).date() >= day}
        assert set(selectors.due_accounts(now=now)) == come
    assert len(come) == len(ZONES)


def due(bank: Bank, day: date, *, zone: str) -> BankAccount:
    return BankAccount(name=zone, bank=bank, funding_due_on=day, created_at=build.NOW, modified_at=build.NOW)


@pytest.mark.django_db
def test_an_owner_whose_zone_is_not_known_any_more_keeps_nobody_waiting(
    account: BankAccount, foreign_account: BankAccount, stranger: User
) -> None:
    goals = [funded.goal(funded.free(each)) for each in (account, foreign_account)]
    User.objects.filter(pk=stranger.pk).update(timezone="Mars/Olympus_Mons")

    assert jobs.tick(now=build.NOW) == 2
    assert [funded.balance(goal) for goal in goals] == [Decimal(10), Decimal(10)]
