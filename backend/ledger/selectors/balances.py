"""What accounts and budgets held at the end of past days, in UTC and in ledger order.

Each balance is read from the row that came last until then: an index look-up, however long the history.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import DateTimeField, UUIDField

from backend.ledger import errors
from backend.ledger.models import UNIT

DAY, WEEK, MONTH = "day", "week", "month"
MOST_POINTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """What an account held at the end of `on`: as the bank had booked it, and with what was pending."""

    on: date
    posted: Decimal
    available: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetBalance:
    """What a budget held at the end of `on`."""

    on: date
    balance: Decimal


def days(*, since: date, until: date, step: str) -> list[date]:
    """The days from `since` on, a step apart, up to `until`; a month without such a day gives its last.

    Raises InvalidValue naming `until` where there would be none, or more than MOST_POINTS.
    """
    if until < since:
        raise errors.InvalidValue("The last day comes before the first.", field="until")
    found: list[date] = []
    for number in range(MOST_POINTS + 1):
        day = _nth(since, number, step=step)
        if day is None or day > until:
            return found
        found.append(day)
    raise errors.InvalidValue(f"Ensure that there are no more than {MOST_POINTS} points.", field="until")


def of_accounts(accounts: Iterable[UUID], *, on: Sequence[date]) -> dict[UUID, list[AccountBalance]]:
    """The balances of each account at the end of each of the days; one query."""
    found: dict[UUID, list[AccountBalance]] = {key: [] for key in accounts}
    for key, number, (posted, available) in _read(ACCOUNTS, found, on=on):
        found[key].append(AccountBalance(on=on[number], posted=posted, available=available))
    return found


def of_budgets(budgets: Iterable[UUID], *, on: Sequence[date]) -> dict[UUID, list[BudgetBalance]]:
    """The balance of each budget at the end of each of the days; one query."""
    found: dict[UUID, list[BudgetBalance]] = {key: [] for key in budgets}
    for key, number, (balance,) in _read(BUDGETS, found, on=on):
        found[key].append(BudgetBalance(on=on[number], balance=balance))
    return found


def _nth(first: date, number: int, *, step: str) -> date | None:
    """The day that many steps later; None beyond the calendar."""
    try:
        if step != MONTH:
            return first + timedelta(days=number * (7 if step == WEEK else 1))
        years, month = divmod(first.month - 1 + number, 12)
        year = first.year + years
        return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return None


# A row per account or budget and day; `at` is the last instant of the day.
DAYS = {
    "sqlite": "SELECT key AS number, value AS at FROM json_each(%s)",
    "postgresql": "SELECT number - 1 AS number, at FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS day (at, number)",
}
KEYS = {"sqlite": "SELECT value FROM json_each(%s)", "postgresql": "SELECT unnest(%s::uuid[])"}
ACCOUNTS = """
SELECT account.id, day.number,
    COALESCE((SELECT row.posted_balance FROM ledger_transaction AS row
        WHERE row.bank_account_id = account.id AND row.posted_date <= day.at
        ORDER BY row.posted_date DESC, row.seq DESC LIMIT 1), account.opening_posted),
    COALESCE((SELECT row.available_balance FROM ledger_transaction AS row
        WHERE row.bank_account_id = account.id AND row.posted_date <= day.at
        ORDER BY row.posted_date DESC, row.seq DESC LIMIT 1), account.opening_available)
FROM ledger_bankaccount AS account CROSS JOIN ({days}) AS day WHERE account.id IN ({keys}) ORDER BY day.number
"""
BUDGETS = """
SELECT budget.id, day.number,
    COALESCE((SELECT row.balance FROM ledger_entry AS row
        WHERE row.budget_id = budget.id AND row.effective_at <= day.at
        ORDER BY row.effective_at DESC, row.seq DESC LIMIT 1), budget.opening)
FROM ledger_budget AS budget CROSS JOIN ({days}) AS day WHERE budget.id IN ({keys}) ORDER BY day.number
"""


def _read(query: str, keys: Iterable[UUID], *, on: Sequence[date]) -> Iterator[tuple[UUID, int, list[Decimal]]]:
    """Key, number of the day, and the amounts that the query selects."""
    ends = [datetime.combine(day, time.max, tzinfo=UTC) for day in on]
    instants = [DateTimeField().get_db_prep_value(end, connection) for end in ends]
    wanted = [UUIDField().get_db_prep_value(key, connection) for key in keys]
    vendor = connection.vendor
    lists = [orjson.dumps(each).decode() if vendor == "sqlite" else each for each in (instants, wanted)]
    with connection.cursor() as cursor:
        cursor.execute(query.format(days=DAYS[vendor], keys=KEYS[vendor]), lists)
        for key, number, *amounts in cursor.fetchall():
            yield UUID(str(key)), number, [amount * UNIT for amount in amounts]
