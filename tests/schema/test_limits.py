"""What one document may ask for, up to each limit and beyond it."""

from typing import Any

import pytest

from backend.ledger.models import BankAccount, User
from backend.schema import limits
from tests import build
from tests.schema.abuse.documents import INTROSPECTION, ME, within
from tests.schema.door import ask, data, post
from tests.schema.test_dashboard import DASHBOARD

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
BUDGETS = "budgets%s { edges { node { name } } }"


def refusal(user: User, query: str, **variables: object) -> dict[str, Any]:
    """The one error of a document that is not run."""
    answer = ask(user, query, **variables)
    assert answer["data"] is None
    found: dict[str, Any] = answer["errors"][0]["extensions"]
    return found


def test_the_dashboard_passes(owner: User) -> None:
    assert data(owner, DASHBOARD)["bankAccounts"] == {"edges": []}


def test_introspection_passes(owner: User) -> None:
    assert len(data(owner, INTROSPECTION)["__schema"]["types"]) > 20


@pytest.mark.parametrize(
    "spelling",
    ["(first: 100)", "(first: $many)", "(first: $default)", "(last: 100)", "(last: $many)", "(first: null, last: 100)"],
)
def test_rows_count_as_often_as_the_pages_around_them_hold(owner: User, spelling: str) -> None:
    query = (
        "query ($many: Int!, $default: Int! = 100) { __typename me { name @include(if: true) } "
        f"bankAccounts{spelling} {{ edges {{ node {{ {BUDGETS % spelling} }} }} }} "
        "a: bankAccounts(first: $many) { totalCount } b: bankAccounts(first: $default) { totalCount } }"
    )
    found = refusal(owner, query, many=100)

    assert found["code"] == "limit"
    assert found["limit"] == "cost"
    assert found["allowed"] == limits.COST


def test_fragments_hide_nothing(owner: User) -> None:
    query = """
    { bankAccounts(first: 100) { ...accounts } }
    fragment accounts on BankAccountConnection { edges { node { ... on BankAccount { ...account } } } }
    fragment account on BankAccount { budgets(first: 100) { ... { edges { node { ... on Node { id } name } } } } }
    """
    assert refusal(owner, query)["limit"] == "cost"


def test_smaller_pages_pass(owner: User) -> None:
    query = "{ bankAccounts(first: 30) { edges { node { %s } } } }" % (BUDGETS % "(first: 50)")

    assert data(owner, query)["bankAccounts"] == {"edges": []}


@pytest.mark.parametrize("end", ["first", "last"])
@pytest.mark.parametrize("size", [101, 1_000_000, -1])
def test_a_page_has_no_more_than_a_hundred_rows(owner: User, end: str, size: int) -> None:
    literal = f"{{ transactions({end}: {size}) {{ totalCount }} }}"
    variable = f"query ($size: Int!) {{ transactions({end}: $size) {{ totalCount }} }}"
    refused = {"code": "limit", "limit": "rows of a page", "allowed": 100, "field": end}

    assert refusal(owner, literal) == refused
    assert refusal(owner, variable, size=size) == refused


@pytest.mark.parametrize("end", ["first", "last"])
@pytest.mark.parametrize("size", ["10", 1.5, 1e30, True, [1], {"a": 1}])
def test_a_page_size_is_a_whole_number(owner: User, end: str, size: object) -> None:
    answer = ask(owner, f"query ($size: Int) {{ transactions({end}: $size) {{ totalCount }} }}", size=size)

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] in ("invalid_document", "limit")


def test_fields_within_one_another_are_limited(owner: User) -> None:
    assert data(owner, within(7)) == {"bankAccounts": {"edges": []}}
    assert refusal(owner, within(8))["limit"] == "depth"


def test_aliases_are_limited(owner: User) -> None:
    def query(count: int) -> str:
        return ME.replace("ANY", " ".join(f"a{number}: name" for number in range(count)))

    assert len(data(owner, query(limits.ALIASES))["me"]) == limits.ALIASES
    assert refusal(owner, query(limits.ALIASES + 1))["limit"] == "aliases"


def test_aliases_in_a_fragment_count_each_time(owner: User) -> None:
    fragment = "fragment f on Me {" + " ".join(f"a{number}: name" for number in range(6)) + "}"
    query = "{ a: me { ...f } b: me { ...f } } " + fragment

    assert data(owner, query)["a"] == data(owner, query)["b"]
    assert refusal(owner, query.replace("} }", "} c: me { ...f } }", 1))["limit"] == "aliases"


def test_fields_at_the_root_are_limited(owner: User) -> None:
    query = "{ me { name } me { name } me { name } me { name } ...f ...f } fragment f on Query { %s }"

    assert data(owner, query % "me { name } me { name } me { name }")["me"] == {"name": ""}
    assert refusal(owner, query % "me { name } me { name } me { name } me { name }")["limit"] == "fields at the root"


def test_mutations_at_once_are_limited(owner: User, account: BankAccount) -> None:
    budget = build.budget(account)
    one = 'createTransfer(input: {source: "%s", target: "%s", amount: "1.00"}) { __typename }'
    one %= (build.unallocated(account).pk, budget.pk)
    query = "mutation {" + " ".join(f"m{number}: {one}" for number in range(6)) + "}"

    assert refusal(owner, query)["limit"] == "fields at the root"
    budget.refresh_from_db()
    assert budget.balance == 0


def test_of_several_operations_one_must_be_chosen(owner: User) -> None:
    query = "query a { me { name } } query b { me { timezone } }"

    assert post(owner, {"query": query, "operationName": "b"}).json() == {"data": {"me": {"timezone": "UTC"}}}
    assert refusal(owner, query) == {"code": "invalid_document"}
