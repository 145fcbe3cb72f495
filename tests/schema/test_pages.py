"""Lists: pages, cursors, filters, order."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import BankAccount, Transaction, User
from tests import build
from tests.build import NOW
from tests.schema.door import ask, data, nodes

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TRANSACTIONS = """query ($first: Int! = 20, $after: String) {
  transactions(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { description } }
  }
}"""


def names(user: User, **variables: object) -> list[str]:
    return [each["description"] for each in nodes(data(user, TRANSACTIONS, **variables)["transactions"])]


def fill(account: BankAccount, count: int, *, days: int = 0) -> None:
    for number in range(count):
        build.transaction(account, raw_description=f"row {number}", posted_date=NOW + timedelta(days=days * number))


def test_the_latest_come_first_and_of_one_day_the_last_entered(owner: User, account: BankAccount) -> None:
    build.transaction(account, raw_description="old", posted_date=-3)
    fill(account, 2)
    build.transaction(account, raw_description="new", posted_date=1)

    assert names(owner) == ["new", "row 1", "row 0", "old"]


def test_a_page_has_twenty_rows_unless_told_otherwise(owner: User, account: BankAccount) -> None:
    fill(account, 21)
    found = data(owner, TRANSACTIONS)["transactions"]

    assert len(found["edges"]) == 20
    assert found["totalCount"] == 21
    assert found["pageInfo"]["hasNextPage"] is True
    assert len(names(owner, first=21)) == 21
    assert names(owner, first=0) == []


def test_pages_follow_on_each_other_while_rows_are_added(owner: User, account: BankAccount) -> None:
    fill(account, 5, days=1)
    seen = []
    after = None
    for _ in range(3):
        page = data(owner, TRANSACTIONS, first=2, after=after)["transactions"]
        seen += [each["description"] for each in nodes(page)]
        after = page["pageInfo"]["endCursor"]
        build.transaction(account, raw_description="later", posted_date=9)

    assert seen == ["row 4", "row 3", "row 2", "row 1", "row 0"]
    assert page["pageInfo"]["hasNextPage"] is False


def test_pages_below_a_row(owner: User, account: BankAccount, shared_account: BankAccount) -> None:
    for each in (account, shared_account):
        for number in range(3):
            build.budget(each, name=f"{each.name} {number}", now=NOW + timedelta(minutes=number))
    query = """query ($after: String) { bankAccounts { edges { node {
      budgets(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { name } } }
    } } } }"""
    first, second = (each["budgets"] for each in nodes(data(owner, query)["bankAccounts"]))
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (4, True)
    assert nodes(first) == [{"name": "Unallocated"}, {"name": "Checking 0"}]
    assert nodes(second) == [{"name": "Unallocated"}, {"name": "Household 0"}]
    following = nodes(data(owner, query, after=first["pageInfo"]["endCursor"])["bankAccounts"])

    assert nodes(following[0]["budgets"]) == [{"name": "Checking 1"}, {"name": "Checking 2"}]


@pytest.fixture
def five(account: BankAccount) -> BankAccount:
    """An account with transactions named 4, 3, 2, 1, 0, the latest first."""
    for number in range(5):
        build.transaction(account, raw_description=str(number), posted_date=NOW + timedelta(days=number))
    return account


PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  transactions(first: $first, after: $after, last: $last, before: $before) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { description } }
  }
}"""


def page(user: User, **variables: object) -> tuple[str, dict[str, Any], dict[str, str]]:
    """The names of a page in one text, where it lies, and the cursor of each row."""
    found = data(user, PAGE, **variables)["transactions"]
    cursors = {edge["node"]["description"]: edge["cursor"] for edge in found["edges"]}
    assert found["pageInfo"]["startCursor"] == next(iter(cursors.values()), None)
    assert found["pageInfo"]["endCursor"] == next(reversed(cursors.values()), None)
    return "".join(cursors), found["pageInfo"], cursors


def test_the_last_rows_come_in_the_order_of_the_list(owner: User, five: BankAccount) -> None:
    names, info, _ = page(owner, last=2)

    assert names == "10"
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (True, False)


def test_pages_backwards_follow_on_each_other(owner: User, five: BankAccount) -> None:
    seen, before = [], None
    for _ in range(3):
        names, info, _ = page(owner, last=2, before=before)
        seen.append(names)
        before = info["startCursor"]

    assert seen == ["10", "32", "4"]
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (False, True)


def test_what_lies_between_two_cursors(owner: User, five: BankAccount) -> None:
    _, _, at = page(owner)

    assert page(owner, after=at["4"], before=at["0"])[0] == "321"
    assert page(owner, first=1, after=at["4"], before=at["0"])[0] == "3"
    assert page(owner, last=1, after=at["4"], before=at["0"])[0] == "1"
    assert page(owner, after=at["2"], before=at["2"])[0] == ""
    assert page(owner, after=at["0"], before=at["4"])[0] == ""


