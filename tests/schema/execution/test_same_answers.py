"""The law of `backend.schema.execution`: the same answers as graphql-core's own executor gives, errors included."""

import os
from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from hypothesis import HealthCheck, assume, given, settings
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Ordinary

from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.schema.context import Context
from backend.schema.root import schema
from tests import build, servers
from tests.build import NOW
from tests.schema.execution.documents import queries
from tests.schema.test_dashboard import DASHBOARD

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
EXAMPLES = int(os.environ.get("MIBUDGE_TEST_EXAMPLES") or servers.examples(40))

CORPUS = [
    DASHBOARD,
    # columns, words, amounts, ids; nulls; names that are given twice
    """{ transactions { edges { cursor node {
      id uuid __typename memo party pending postedDate transactionType kind: transactionType
      amount { amount } amount { currency } other: amount { formatted __typename }
      ... on Node { id }
    } } } }""",
    # pages of columns, read backwards, with their places; the parts of amounts, some of them null
    """{ transactions(last: 3) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor __typename one: node { id __typename transactionType } two: node { uuid memo } }
      again: edges { node { amount { amount sign: currency __typename } postedBalance { formatted } } } }
      budgets(first: 3) { edges { node { fundingAmount { amount } fundingType priority createdAt targetDate } } }
      bankAccounts { edges { node { budgets(last: 2) { pageInfo { startCursor } edges { node { balance { currency }
        fundingAmount { formatted amount } } } } currencyDetails { code } linkAliases } } } }""",
    "{ transactions { edges { __typename } } budgets { edges { node { __typename } } } }",
    # rows that rows refer to, loaded and not
    """{ transactions { edges { node { linkedTransaction { id bankAccount { name } } bankAccount { bank { id name } }
      allocations { totalCount edges { node { budget { name fillupGoal { name } bankAccount { currency } }
        transaction { description } } } } } } } }""",
    # lists below rows, with all that they can be asked for, twice of the same rows, and what is refused of them
    """query ($few: Int = 2, $none: Boolean) { transactions(first: 4) { edges { node { description
      allocations(first: $few, orderBy: {field: AMOUNT, direction: DESC}) { totalCount edges { node { memo } } }
      last: allocations(last: 1, filters: {unallocated: $none}) { pageInfo { startCursor } edges { cursor } }
      ...Rest } again: node { ...Rest } } } budgets { edges { node { ...Funds } } } }
      fragment Rest on Transaction { rest: allocations(filters: {size: {min: "2"}}) { edges { node { id
        budget { name transfers(first: 1) { edges { node { actor } } } ...Funds } } } } }
      fragment Funds on Budget { fundingEvents(first: 1) { edges { node { on } } } }""",
    """{ transactions { edges { node { description allocations(first: 1, last: 1) { totalCount } } } }
      bankAccounts { edges { node { name budgets(after: "nowhere") { totalCount } transactions(first: 1, last: 1) {
        edges { node { memo } } } } } } }""",
    '{ bankAccounts { edges { node { name transactions(filters: {search: "' + "x" * 200 + '"}) { totalCount } } } } }',
    # what is left out
    """query ($no: Boolean! = false, $yes: Boolean! = true) { bankAccounts { edges { node { name @include(if: $no)
      currency @skip(if: $no) ...Rest @include(if: $yes) ... @skip(if: $yes) { id } } } } }
      fragment Rest on BankAccount { owners fundingSummary { total { amount } schedules { nextDate schedule } } }""",
    "{ bankAccounts { edges { node { budgets { edges { node { nextFunding { on amount { amount } } } } } } } } }",
    "{ bankAccounts { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
    "{ me { name defaultBankAccount { id budgets { edges { node { targetDate fundingAmount { amount } } } } } } }",
    "query One { me { name } } query Other { me { username } }",
    "{ me { nothing } }",
    "{ __schema { queryType { name fields { name } } } __typename }",
]


