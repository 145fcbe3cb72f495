"""Running balances that are recomputed: they are right, and PostgreSQL never computes a chain for each of its rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from backend.ledger.models import BankAccount, Entry, Transaction
from backend.ledger.posting import chain
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

EXPLAIN = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
TABLES = "ledger_entry, ledger_transaction, ledger_budget, ledger_bankaccount"


class Plans:
    """How each statement that recomputes balances will be carried out."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql in (chain.ENTRIES, chain.TRANSACTIONS):
            execute(f"{EXPLAIN} {sql}", params, many, context)
            self.found.append("\n".join(str(row[-1]) for row in context["cursor"].fetchall()))
        return execute(sql, params, many, context)


def test_whatever_the_balances_said_before_they_are_right_now(account: BankAccount) -> None:
    for number in range(5):
        build.transaction(account, amount="-1.00", posted_date=number)
    Entry.objects.update(balance=7)
    Transaction.objects.update(available_balance=7, posted_balance=7)
    chain.rebuild(account, since=build.at(-1_000))

    states.sound()


@pytest.mark.parametrize("rows", [1, 50])
def test_no_chain_is_computed_for_each_row_anew(account: BankAccount, rows: int) -> None:
    """Whatever the planner takes the tables for: here, for nearly empty."""
    plans = Plans()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else f"ANALYZE {TABLES}")
    for number in range(rows):
        build.transaction(account, amount="-1.00", posted_date=number)
    with connection.execute_wrapper(plans):
        chain.rebuild(account, since=build.at(-1_000))

    assert len(plans.found) == 2
    assert [plan for plan in plans.found if "Nested Loop" in plan or "CORRELATED" in plan] == []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_nestloop")
            assert cursor.fetchall() == [("on",)]
