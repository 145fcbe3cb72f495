"""Whatever path leads to a row: only those who own its account see it."""

from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInterfaceType
from strawberry import relay
from strawberry_django.utils.typing import get_django_definition

from backend.ledger.models import AutoSpendRun, BankAccount, Budget, Change, Transaction, User
from backend.ledger.services import budgets, funding_events, webhooks
from backend.schema import base
from backend.schema.root import NODES, schema
from tests import build
from tests.build import NOW
from tests.schema.door import ask, data, nodes
from tests.services import hooked, imported

pytestmark = pytest.mark.django_db
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


def rows_of(account: BankAccount) -> dict[str, Any]:
    """A row of every type that belongs to an account."""
    budget = build.budget(account, balance="30.00")
    movement = build.transaction(account, splits={budget: "4.00"})
    spare = build.budget(account, name="Spare", funding_schedule="RRULE:FREQ=WEEKLY")
    owner, hook = build.first_owner(account), hooked.hook(account)
    return {
        "AutoSpendRun": AutoSpendRun.objects.create(bank_account=account, actor=owner, created_at=NOW, modified_at=NOW),
        "FundingEvent": funding_events.skip(actor=owner, budget_id=spare.pk, on=build.TODAY, now=NOW),
        "Allocation": movement.allocations.get(budget=budget),
        "BankAccount": account,
        "Budget": budget,
        "HistoryEntry": Change.objects.filter(bank_account=account).latest("pk"),
        "StatementImport": imported.record(account),
        "Transaction": movement,
        "Transfer": build.transfer(account, source=budget, target=build.unallocated(account), amount="1.00"),
        "Webhook": hook,
        "WebhookDelivery": webhooks.ping(actor=owner, webhook_id=hook.pk, now=NOW),
    }


def global_id(kind: str, key: object) -> str:
    return str(relay.GlobalID(type_name=kind, node_id=str(key)))


def test_every_node_type_is_walked_below() -> None:
    interface = schema._schema.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    implementations = {each.name for each in schema._schema.get_possible_types(interface)}

    assert implementations == set(NODES)
    assert set(NODES) == set(
        "Allocation AutoSpendRun Bank BankAccount Budget FundingEvent HistoryEntry StatementImport Transaction "
        "Transfer Webhook WebhookDelivery".split()
    )


def test_every_type_of_rows_stands_behind_the_access_door() -> None:
    types = [getattr(each.definition, "origin", None) for each in schema.schema_converter.type_map.values()]
    of_rows = [each for each in types if isinstance(each, type) and get_django_definition(each)]

    assert len(of_rows) == len(NODES) + 2  # and the user, and the legs of transfers
    for each in of_rows:
        assert issubclass(each, base.Visible)
        assert "rows" in vars(each)


def test_what_exists_below_an_account_is_what_its_owners_see(owner: User, account: BankAccount) -> None:
    rows_of(account)
    budgets.delete(actor=owner, budget_id=build.budget(account, balance="1.00").pk, now=NOW)
    for kind in NODES.values():
        model = get_django_definition(kind, strict=True).model
        if hasattr(model, "bank_account"):
            assert issubclass(kind, base.Visible)
            existing = model._base_manager.filter(kind.existing, bank_account=account)
            assert {row.pk for row in existing} == {row.pk for row in kind.rows(owner)} != set()


def test_a_node_is_found_by_its_owners(owner: User, coowner: User, shared_account: BankAccount) -> None:
    for kind, row in rows_of(shared_account).items():
        key = global_id(kind, row.pk)
        for user in (owner, coowner):
            assert data(user, NODE, id=key)["node"] == {"__typename": kind, "id": key}


@pytest.mark.parametrize("kind", sorted(set(NODES) - {"Bank"}))
def test_a_node_is_found_by_nobody_else(account: BankAccount, stranger: User, staff: User, kind: str) -> None:
    key = global_id(kind, rows_of(account)[kind].pk)
    for user in (stranger, staff):
        assert data(user, NODE, id=key) == {"node": None}


def test_everybody_sees_the_banks(account: BankAccount, stranger: User) -> None:
    assert data(stranger, NODE, id=global_id("Bank", account.bank_id))["node"]["__typename"] == "Bank"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "garbage",
        "!!!",
        "\u0000",
        global_id("Budget", "garbage"),
        global_id("Budget", uuid4()),
        global_id("User", 1),
        global_id("Me", 1),
        global_id("Query", uuid4()),
        global_id("Money", uuid4()),
        global_id("Nothing", uuid4()),
        "QnVkZ2V0",
        "A" * 10_000,
    ],
)
def test_what_is_no_id_finds_nothing(owner: User, key: str) -> None:
    assert data(owner, NODE, id=key) == {"node": None}


