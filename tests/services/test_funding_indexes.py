"""However many events an account has: those that are not settled are found by an index."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, FundingEvent
from backend.ledger.selectors import funding_events
from backend.ledger.services import funding
from tests import build
from tests.services import funded
from tests.services.funded import on

pytestmark = pytest.mark.django_db


def test_no_event_is_read_that_is_settled(account: BankAccount) -> None:
    """PostgreSQL chooses by statistics, which a test has none of: there it is only asked whether an index would do."""
    goal = funded.goal(account)
    first = date(1990, 1, 1)
    FundingEvent.objects.bulk_create(
        FundingEvent(
            bank_account=account,
            budget=goal,
            kind="fund",
            on=first + timedelta(days=number),
            status="skipped" if number % 2 else "done",
            created_at=build.NOW,
            modified_at=build.NOW,
        )
        for number in range(200)
    )
    funded.skip(goal, 7)
    with CaptureQueriesContext(connection) as captured:
        funding_events.events_to_come(account, until=on(30), now=build.NOW)
        account.refresh_from_db()
        funding.reschedule(account, now=build.NOW)
    if connection.vendor == "postgresql":
        asked = [each["sql"] for each in captured.captured_queries if "ledger_fundingevent" in each["sql"]]
        assert len(asked) >= 4
        assert [sql for sql in asked if "Seq Scan on ledger_fundingevent" in forced(sql)] == []
        return
    plans = [steps(each["sql"]) for each in captured.captured_queries if "ledger_fundingevent" in each["sql"]]
    reads = [step for plan in plans for step in plan if step.startswith("SEARCH ledger_fundingevent ")]

    assert len(reads) >= 4
    for read in reads:
        assert "USING INDEX event_revocable" in read or "status=?" in read or "(id=?)" in read, read


def forced(sql: str) -> str:
    """The plan that PostgreSQL makes if it may read whole tables only where nothing else is possible."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
        return "\n".join(row[0] for row in cursor.fetchall())


def steps(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
        return [row[3] for row in cursor.fetchall()]
