"""Documents that ask for too much: refused quickly, whatever they are made of."""

from typing import Any

import pytest
from django.test import Client

from backend.ledger.models import BankAccount, User
from backend.schema import limits
from tests import build
from tests.schema.door import ask, data, post
from tests.schema.test_dashboard import DASHBOARD
from tests.tokens import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
BUDGETS = "budgets%s { edges { node { name } } }"
BUDGET = "{ bankAccounts { edges { node { budgets { edges { node { ANY } } } } } } }"
ME = "{ me { ANY } }"
NODE = "{ node(id: ANY) { id } }"


def refusal(user: User, query: str, **variables: object) -> dict[str, Any]:
    """The one error of a document that is not run."""
    answer = ask(user, query, **variables)
    assert answer["data"] is None
    found: dict[str, Any] = answer["errors"][0]["extensions"]
    return found


INTROSPECTION = """
query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { ...FullType }
  directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated }
  inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description }
  possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name } } } } } } } }
"""


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
    deep = "{ bankAccounts { edges { node { budgets { edges { node { %s balance { amount } %s } } } } } } }"

    def nested(levels: int) -> str:
        return deep % ("fillupGoal { " * levels, "}" * levels)

    assert data(owner, nested(6)) == {"bankAccounts": {"edges": []}}
    assert refusal(owner, nested(7))["limit"] == "depth"


@pytest.mark.parametrize("depth", [11, 100, 180])
def test_depth_is_refused_however_deep(owner: User, depth: int) -> None:
    query = BUDGET.replace("ANY", "fillupGoal { " * depth + "name" + "}" * depth)

    assert refusal(owner, query)["code"] == "limit"


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


def doubled(levels: int, kind: str, more: str = "") -> str:
    """Fragments each of which spreads the next one twice."""
    each = (f"fragment f{n} on {kind} {{ {more} ...f{n + 1} ... on {kind} {{ ...f{n + 1} }} }}" for n in range(levels))
    return " ".join(each) + f" fragment f{levels} on {kind} {{ a: name }}"


RUN = {"known directives", "commas", "comments", "a long text", "many operations"}
CORPUS = {
    "fragments that double": BUDGET.replace("ANY", "...f0") + doubled(60, "Budget"),
    "fragments that double and nest": ME.replace("ANY", "...f0") + doubled(40, "Me", "defaultBankAccount { name }"),
    "a fragment within itself": "{ me { ...f } } fragment f on Me { name ...f }",
    "two fragments within each other": "{ me { ...f } } fragment f on Me { ...g } fragment g on Me { ...f }",
    "a long circle of fragments": "{ me { ...f0 } } "
    + " ".join(f"fragment f{n} on Me {{ ...f{(n + 1) % 100} }}" for n in range(100)),
    "an unknown fragment": "{ me { ...nowhere } }",
    "one field many times": ME.replace("ANY", "name " * 5_000),
    "fields that overlap": "{" + "me { name timezone } " * 150 + "}",
    "a thousand aliases": ME.replace("ANY", " ".join(f"a{n}: name" for n in range(330))),
    "ten thousand aliases": "{" + " ".join(f"a{n}: __typename" for n in range(3_000)) + "}",
    "known directives": ME.replace("ANY", "name " + "@include(if: true) " * 140),
    "unknown directives": ME.replace("ANY", "name " + "@nothing " * 400),
    "many operations": " ".join(f"query q{n} {{ me {{ name }} }}" for n in range(120)),
    "brackets": "{" * 900,
    "closed brackets": "{ a " * 300 + "}" * 300,
    "lists in an argument": NODE.replace("ANY", "[" * 450 + "1" + "]" * 450),
    "objects in an argument": NODE.replace("ANY", "{a: " * 240 + "1" + "}" * 240),
    "types of a variable": "query ($v: " + "[" * 400 + "Int" + "]" * 400 + ") { me { name } }",
    "inline fragments": ME.replace("ANY", "... { " * 300 + "name" + "}" * 300),
    "commas": ME.replace("ANY", "name " + "," * 50_000),
    "comments": "{ me { name } } " + "#\n" * 20_000,
    "a long text": NODE.replace("ANY", '"' + "x" * 60_000 + '"'),
    "a long name": ME.replace("ANY", "x" * 60_000),
    "a large number": "{ transactions(first: " + "9" * 20_000 + ") { totalCount } }",
    "typos": ME.replace("ANY", " ".join(f"nam{n}" for n in range(450))),
    "letters of other scripts": "{ mé { name } }",
    "introspection without end": "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    "introspection many times": "{"
    + " ".join(f"a{n}: __schema {{ types {{ fields {{ type {{ fields {{ name }} }} }} }} }}" for n in range(9))
    + "}",
    "introspection by fragments": "{ __schema { types { ...t } } } fragment t on __Type { fields { type { ...u } } } "
    "fragment u on __Type { fields { args { type { fields { name } } } } }",
}


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_documents_get_an_answer(owner: User, name: str) -> None:
    response = post(owner, {"query": CORPUS[name]})

    assert response.status_code in (200, 413)
    assert len(response.content) < 100_000
    for error in response.json().get("errors", ()):
        assert error["extensions"]["code"] != "internal"


@pytest.mark.parametrize("name", sorted(set(CORPUS) - RUN))
def test_hostile_documents_are_not_run(owner: User, name: str) -> None:
    answer = post(owner, {"query": CORPUS[name]}).json()

    assert answer["errors"]
    assert not answer.get("data")


def test_unused_variables_of_any_size_do_no_harm(owner: User) -> None:
    for value in ("x" * 60_000, list(range(10_000)), 1e30, 10**300):
        client = Client(headers=bearer(owner))
        body = {"query": "{ me { name } }", "variables": {"v": value}}
        assert client.post("/graphql/", body, content_type="application/json").status_code == 200
