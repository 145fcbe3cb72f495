"""How many database queries a request costs: as many for thirty rows as for three.

A list takes one query for its rows, and what these refer to: owners of accounts; events, entries and time zones for the
next funding of budgets; entries of transfers. One more counts it, unless its first page has all of it.

Marking an account as imported also funds what waited for it, and each event is a commit of its own. It takes: the
lock; the marks that tell whether anybody else wrote, at its beginning and at its end; the event, the transfer and its
two entries; later entries, and their sums if there are any; the budgets, read and written; the history; the account;
the budget's next day; one more where the goal is complete. Without money only the event is written.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger.models import FundingEvent, User
from tests import build
from tests.contract.document import Operation, operations
from tests.rest import house as houses
from tests.rest.house import MONTHLY, House

pytestmark = pytest.mark.django_db

OPERATIONS = [each for each in operations() if not each.path.startswith("/api/token/")]
LISTS = [each for each in OPERATIONS if each.id.endswith("_list")]
WRITES = [each for each in OPERATIONS if each.writes and "{username}" not in each.path]
OBJECTS = [each for each in OPERATIONS if each.is_object and not each.writes]
MOST_OF_A_LIST = 4
MOST_OF_AN_OBJECT = 5
MOST_OF_A_WRITE = 25
MOST_OF_AN_EVENT = 20


def queries(request: Callable[[], object]) -> int:
    return len(statements(request))


def statements(request: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        request()
    return [each["sql"] for each in captured.captured_queries if "SAVEPOINT" not in each["sql"]]


def more(of: House, number: int) -> None:
    """Another row of each kind, in another account of other owners' too."""
    when = build.at(number)
    budget = build.budget(
        of.account,
        name=f"Goal {number}",
        target_balance="100",
        funding_schedule=MONTHLY,
        funding_type="F",
        funding_amount="5",
        now=when,
    )
    build.transaction(of.account, amount="-10", splits={budget: "4"}, now=when)
    build.transfer(of.account, source=of.unallocated, target=budget, amount="1", now=when)
    partner = build.user(f"partner{number}")
    build.account(owner=partner, co_owners=[of.owner], at_bank=build.bank(name=f"Bank {number}"), now=when)


def test_a_list_costs_the_same_however_long_it_is(house: House, staff: User) -> None:
    def costs() -> dict[str, int]:
        return {each.id: queries(lambda each=each: answered(each)) for each in LISTS}  # type: ignore[misc]

    def answered(operation: Operation) -> None:
        api = houses.client(staff if operation.id == "users_list" else house.owner)
        assert houses.send(api, operation, house).status_code == 200

    for number in range(3):
        more(house, number)
    short = costs()
    for number in range(3, 30):
        more(house, number)
    assert costs() == short
    assert max(short.values()) <= MOST_OF_A_LIST


def test_a_list_is_counted_unless_its_first_page_has_all_of_it(house: House) -> None:
    for number in range(3):
        more(house, number)
    api = houses.client(house.owner)

    def listed(query: str) -> tuple[int, int, int]:
        """How many rows the list has, how many of them are shown, and what that costs."""
        answers: list[Any] = []
        cost = queries(lambda: answers.append(api.get(f"/api/v1/allocations/{query}").json()))
        return answers[0]["count"], len(answers[0]["results"]), cost

    rows, *_ = listed("")
    assert rows > 2
    for query, shown, cost in (
        ("", rows, 1),
        (f"?page_size={rows}&page=1", rows, 1),
        (f"?page_size={rows - 1}", rows - 1, 2),
        (f"?page_size={rows - 1}&page=last", 1, 2),
        (f"?page_size={rows}&page=last", rows, 2),
    ):
        assert listed(query) == (rows, shown, cost), query
    assert listed(f"?budget={house.account.pk}") == (0, 0, 1)


def test_account_numbers_are_read_and_opened_where_they_are_shown_alone(house: House) -> None:
    for operation in [*LISTS, *OBJECTS]:
        said = statements(lambda each=operation: houses.send(houses.client(house.owner), each, house))  # type: ignore[misc]
        reads = any('"account_number"' in each for each in said)
        assert reads == operation.path.startswith("/api/v1/bank-accounts/"), operation.id


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An account with so many goals, each of which has one event that waits for the bank's rows."""

    goals: int
    rows: int = 5
    balance: str = "1000"
    target: str = "100"

    def cost(self, owner: User) -> int:
        """What marking the account as imported costs."""
        account = build.account(owner=owner, balance=self.balance, now=build.at(-40))
        for number in range(self.goals):
            build.budget(
                account,
                name=f"Goal {number}",
                target_balance=self.target,
                funding_schedule=MONTHLY,
                funding_type="F",
                funding_amount="5",
                now=build.at(-40),
            )
        for number in range(self.rows):
            build.transaction(account, amount="1", now=build.at(-1 - number % 30))
            build.transaction(account, amount="-1", now=build.at(-1 - number % 30))
        body = {"last_posted_through": str(build.TODAY)}
        found = queries(lambda: houses.client(owner).post(f"/api/v1/bank-accounts/{account.pk}/mark-imported/", body))
        assert FundingEvent.objects.filter(bank_account=account).count() == self.goals
        return found


@pytest.mark.parametrize(
    ("each", "waiting"),
    [
        (13, Waiting(goals=1)),
        (14, Waiting(goals=1, target="5")),
        (7, Waiting(goals=1, balance="0")),
    ],
    ids=["moves money", "completes its goal", "finds no money"],
)
def test_marking_as_imported_costs_a_write_and_a_constant_for_each_event(
    each: int, waiting: Waiting, house: House
) -> None:
    Waiting(goals=1).cost(house.owner)  # the first event ever makes the system user
    one, two, many = (replace(waiting, goals=goals).cost(house.owner) for goals in (1, 2, 7))
    assert (two - one, many - two) == (each, 5 * each)
    assert replace(waiting, rows=60).cost(house.owner) == one
    assert one - each <= MOST_OF_A_WRITE
    assert each <= MOST_OF_AN_EVENT


@pytest.mark.parametrize("operation", [*WRITES, *OBJECTS], ids=lambda operation: operation.id)
def test_no_other_request_takes_many(operation: Operation, house: House) -> None:
    for number in range(5):
        more(house, number)
    found = queries(lambda: houses.send(houses.client(house.owner), operation, house))
    assert found <= (MOST_OF_A_WRITE if operation.writes else MOST_OF_AN_OBJECT)
