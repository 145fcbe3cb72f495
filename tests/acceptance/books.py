"""Recomputes an account's books from what lists over the wire say, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from .client import Client, Item

ZERO = Decimal(0)
Row = tuple[str, str, str, Item]  # effective date, creation, what it is, the object


def check(client: Client, account_id: str, *, available: object, posted: object) -> int:
    """Hold an account to the invariants; the opening balances are what it was made with. Number of rows seen."""
    account = client.get(f"/bank-accounts/{account_id}/")
    budgets = {row["id"]: row for row in client.each("/budgets/", bank_account=account_id)}
    # One request may write several rows at one instant; the order in a list tells which came first.
    query = {"bank_account": account_id, "ordering": "created_at"}
    transactions = list(client.each("/transactions/", **query))
    allocations = list(client.each("/allocations/", **query))
    transfers = list(client.each("/internal-transactions/", **query))

    opening = Decimal(str(available)), Decimal(str(posted))
    check_allocations(transactions, allocations)
    check_account(account, budgets.values(), transactions, *opening)
    balances = check_budgets(account, transactions, allocations, transfers, opening[0])
    for budget_id, budget in budgets.items():
        assert Decimal(budget["balance"]) == balances[budget_id], f"I4 {budget['name']}"
        assert not (budget["archived"] and balances[budget_id]), f"archived with money: {budget['name']}"
    for budget_id in set(balances) - set(budgets):
        assert balances[budget_id] == ZERO, "a budget that is gone has money left"
    for row in [account, *budgets.values(), *transactions, *allocations, *transfers]:
        for name, value in row.items():
            if name.endswith("_currency") or name == "currency":
                assert value in (account["currency"], None), f"I6 {name}: {value}"
    return len(transactions) + len(allocations) + len(transfers)


def check_allocations(transactions: list[Item], allocations: list[Item]) -> None:
    """I1: the allocations of a transaction sum to it, none has the other sign, no budget has two."""
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for row in allocations:
        amounts[row["transaction"]].append(Decimal(row["amount"]))
    assert set(amounts) == {row["id"] for row in transactions}
    for row in transactions:
        total = Decimal(row["amount"])
        assert sum(amounts[row["id"]]) == total, f"I1 {row['id']}"
        assert all(share * total > 0 for share in amounts[row["id"]]), f"I1 sign {row['id']}"
    pairs = [(row["transaction"], row["budget"]) for row in allocations]
    assert len(pairs) == len(set(pairs))


def check_account(
    account: Item, budgets: Iterable[Item], transactions: list[Item], available: Decimal, posted: Decimal
) -> None:
    """I2, I3, and the two account balances of each transaction in ledger order (I5)."""
    for row in sorted(transactions, key=lambda row: (row["posted_date"], row["created_at"])):
        available += Decimal(row["amount"])
        posted += ZERO if row["pending"] else Decimal(row["amount"])
        where = f"I5 {row['posted_date']} {row['amount']}"
        assert Decimal(row["bank_account_available_balance"]) == available, where
        assert Decimal(row["bank_account_posted_balance"]) == posted, where
    assert Decimal(account["available_balance"]) == available, "I3 available"
    assert Decimal(account["posted_balance"]) == posted, "I3 posted"
    assert sum(Decimal(budget["balance"]) for budget in budgets) == available, "I2"


def check_budgets(
    account: Item, transactions: list[Item], allocations: list[Item], transfers: list[Item], opening: Decimal
) -> dict[str, Decimal]:
    """I5 of allocations and internal transactions; the balance of each budget that follows from them."""
    dates = {row["id"]: row["posted_date"] for row in transactions}
    rows: list[Row] = [(dates[row["transaction"]], row["created_at"], "allocation", row) for row in allocations]
    rows += [(row["effective_date"], row["created_at"], "transfer", row) for row in transfers]
    balances: dict[str, Decimal] = defaultdict(Decimal, {account["unallocated_budget"]: opening})
    for effective, _, kind, row in sorted(rows, key=lambda row: row[:2]):
        if kind == "allocation":
            sides: list[tuple[str, str, Any]] = [("budget", "budget_balance", row["amount"])]
        else:
            out = -Decimal(row["amount"])
            sides = [("src_budget", "src_budget_balance", out), ("dst_budget", "dst_budget_balance", row["amount"])]
        for budget, told, amount in sides:
            balances[row[budget]] += Decimal(amount)
            assert Decimal(row[told]) == balances[row[budget]], f"I5 {kind} {effective} {row['id']}"
    return balances
