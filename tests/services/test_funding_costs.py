"""What funding costs: statements per event, queries per answer, and what a tick looks at when nothing is due."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.selectors import funding as selectors
from scheduler import jobs
from tests import build
from tests.services import funded

pytestmark = pytest.mark.django_db

PER_EVENT = 14
"""Begin and commit; the lock, the marks that tell whether somebody else wrote, before and after; the event, the
transfer, its entries and later ones, the budgets read and written, the history, the account, the budget's next day."""


def cost(account: BankAccount, offset: int) -> tuple[int, int]:
    """How many events a run settles, and the statements it takes."""
    with CaptureQueriesContext(connection) as captured:
        result = funded.run(account, offset)
    return len(result.events), len(captured)


@pytest.mark.parametrize("goals", [3, 12])
def test_each_event_takes_as_many_statements_however_many_are_due(account: BankAccount, goals: int) -> None:
    funded.free(account)
    for number in range(goals):
        funded.goal(account, name=str(number), schedule=funded.DAILY, amount="1")
    funded.run(account)
    few, many = cost(account, 1), cost(account, 9)

    assert (few[0], many[0]) == (goals, 8 * goals)
    assert many[1] - few[1] == PER_EVENT * (many[0] - few[0])


def several(account: BankAccount, number: int) -> None:
    """That many goals more, each like the first one."""
    first = Budget.objects.filter(bank_account=account, is_unallocated=False).order_by("created_at")[0]
    fields = {field.attname: getattr(first, field.attname) for field in Budget._meta.concrete_fields}
    del fields["id"]
    Budget.objects.bulk_create(
        Budget(**fields | {"name": f"Goal {each}", "created_at": first.created_at + timedelta(seconds=1 + each)})
        for each in range(number)
    )


def test_the_summary_and_a_list_of_500_budgets_take_as_many_queries_as_of_5(account: BankAccount, owner: User) -> None:
    client = APIClient()
    client.force_authenticate(owner)
    funded.goal(account)

    def costs() -> list[int]:
        found = []
        for path in (
            f"/api/v1/bank-accounts/{account.pk}/funding-summary/",
            f"/api/v1/budgets/?bank_account={account.pk}&page_size=500",
        ):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            found.append(len(captured))
        return found

    several(account, 4)
    few = costs()
    several(account, 495)
    many = costs()

    assert selectors.summary(account, now=build.NOW).schedules[0].budget_count == 500
    assert many == [few[0], few[1] + 1]  # with Unallocated there are more than the page has, so they are counted
    assert max(few) <= 12


# A tick with nothing due


def plan(sql: str) -> str:
    """How the database goes about it."""
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + sql)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def many_accounts(number: int) -> None:
    """Accounts without owners of which most are due some day, and none soon."""
    bank = build.bank()
    stamps: dict[str, Any] = {"created_at": build.NOW, "modified_at": build.NOW}
    later = [None, *(build.TODAY + timedelta(days=5 + days) for days in range(300))]
    BankAccount.objects.bulk_create(
        BankAccount(name=str(each), bank=bank, funding_due_on=later[each % len(later)], **stamps)
        for each in range(number)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_a_tick_with_nothing_due_is_one_query_that_an_index_answers(
    account: BankAccount, django_assert_num_queries: Any
) -> None:
    many_accounts(3_000)
    with CaptureQueriesContext(connection) as captured:
        assert jobs.tick(now=build.NOW) == 0
    (query,) = captured.captured_queries
    found = plan(query["sql"])

    assert "funding_due_on" in found
    assert not re.search(r"(SCAN|Seq Scan on) ledger_bankaccount\b", found)
    assert "ledger_budget" not in query["sql"]
