"""What a write costs in queries, and that it costs the same however much is there already."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, Transaction
from backend.ledger.services import budgets, transactions
from tests import build

pytestmark = pytest.mark.django_db

D = Decimal
FEW, MANY = 10, 200


class Updates:
    """Counts UPDATE statements per table, and the rows that they touched."""

    def __init__(self) -> None:
        self.statements: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("UPDATE"):
            table = sql.split('"')[1]
            self.statements[table] += 1
            self.rows[table] += context["cursor"].cursor.rowcount
        return result

    def watched(self) -> AbstractContextManager[None]:
        return connection.execute_wrapper(self)


def filled(account: BankAccount, *, rows: int) -> list[Budget]:
    """Five budgets, and `rows` transactions that lie on one of them by turns."""
    spread = [
        build.budget(account, name=f"Budget {number}", auto_spend=[{"party": f"#{number}"}]) for number in range(5)
    ]
    for number in range(rows):
        build.transaction(account, amount="-1", posted_date=-5, raw_description=f"SHOP #{number % 5}")
    return spread


def queries(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def measured(account: BankAccount, *, rows: int) -> dict[str, int]:
    spread = filled(account, rows=rows)
    actor = build.first_owner(account)
    row = build.transaction(account, amount="-100", pending=True)

    def split(shares: dict[Budget, str]) -> Callable[[], Any]:
        given = {budget.pk: D(share) for budget, share in shares.items()}
        return lambda: transactions.split(actor=actor, transaction_id=row.pk, shares=given, now=build.NOW)

    def settle() -> None:
        transactions.update(
            actor=actor, transaction_id=row.pk, changes={"pending": False, "amount": D(-120)}, now=build.NOW
        )

    def create(day: int) -> Transaction:
        return build.transaction(account, posted_date=day, actor=actor)

    return {
        "append": queries(lambda: create(1)),
        "back-dated": queries(lambda: create(-9)),
        "transfer": queries(lambda: build.transfer(account, source=spread[0], target=spread[1], actor=actor)),
        "split over five": queries(split(dict.fromkeys(spread, "10"))),
        "split again": queries(split({spread[0]: "90", spread[1]: "5"})),
        "settle": queries(settle),
        "delete": queries(lambda: transactions.delete(actor=actor, transaction_id=row.pk, now=build.NOW)),
        "archive": queries(lambda: budgets.archive(actor=actor, budget_id=spread[0].pk, now=build.NOW)),
    }


# Two of each are the savepoint's. Appending: access, lock, rules of budgets, budgets; both tables' later rows (none),
# row, allocation, budget, account, history; first planned event and first waiting one. Two more for the sums of later
# rows; a transfer reads its budgets with the access to them; a split counts the version up and looks for refunds.
QUERIES = {
    "append": 14,
    "back-dated": 16,
    "transfer": 12,
    "split over five": 21,
    "split again": 20,
    "settle": 21,
    "delete": 23,
    "archive": 19,
}


def test_a_write_costs_as_many_queries_with_many_rows_as_with_few(owner):
    few, many = (measured(build.account(owner=owner), rows=rows) for rows in (FEW, MANY))
    assert few == many == QUERIES


def test_appending_touches_no_other_row(account, unallocated, groceries):
    for day in (-3, -2, -1):
        build.transaction(account, posted_date=day)
    updates = Updates()
    with updates.watched():
        build.transaction(account, posted_date=0)
        build.transfer(account, source=unallocated, target=groceries, effective_at=1)
    assert updates.rows["ledger_transaction"] == updates.rows["ledger_entry"] == 0


@pytest.mark.parametrize("rows", [FEW, MANY])
def test_a_back_dated_transaction_shifts_all_later_rows_with_one_update_per_table(account, rows):
    for _ in range(rows):
        build.transaction(account)
    updates = Updates()
    with updates.watched():
        build.transaction(account, posted_date=-1)
    assert updates.statements["ledger_transaction"] == updates.statements["ledger_entry"] == 1
    assert updates.rows["ledger_transaction"] == updates.rows["ledger_entry"] == rows


def test_a_back_dated_transfer_shifts_both_budgets_with_one_update(account, unallocated, groceries):
    for _ in range(3):
        build.transaction(account, amount="-2", splits={groceries: "1"})
    updates = Updates()
    with updates.watched():
        build.transfer(account, source=unallocated, target=groceries, effective_at=-1)
    assert updates.statements["ledger_entry"] == 1
    assert updates.rows["ledger_entry"] == 6
