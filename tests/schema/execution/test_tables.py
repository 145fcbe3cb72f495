"""Pages of which nothing but columns is shown, and the statements that read them."""

from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from backend.ledger import prepared
from backend.ledger.models import BankAccount, Budget, User
from backend.ledger.rules.grants import Grant
from backend.schema import base, lists
from backend.schema.context import Context
from backend.schema.execution import readers
from backend.schema.root import schema
from tests import build
from tests.build import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGE = "transactions(first: 2, after: $after) { pageInfo { endCursor } edges { node { uuid rawDescription } } }"
PAGES = f"query ($after: String) {{ {PAGE} }}"


def ask(user: User, query: str, **variables: object) -> Any:
    result = schema.execute_sync(query, variables, context_value=Context(user=user, now=NOW))
    assert not result.errors, result.errors
    return result.data


def shown(user: User, **variables: object) -> list[str]:
    return [edge["node"]["rawDescription"] for edge in ask(user, PAGES, **variables)["transactions"]["edges"]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of the statements that are made, of which none is known yet."""
    found: list[str] = []
    make = prepared._compiled

    def note(rows: Any) -> prepared.Statement:
        statement = make(rows)
        found.append(statement.sql)
        return statement

    monkeypatch.setattr(prepared, "_compiled", note)
    monkeypatch.setattr(prepared, "_known", {})
    return found


def test_a_page_is_read_by_a_statement_that_was_made_for_another_one(
    owner: User, account: BankAccount, made: list[str]
) -> None:
    for number in range(5):
        build.transaction(account, amount=-1, posted_date=-number, raw_description=f"ROW {number}")

    first = ask(owner, PAGES, after=None)["transactions"]
    second = ask(owner, PAGES, after=first["pageInfo"]["endCursor"])["transactions"]
    known = len(made)
    third = ask(owner, PAGES, after=second["pageInfo"]["endCursor"])["transactions"]

    found = [edge["node"]["rawDescription"] for page in (first, second, third) for edge in page["edges"]]
    assert found[:5] == [f"ROW {number}" for number in range(5)]
    assert len(made) == known


def test_lists_below_rows_are_read_by_a_statement_that_was_made_for_other_rows(owner: User, made: list[str]) -> None:
    query = "query ($id: ID!) { bankAccount(id: $id) { budgets { edges { node { name } } } } }"
    accounts = [build.account(owner=owner, name=name) for name in "ab"]
    for account in accounts:
        build.budget(account, name=f"Of {account.name}")
    made.clear()  # those of the writes

    found = [ask(owner, query, id=str(account.pk)) for account in accounts]

    names = [[edge["node"]["name"] for edge in each["bankAccount"]["budgets"]["edges"]] for each in found]
    assert names == [["Unallocated", "Of a"], ["Unallocated", "Of b"]]
    assert len([sql for sql in made if '"ledger_budget"' in sql]) == 1


def test_nobody_is_given_what_a_statement_found_for_somebody_else(
    owner: User, coowner: User, stranger: User, account: BankAccount, shared_account: BankAccount
) -> None:
    build.transaction(account, amount=-1, raw_description="MINE")
    build.transaction(shared_account, amount=-1, posted_date=-1, raw_description="OURS")
    token = User.objects.get(pk=owner.pk)
    token.grant = Grant(token_id=UUID(int=1), name="", scopes=frozenset(), limited=True)  # to no account at all

    for _ in range(2):
        assert shown(owner) == ["MINE", "OURS"]
        assert shown(coowner) == ["OURS"]
        assert shown(stranger) == []
        assert shown(token) == []


def test_whoever_loses_an_account_loses_it_in_known_statements(
    owner: User, coowner: User, shared_account: BankAccount
) -> None:
    build.transaction(shared_account, amount=-1, raw_description="OURS")
    assert shown(coowner) == ["OURS"]

    shared_account.owners.remove(coowner)

    assert shown(coowner) == []


def test_nothing_is_read_that_is_not_shown(owner: User, account: BankAccount, made: list[str]) -> None:
    ask(owner, "{ transactions { edges { node { party } } } transfers { edges { __typename } } }")

    selected = [sql.partition(" FROM ")[0] for sql in made]
    assert ['"party"' in each or '"id"' in each for each in selected] == [True, True]
    assert not any("," in each for each in selected)


def test_statements_are_kept_up_to_a_number(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "KEPT", 2)

    def rows(hole: object) -> Any:
        return User.objects.values_list("pk")

    for key in "abca":
        prepared.statement(key, rows)

    assert len(made) == 4
    assert set(prepared._known) == {"c", "a"}


@pytest.fixture
def house(owner: User, account: BankAccount) -> User:
    goal = build.budget(account, name="Holiday", target_balance=100, balance=20)
    rent = build.budget(account, name="Rent", funding_type=Budget.Funding.FIXED, funding_amount=10)
    build.transaction(account, amount="-9.50", splits={goal: "4.00", rent: "1.25"})
    build.transfer(account, source=goal, target=rent, amount=1)
    return owner


def columns(kind: GraphQLObjectType) -> str:
    """The fields of a type of rows that are columns, as far as they say."""
    found, model = [], readers.model_of(kind)
    assert model
    for name, field in kind.fields.items():
        made = readers.definition(field)
        resolver, leaf = made.base_resolver, is_leaf_type(get_named_type(field.type))
        if readers.binding(field, kind) is None or (resolver and readers.columns(made, model) is None):
            continue
        if resolver and resolver.wrapped_func in base.AMOUNTS:
            found.append(f"{name} {{ amount currency }} {name}Shown: {name} {{ formatted }}")
        elif leaf and (resolver is None or len(resolver.signature.parameters) == 1):
            found.append(name)
    return " ".join(found)


@pytest.mark.parametrize("name", ["bankAccounts", "budgets", "transactions", "allocations", "transfers", "history"])
def test_what_says_that_it_needs_columns_needs_no_row(house: User, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else rows would be read twice."""
    root: Any = schema._schema.query_type
    edge: Any = get_named_type(get_named_type(root.fields[name].type).fields["edges"].type)
    selected = columns(get_named_type(edge.fields["node"].type))
    query = f"{{ {name} {{ edges {{ cursor node {{ id {selected} }} }} pageInfo {{ endCursor }} }} }}"
    monkeypatch.delattr(lists.AtRoot, "_rows")

    assert ask(house, query)[name]["edges"]
