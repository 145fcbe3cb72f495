"""Refunds that are tied to their purchase."""

from decimal import Decimal

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Change, Entry, Transaction, User
from backend.ledger.selectors import refunds as selectors
from backend.ledger.selectors import reports
from backend.ledger.services import accounts, allocations, budgets, linking, refunds, transactions
from backend.ledger.services.shares import Share
from tests import build
from tests.ledger import states
from tests.selectors.test_reports import FOOD, YEAR, shown
from tests.services.refunded import tie

pytestmark = pytest.mark.django_db

D = Decimal
NOW = build.NOW


@pytest.fixture
def spare(account: BankAccount) -> Transaction:
    """A dollar that came in for nothing."""
    return build.transaction(account, amount="1")


@pytest.fixture
def purchase(owner: User, account: BankAccount, groceries: Budget, rent: Budget) -> Transaction:
    """100.00, of which 60 for groceries, 30 of the rent, the rest of nobody's."""
    row = build.transaction(account, amount="-100", posted_date=-5)
    shares = {groceries.pk: Share(amount=D(60), category=FOOD), rent.pk: Share(amount=D(30), category="Home:Rent")}
    return transactions.split(actor=owner, transaction_id=row.pk, shares=shares, now=NOW)


def refund(account: BankAccount, amount: str = "50") -> Transaction:
    return build.transaction(account, amount=amount)


def lies(row: Transaction) -> dict[str, Decimal]:
    return dict(Entry.objects.filter(transaction=row).values_list("budget__name", "amount"))


def test_the_money_returns_to_the_budgets_it_came_from(
    owner: User, account: BankAccount, purchase: Transaction, groceries: Budget
) -> None:
    row = tie(owner, refund(account), purchase)

    assert lies(row) == {"Groceries": 30, "Rent": 15, "Unallocated": 5}
    assert (row.refund_of, list(purchase.refunds.all())) == (purchase, [row])
    groceries.refresh_from_db()
    assert groceries.balance == -30
    states.sound()


def test_several_refunds_give_back_all_of_it_and_not_a_cent_more(
    owner: User, account: BankAccount, purchase: Transaction, spare: Transaction
) -> None:
    rows = [tie(owner, refund(account, amount), purchase) for amount in ("33.33", "33.33", "33.34")]

    for name, size in {"Groceries": 60, "Rent": 30, "Unallocated": 10}.items():
        assert sum(lies(row).get(name, 0) for row in rows) == size
    with states.refused(errors.InvalidValue, field="purchase") as refused:
        tie(owner, spare, purchase)
    assert "0.00 that is left" in str(refused.value)
    states.sound()


def test_a_split_of_the_owners_own_may_be_more_than_was_paid(
    owner: User, account: BankAccount, purchase: Transaction, groceries: Budget
) -> None:
    row = tie(owner, refund(account, "120"), purchase, shares={groceries.pk: D(110)})

    assert lies(row) == {"Groceries": 110, "Unallocated": 10}
    assert Entry.objects.get(transaction=row, budget=groceries).category == FOOD
    assert selectors.state(owner, purchase.pk).left == 0
    states.sound()


def test_what_an_archived_budget_would_get_is_nobodys(
    owner: User, account: BankAccount, purchase: Transaction, rent: Budget
) -> None:
    budgets.archive(actor=owner, budget_id=rent.pk, now=NOW)
    row = tie(owner, refund(account), purchase)

    assert lies(row) == {"Groceries": 30, "Unallocated": 20}
    states.sound()


def test_the_report_nets_it_against_what_the_purchase_was_for(
    owner: User, account: BankAccount, purchase: Transaction, spare: Transaction
) -> None:
    tie(owner, refund(account), purchase)
    tied = reports.grouped(owner, kind=reports.SPENDING, by=reports.CATEGORY, period=YEAR)
    income = reports.grouped(owner, kind=reports.INCOME, by=reports.CATEGORY, period=YEAR)

    assert shown(tied) == {"Groceries": (2, D(30)), "Rent": (2, D(15)), "Unassigned": (2, D(5))}
    assert shown(income) == {"Unassigned": (1, spare.amount)}


