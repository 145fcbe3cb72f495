"""In which order the rows of a list come."""

import pytest

from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.schema import root
from tests import build
from tests.schema.door import ask, data, nodes
from tests.schema.lists import LISTS, found

pytestmark = pytest.mark.django_db

ORDERS = [
    ("transactions", "POSTED_DATE", "salary cinema mixed pending shared"),
    ("transactions", "TRANSACTION_DATE", "salary cinema mixed pending shared"),
    ("transactions", "AMOUNT", "mixed cinema shared pending salary"),
    ("bankAccounts", "NAME", "Checking Household"),
    ("bankAccounts", "AVAILABLE_BALANCE", "Household Checking"),
    ("transfers", "AMOUNT", "9.00 100.00"),
    ("transfers", "EFFECTIVE_AT", "9.00 100.00"),
]


def test_orders(owner: User, some: dict[str, Transaction], account: BankAccount, fun: Budget) -> None:
    build.transfer(account, source=fun, target=build.unallocated(account), amount="9.00", effective_at=-1)
    for field, by, names in ORDERS:
        order = {"field": by, "direction": "ASC"}
        assert (order, found(owner, field, order_by=order)) == (order, names.split())
        assert found(owner, field, order_by={"field": by}) == names.split()
        assert found(owner, field, order_by={"field": by, "direction": "DESC"}) == names.split()[::-1]


@pytest.mark.parametrize("field", LISTS)
def test_every_order_shows_every_row(owner: User, some: dict[str, Transaction], field: str) -> None:
    everything = sorted(found(owner, field), key=str)
    for by in root.schema._schema.type_map[f"{LISTS[field][1]}Field"].values:  # type: ignore[attr-defined]
        for direction in ("ASC", "DESC"):
            assert sorted(found(owner, field, order_by={"field": by, "direction": direction}), key=str) == everything


def test_a_cursor_belongs_to_its_order(owner: User, some: dict[str, Transaction]) -> None:
    page = """query ($orderBy: TransactionOrder, $after: String) {
      transactions(first: 2, after: $after, orderBy: $orderBy) { pageInfo { endCursor } edges { node { description } } }
    }"""
    by_amount = {"field": "AMOUNT", "direction": "DESC"}
    first = data(owner, page, orderBy=by_amount)["transactions"]
    after = first["pageInfo"]["endCursor"]
    second = data(owner, page, orderBy=by_amount, after=after)["transactions"]

    assert [each["description"] for each in (*nodes(first), *nodes(second))] == [
        "salary",
        "pending",
        "shared",
        "cinema",
    ]
    for other in (None, {"field": "AMOUNT"}, {"field": "POSTED_DATE", "direction": "DESC"}):
        (error,) = ask(owner, page, orderBy=other, after=after)["errors"]
        assert error["extensions"] == {"code": "invalid", "field": "after"}
