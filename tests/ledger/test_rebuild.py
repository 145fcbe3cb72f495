"""How PostgreSQL plans what recomputes running balances, where it knows nothing of the tables."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from backend.ledger.models import BankAccount
from backend.ledger.posting import chain
from tests import build

pytestmark = pytest.mark.django_db


class Plans:
    """How each statement that recomputes balances will be carried out."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql in (chain.ENTRIES, chain.TRANSACTIONS):
            execute(f"EXPLAIN {sql}", params, many, context)
            self.found.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, params, many, context)


def test_no_chain_is_computed_for_each_row_anew(account: BankAccount) -> None:
    """Whatever the planner takes the tables for: here, for nearly empty."""
    if connection.vendor != "postgresql":
        chain.rebuild(account, since=build.NOW)  # it has no such planner
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_entry, ledger_transaction, ledger_budget, ledger_bankaccount")
        plans = Plans()
        with connection.execute_wrapper(plans):
            chain.rebuild(account, since=build.NOW)
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchall() == [("on",)]

    assert len(plans.found) == 2
    assert [plan for plan in plans.found if "Nested Loop" in plan] == []
