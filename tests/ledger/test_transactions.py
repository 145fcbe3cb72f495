"""What a user can do with a transaction: enter, settle, describe, delete; and what is refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Entry, Transaction
from backend.ledger.services import budgets, transactions
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

D = Decimal


def lies(row: Transaction) -> dict[str, Decimal]:
    """How the transaction lies on budgets, by name."""
    return dict(Entry.objects.filter(transaction=row).values_list("budget__name", "amount"))


def balances(account: BankAccount) -> tuple[Decimal, Decimal]:
    account.refresh_from_db()
    return account.available_balance, account.posted_balance


def update(row: Transaction, **changes: Any) -> Transaction:
    return transactions.update(
        actor=build.first_owner(row.bank_account),
        transaction_id=row.pk,
        changes=changes,  # type: ignore[arg-type]
        now=build.NOW,
    )


# Entering


def test_a_transaction_lies_on_unallocated(account):
    row = build.transaction(account, amount="-12.50")
    assert lies(row) == {"Unallocated": D("-12.50")}
    assert balances(account) == (D("987.50"), D("987.50"))


def test_a_pending_one_moves_the_available_balance_only(account):
    build.transaction(account, amount="-12.50", pending=True)
    assert balances(account) == (D("987.50"), D("1000"))


def test_the_description_defaults_to_the_trimmed_raw_one(account):
    row = build.transaction(account, raw_description="  CORNER SHOP  ")
    assert (row.description, row.raw_description) == ("CORNER SHOP", "  CORNER SHOP  ")


def test_the_purchase_day_is_read_from_the_description_in_the_zone_of_the_posted_date(account):
    zone = timezone(timedelta(hours=-5))
    row = build.transaction(
        account, raw_description="PURCHASE 12/30 SHOP", posted_date=datetime(2026, 1, 2, 22, tzinfo=zone)
    )
    assert row.transaction_date == datetime(2025, 12, 30, tzinfo=zone)
    assert row.posted_date == datetime(2026, 1, 3, 3, tzinfo=UTC)


def test_without_one_it_is_the_day_of_the_posted_date(account):
    row = build.transaction(account, raw_description="SHOP", posted_date=datetime(2026, 6, 1, 23, 30, tzinfo=UTC))
    assert row.transaction_date == datetime(2026, 6, 1, tzinfo=UTC)


def test_a_given_purchase_day_is_kept(account):
    given = datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert build.transaction(account, raw_description="SHOP 06/14", transaction_date=given).transaction_date == given


def test_the_oldest_budget_whose_rule_matches_claims_a_debit(account):
    build.budget(account, name="Other", auto_spend=[{"party": "tailor"}])
    build.budget(account, name="Food", auto_spend=[{"party": "corner", "category": "Food & Drink:Groceries"}])
    build.budget(account, name="Later", auto_spend=[{"party": "corner"}], now=build.NOW + timedelta(hours=1))
    row = build.transaction(account, amount="-5")
    assert lies(row) == {"Food": D(-5)}
    assert Entry.objects.get(transaction=row).category == "Food & Drink:Groceries"
    assert lies(build.transaction(account, amount="5")) == {"Unallocated": D(5)}


def test_a_budget_out_of_use_claims_nothing(account, owner):
    gone = build.budget(account, name="Food", auto_spend=[{"party": "corner"}])
    deleted = build.budget(account, name="Food", auto_spend=[{"party": "corner"}])
    budgets.archive(actor=owner, budget_id=gone.pk, now=build.NOW)
    budgets.delete(actor=owner, budget_id=deleted.pk, now=build.NOW)
    assert lies(build.transaction(account, amount="-5")) == {"Unallocated": D(-5)}


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0", "USD"), ("-1.005", "USD"), ("1.5", "JPY"), ("1.2345", "KWD"), ("1000000000000", "USD"), ("NaN", "USD")],
)
def test_an_amount_that_the_currency_does_not_have_is_refused(owner, amount, currency):
    account = build.account(owner=owner, currency=currency)
    with states.refused(errors.InvalidAmount, field="amount"):
        build.transaction(account, amount=amount)


@pytest.mark.parametrize(
    ("amount", "currency"), [("-1500", "JPY"), ("1.234", "KWD"), ("-1.20", "USD"), ("1500.0", "JPY")]
)
def test_an_amount_of_the_currency_is_entered_exactly(owner, amount, currency):
    account = build.account(owner=owner, currency=currency)
    build.transaction(account, amount=amount)
    assert balances(account) == (D(amount), D(amount))
    states.sound()


def test_another_currency_than_the_accounts_is_refused(account, owner):
    with states.refused(errors.InvalidCurrency, field="amount_currency"):
        transactions.create(
            actor=owner,
            account_id=account.pk,
            amount=D(1),
            posted_date=build.NOW,
            raw_description="SHOP",
            currency="EUR",
            now=build.NOW,
        )


def test_a_date_outside_the_calendar_is_refused(account):
    with states.refused(errors.InvalidValue, field="posted_date"):
        build.transaction(account, posted_date=datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))))


# Changing


def test_type_memo_and_description_can_change(account):
    row = build.transaction(account)
    update(row, transaction_type="fee", memo="why", description=" Mended ")
    row.refresh_from_db()
    assert (row.transaction_type, row.memo, row.description) == ("fee", "why", "Mended")
    assert update(row, description=" ").description == "CORNER SHOP"
    states.sound()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bank_account", uuid4()),
        ("amount", D("-10.01")),
        ("posted_date", build.at(1)),
        ("transaction_date", build.at(1)),
        ("raw_description", "OTHER"),
        ("pending", True),
    ],
)
def test_what_the_bank_said_does_not_change(account, field, value):
    row = build.transaction(account)
    with states.refused(errors.Immutable, field=field):
        update(row, **{field: value})


def test_what_the_bank_said_may_be_sent_again(account):
    row = build.transaction(account)
    sent = {
        "bank_account": account.pk,
        "amount": D("-10"),
        "posted_date": row.posted_date,
        "transaction_date": row.transaction_date,
        "raw_description": row.raw_description,
        "pending": False,
    }
    assert update(row, **sent, memo="again").memo == "again"


# Settling


def test_a_pending_transaction_posts_with_its_amount(account):
    row = build.transaction(account, amount="-10", pending=True)
    assert update(row, pending=False).pending is False
    assert balances(account) == (D(990), D(990))
    states.sound()


def test_it_posts_once(account):
    row = build.transaction(account, amount="-10", pending=True)
    update(row, pending=False)
    update(row, pending=False)
    assert balances(account) == (D(990), D(990))


def test_the_amount_changes_only_when_it_posts(account):
    row = build.transaction(account, amount="-10", pending=True)
    with states.refused(errors.Immutable, field="amount"):
        update(row, amount=D(-12))
    with states.refused(errors.Immutable, field="amount"):
        update(row, amount=D(-12), pending=True)
    update(row, amount=D(-12), pending=False)
    assert balances(account) == (D(988), D(988))


def test_a_single_allocation_takes_the_new_amount(account, groceries):
    row = build.transaction(account, amount="-10", pending=True, splits={groceries: "10"})
    update(row, amount=D(-12), pending=False)
    assert lies(row) == {"Groceries": D(-12)}
    states.sound()


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("-14", {"Groceries": D(-4), "Rent": D(-3), "Unallocated": D(-7)}),
        ("-8", {"Groceries": D(-4), "Rent": D(-3), "Unallocated": D(-1)}),
        ("-7", {"Groceries": D(-4), "Rent": D(-3)}),
        ("-6", {"Unallocated": D(-6)}),
        ("6", {"Unallocated": D(6)}),
    ],
)
def test_of_several_allocations_unallocated_absorbs_the_difference_or_takes_all(
    account, groceries, rent, amount, expected
):
    row = build.transaction(account, amount="-10", pending=True, splits={groceries: "4", rent: "3"})
    build.transaction(account, amount="-1", posted_date=1)
    update(row, amount=D(amount), pending=False)
    assert lies(row) == expected
    assert balances(account) == (D(999) + D(amount), D(999) + D(amount))
    states.sound()


def test_without_an_unallocated_part_another_amount_goes_there_whole(account, groceries, rent):
    row = build.transaction(account, amount="-10", pending=True, splits={groceries: "4", rent: "6"})
    update(row, amount=D(-11), pending=False)
    assert lies(row) == {"Unallocated": D(-11)}
    states.sound()


@pytest.mark.parametrize("amount", ["0", "-1.005", "1000000000000"])
def test_it_does_not_post_with_an_amount_that_cannot_be(account, amount):
    row = build.transaction(account, amount="-10", pending=True)
    with states.refused(errors.InvalidAmount, field="amount"):
        update(row, amount=D(amount), pending=False)


# Deleting


def test_deleting_reverses_everything(account, owner, groceries):
    row = build.transaction(account, amount="-10", splits={groceries: "4"})
    transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)
    assert balances(account) == (D(1000), D(1000))
    groceries.refresh_from_db()
    assert groceries.balance == 0
    assert not Entry.objects.exists()
    states.sound()


def test_deleting_a_pending_one_leaves_the_posted_balance(account, owner):
    row = build.transaction(account, amount="-10", pending=True)
    transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)
    assert balances(account) == (D(1000), D(1000))


def test_deleting_one_of_two_linked_ones_frees_the_other(account, owner, shared_account):
    out = build.transaction(account, amount="-50")
    in_ = build.transaction(shared_account, amount="50")
    Transaction.objects.filter(pk=out.pk).update(linked_transaction=in_)
    Transaction.objects.filter(pk=in_.pk).update(linked_transaction=out)
    transactions.delete(actor=owner, transaction_id=out.pk, now=build.NOW)
    in_.refresh_from_db()
    assert in_.linked_transaction is None
    states.sound()


def test_what_deleting_leaves_on_an_archived_budget_goes_to_unallocated(account, owner, groceries):
    row = build.transaction(account, amount="-10", splits={groceries: "10"})
    budgets.archive(actor=owner, budget_id=groceries.pk, now=build.NOW)
    transactions.delete(actor=owner, transaction_id=row.pk, now=build.NOW)
    groceries.refresh_from_db()
    assert groceries.balance == 0
    assert build.unallocated(account).balance == 1000
    states.sound()
