"""The premise of many machines: what is written in one database transaction lies in one account.

So the tables can be distributed by account, and no write needs two machines to agree. Only the link between the two
sides of a movement joins accounts; reading a list of all of one's accounts' rows asks each of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from backend.ledger.models import BankAccount, Entry, Transaction, User
from backend.ledger.services import funding, imports, linking
from tests import build, shards, worlds
from tests.build import NOW
from tests.contract.document import operations
from tests.parity import doors
from tests.parity.test_writes import BEYOND, CASES, WRITES
from tests.parity.world import build_world
from tests.rest import house as houses
from tests.rest.house import House
from tests.services import imported
from tests.shards import Touched
from tests.tokens import bearer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

Door = Callable[..., Any]

OPERATIONS = operations()
LISTS = {each.id for each in OPERATIONS if each.id.endswith("_list")}
"""What may show rows of all the user's accounts."""
BY_STAFF = {each.id for each in OPERATIONS if each.id.startswith("users_") and "me" not in each.id.split("_")}
JOINING = {
    "tokens_create",
    "transactions_link_create",
    "transactions_link_destroy",
    "transactions_reject_link_create",
}
"""The two sides of a movement lie in two accounts; and a token, which lies in none, names those that it reaches."""

DOCUMENTS = {
    "addOwner": 'addOwner(id: "@account", username: "stranger")',
    "configureFunding": 'configureFunding(id: "@account", importGate: false)',
    "createTransactions": """createTransactions(account: "@account", transactions: [
        {amount: "-1.00", postedDate: "2026-06-14", transactionType: FEE, rawDescription: "A"},
        {amount: "2.00", postedDate: "2026-06-14", transactionType: ACH, rawDescription: "B"}])""",
    "previewStatement": """previewStatement(account: "@account", file: {
        text: "Date,Description,Amount,Currency\\n2026-06-10,Corner Pantry,-5.00,USD\\n"})""",
    "prioritiseBudget": 'prioritiseBudget(id: "@groceries", priority: 1)',
    "removeOwner": 'removeOwner(id: "@account", username: "staff")',
    "reverseTransfer": 'reverseTransfer(id: "@transfer")',
    "settleTransaction": 'settleTransaction(id: "@pending", amount: "-21.00")',
    "unarchiveBudget": 'unarchiveBudget(id: "@archived")',
    "updateAllocation": 'updateAllocation(id: "@allocation", input: {budget: "@rent"})',
}
"""Mutations that have no twin in REST, with things of the world."""


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def a_house(owner: User) -> House:
    """An account with one of everything, of an owner who has another such account."""
    if not owner.bank_accounts.exists():
        houses.house(owner)
    return houses.house(owner)


@pytest.fixture
def house(owner: User) -> House:
    return a_house(owner)


def joined(trace: Iterable[Touched], before: dict[UUID, UUID], *, writes: bool) -> list[list[str]]:
    """The statements of transactions that touch rows of several accounts; of those that write, if so asked."""
    owned_by = before | shards.owners_of_ids()
    return [each.statements for each in trace if (each.writes or not writes) and len(each.accounts(owned_by)) > 1]


def test_a_documented_request_touches_one_account_per_transaction(owner: User, staff: User) -> None:
    found = {}
    house, rows = a_house(owner), worlds.Rows.taken()
    for operation in OPERATIONS:
        rows.put_back()
        api = houses.client(staff if operation.id in BY_STAFF else owner)
        if operation.id == "api_token_refresh_create":
            houses.send(api, next(each for each in OPERATIONS if each.id == "api_token_create"), house)
        before = shards.owners_of_ids()

        with shards.traced() as trace:
            answer = houses.send(api, operation, house)

        assert answer.status_code == operation.status, operation.id
        found[operation.id] = joined(trace, before, writes=operation.id in LISTS)

    assert {name: statements for name, statements in found.items() if statements} == {}


