"""The two sides of a movement between own accounts find each other, and nothing else does."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ledger import doorbell
from backend.ledger.models import BankAccount, Transaction, User
from backend.ledger.selectors import integrity
from backend.ledger.services import linking, transactions
from tests import build

pytestmark = pytest.mark.django_db

NOW = build.NOW


@pytest.fixture
def checking(owner: User) -> BankAccount:
    return build.account(owner=owner, name="Main Checking", account_number="000111222")


@pytest.fixture
def savings(owner: User) -> BankAccount:
    return build.account(owner=owner, name="Rainy Day", account_number="99887766")


def pair(
    checking: BankAccount,
    savings: BankAccount,
    *,
    out: str = "TRANSFER TO RAINY DAY",
    into: str = "DEPOSIT",
    **more: Any,
) -> tuple[Transaction, Transaction]:
    """50 out of one account, and into the other; `later` days after."""
    later = more.pop("later", 0)
    amount = more.pop("amount", "50")
    actor = build.first_owner(checking)
    one = build.transaction(checking, amount="-50", raw_description=out, actor=actor, **more)
    other = build.transaction(
        savings,
        amount=amount,
        raw_description=into,
        posted_date=NOW + (later if isinstance(later, timedelta) else timedelta(days=later)),
        **more,
    )
    return one, other


def linked(row: Transaction) -> Transaction | None:
    row.refresh_from_db()
    return row.linked_transaction


def link(account: BankAccount) -> int:
    return linking.link_account(account_id=account.pk, now=NOW)


@pytest.mark.parametrize("which", [0, 1])
def test_two_sides_are_linked_both_ways_whichever_is_looked_at(
    checking: BankAccount, savings: BankAccount, which: int
) -> None:
    one, other = pair(checking, savings)

    assert link((checking, savings)[which]) == 1
    assert (linked(one), linked(other)) == (other, one)
    assert link(checking) == link(savings) == 0
    assert list(integrity.breaches()) == []


@pytest.mark.parametrize(
    ("out", "into"),
    [
        ("TRANSFER TO RAINY DAY", "DEPOSIT"),
        ("WITHDRAWAL", "from main checking"),
        ("ONLINE TRANSFER ENDING IN 7766", "DEPOSIT"),
        ("WITHDRAWAL", "Transfer from account ending in 1222"),
        ("to the piggy bank", "DEPOSIT"),
    ],
)
def test_either_text_may_name_the_other_account(
    checking: BankAccount, savings: BankAccount, out: str, into: str
) -> None:
    savings.link_aliases = ["Piggy Bank"]
    savings.save()
    one, other = pair(checking, savings, out=out, into=into)
    link(checking)

    assert linked(one) == other


def test_the_description_a_user_wrote_counts_too(checking: BankAccount, savings: BankAccount) -> None:
    one, other = pair(checking, savings, out="WITHDRAWAL")
    transactions.update(
        actor=build.first_owner(checking), transaction_id=one.pk, changes={"description": "rainy day money"}, now=NOW
    )
    link(savings)

    assert linked(one) == other


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (3, True),
        (-3, True),
        (timedelta(days=3, seconds=1), False),
        (timedelta(days=-3, seconds=-1), False),
    ],
)
def test_they_are_at_most_three_days_apart(
    checking: BankAccount, savings: BankAccount, later: int, expected: bool
) -> None:
    one, _ = pair(checking, savings, later=later)
    link(savings)

    assert (linked(one) is not None) == expected


@pytest.mark.parametrize(
    "difference",
    [{"amount": "50.01"}, {"amount": "-50"}, {"out": "WITHDRAWAL"}, {"pending": True}],
)
def test_what_differs_is_not_linked(checking: BankAccount, savings: BankAccount, difference: dict[str, Any]) -> None:
    one, other = pair(checking, savings, **difference)

    assert link(checking) == link(savings) == 0
    assert linked(one) is linked(other) is None


def test_accounts_of_one_currency_only(checking: BankAccount, owner: User) -> None:
    euros = build.account(owner=owner, name="Rainy Day", currency="EUR")
    pair(checking, euros)

    assert link(checking) == link(euros) == 0


def test_never_across_users(checking: BankAccount, stranger: User) -> None:
    foreign = build.account(owner=stranger, name="Rainy Day")
    pair(checking, foreign)

    assert link(checking) == link(foreign) == 0


def test_one_common_owner_is_enough(checking: BankAccount, coowner: User, stranger: User, owner: User) -> None:
    shared = build.account(owner=coowner, co_owners=[owner, stranger], name="Rainy Day")
    one, other = pair(checking, shared)
    link(shared)

    assert linked(one) == other


def test_within_an_account_nothing_is_linked(checking: BankAccount) -> None:
    build.transaction(checking, amount="-50", raw_description="TO MAIN CHECKING")
    build.transaction(checking, amount="50", raw_description="FROM MAIN CHECKING")

    assert link(checking) == 0


@pytest.mark.parametrize("which", ["checking", "savings"])
def test_what_could_be_linked_in_two_ways_is_not(checking: BankAccount, savings: BankAccount, which: str) -> None:
    rows = [*pair(checking, savings)]
    if which == "checking":
        rows.append(build.transaction(checking, amount="-50", raw_description="TRANSFER TO RAINY DAY"))
    else:
        rows.append(build.transaction(savings, amount="50", raw_description="DEPOSIT"))

    assert link(checking) == link(savings) == 0
    assert [linked(row) for row in rows] == [None] * 3


def test_a_third_account_makes_it_ambiguous_if_it_is_named_too(
    checking: BankAccount, savings: BankAccount, owner: User
) -> None:
    third = build.account(owner=owner, name="Third")
    one, other = pair(checking, savings)
    stray = build.transaction(third, amount="50", raw_description="FROM MAIN CHECKING")
    assert link(checking) == 0

    transactions.delete(actor=owner, transaction_id=stray.pk, now=NOW)
    build.transaction(third, amount="50", raw_description="FROM SOMEWHERE")
    assert link(checking) == 1
    assert linked(one) == other


def test_what_is_linked_already_is_left_alone(checking: BankAccount, savings: BankAccount) -> None:
    one, other = pair(checking, savings)
    link(checking)
    late = build.transaction(savings, amount="50", raw_description="FROM MAIN CHECKING")

    assert link(savings) == 0
    assert (linked(one), linked(late)) == (other, None)


def test_a_deleted_side_frees_the_other(checking: BankAccount, savings: BankAccount, owner: User) -> None:
    one, other = pair(checking, savings)
    link(checking)
    transactions.delete(actor=owner, transaction_id=one.pk, now=NOW)
    assert linked(other) is None

    again = build.transaction(checking, amount="-50", raw_description="TRANSFER TO RAINY DAY")
    link(checking)
    assert linked(other) == again


def test_an_account_that_is_gone_has_nothing_to_link(checking: BankAccount, owner: User) -> None:
    assert linking.link_account(account_id=owner.default_bank_account_id or build.bank().pk, now=NOW) == 0


def test_old_rows_are_looked_at_when_there_are_few_or_when_asked_for(
    checking: BankAccount, savings: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair(checking, savings)
    for _ in range(3):
        build.transaction(savings, amount="-1", now=NOW + timedelta(days=2))
    monkeypatch.setattr(linking, "NEWEST", 2)
    later = NOW + timedelta(days=2, minutes=1)
    assert linking.link_account(account_id=savings.pk, now=later, since=later) == 0
    assert linking.link_account(account_id=savings.pk, now=later, since=NOW) == 1
    assert linked(one) == other


def test_the_sweep_finds_what_no_bell_was_rung_for(checking: BankAccount, savings: BankAccount) -> None:
    one, other = pair(checking, savings)
    assert linking.sweep(now=NOW, since=NOW + timedelta(hours=1)) == 0
    assert linking.sweep(now=NOW, since=NOW - timedelta(hours=1)) == 1
    assert linked(one) == other


def test_the_cost_does_not_grow_with_rows_that_have_no_counterpart(checking: BankAccount, savings: BankAccount) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            link(checking)
        return len(captured)

    few = cost()
    for number in range(20):
        build.transaction(checking, amount=Decimal(-1 - number))
        build.transaction(savings, amount=Decimal(100 + number))

    assert cost() <= few + 1


def test_an_account_on_its_own_costs_next_to_nothing(checking: BankAccount, django_assert_max_num_queries: Any) -> None:
    build.transaction(checking)
    with django_assert_max_num_queries(2):
        link(checking)


def test_a_new_transaction_rings_once_it_is_committed(
    checking: BankAccount, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setitem(doorbell._answers, doorbell.LINK, rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        build.transaction(checking)
        assert rung == []

    assert rung == [checking.pk]


def test_a_bell_that_fails_breaks_no_write(
    checking: BankAccount,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(account_id: object) -> None:
        raise RuntimeError("the queue is full")

    monkeypatch.setitem(doorbell._answers, doorbell.LINK, fail)
    with django_capture_on_commit_callbacks(execute=True):
        build.transaction(checking)

    assert "the queue is full" in caplog.text


def test_a_bell_that_nobody_answers_is_no_matter(
    checking: BankAccount, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(doorbell._answers, doorbell.LINK)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        build.transaction(checking)

    assert len(callbacks) == 2  # the bell, and the count of what was written