def test_whether_there_is_more_on_either_side(owner: User, five: BankAccount) -> None:
    _, _, at = page(owner)

    def sides(**variables: object) -> tuple[bool, bool]:
        info = page(owner, **variables)[1]
        return info["hasPreviousPage"], info["hasNextPage"]

    assert sides() == (False, False)
    assert sides(first=5) == sides(last=5) == (False, False)
    assert sides(first=4) == (False, True)
    assert sides(last=4) == (True, False)
    assert sides(first=2, after=at["4"]) == (True, True)
    assert sides(first=9, after=at["4"]) == (True, False)
    assert sides(first=9, before=at["0"]) == (False, True)
    assert sides(last=9, before=at["0"]) == (False, True)
    assert sides(first=0) == (False, True)
    assert sides(last=0) == (True, False)


def test_first_and_last_exclude_each_other(owner: User, five: BankAccount) -> None:
    answer = ask(owner, PAGE, first=1, last=1)

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "invalid", "field": "last"}
    assert "`last`" in answer["errors"][0]["message"]


@pytest.mark.parametrize("field", ["after", "before"])
def test_a_bad_cursor_is_named(owner: User, five: BankAccount, field: str) -> None:
    (error,) = ask(owner, PAGE, **{field: "garbage"})["errors"]

    assert error["extensions"] == {"code": "invalid", "field": field}


def test_a_cursor_outlives_its_row(owner: User, five: BankAccount) -> None:
    _, _, at = page(owner)
    Transaction.objects.filter(raw_description="2").delete()

    assert page(owner, after=at["2"])[0] == "10"
    assert page(owner, last=9, before=at["2"])[0] == "43"


def test_pages_below_a_row_go_backwards_too(owner: User, account: BankAccount, shared_account: BankAccount) -> None:
    for each in (account, shared_account):
        for number in range(3):
            build.budget(each, name=f"{each.name} {number}", now=NOW + timedelta(minutes=number))
    query = """query ($before: String) { bankAccounts { edges { node {
      budgets(last: 2, before: $before) { pageInfo { hasPreviousPage startCursor } edges { node { name } } }
    } } } }"""
    first, second = (each["budgets"] for each in nodes(data(owner, query)["bankAccounts"]))

    assert nodes(first) == [{"name": "Checking 1"}, {"name": "Checking 2"}]
    assert nodes(second) == [{"name": "Household 1"}, {"name": "Household 2"}]
    assert first["pageInfo"]["hasPreviousPage"] is True
    earlier, _ = nodes(data(owner, query, before=first["pageInfo"]["startCursor"])["bankAccounts"])
    assert nodes(earlier["budgets"]) == [{"name": "Unallocated"}, {"name": "Checking 0"}]


def counted(user: User, query: str) -> tuple[dict[str, Any], list[str]]:
    """The data of an answer, and the statements that counted rows for it."""
    with CaptureQueriesContext(connection) as captured:
        found = data(user, query)
    return found, [each["sql"] for each in captured.captured_queries if "COUNT(" in each["sql"]]


def test_rows_are_counted_only_if_asked_for(owner: User, five: BankAccount) -> None:
    assert counted(owner, "{ transactions(first: 2) { edges { node { description } } } }")[1] == []
    found, statements = counted(owner, "{ transactions(first: 2) { totalCount edges { cursor } } }")
    assert found["transactions"]["totalCount"] == 5
    assert len(statements) == 1
    found, statements = counted(owner, "{ transactions { totalCount } }")
    assert found["transactions"]["totalCount"] == 5
    assert len(statements) == 1


def test_a_page_that_has_the_whole_list_need_not_be_counted(owner: User, five: BankAccount) -> None:
    for query in (
        "{ transactions { totalCount edges { cursor } } }",
        "{ transactions(last: 5) { pageInfo { endCursor } totalCount } }",
    ):
        found, statements = counted(owner, query)
        assert found["transactions"]["totalCount"] == 5
        assert statements == []


def test_lists_below_rows_are_counted_together(owner: User, five: BankAccount, shared_account: BankAccount) -> None:
    build.budget(shared_account)
    query = "{ bankAccounts { edges { node { budgets%s { totalCount edges { cursor } } } } } }"

    for arguments, statements in (("(first: 0)", 1), ("(first: 1)", 1), ("", 0)):
        found, seen = counted(owner, query % arguments)
        assert [each["budgets"]["totalCount"] for each in nodes(found["bankAccounts"])] == [1, 2]
        assert len(seen) == statements


def test_a_list_may_be_asked_for_twice_with_different_arguments(
    owner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    query = """{ bankAccounts { edges { node {
      first: budgets(first: 1) { edges { node { name } } } last: budgets(last: 1) { edges { node { name } } }
      same: budgets(first: 1) { edges { node { isUnallocated } } }
    } } } }"""

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            found = nodes(data(owner, query)["bankAccounts"])
        assert [nodes(each["first"]) for each in found] == [[{"name": "Unallocated"}]] * len(found)
        assert [nodes(each["same"]) for each in found] == [[{"isUnallocated": True}]] * len(found)
        assert [nodes(each["last"]) for each in found] == [[{"name": name}] for name in latest[: len(found)]]
        return len(captured)

    latest = ["Last", "Latest", "Groceries"]
    build.budget(account, name="Last")
    build.budget(shared_account, name="Latest")
    before = statements()
    build.budget(build.account(owner=owner, name="New"))

    assert statements() == before
