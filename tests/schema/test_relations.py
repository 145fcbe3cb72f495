"""Every relation is walked from both ends, and in a number of statements that does not grow."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay

from backend.ledger import categories, currencies
from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.ledger.services import budgets
from tests import build
from tests.build import NOW
from tests.schema.door import data, nodes

pytestmark = pytest.mark.django_db

SCHEDULE = "RRULE:FREQ=MONTHLY;BYMONTHDAY=1"


def bill(account: BankAccount, name: str = "Bill") -> Budget:
    """A recurring budget with its fill-up."""
    return build.budget(
        account,
        name=name,
        budget_type=Budget.Type.RECURRING,
        target_balance=10,
        with_fillup_goal=True,
        funding_schedule=SCHEDULE,
        recurrance_schedule=SCHEDULE,
    )


def budget(user: User, of: Budget, selection: str) -> dict[str, Any]:
    found: dict[str, Any] = data(user, f"query ($id: ID!) {{ budget(id: $id) {{ {selection} }} }}", id=str(of.pk))[
        "budget"
    ]
    return found


def test_an_account_leads_to_everything_in_it(owner: User, account: BankAccount, groceries: Budget) -> None:
    build.transaction(account, amount="-12.50", raw_description="SHOP", splits={groceries: "5.00"})
    build.transfer(account, source=build.unallocated(account), target=groceries, amount="3.00")
    found = data(
        owner,
        """query ($id: ID!) { bankAccount(id: $id) {
          bank { name accounts { edges { node { name } } } }
          unallocated { name balance { amount } bankAccount { name } }
          currencyDetails { code decimals }
          linkAliases
          budgets { edges { node { name bankAccount { name } } } }
          transactions { edges { node { description bankAccount { name } } } }
          allocations { edges { node { amount { amount } bankAccount { name } transaction { description } } } }
          transfers { edges { node { amount { amount } bankAccount { name } } } }
        } }""",
        id=str(account.pk),
    )["bankAccount"]
    here = {"bankAccount": {"name": "Checking"}}

    assert found["bank"] == {"name": "Some Bank", "accounts": {"edges": [{"node": {"name": "Checking"}}]}}
    assert found["unallocated"] == {"name": "Unallocated", "balance": {"amount": "989.50"}, **here}
    assert found["currencyDetails"] == {"code": "USD", "decimals": 2}
    assert found["linkAliases"] == []
    assert nodes(found["budgets"]) == [{"name": "Unallocated", **here}, {"name": "Groceries", **here}]
    assert nodes(found["transactions"]) == [{"description": "SHOP", **here}]
    assert sorted(each["amount"]["amount"] for each in nodes(found["allocations"])) == ["-5.00", "-7.50"]
    assert all(each["transaction"] == {"description": "SHOP"} for each in nodes(found["allocations"]))
    assert nodes(found["transfers"]) == [{"amount": {"amount": "3.00"}, **here}]


def test_a_budget_leads_to_what_touched_it(owner: User, account: BankAccount, groceries: Budget, rent: Budget) -> None:
    build.transaction(account, amount="-5.00", raw_description="first", splits={groceries: "5.00"}, posted_date=-2)
    build.transaction(account, amount="-9.00", raw_description="both", splits={groceries: "2.00", rent: "7.00"})
    build.transaction(account, amount="-7.00", raw_description="other", splits={rent: "7.00"})
    build.transfer(account, source=build.unallocated(account), target=groceries, amount="20.00")
    build.transfer(account, source=groceries, target=rent, amount="4.00", effective_at=1)
    found = budget(
        owner,
        groceries,
        """transactions { totalCount edges { node { description } } }
        allocations { totalCount edges { node { amount { amount } budgetBalance { amount } budget { name } } } }
        transfers { totalCount edges { node { amount { amount } } } }
        transfersIn { totalCount edges { node { amount { amount } source { name } } } }
        transfersOut { totalCount edges { node { amount { amount } target { name } } } }""",
    )

    assert [each["description"] for each in nodes(found["transactions"])] == ["both", "first"]
    assert [each["amount"]["amount"] for each in nodes(found["allocations"])] == ["-2.00", "-5.00"]
    assert [each["budgetBalance"]["amount"] for each in nodes(found["allocations"])] == ["-7.00", "-5.00"]
    assert [each["amount"]["amount"] for each in nodes(found["transfers"])] == ["4.00", "20.00"]
    assert nodes(found["transfersIn"]) == [{"amount": {"amount": "20.00"}, "source": {"name": "Unallocated"}}]
    assert nodes(found["transfersOut"]) == [{"amount": {"amount": "4.00"}, "target": {"name": "Rent"}}]
    assert [found[name]["totalCount"] for name in found] == [2, 2, 2, 1, 1]


def test_lists_below_a_budget_have_pages_and_filters(owner: User, account: BankAccount, groceries: Budget) -> None:
    for number in range(5):
        build.transaction(account, raw_description=str(number), splits={groceries: "1.00"}, posted_date=number)
    query = """query ($id: ID!, $after: String) { budget(id: $id) {
      transactions(first: 2, after: $after) { pageInfo { endCursor hasNextPage } edges { node { description } } }
      last: transactions(last: 1) { edges { node { description } } }
      one: transactions(filters: {search: "3"}) { totalCount edges { node { description } } }
      least: transactions(first: 1, orderBy: {field: POSTED_DATE}) { edges { node { description } } }
    } }"""
    first = data(owner, query, id=str(groceries.pk))["budget"]
    after = first["transactions"]["pageInfo"]["endCursor"]
    second = data(owner, query, id=str(groceries.pk), after=after)["budget"]

    assert [each["description"] for each in nodes(first["transactions"])] == ["4", "3"]
    assert [each["description"] for each in nodes(second["transactions"])] == ["2", "1"]
    assert nodes(first["last"]) == nodes(first["least"]) == [{"description": "0"}]
    assert first["one"] == {"totalCount": 1, "edges": [{"node": {"description": "3"}}]}


def test_a_recurring_budget_and_its_fillup_lead_to_each_other(owner: User, account: BankAccount) -> None:
    recurring = bill(account)
    assert recurring.fillup_goal is not None
    selection = "fillupGoal { name fillsUp { name } } fillsUp { name fillupGoal { name } }"

    assert budget(owner, recurring, selection) == {
        "fillupGoal": {"name": "Bill Fill-up", "fillsUp": {"name": "Bill"}},
        "fillsUp": None,
    }
    assert budget(owner, recurring.fillup_goal, selection) == {
        "fillupGoal": None,
        "fillsUp": {"name": "Bill", "fillupGoal": {"name": "Bill Fill-up"}},
    }


def test_a_transfer_leads_to_both_sides(owner: User, account: BankAccount, groceries: Budget) -> None:
    row = build.transfer(account, source=build.unallocated(account), target=groceries, amount="3.00")
    build.transfer(account, source=build.unallocated(account), target=groceries, amount="4.00", effective_at=-1)
    query = """query ($id: ID!) { transfer(id: $id) {
      source { name } target { name } sourceBalance { amount } targetBalance { amount currency }
      legs { amount { amount } balance { amount } budget { name balance { amount } } }
    } }"""

    assert data(owner, query, id=str(row.pk))["transfer"] == {
        "source": {"name": "Unallocated"},
        "target": {"name": "Groceries"},
        "sourceBalance": {"amount": "993.00"},
        "targetBalance": {"amount": "7.00", "currency": "USD"},
        "legs": [
            {
                "amount": {"amount": "-3.00"},
                "balance": {"amount": "993.00"},
                "budget": {"name": "Unallocated", "balance": {"amount": "993.00"}},
            },
            {
                "amount": {"amount": "3.00"},
                "balance": {"amount": "7.00"},
                "budget": {"name": "Groceries", "balance": {"amount": "7.00"}},
            },
        ],
    }
    budgets.delete(actor=owner, budget_id=groceries.pk, now=NOW)
    legs = data(owner, "query ($id: ID!) { transfer(id: $id) { legs { budget { name } } } }", id=str(row.pk))
    assert legs["transfer"]["legs"] == [{"budget": {"name": "Unallocated"}}, {"budget": None}]


def test_a_linked_transaction_leads_to_its_account(
    owner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    here = build.transaction(account, amount="-5.00", raw_description="out")
    there = build.transaction(shared_account, amount="5.00", raw_description="in")
    for one, other in ((here, there), (there, here)):
        Transaction.objects.filter(pk=one.pk).update(linked_transaction=other)
    query = """query ($id: ID!) { transaction(id: $id) { linkedTransaction { description bankAccount { name }
      linkedTransaction { description } allocations { edges { node { budget { name } } } } } } }"""

    assert data(owner, query, id=str(here.pk))["transaction"]["linkedTransaction"] == {
        "description": "in",
        "bankAccount": {"name": "Household"},
        "linkedTransaction": {"description": "out"},
        "allocations": {"edges": [{"node": {"budget": {"name": "Unallocated"}}}]},
    }


WALKS = {
    "accounts": """{ bankAccounts { edges { node {
      unallocated { balance { amount } } bank { accounts { totalCount edges { node { name } } } }
      allocations(first: 2) {
        totalCount edges { node { transaction { description linkedTransaction { description } } } }
      }
      transfers(first: 2) {
        totalCount edges { node { source { name } sourceBalance { amount } targetBalance { amount } } }
      }
    } } } }""",
    "budgets": """{ budgets(first: 25) { edges { node {
      bankAccount { name } fillupGoal { name } fillsUp { name } autoSpend { party }
      transactions(first: 2) {
        totalCount edges { node { description allocations(first: 5) { edges { node { budget { name } } } } } }
      }
      allocations(last: 2) { totalCount edges { node { transaction { description bankAccount { name } } } } }
      transfersIn(first: 1) { edges { node { legs { budget { name } balance { amount } } } } }
    } } } }""",
    "transactions": """{ transactions(first: 40) { edges { node {
      hasImage imageUrl bankAccount { name unallocated { name } }
      linkedTransaction { bankAccount { name budgets(first: 2) { edges { node { name } } } } }
      allocations(first: 5) { edges { node { budget { name transfers(first: 1) { edges { node { id } } } } } } }
    } } } }""",
}


@pytest.mark.parametrize("name", WALKS)
def test_the_number_of_statements_does_not_grow(owner: User, name: str) -> None:
    def household(number: int, size: int) -> None:
        account = build.account(owner=owner, name=f"Account {number}", balance="1000.00")
        funds = [build.budget(account, name=f"Fund {each}", balance="50.00") for each in range(size)]
        bill(account)
        rows = [build.transaction(account, amount="-9.00", splits=dict.fromkeys(funds, "1.00")) for _ in range(size)]
        twin = build.transaction(account, amount="9.00")
        Transaction.objects.filter(pk=rows[0].pk).update(linked_transaction=twin)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            data(owner, WALKS[name])
        return len(captured)

    household(0, 3)
    few = statements()
    for number in (1, 2, 3):
        household(number, 4)

    assert statements() == few


@pytest.mark.parametrize("field", ["bank", "bankAccount", "budget", "transaction", "allocation", "transfer"])
def test_one_thing(owner: User, stranger: User, account: BankAccount, groceries: Budget, field: str) -> None:
    movement = build.transaction(account, splits={groceries: "4.00"})
    rows = {
        "bank": ("Bank", account.bank_id),
        "bankAccount": ("BankAccount", account.pk),
        "budget": ("Budget", groceries.pk),
        "transaction": ("Transaction", movement.pk),
        "allocation": ("Allocation", movement.allocations.get(budget=groceries).pk),
        "transfer": ("Transfer", build.transfer(account, source=groceries, target=build.unallocated(account)).pk),
    }
    kind, key = rows[field]
    query = f"query ($id: ID!) {{ {field}(id: $id) {{ id uuid }} }}"
    shown = {"id": str(relay.GlobalID(kind, str(key))), "uuid": str(key)}

    assert data(owner, query, id=str(key)) == {field: shown}
    assert data(owner, query, id=shown["id"]) == {field: shown}
    assert data(stranger, query, id=str(key)) == {field: shown if field == "bank" else None}
    for bad in ("", "garbage", "\0", str(uuid4()), str(relay.GlobalID("Me", str(key))), str(relay.GlobalID(kind, "1"))):
        assert data(owner, query, id=bad) == {field: None}


def test_currencies_and_categories(owner: User) -> None:
    found = data(owner, "{ currencies { code name numeric decimals } categories { value group name } }")
    by_code = {each["code"]: each for each in found["currencies"]}

    assert list(by_code) == list(currencies.CODES)
    assert by_code["JPY"] == {"code": "JPY", "name": "Japanese Yen", "numeric": "392", "decimals": 0}
    assert by_code["KWD"]["decimals"] == 3
    assert [each["value"] for each in found["categories"]] == list(categories.ALL)
    assert {"value": "Food & Drink:Groceries", "group": "Food & Drink", "name": "Groceries"} in found["categories"]


def test_the_rules_of_a_budget(owner: User, account: BankAccount) -> None:
    rules = [{"party": " Corner Shop ", "category": "food & drink:groceries", "max": "99.5"}, {"min": 5}]
    found = budget(
        owner,
        build.budget(account, name="Ruled", auto_spend=rules),
        "autoSpend { party category min { amount currency } max { amount } }",
    )

    assert found["autoSpend"] == [
        {"party": "Corner Shop", "category": "Food & Drink:Groceries", "min": None, "max": {"amount": "99.50"}},
        {"party": None, "category": None, "min": {"amount": "5.00", "currency": "USD"}, "max": None},
    ]
    assert budget(owner, build.budget(account, name="Free"), "autoSpend { party }") == {"autoSpend": []}


def test_uploads_are_found_by_their_path(owner: User, account: BankAccount) -> None:
    plain, pictured = build.transaction(account), build.transaction(account)
    Transaction.objects.filter(pk=pictured.pk).update(image="somewhere/image.png")
    query = "query ($id: ID!) { transaction(id: $id) { hasImage imageUrl hasDocument documentUrl } }"

    assert set(data(owner, query, id=str(plain.pk))["transaction"].values()) == {False, None}
    assert data(owner, query, id=str(pictured.pk))["transaction"] == {
        "hasImage": True,
        "imageUrl": f"/api/v1/transactions/{pictured.pk}/image/",
        "hasDocument": False,
        "documentUrl": None,
    }
