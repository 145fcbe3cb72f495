"""Rules held against the past, through both doors."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.services import budgets
from tests import build
from tests.ledger import states
from tests.rest.house import client
from tests.schema.door import ask, data

pytestmark = pytest.mark.django_db

RULES = [{"party": "coffee", "category": "Food & Drink:Coffee & Tea"}]
PREVIEW = """query ($account: ID!, $budget: ID, $rules: [AutoSpendRuleInput!], $first: Int! = 20) {
    autoSpendPreview(account: $account, budget: $budget, rules: $rules) {
        fingerprint count more
        changes(first: $first) {
            transaction { uuid } budget { name } rule amount { formatted } categoryNow categoryThen }
        effects { budget { name } count balanceNow { amount } balanceThen { amount } } } }"""
RUN = """... on AutoSpendRun { id count appliedBy undoneBy bankAccount { name }
    changes { transaction { uuid } budget { name } undone obstacle { code text } } }
    ... on Problem { code field message }"""
RUNS = "query ($account: ID!) { autoSpendRuns(account: $account) { id count appliedAt undoneAt undoneBy } }"


@pytest.fixture
def coffee(account: BankAccount) -> Budget:
    """A budget whose rule claims coffee, of which there was one before."""
    build.transaction(account, amount="-3", raw_description="COFFEE CORNER")
    return build.budget(account, name="Coffee", auto_spend=RULES)


def write(user: User, call: str, **variables: str) -> Any:
    given = f"({', '.join(f'${name}: ID!' for name in variables)})" if variables else ""
    ((_, found),) = data(user, f"mutation {given} {{ {call} {{ {RUN} }} }}", **variables).items()
    return found


def applied(owner: User, account: BankAccount) -> Any:
    fingerprint = data(owner, PREVIEW, account=str(account.pk))["autoSpendPreview"]["fingerprint"]
    return write(owner, f'applyAutoSpend(id: "{account.pk}", fingerprint: "{fingerprint}")')


def test_what_would_change_is_shown_done_and_undone(owner: User, account: BankAccount, coffee: Budget) -> None:
    shown = data(owner, PREVIEW, account=str(account.pk))["autoSpendPreview"]
    [change] = shown["changes"]
    assert (change["budget"]["name"], change["rule"], change["amount"]["formatted"]) == ("Coffee", 1, "-$3.00")
    assert (change["categoryNow"], change["categoryThen"]) == ("Uncategorized:Unassigned", RULES[0]["category"])
    assert shown["effects"] == [
        {"budget": {"name": name}, "count": 1, "balanceNow": {"amount": now}, "balanceThen": {"amount": then}}
        for name, now, then in (("Unallocated", "997.00", "1000.00"), ("Coffee", "0.00", "-3.00"))
    ]
    run = applied(owner, account)
    assert (run["count"], run["appliedBy"], run["undoneBy"]) == (1, "owner", None)
    assert run["changes"] == [
        {"transaction": change["transaction"], "budget": {"name": "Coffee"}, "undone": False, "obstacle": None}
    ]
    assert applied(owner, account)["field"] == "fingerprint"
    gone = write(owner, "undoAutoSpend(id: $id)", id=run["id"])
    assert (gone["undoneBy"], gone["changes"][0]["undone"]) == ("owner", True)
    [listed] = data(owner, RUNS, account=str(account.pk))["autoSpendRuns"]
    assert (listed["id"], listed["undoneBy"]) == (run["id"], "owner")
    states.sound()


def test_what_stands_in_the_way_is_told(owner: User, account: BankAccount, coffee: Budget) -> None:
    run = applied(owner, account)
    build_upon = f'mutation {{ deleteTransaction(id: "{run["changes"][0]["transaction"]["uuid"]}") {{ __typename }} }}'
    data(owner, build_upon)
    refused = write(owner, "undoAutoSpend(id: $id, partly: true)", id=run["id"])
    assert refused["code"] == "cannot_undo"
    assert refused["message"].endswith("The transaction is gone.")


def test_rules_in_thought(owner: User, account: BankAccount, coffee: Budget) -> None:
    budget = str(coffee.pk)
    tried = data(owner, PREVIEW, account=str(account.pk), budget=budget, rules=[{"least": "3.01"}])
    assert tried["autoSpendPreview"]["count"] == 0
    wrong = ask(owner, PREVIEW, account=str(account.pk), budget=budget, rules=[{"category": "x"}])
    assert wrong["errors"][0]["extensions"] == {"code": "invalid_rule", "field": "rules"}
    nameless = ask(owner, PREVIEW, account=str(account.pk), rules=[{"least": "3.01"}])
    assert nameless["errors"][0]["extensions"]["field"] == "budget"


def test_under_a_key_they_are_applied_once(owner: User, account: BankAccount, coffee: Budget) -> None:
    fingerprint = data(owner, PREVIEW, account=str(account.pk))["autoSpendPreview"]["fingerprint"]
    call = f'applyAutoSpend(id: "{account.pk}", fingerprint: "{fingerprint}", idempotencyKey: "k")'
    assert write(owner, call) == write(owner, call)
    assert len(data(owner, RUNS, account=str(account.pk))["autoSpendRuns"]) == 1


def test_a_preview_costs_as_much_however_much_would_change(owner: User, account: BankAccount, coffee: Budget) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            data(owner, PREVIEW, account=str(account.pk))
        return len(captured)

    few = cost()
    budgets.update(actor=owner, budget_id=coffee.pk, fields={"auto_spend": []}, now=build.NOW)
    for _ in range(10):
        build.transaction(account, amount="-3", raw_description="COFFEE")
    budgets.update(actor=owner, budget_id=coffee.pk, fields={"auto_spend": RULES}, now=build.NOW)
    assert cost() == few
    assert len(data(owner, PREVIEW, account=str(account.pk), first=5)["autoSpendPreview"]["changes"]) == 5
    for wrong in (0, 101):
        answer = ask(owner, PREVIEW, account=str(account.pk), first=wrong)
        assert answer["errors"][0]["extensions"]["field"] == "first"


def test_a_stranger_learns_nothing(owner: User, stranger: User, account: BankAccount, coffee: Budget) -> None:
    run = applied(owner, account)
    for query in (PREVIEW, RUNS):
        answers = [ask(stranger, query, account=str(key)) for key in (account.pk, uuid4())]
        assert answers[0] == answers[1]
        assert answers[0]["errors"][0]["extensions"] == {"code": "not_found", "field": "account"}
    assert write(stranger, "undoAutoSpend(id: $id)", id=run["id"]) == write(
        stranger, "undoAutoSpend(id: $id)", id=str(uuid4())
    )


def test_by_rest_it_is_the_same(owner: User, account: BankAccount, coffee: Budget) -> None:
    api, path = client(owner), f"/api/v1/bank-accounts/{account.pk}/auto-spend"
    shown = api.get(f"{path}/preview/").json()
    assert (shown["currency"], shown["more"], len(shown["changes"])) == ("USD", False, 1)
    assert (shown["changes"][0]["amount"], shown["effects"][1]["balance_then"]) == ("-3.00", "-3.00")

    asked = {"budget": str(coffee.pk), "rules": json.dumps([{"min": 3.5}]), "since": "2026-01-01"}
    assert api.get(f"{path}/preview/", asked).json()["changes"] == []
    for wrong, field in (({"rules": "["}, "rules"), ({"rules": "[]"}, "budget"), ({"since": "x"}, "since")):
        answer = api.get(f"{path}/preview/", wrong)
        assert (answer.status_code, set(answer.json())) == (400, {field})

    made = api.post(f"{path}/apply/", {"fingerprint": shown["fingerprint"]})
    assert (made.status_code, made.json()["count"], made.json()["changes"][0]["obstacle"]) == (201, 1, None)
    key = made.json()["id"]
    assert [each["id"] for each in api.get(f"{path}/runs/").json()] == [key]
    undone = api.post(f"{path}/runs/{key}/undo/", {}).json()
    assert (undone["undone_by"], undone["changes"][0]["undone"]) == ("owner", True)
    assert api.get(f"{path}/runs/{key}/").json() == undone


def test_by_rest_a_stranger_finds_nothing(
    owner: User, stranger: User, account: BankAccount, foreign_account: BankAccount, coffee: Budget
) -> None:
    run, api = applied(owner, account)["id"], client(stranger)
    for path in ("preview", "runs", f"runs/{run}"):
        answers = [api.get(f"/api/v1/bank-accounts/{key}/auto-spend/{path}/") for key in (account.pk, uuid4())]
        assert [each.status_code for each in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    for key in (account.pk, foreign_account.pk):
        for body in ({}, {"partly": "no sense"}):
            answer = api.post(f"/api/v1/bank-accounts/{key}/auto-spend/runs/{run}/undo/", body)
            assert answer.status_code == 404
    assert api.post(f"/api/v1/bank-accounts/{account.pk}/auto-spend/apply/", {"no": "sense"}).status_code == 404
    assert client(owner).get(f"/api/v1/bank-accounts/{account.pk}/auto-spend/runs/zzz/").status_code == 404