def test_a_list_of_one_account_asks_no_other(owner: User) -> None:
    house, found = a_house(owner), {}
    for operation in OPERATIONS:
        if operation.id in LISTS - BY_STAFF - {"banks_list", "currencies_list", "bank_accounts_list"}:
            with shards.traced() as trace:
                answer = houses.client(owner).get(operation.path, {"bank_account": str(house.account.pk)})

            assert answer.json()["count"], operation.id
            found[operation.id] = joined(trace, shards.owners_of_ids(), writes=False)

    assert len(found) >= 4
    assert {name: statements for name, statements in found.items() if statements} == {}


@pytest.mark.parametrize("door", [doors.rest, doors.graphql], ids=["rest", "graphql"])
def test_a_write_touches_one_account_by_either_door(door: Door, owner: User, stranger: User, staff: User) -> None:
    found = {}
    built, rows = build_world(owner, stranger, staff), worlds.Rows.taken()
    for case in {case.operation: case for case in CASES if case.refused is None}.values():
        rows.put_back()
        world = worlds.copied(built)
        if "imports" in case.operation:  # they link what can be linked, whatever they bring
            linking.link_account(account_id=world.things["account"].pk, now=NOW)
        before = shards.owners_of_ids()

        with shards.traced() as trace:
            told = door(world, getattr(world, case.user), WRITES[case.operation], world.filled(case.thing), case.body)

        assert told is None, case
        assert any(each.writes for each in trace), case
        found[case.operation] = joined(trace, before, writes=True)

    assert {name for name, statements in found.items() if statements} == JOINING


def test_mutations_of_their_own_touch_one_account(owner: User, stranger: User, staff: User) -> None:
    assert set(DOCUMENTS) == BEYOND
    found = {}
    built, rows = build_world(owner, stranger, staff), worlds.Rows.taken()
    for name, document in DOCUMENTS.items():
        rows.put_back()
        world = worlds.copied(built)
        account, groceries = world.things["account"], world.things["groceries"]
        account.owners.add(staff)
        build.account(owner=stranger, co_owners=[owner], name="Together")
        world.things["transfer"] = build.transfer(account, source=world.things["rent"], target=groceries, amount="1")
        world.things["allocation"] = Entry.objects.filter(transaction=world.things["posted"], budget=groceries).get()
        call = document
        for thing in re.findall("@([a-z]+)", document):
            call = call.replace(f"@{thing}", world.key(thing))
        before = shards.owners_of_ids()

        with shards.traced() as trace:
            answer = Client(headers=bearer(owner)).post(
                "/graphql/", {"query": f"mutation {{ {call} {{ __typename }} }}"}, content_type="application/json"
            )

        assert answer.json()["data"][name]["__typename"] != "Problem", answer.json()
        assert any(each.writes for each in trace), name
        found[name] = joined(trace, before, writes=True)

    assert {name: statements for name, statements in found.items() if statements} == {}


def test_funding_and_imports_touch_one_account(house: House) -> None:
    before = shards.owners_of_ids()
    statement = imported.statement(imported.row(amount="-5.00"), imported.row(amount="7.00"))

    with shards.traced() as trace:
        imports.run(actor=house.owner, account_id=house.account.pk, statement=statement, source="ofx", now=build.at(60))
        funding.run(account_id=house.account.pk, now=build.at(60))

    assert sum(each.writes for each in trace) > 1
    assert joined(trace, before, writes=True) == []


def test_a_link_is_the_exception(owner: User) -> None:
    one = build.account(owner=owner, name="Everyday")
    other = build.account(owner=owner, name="Rainy Day")
    out = build.transaction(one, amount="-5", raw_description="TO RAINY DAY")
    build.transaction(other, amount="5", raw_description="TRANSFER")
    Transaction.objects.update(linked_transaction=None)
    before = shards.owners_of_ids()

    with shards.traced() as trace:
        linking.link_account(account_id=out.bank_account_id, now=NOW)

    assert Transaction.objects.filter(linked_transaction=None).count() == 0
    assert joined(trace, before, writes=True) != []


def test_the_trace_sees_a_transaction_over_two_accounts(house: House) -> None:
    """The check can fail."""
    with shards.traced() as trace, transaction.atomic():
        for row in BankAccount.objects.order_by("name"):
            row.save(update_fields=["modified_at"])

    assert joined(trace, shards.owners_of_ids(), writes=True) != []