def test_refunds_follow_a_purchase_that_is_split_anew(
    owner: User, account: BankAccount, purchase: Transaction, groceries: Budget, rent: Budget
) -> None:
    first, by_hand, last = (
        tie(owner, refund(account, "30"), purchase),
        tie(owner, refund(account, "20"), purchase, shares={rent.pk: D(20)}),
        tie(owner, refund(account, "50"), purchase),
    )
    transactions.split(actor=owner, transaction_id=purchase.pk, shares={rent.pk: D(80)}, now=NOW)

    assert lies(by_hand) == {"Rent": 20}
    assert lies(first) == {"Rent": D("22.5"), "Unallocated": D("7.5")}
    assert sum(lies(row)["Rent"] for row in (first, by_hand, last)) == 80
    assert lies(last)["Unallocated"] == D("12.5")
    states.sound()

    entry = Entry.objects.get(transaction=purchase, budget=rent)
    allocations.update(actor=owner, allocation_id=entry.pk, changes={"budget": groceries.pk}, now=NOW)
    assert lies(first) == {"Groceries": 24, "Unallocated": 6}  # nothing of the 20 lies where the purchase took from
    refunds.untie(actor=owner, transaction_id=first.pk, now=NOW)
    assert lies(first) == {"Unallocated": 30}
    states.sound()


def test_a_refund_that_was_split_by_hand_or_is_too_large_does_not_follow(
    owner: User, account: BankAccount, purchase: Transaction, groceries: Budget, rent: Budget
) -> None:
    touched, small = tie(owner, refund(account, "40"), purchase), tie(owner, refund(account, "10"), purchase)
    transactions.split(actor=owner, transaction_id=touched.pk, shares={groceries.pk: D(40)}, now=NOW)
    tie(owner, refund(account, "95"), purchase, shares={groceries.pk: D(95)})
    before = lies(small)
    transactions.split(actor=owner, transaction_id=purchase.pk, shares={rent.pk: D(100)}, now=NOW)

    assert lies(touched) == {"Groceries": 40}
    assert lies(small) == before
    states.sound()


def test_untied_it_lies_as_before(owner: User, account: BankAccount, purchase: Transaction, rent: Budget) -> None:
    row = build.transaction(account, amount="50", splits={rent: "20"})
    before = lies(row)
    version = tie(owner, row, purchase).version
    row = refunds.untie(actor=owner, transaction_id=row.pk, expected_version=version, now=NOW)

    assert lies(row) == before == {"Rent": 20, "Unallocated": 30}
    assert (row.refund_of, row.refund_undo) == (None, None)
    assert row.version > version
    states.sound()
    with states.refused(errors.InvalidValue):
        refunds.untie(actor=owner, transaction_id=row.pk, now=NOW)


def test_untied_after_an_owner_split_it_anew_that_stays(
    owner: User, account: BankAccount, purchase: Transaction, rent: Budget
) -> None:
    row = tie(owner, refund(account), purchase)
    transactions.split(actor=owner, transaction_id=row.pk, shares={rent.pk: D(50)}, now=NOW)
    refunds.untie(actor=owner, transaction_id=row.pk, now=NOW)

    assert lies(row) == {"Rent": 50}
    states.sound()


def test_untied_after_its_budget_was_archived_that_part_is_nobodys(
    owner: User, account: BankAccount, purchase: Transaction, rent: Budget
) -> None:
    row = build.transaction(account, amount="50", splits={rent: "50"})
    tie(owner, row, purchase)
    budgets.archive(actor=owner, budget_id=rent.pk, now=NOW)
    refunds.untie(actor=owner, transaction_id=row.pk, now=NOW)

    assert lies(row) == {"Unallocated": 50}
    states.sound()