@pytest.fixture
def house(owner: User, coowner: User, account: BankAccount, shared_account: BankAccount) -> User:
    """Somebody who has some of everything."""
    goal = build.budget(account, name="Holiday", target_balance=100, balance=20, memo="sea")
    rent = build.budget(
        account,
        name="Rent",
        budget_type=Budget.Type.RECURRING,
        funding_type=Budget.Funding.FIXED,
        funding_amount=10,
        target_balance=50,
        funding_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=1",
        recurrance_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=3",
        with_fillup_goal=True,
    )
    yen = build.account(owner=owner, name="Yen", currency="JPY", balance=5000)
    for number in range(5):
        build.transaction(account, amount="-9.50", posted_date=-number, splits={goal: "4.00", rent: "1.25"})
    build.transaction(yen, amount=-300, transaction_type="", memo="noodles", raw_description="NOODLES 12")
    build.transaction(shared_account, amount=25, pending=True)
    build.transfer(account, source=goal, target=rent, amount=1)
    owner.default_bank_account = account
    owner.save()
    return owner


def answer(user: User, query: str, executor: Any, **variables: object) -> tuple[bytes, list[Any]]:
    """What the client gets, to the byte, and the errors with all that is known of them."""
    kept, schema.execution_context_class = schema.execution_context_class, executor
    try:
        result = schema.execute_sync(query, variables, context_value=Context(user=user, now=NOW))
    finally:
        schema.execution_context_class = kept
    return orjson.dumps(result.data), [shown(error) for error in result.errors or ()]


def shown(error: GraphQLError) -> tuple[Any, ...]:
    cause = error.original_error
    return error.message, error.path, error.locations, type(cause), str(cause)


def assert_same(user: User, query: str, **variables: object) -> list[Any]:
    """Both executors give the same answer; returns its errors."""
    ours = schema.execution_context_class
    found = answer(user, query, ours, **variables)
    assert found == answer(user, query, Ordinary, **variables)
    return found[1]


def is_too_dear(errors: list[Any]) -> bool:
    """Whether the document was refused before anything of it was executed, as a few that are made up are."""
    return any(message.startswith("The query asks for too much: cost") for message, *_ in errors)


any_query = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("query", CORPUS)
def test_of_known_queries(house: User, query: str) -> None:
    assert_same(house, query)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("query", CORPUS)
def test_for_somebody_who_has_nothing(stranger: User, query: str) -> None:
    assert_same(stranger, query)


@any_query
@given(query=queries(schema._schema))
def test_of_any_query(house: User, query: str) -> None:
    errors = assert_same(house, query)
    assume(not is_too_dear(errors))
    assert errors == []


class TestWhereRowsAreBroken:
    """What no service would store: each is told of where it is, and the rest is shown as far as the types allow."""

    @pytest.fixture(autouse=True)
    def broken(self, house: User) -> None:
        Budget.objects.filter(name="Rent").update(budget_type="?")
        BankAccount.objects.filter(name="Yen").update(currency="???")
        Transaction.objects.filter(memo="noodles").update(transaction_type="unknown")

    @pytest.mark.parametrize(
        ("query", "path"),
        [
            (
                "{ bankAccounts { edges { node { name budgets { edges { node { name budgetType } } } } } } }",
                "budgetType",
            ),
            ("{ transactions { edges { node { kind: transactionType } } } }", "kind"),
            ("{ transactions { edges { node { id amount { amount } } } } }", "amount/amount"),
            (
                """{ transactions { edges { node { description
                  allocations { edges { node { memo budget { balance { amount } } } } } } } } }""",
                "budget/balance/amount",
            ),
        ],
    )
    def test_each_error_is_where_it_belongs(self, house: User, query: str, path: str) -> None:
        (error, *_) = assert_same(house, query)

        assert "/".join(map(str, error[1])).endswith(f"/node/{path}")

    @any_query
    @given(query=queries(schema._schema))
    def test_of_any_query(self, house: User, query: str) -> None:
        errors = assert_same(house, query)
        assume(not is_too_dear(errors))
        assert all(path for _, path, *_ in errors)
