"""Candidates for links through both doors, and what the history tells of them."""

from typing import Any
from uuid import uuid4

import pytest

from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.services import linking
from tests import build
from tests.ledger import states
from tests.rest.house import client
from tests.schema.door import ask, data, nodes

pytestmark = pytest.mark.django_db

CANDIDATES = """query ($account: ID, $transaction: ID) {
    linkCandidates(account: $account, transaction: $transaction) {
        debit { uuid bankAccount { name } } credit { uuid } daysApart rivals score reasons { code text } } }"""


@pytest.fixture
def sides(account: BankAccount, shared_account: BankAccount) -> tuple[Transaction, Transaction]:
    return build.transaction(account, amount="-5"), build.transaction(shared_account, amount="5")


def write(user: User, call: str) -> Any:
    shown = "... on Transaction { linkedTransaction { uuid } } ... on Problem { code field }"
    ((_, found),) = data(user, f"mutation {{ {call} {{ {shown} }} }}").items()
    return found


def test_candidates_are_listed_with_reasons_and_rejected_for_good(
    owner: User, account: BankAccount, sides: tuple[Transaction, Transaction]
) -> None:
    one, other = (str(side.pk) for side in sides)
    for asked in ({}, {"account": str(account.pk)}, {"transaction": other}):
        [found] = data(owner, CANDIDATES, **asked)["linkCandidates"]
        assert (found["debit"]["uuid"], found["credit"]["uuid"], found["score"]) == (one, other, 60)
        assert [each["text"] for each in found["reasons"]] == [
            "The amounts are opposite.",
            "On the same day.",
            "Nothing else fits either of them.",
        ]
    assert write(owner, f'rejectLink(id: "{other}", other: "{one}")') == {"linkedTransaction": None}
    assert data(owner, CANDIDATES)["linkCandidates"] == []
    states.sound()


def test_a_candidate_is_confirmed(owner: User, sides: tuple[Transaction, Transaction]) -> None:
    one, other = (str(side.pk) for side in sides)
    assert write(owner, f'linkTransactions(id: "{one}", other: "{other}")') == {"linkedTransaction": {"uuid": other}}
    assert data(owner, CANDIDATES)["linkCandidates"] == []


def test_a_stranger_learns_nothing(
    stranger: User, coowner: User, account: BankAccount, sides: tuple[Transaction, Transaction]
) -> None:
    for user in (stranger, coowner):
        assert data(user, CANDIDATES)["linkCandidates"] == []
        for name, key in (("account", account.pk), ("transaction", sides[0].pk)):
            answers = [ask(user, CANDIDATES, **{name: str(each)}) for each in (key, uuid4())]
            assert answers[0] == answers[1]
            assert answers[0]["errors"][0]["extensions"] == {"code": "not_found", "field": name}


def test_the_history_names_only_what_its_reader_may_see(
    owner: User, coowner: User, sides: tuple[Transaction, Transaction]
) -> None:
    one, other = sides
    linking.reject(actor=owner, transaction_id=one.pk, other_id=other.pk, now=build.NOW)
    query = """query ($row: ID!) { history(filters: {row: $row}, first: 1) {
        edges { node { kind changes { field old new } } } } }"""

    def told(user: User, row: Transaction) -> Any:
        [entry] = nodes(data(user, query, row=str(row.pk))["history"])
        return entry["changes"]

    field = {"field": "refused_links", "old": "[]"}
    assert told(owner, other) == [field | {"new": f'["{one.pk}"]'}]
    assert told(coowner, other) == [field | {"new": "[]"}]

    linking.link(actor=owner, transaction_id=one.pk, other_id=other.pk, now=build.NOW)
    link = {"field": "linked_transaction_id", "old": None}
    assert link | {"new": str(one.pk)} in told(owner, other)
    assert link | {"new": None} in told(coowner, other)


def test_who_catches_up_is_told_of_no_other_side_that_is_not_theirs(
    owner: User, coowner: User, sides: tuple[Transaction, Transaction]
) -> None:
    query = """query ($since: String) { changes(since: $since) {
        cursor rows { uuid } transactions { uuid linkedTransaction { uuid } } } }"""
    one, other = sides
    start = {user: data(user, query)["changes"]["cursor"] for user in (owner, coowner)}
    linking.link(actor=owner, transaction_id=one.pk, other_id=other.pk, now=build.NOW)

    found = data(coowner, query, since=start[coowner])["changes"]
    assert found["transactions"] == [{"uuid": str(other.pk), "linkedTransaction": None}]
    assert str(one.pk) not in str(found)
    assert {"uuid": str(other.pk), "linkedTransaction": {"uuid": str(one.pk)}} in (
        data(owner, query, since=start[owner])["changes"]["transactions"]
    )


def test_by_rest_they_are_listed_linked_rejected_and_cut(
    owner: User, account: BankAccount, sides: tuple[Transaction, Transaction]
) -> None:
    api, (one, other) = client(owner), sides
    path = f"/api/v1/transactions/{one.pk}"
    for listed in (f"/api/v1/bank-accounts/{account.pk}/link-candidates/", f"{path}/link-candidates/"):
        [found] = api.get(listed).json()
        assert (found["debit"], found["credit"], found["rivals"]) == (str(one.pk), str(other.pk), 0)
        assert found["reasons"][0] == {"code": "opposite_amounts", "text": "The amounts are opposite."}
    assert api.post(f"{path}/link/", {"other": str(other.pk)}).json()["linked_transaction"] == str(other.pk)
    assert api.delete(f"{path}/link/").status_code == 204
    assert api.post(f"{path}/reject-link/", {"other": str(other.pk)}).json()["linked_transaction"] is None
    assert api.get(f"{path}/link-candidates/").json() == []


def test_by_rest_a_stranger_finds_nothing(
    stranger: User, account: BankAccount, sides: tuple[Transaction, Transaction]
) -> None:
    api, body = client(stranger), {"other": str(sides[1].pk)}
    for noun, key, name in (
        ("bank-accounts", account.pk, "link-candidates"),
        ("transactions", sides[0].pk, "link-candidates"),
    ):
        answers = [api.get(f"/api/v1/{noun}/{each}/{name}/") for each in (key, uuid4())]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    for name in ("link", "reject-link"):
        assert api.post(f"/api/v1/transactions/{sides[0].pk}/{name}/", body).status_code == 404
    assert api.delete(f"/api/v1/transactions/{sides[0].pk}/link/").status_code == 404
