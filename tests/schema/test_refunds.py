"""Refunds through the GraphQL door."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, Transaction, User
from tests import build
from tests.ledger import states
from tests.schema.door import ask, data, nodes

pytestmark = pytest.mark.django_db

TIED = "... on Transaction { uuid version refundOf { uuid refunds { totalCount } } } ... on Problem { code field }"
CANDIDATES = """query ($id: ID!) { refundCandidates(transaction: $id) {
    refund { uuid } purchase { uuid party } left { formatted } score reasons { code text } } }"""


@pytest.fixture
def purchase(account: BankAccount, groceries: Budget) -> Transaction:
    return build.transaction(account, amount="-40", splits={groceries: "30"}, posted_date=-3)


def write(user: User, call: str) -> dict[str, Any]:
    ((_, found),) = data(user, f"mutation {{ {call} {{ {TIED} }} }}").items()
    assert isinstance(found, dict)
    return found


def test_a_refund_is_tied_and_untied(owner: User, account: BankAccount, purchase: Transaction) -> None:
    refund = build.transaction(account, amount="20")
    tied = write(owner, f'tieRefund(id: "{refund.pk}", purchase: "{purchase.pk}", expectedVersion: 1)')

    assert tied["refundOf"] == {"uuid": str(purchase.pk), "refunds": {"totalCount": 1}}
    late = write(owner, f'untieRefund(id: "{refund.pk}", expectedVersion: 1)')
    assert late == {"code": "conflict", "field": "expectedVersion"}
    assert write(owner, f'untieRefund(id: "{refund.pk}", expectedVersion: {tied["version"]})')["refundOf"] is None
    states.sound()


def test_shares_say_where_it_goes(
    owner: User, account: BankAccount, purchase: Transaction, groceries: Budget, rent: Budget
) -> None:
    refund = build.transaction(account, amount="50")
    call = f'tieRefund(id: "{refund.pk}", purchase: "{purchase.pk}", shares: [{{budget: "%s", amount: "50"}}])'
    assert write(owner, call % purchase.pk) == {"code": "not_found", "field": "shares"}
    assert write(owner, call.replace(', shares: [{budget: "%s", amount: "50"}]', ""))["field"] == "purchase"
    assert write(owner, call % rent.pk)["refundOf"]
    assert rent.entries.get().amount == 50


def test_who_changed_a_refund_is_told_to_whoever_was_away(
    owner: User, account: BankAccount, purchase: Transaction
) -> None:
    refund = build.transaction(account, amount="20")
    cursor = data(owner, "{ changes { cursor } }")["changes"]["cursor"]
    write(owner, f'tieRefund(id: "{refund.pk}", purchase: "{purchase.pk}")')
    found = data(
        owner,
        "query ($since: String!) { changes(since: $since) { transactions { uuid refundOf { uuid } } } }",
        since=cursor,
    )["changes"]["transactions"]
    assert found == [{"uuid": str(refund.pk), "refundOf": {"uuid": str(purchase.pk)}}]


def test_candidates_come_with_reasons_from_either_side(
    owner: User, account: BankAccount, purchase: Transaction
) -> None:
    refund = build.transaction(account, amount="20")
    for key in (refund.pk, purchase.pk):
        [found] = data(owner, CANDIDATES, id=str(key))["refundCandidates"]
        assert (found["refund"]["uuid"], found["purchase"]["uuid"]) == (str(refund.pk), str(purchase.pk))
        assert (found["left"]["formatted"], found["score"]) == ("$40.00", 75)
        assert [each["text"] for each in found["reasons"]] == [
            "The same party.",
            "It is less than the purchase cost.",
            "3 days later.",
        ]


def test_a_stranger_learns_nothing(owner: User, stranger: User, account: BankAccount, purchase: Transaction) -> None:
    build.transaction(account, amount="20")
    absent = ask(stranger, CANDIDATES, id="00000000-0000-4000-8000-000000000000")
    assert ask(stranger, CANDIDATES, id=str(purchase.pk)) == absent
    assert absent["errors"][0]["extensions"]["code"] == "not_found"


def test_the_refunds_of_many_purchases_cost_as_much_as_those_of_one(owner: User, account: BankAccount) -> None:
    shown = "refundOf { uuid } refunds { edges { node { uuid } } }"
    query = f"{{ transactions {{ edges {{ node {{ amount {{ amount }} {shown} }} }} }} }}"

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            data(owner, query)
        return len(captured)

    def pair() -> None:
        bought, back = build.transaction(account, amount="-5"), build.transaction(account, amount="5")
        write(owner, f'tieRefund(id: "{back.pk}", purchase: "{bought.pk}")')

    pair()
    few = cost()
    for _ in range(4):
        pair()
    assert cost() == few
    rows = nodes(data(owner, query)["transactions"])
    assert sum(len(row["refunds"]["edges"]) for row in rows) == sum(bool(row["refundOf"]) for row in rows) == 5
