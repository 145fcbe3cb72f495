"""The lists at the root, as a client asks for them."""

from typing import Any

from backend.ledger.models import User
from tests.schema.door import ask, data, nodes

LISTS = {
    "banks": ("BankFilters", "BankOrder", "name"),
    "bankAccounts": ("AccountFilters", "AccountOrder", "name"),
    "budgets": ("BudgetFilters", "BudgetOrder", "name"),
    "transactions": ("TransactionFilters", "TransactionOrder", "description"),
    "allocations": ("AllocationFilters", "AllocationOrder", "memo"),
    "transfers": ("TransferFilters", "TransferOrder", "actor amount { amount }"),
}


def query(field: str) -> str:
    filters, order, shown = LISTS[field]
    return (
        f"query ($filters: {filters}, $orderBy: {order}) {{ {field}(filters: $filters, orderBy: $orderBy) "
        f"{{ totalCount edges {{ node {{ {shown} }} }} }} }}"
    )


def found(user: User, field: str, filters: object = None, order_by: object = None) -> list[Any]:
    """What a list shows of its rows; it is as long as it says."""
    answer = data(user, query(field), filters=filters, orderBy=order_by)[field]
    rows = nodes(answer)
    assert answer["totalCount"] == len(rows)
    shown = LISTS[field][2].split()[0]
    return [row["amount"]["amount"] if "amount" in row else row[shown] for row in rows]


def refusal(user: User, field: str, filters: object) -> dict[str, Any]:
    answer = ask(user, query(field), filters=filters)
    assert answer["data"] is None
    extensions: dict[str, Any] = answer["errors"][0]["extensions"]
    return extensions
