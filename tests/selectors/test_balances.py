"""Balances of past days, compared with sums of all that is dated until then."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Entry, Transaction, User
from backend.ledger.selectors import balances
from tests import build, servers

pytestmark = pytest.mark.django_db
START = date(2026, 6, 1)


def until(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def summed(account: BankAccount, day: date) -> tuple[Decimal, Decimal]:
    rows = Transaction.objects.filter(bank_account=account, posted_date__lt=until(day))
    posted = sum((row.amount for row in rows if not row.pending), account.opening_posted)
    return posted, sum((row.amount for row in rows), account.opening_available)


def summed_up(budget: Budget, day: date) -> Decimal:
    rows = Entry.objects.filter(budget=budget, effective_at__lt=until(day))
    return sum((row.amount for row in rows), budget.opening)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["spend", "earn", "pending", "transfer"]),
        st.integers(1, 5000).map(lambda cents: Decimal(cents) / 100),
        st.integers(0, 9),  # the day
        st.sampled_from([0, 1, 43_200, 86_399]),  # the second
        st.booleans(),  # whether it touches the budget
    ),
    max_size=6,
)


@settings(max_examples=servers.examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_was_entered_in_whatever_order(account: BankAccount, groceries: Budget, moves: list[Any]) -> None:
    days = [START + timedelta(days=number) for number in range(-1, 11)]
    with transaction.atomic():
        unallocated = build.unallocated(account)
        for kind, amount, day, second, touches in moves:
            at = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=day, seconds=second)
            if kind == "transfer":
                pair = (unallocated, groceries) if touches else (groceries, unallocated)
                build.transfer(account, source=pair[0], target=pair[1], amount=amount, effective_at=at)
            else:
                signed = amount if kind == "earn" else -amount
                splits = {groceries: amount} if touches else None
                build.transaction(account, amount=signed, posted_date=at, pending=kind == "pending", splits=splits)
        found = balances.of_accounts([account.pk], on=days)[account.pk]
        assert [(each.posted, each.available) for each in found] == [summed(account, day) for day in days]
        by_budget = balances.of_budgets([groceries.pk, unallocated.pk], on=days)
        for budget in (groceries, unallocated):
            assert [each.balance for each in by_budget[budget.pk]] == [summed_up(budget, day) for day in days]
        assert [each.on for each in found] == days
        transaction.set_rollback(True)


def test_before_anything_happened_there_is_what_it_opened_with(owner: User) -> None:
    account = build.account(owner=owner, balance="100.00", posted_balance="90.00")
    (found,) = balances.of_accounts([account.pk], on=[date.min])[account.pk]
    (budget,) = balances.of_budgets([build.unallocated(account).pk], on=[date.min]).values()

    assert (found.posted, found.available) == (90, 100)
    assert budget[0].balance == 100


def test_at_the_end_of_the_calendar_everything_counts(account: BankAccount) -> None:
    build.transaction(account, amount="-1.00", posted_date=datetime.max.replace(tzinfo=UTC))

    assert balances.of_accounts([account.pk], on=[date.max])[account.pk][0].available == 999


def test_many_are_read_by_one_statement(account: BankAccount, shared_account: BankAccount) -> None:
    days = balances.days(since=date(2025, 6, 1), until=START, step=balances.DAY)
    for read, keys in (
        (balances.of_accounts, [account.pk, shared_account.pk]),
        (balances.of_budgets, [build.unallocated(each).pk for each in (account, shared_account)]),
    ):
        with CaptureQueriesContext(connection) as captured:
            found: Any = read(keys, on=days)
        assert len(captured) == 1
        assert [len(found[key]) for key in keys] == [366, 366]
    assert balances.of_accounts([], on=days) == {}
    assert balances.of_accounts([account.pk], on=[]) == {account.pk: []}


@pytest.mark.parametrize(
    ("since", "until", "step", "expected"),
    [
        ("2026-01-30", "2026-02-02", balances.DAY, "2026-01-30 2026-01-31 2026-02-01 2026-02-02"),
        ("2026-01-01", "2026-01-01", balances.DAY, "2026-01-01"),
        ("2026-01-01", "2026-01-20", balances.WEEK, "2026-01-01 2026-01-08 2026-01-15"),
        ("2026-01-31", "2026-04-30", balances.MONTH, "2026-01-31 2026-02-28 2026-03-31 2026-04-30"),
        ("2027-12-15", "2028-02-14", balances.MONTH, "2027-12-15 2028-01-15"),
        ("2028-01-30", "2028-03-01", balances.MONTH, "2028-01-30 2028-02-29"),
        ("9999-11-30", "9999-12-31", balances.MONTH, "9999-11-30 9999-12-30"),
        ("9999-12-30", "9999-12-31", balances.DAY, "9999-12-30 9999-12-31"),
    ],
)
def test_the_days_of_a_history(since: str, until: str, step: str, expected: str) -> None:
    found = balances.days(since=date.fromisoformat(since), until=date.fromisoformat(until), step=step)

    assert [day.isoformat() for day in found] == expected.split()


@pytest.mark.parametrize(
    ("since", "until", "step"),
    [
        ("2026-01-02", "2026-01-01", balances.DAY),
        ("2026-01-01", "2027-02-05", balances.DAY),
        ("0001-01-01", "9999-12-31", balances.MONTH),
    ],
)
def test_a_history_has_some_points_and_not_too_many(since: str, until: str, step: str) -> None:
    with pytest.raises(errors.InvalidValue) as refused:
        balances.days(since=date.fromisoformat(since), until=date.fromisoformat(until), step=step)

    assert refused.value.field == "until"


def test_four_hundred_points_are_allowed() -> None:
    until = date(2026, 1, 1) + timedelta(days=399)

    assert len(balances.days(since=date(2026, 1, 1), until=until, step=balances.DAY)) == 400
