"""The mutations: what each does and answers, once under a key, and not over somebody else's edit."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, Change, Entry, IdempotencyKey, Transaction, Transfer, User
from backend.ledger.services import linking
from tests import build
from tests.ledger import states
from tests.schema import door

pytestmark = pytest.mark.django_db

PROBLEM = "... on Problem { code field message }"
WHOLE = {
    "BankAccount": "uuid name version linkAliases owners",
    "Budget": "uuid name version archived memo balance { amount }",
    "Transaction": "uuid version pending memo amount { amount } linkedTransaction { uuid } "
    "allocations { edges { node { category memo amount { amount } budget { name } } } }",
    "Allocation": "uuid category memo amount { amount } budget { name }",
    "Transfer": "uuid amount { amount } source { name } target { name }",
    "Me": "name timezone defaultBankAccount { uuid }",
    "Deleted": "id uuid",
}


def write(user: User, call: str, kind: str, **variables: object) -> dict[str, Any]:
    """What a mutation answers: `call` is its name with its arguments."""
    query = f"mutation {{ {call} {{ __typename ... on {kind} {{ {WHOLE[kind]} }} {PROBLEM} }} }}"
    ((_, found),) = door.data(user, query, **variables).items()
    assert isinstance(found, dict)
    return found


def test_an_account_is_opened_changed_and_deleted(owner: User, account: BankAccount) -> None:
    made = write(
        owner,
        f'createBankAccount(input: {{name: " Trip ", bank: "{account.bank_id}", postedBalance: "12.50"}})',
        "BankAccount",
    )
    assert (made["name"], made["version"], made["owners"]) == ("Trip", 1, ["owner"])
    row = BankAccount.objects.get(pk=made["uuid"])
    assert (row.posted_balance, row.available_balance) == (Decimal("12.50"), Decimal("12.50"))

    call = f'updateBankAccount(id: "{row.pk}", input: {{linkAliases: ["Holiday", " Holiday "]}}, expectedVersion: 1)'
    changed = write(owner, call, "BankAccount")
    assert (changed["linkAliases"], changed["version"]) == (["Holiday"], 2)
    assert write(owner, call, "BankAccount") == {
        "__typename": "Problem",
        "code": "conflict",
        "field": "expectedVersion",
        "message": "The bank account was changed meanwhile: it is at version 2, not 1.",
    }
    gone = write(owner, f'deleteBankAccount(id: "{row.pk}")', "Deleted")
    assert gone["uuid"] == str(row.pk)
    assert not BankAccount.objects.filter(pk=row.pk).exists()


@pytest.mark.usefixtures("shared_account")
def test_co_owners_come_and_go_and_the_last_one_stays(owner: User, coowner: User, account: BankAccount) -> None:
    added = write(owner, f'addOwner(id: "{account.pk}", username: "CoOwner")', "BankAccount")
    assert added["owners"] == ["coowner", "owner"]
    assert write(coowner, f'removeOwner(id: "{account.pk}", username: "owner")', "BankAccount")["owners"] == ["coowner"]
    last = write(coowner, f'removeOwner(id: "{account.pk}", username: "coowner")', "BankAccount")
    assert (last["code"], last["field"]) == ("forbidden", "username")
    assert write(owner, f'addOwner(id: "{account.pk}", username: "owner")', "BankAccount")["code"] == "not_found"
    unknown = write(coowner, f'addOwner(id: "{account.pk}", username: "nobody")', "BankAccount")
    assert (unknown["code"], unknown["field"]) == ("not_found", "username")
    states.sound()


def test_who_leaves_an_account_is_told_that_it_is_gone(owner: User, coowner: User, shared_account: BankAccount) -> None:
    owner.default_bank_account = shared_account
    owner.save()
    query = f'mutation {{ removeOwner(id: "{shared_account.pk}", username: "owner") {{ ... on Deleted {{ uuid }} }} }}'
    assert door.data(owner, query) == {"removeOwner": {"uuid": str(shared_account.pk)}}
    owner.refresh_from_db()
    assert owner.default_bank_account is None


def test_a_budget_is_made_changed_archived_and_taken_back(owner: User, account: BankAccount) -> None:
    made = write(
        owner,
        f'createBudget(input: {{account: "{account.pk}", name: "Car", targetBalance: "100", memo: null, '
        'autoSpend: [{party: "garage", most: "50"}]})',
        "Budget",
    )
    assert made["__typename"] == "Budget", made
    budget = Budget.objects.get(pk=made["uuid"])
    assert budget.auto_spend == [{"party": "garage", "max": "50"}]
    changed = write(owner, f'updateBudget(id: "{budget.pk}", input: {{memo: "soon"}}, expectedVersion: 1)', "Budget")
    assert (changed["memo"], changed["version"]) == ("soon", 2)
    null = write(owner, f'updateBudget(id: "{budget.pk}", input: {{name: null}})', "Budget")
    assert (null["code"], null["field"], null["message"]) == ("invalid", "name", "This field may not be null.")

    build.transfer(account, source=build.unallocated(account), target=budget, amount="30", now=build.NOW)
    archived = write(owner, f'archiveBudget(id: "{budget.pk}")', "Budget")
    assert (archived["archived"], archived["balance"]["amount"]) == (True, "0.00")
    back = write(owner, f'unarchiveBudget(id: "{budget.pk}")', "Budget")
    assert (back["archived"], back["balance"]["amount"]) == (False, "0.00")
    assert write(owner, f'unarchiveBudget(id: "{budget.pk}")', "Budget")["code"] == "invalid"
    assert write(owner, f'deleteBudget(id: "{budget.pk}")', "Deleted")["uuid"] == str(budget.pk)
    states.sound()


def test_a_transaction_is_entered_split_changed_settled_and_deleted(
    owner: User, account: BankAccount, groceries: Budget, rent: Budget
) -> None:
    made = write(
        owner,
        f'createTransaction(input: {{account: "{account.pk}", amount: "-10.00", pending: true, '
        'postedDate: "2026-06-14T00:00:00Z", rawDescription: "SHOP", transactionType: PIN_PURCHASE})',
        "Transaction",
    )
    key = made["uuid"]
    bread = 'category: "Food & Drink:Groceries", memo: "bread"'
    shares = f'[{{budget: "{groceries.pk}", amount: "4", {bread}}}, {{budget: "{rent.pk}", amount: "1"}}]'
    split = write(owner, f'splitTransaction(id: "{key}", shares: {shares}, expectedVersion: 1)', "Transaction")
    parts = {part["budget"]["name"]: part for part in door.nodes(split["allocations"])}
    assert (parts["Groceries"]["category"], parts["Groceries"]["memo"]) == ("Food & Drink:Groceries", "bread")
    assert {name: part["amount"]["amount"] for name, part in parts.items()} == {
        "Groceries": "-4.00",
        "Rent": "-1.00",
        "Unallocated": "-5.00",
    }
    assert split["version"] == 2
    stale = write(owner, f'updateTransaction(id: "{key}", input: {{memo: "x"}}, expectedVersion: 1)', "Transaction")
    assert stale["code"] == "conflict"
    assert write(owner, f'updateTransaction(id: "{key}", input: {{memo: "x"}})', "Transaction")["memo"] == "x"
    settled = write(owner, f'settleTransaction(id: "{key}", amount: "-12.00")', "Transaction")
    assert (settled["pending"], settled["amount"]["amount"]) == (False, "-12.00")
    assert write(owner, f'deleteTransaction(id: "{key}")', "Deleted")["uuid"] == key
    states.sound()


def test_an_allocation_moves_with_its_id_and_gets_a_category(
    owner: User, account: BankAccount, groceries: Budget, rent: Budget
) -> None:
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    part = Entry.objects.get(transaction=row, budget=groceries)
    moved = write(owner, f'updateAllocation(id: "{part.pk}", input: {{budget: "{rent.pk}", memo: "m"}})', "Allocation")
    assert (moved["uuid"], moved["budget"]["name"], moved["memo"]) == (str(part.pk), "Rent", "m")
    named = write(owner, f'updateAllocation(id: "{part.pk}", input: {{category: "Travel:Train"}})', "Allocation")
    assert (named["category"], named["memo"]) == ("Travel:Train", "m")
    wrong = write(owner, f'updateAllocation(id: "{part.pk}", input: {{category: "Nonsense"}})', "Allocation")
    assert (wrong["code"], wrong["field"]) == ("invalid", "category")
    whole = write(
        owner, f'updateAllocation(id: "{part.pk}", input: {{budget: "{build.unallocated(account).pk}"}})', "Allocation"
    )
    assert (whole["amount"]["amount"], whole["budget"]["name"]) == ("-10.00", "Unallocated")
    states.sound()


def test_many_transactions_are_entered_with_an_outcome_for_each(owner: User, account: BankAccount) -> None:
    query = f"""mutation ($rows: [NewTransactionInput!]!, $all: Boolean!) {{
        createTransactions(account: "{account.pk}", transactions: $rows, allOrNothing: $all) {{
            ... on CreatedTransactions {{ created results {{ uuid problem {{ code field }} }}
                transactions {{ amount {{ amount }} availableBalance {{ amount }} }} }} {PROBLEM} }} }}"""
    rows = [
        {"amount": amount, "postedDate": "2026-06-14T00:00:00Z", "rawDescription": words}
        for amount, words in (("-1.00", "A"), ("0.00", "B"), ("-2.00", " "), ("5.00", "D"))
    ]
    refused = door.data(owner, query, rows=rows, all=True)["createTransactions"]
    assert [each["problem"]["code"] for each in refused["results"]] == [
        "not_done",
        "invalid_amount",
        "invalid",
        "not_done",
    ]
    assert (refused["created"], Transaction.objects.count()) == (0, 0)

    found = door.data(owner, query, rows=rows, all=False)["createTransactions"]
    assert [bool(each["uuid"]) for each in found["results"]] == [True, False, False, True]
    assert [each["problem"] and each["problem"]["field"] for each in found["results"]] == [
        None,
        "amount",
        "rawDescription",
        None,
    ]
    assert [each["availableBalance"]["amount"] for each in found["transactions"]] == ["999.00", "1004.00"]
    too_many = door.data(owner, query, rows=rows * 126, all=False)["createTransactions"]
    assert (too_many["code"], too_many["field"]) == ("invalid", "transactions")
    states.sound()


def test_two_sides_are_linked_by_hand_and_unlinked_for_good(
    owner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    one = build.transaction(account, amount="-5", raw_description="TO HOUSEHOLD")
    other = build.transaction(shared_account, amount="5", raw_description="FROM SOMEWHERE")
    linked = write(owner, f'linkTransactions(id: "{one.pk}", other: "{other.pk}")', "Transaction")
    assert linked["linkedTransaction"]["uuid"] == str(other.pk)
    assert write(owner, f'unlinkTransaction(id: "{one.pk}")', "Transaction")["linkedTransaction"] is None

    assert linking.link_account(account_id=account.pk, now=build.NOW) == 0
    assert write(owner, f'linkTransactions(id: "{one.pk}", other: "{other.pk}")', "Transaction")["linkedTransaction"]
    third = build.transaction(shared_account, amount="6")
    wrong = write(owner, f'linkTransactions(id: "{one.pk}", other: "{third.pk}")', "Transaction")
    assert wrong["code"] == "invalid"
    states.sound()


def test_a_transfer_is_made_and_reversed(owner: User, account: BankAccount, groceries: Budget) -> None:
    made = write(
        owner,
        f'createTransfer(input: {{source: "{build.unallocated(account).pk}", target: "{groceries.pk}", amount: "3"}})',
        "Transfer",
    )
    back = write(owner, f'reverseTransfer(id: "{made["uuid"]}")', "Transfer")
    assert (back["source"]["name"], back["target"]["name"], back["amount"]["amount"]) == (
        "Groceries",
        "Unallocated",
        "3.00",
    )
    assert Budget.objects.get(pk=groceries.pk).balance == 0


def test_a_profile_is_changed(owner: User, account: BankAccount) -> None:
    call = f'updateMe(input: {{name: "", timezone: "Europe/Lisbon", defaultBankAccount: "{account.pk}"}})'
    assert write(owner, call, "Me") == {
        "__typename": "Me",
        "name": "",
        "timezone": "Europe/Lisbon",
        "defaultBankAccount": {"uuid": str(account.pk)},
    }


# Once


def transfer(account: BankAccount, groceries: Budget, *, amount: str = "3", key: str = "a") -> str:
    source = build.unallocated(account).pk
    given = f'source: "{source}", target: "{groceries.pk}", amount: "{amount}"'
    return f'createTransfer(input: {{{given}}}, idempotencyKey: "{key}")'


def test_a_keyed_mutation_happens_once_and_answers_the_same(
    owner: User, account: BankAccount, groceries: Budget
) -> None:
    first, second = (write(owner, transfer(account, groceries), "Transfer") for _ in range(2))

    assert first == second
    assert (Transfer.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_key_that_stood_for_something_else_is_a_problem(owner: User, account: BankAccount, groceries: Budget) -> None:
    write(owner, transfer(account, groceries), "Transfer")
    refused = write(owner, transfer(account, groceries, amount="4"), "Transfer")

    assert (refused["__typename"], refused["code"]) == ("Problem", "idempotency_key_reused")
    assert Transfer.objects.count() == 1


def test_a_key_that_cannot_be_one_is_a_problem(owner: User, account: BankAccount, groceries: Budget) -> None:
    refused = write(owner, transfer(account, groceries, key="with blank"), "Transfer")
    assert (refused["code"], refused["field"]) == ("invalid", "idempotencyKey")


def test_what_was_refused_may_be_sent_again_under_its_key(owner: User, account: BankAccount, groceries: Budget) -> None:
    assert write(owner, transfer(account, groceries, amount="0"), "Transfer")["code"] == "invalid_amount"
    assert (Transfer.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    assert write(owner, transfer(account, groceries), "Transfer")["__typename"] == "Transfer"


def test_the_history_names_actor_and_door(owner: User, account: BankAccount, groceries: Budget) -> None:
    write(owner, transfer(account, groceries), "Transfer")
    [made] = Change.objects.filter(noun="transfer")
    assert (made.actor, made.door, made.action) == (owner, "graphql", "created")


def test_an_answer_takes_as_many_queries_however_much_is_selected_below(owner: User, account: BankAccount) -> None:
    def asked(number: int) -> int:
        spread = [build.budget(account, name=f"Budget {number} {each}") for each in range(number)]
        row = build.transaction(account, amount="-100")
        shares = ", ".join(f'{{budget: "{budget.pk}", amount: "1"}}' for budget in spread)
        call = f'splitTransaction(id: "{row.pk}", shares: [{shares}])'
        with CaptureQueriesContext(connection) as captured:
            found = write(owner, call, "Transaction")
        assert len(door.nodes(found["allocations"])) == number + 1
        return len(captured)

    assert asked(2) == asked(10)