def test_without_its_purchase_it_lies_as_before(owner: User, account: BankAccount, purchase: Transaction) -> None:
    rows = [tie(owner, refund(account, "10"), purchase) for _ in range(2)]
    transactions.delete(actor=owner, transaction_id=purchase.pk, now=NOW)

    for row in rows:
        row.refresh_from_db()
        assert (row.refund_of, lies(row)) == (None, {"Unallocated": 10})
    states.sound()


def test_a_deleted_refund_leaves_more_of_the_purchase(owner: User, account: BankAccount, purchase: Transaction) -> None:
    row = tie(owner, refund(account, "90"), purchase)
    assert selectors.state(owner, purchase.pk).left == 10
    transactions.delete(actor=owner, transaction_id=row.pk, now=NOW)

    assert selectors.state(owner, purchase.pk).left == 100
    states.sound()


def test_an_account_goes_with_its_refunds(owner: User, account: BankAccount, purchase: Transaction) -> None:
    tie(owner, refund(account), purchase)
    accounts.delete(actor=owner, account_id=account.pk, now=NOW)

    assert not Transaction.objects.exists()


def test_tied_twice_it_is_tied_once(owner: User, account: BankAccount, purchase: Transaction, rent: Budget) -> None:
    row = tie(owner, refund(account), purchase)
    before = states.fingerprint()
    assert tie(owner, row, purchase) == row
    assert states.fingerprint() == before

    tie(owner, row, purchase, shares={rent.pk: D(50)})
    assert lies(row) == {"Rent": 50}
    refunds.untie(actor=owner, transaction_id=row.pk, now=NOW)
    assert lies(row) == {"Unallocated": 50}


def test_the_history_tells_it(owner: User, account: BankAccount, purchase: Transaction) -> None:
    row = tie(owner, refund(account), purchase)
    told = Change.objects.filter(row_id=row.pk, action="changed").get()

    assert told.values == {"refund_of_id": [None, str(purchase.pk)]}
    assert told.actor == owner


def test_what_cannot_be_tied_is_refused(
    owner: User, account: BankAccount, shared_account: BankAccount, purchase: Transaction
) -> None:
    row, other = refund(account), build.transaction(account, amount="-70")
    pending = build.transaction(account, amount="5", pending=True)
    held = build.transaction(account, amount="-70", pending=True)
    elsewhere = build.transaction(shared_account, amount="-50")
    linked, moved = build.transaction(account, amount="-8"), build.transaction(shared_account, amount="8")
    linking.link(actor=owner, transaction_id=linked.pk, other_id=moved.pk, now=NOW)
    tied = tie(owner, refund(account, "5"), purchase)

    for one, purchased, field in (
        (other, purchase, None),
        (row, pending, "purchase"),
        (row, row, "purchase"),
        (row, held, "purchase"),
        (row, linked, "purchase"),
        (pending, purchase, None),
        (tied, other, "purchase"),
    ):
        with states.refused(errors.InvalidValue, field=field):
            tie(owner, one, purchased)
    with states.refused(errors.OtherAccount, field="purchase"):
        tie(owner, row, elsewhere)
    with states.refused(errors.Conflict, field="expected_version"):
        tie(owner, row, purchase, expected_version=9)
    for side in (tied, purchase):
        opposite = build.transaction(shared_account, amount=str(-side.amount))
        with states.refused(errors.InvalidValue):
            linking.link(actor=owner, transaction_id=side.pk, other_id=opposite.pk, now=NOW)


def test_nobody_ties_what_is_not_theirs(
    owner: User, stranger: User, account: BankAccount, foreign_account: BankAccount, purchase: Transaction
) -> None:
    row, theirs = refund(account), build.transaction(foreign_account, amount="-50")

    with states.refused(errors.NotFound):
        tie(stranger, row, purchase)
    with states.refused(errors.NotFound, field="purchase"):
        tie(owner, row, theirs)
    tie(owner, row, purchase)
    with states.refused(errors.NotFound):
        refunds.untie(actor=stranger, transaction_id=row.pk, now=NOW)
    for look in (selectors.state, selectors.candidates):
        with pytest.raises(errors.NotFound):
            look(stranger, row.pk)