def test_the_id_of_one_type_is_not_that_of_another(owner: User, account: BankAccount) -> None:
    assert data(owner, NODE, id=global_id("Transaction", account.pk)) == {"node": None}


def test_lists_hold_the_users_own_rows(
    owner: User, coowner: User, stranger: User, account: BankAccount, shared_account: BankAccount
) -> None:
    for each in (account, shared_account):
        build.transaction(each, raw_description=f"IN {each.name}")
    query = "{ bankAccounts { edges { node { name } } } transactions { edges { node { description } } } }"
    found = {
        user.username: (nodes(answer["bankAccounts"]), nodes(answer["transactions"]))
        for user in (owner, coowner, stranger)
        for answer in [data(user, query)]
    }

    assert found["owner"][0] == [{"name": "Checking"}, {"name": "Household"}]
    assert len(found["owner"][1]) == 2
    assert found["coowner"] == ([{"name": "Household"}], [{"description": "IN Household"}])
    assert found["stranger"] == ([], [])


def test_filters_lead_nowhere_else(owner: User, stranger: User, account: BankAccount) -> None:
    budget = rows_of(account)["Budget"]
    query = "query ($filters: TransactionFilters) { transactions(filters: $filters) { totalCount edges { cursor } } }"
    for filters in (
        {"account": str(account.pk)},
        {"account": global_id("BankAccount", account.pk)},
        {"budget": str(budget.pk)},
        {"budget": global_id("Budget", budget.pk)},
    ):
        assert data(owner, query, filters=filters)["transactions"]["totalCount"] == 1
        assert data(stranger, query, filters=filters) == {"transactions": {"totalCount": 0, "edges": []}}
        assert data(owner, query, filters=dict.fromkeys(filters, str(uuid4())))["transactions"]["totalCount"] == 0


def test_a_link_into_somebody_elses_account_is_not_followed(
    owner: User, coowner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    here = build.transaction(shared_account, amount="-5.00")
    there = build.transaction(account, amount="5.00")
    Transaction.objects.filter(pk=here.pk).update(linked_transaction=there)
    query = "query ($id: ID!) { node(id: $id) { ... on Transaction { linkedTransaction { description } } } }"
    key = global_id("Transaction", here.pk)

    assert data(owner, query, id=key)["node"]["linkedTransaction"] is not None
    assert data(coowner, query, id=key)["node"] == {"linkedTransaction": None}

    query = "query ($linked: Boolean) { transactions(filters: {linked: $linked}) { edges { node { id } } } }"
    for user, linked in ((owner, True), (coowner, False)):
        rows = {each["node"]["id"] for each in data(user, query, linked=linked)["transactions"]["edges"]}
        others = {each["node"]["id"] for each in data(user, query, linked=not linked)["transactions"]["edges"]}
        assert key in rows - others, "to whom does not see the other end it is not linked"


def test_the_account_to_show_first_is_gone_with_its_ownership(owner: User, shared_account: BankAccount) -> None:
    owner.default_bank_account = shared_account
    owner.save()
    query = "{ me { defaultBankAccount { name availableBalance { amount } } } }"
    assert data(owner, query)["me"]["defaultBankAccount"] is not None
    shared_account.owners.remove(owner)

    assert data(owner, query)["me"] == {"defaultBankAccount": None}


def test_a_budget_that_was_deleted_is_not_followed(owner: User, account: BankAccount, groceries: Budget) -> None:
    transfer = build.transfer(account, source=build.unallocated(account), target=groceries)
    budgets.delete(actor=owner, budget_id=groceries.pk, now=NOW)
    query = "query ($id: ID!) { node(id: $id) { ... on Transfer { source { name } target { name } } } }"

    found = data(owner, query, id=global_id("Transfer", transfer.pk))["node"]
    assert found == {"source": {"name": "Unallocated"}, "target": None}


def test_what_a_mutation_gives_back_is_guarded_too(owner: User, stranger: User, account: BankAccount) -> None:
    budget = build.budget(account)
    mutation = """mutation ($input: CreateTransferInput!) { createTransfer(input: $input) {
      ... on Transfer { amount { amount } } ... on Problem { code field } } }"""
    given = {"source": str(build.unallocated(account).pk), "target": str(budget.pk), "amount": "1.00"}
    refused = ask(stranger, mutation, input=given)["data"]["createTransfer"]

    assert refused == {"code": "not_found", "field": "source"}
    assert refused == ask(stranger, mutation, input={**given, "source": str(uuid4())})["data"]["createTransfer"]
