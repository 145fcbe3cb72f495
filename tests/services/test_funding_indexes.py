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


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by statistics, which a test has none of")
def test_sqlite_reads_no_event_that_is_settled(account: BankAccount) -> None:
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
    plans = [steps(each["sql"]) for each in captured.captured_queries if "ledger_fundingevent" in each["sql"]]
    reads = [step for plan in plans for step in plan if step.startswith("SEARCH ledger_fundingevent ")]

    assert len(reads) >= 4
    for read in reads:
        assert "USING INDEX event_revocable" in read or "status=?" in read or "(id=?)" in read, read


def steps(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
        return [row[3] for row in cursor.fetchall()]
