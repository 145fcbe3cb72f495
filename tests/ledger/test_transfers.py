"""What a user can do with transfers, and with whole accounts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Entry, FundingEvent, Transaction, Transfer, User
from backend.ledger.services import accounts, budgets, transfers
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

D = Decimal


def test_a_transfer_moves_money_and_bears_its_actor(shared_account, coowner):
    unallocated, groceries = build.unallocated(shared_account), build.budget(shared_account)
    transfer = build.transfer(shared_account, source=unallocated, target=groceries, amount="40", actor=coowner)
    assert transfer.actor == coowner
    legs = dict(Entry.objects.filter(transfer=transfer).values_list("budget", "amount"))
    assert legs == {unallocated.pk: D(-40), groceries.pk: D(40)}
    states.sound()


def test_a_balance_may_go_below_zero_by_hand(account, unallocated, groceries):
    build.transfer(account, source=groceries, target=unallocated, amount="0.01")
    groceries.refresh_from_db()
    assert groceries.balance == D("-0.01")
    states.sound()


@pytest.mark.parametrize("amount", ["0", "-1", "0.005", "1000000000000", "NaN"])
def test_an_amount_that_moves_nothing_or_cannot_be_is_refused(account, unallocated, groceries, amount):
    with states.refused(errors.InvalidAmount, field="amount"):
        build.transfer(account, source=unallocated, target=groceries, amount=amount)


def test_a_budget_does_not_give_to_itself(account, unallocated):
    with states.refused(errors.SameBudget):
        build.transfer(account, source=unallocated, target=unallocated)


@pytest.mark.parametrize("field", ["src_budget", "dst_budget"])
def test_the_budget_of_another_own_account_is_refused_as_such(account, unallocated, shared_account, field):
    ends = {"src_budget": unallocated, "dst_budget": unallocated, field: build.unallocated(shared_account)}
    with states.refused(errors.OtherAccount, field=field):
        build.transfer(account, source=ends["src_budget"], target=ends["dst_budget"])


@pytest.mark.parametrize("field", ["src_budget", "dst_budget"])
def test_a_strangers_budget_is_refused_as_an_absent_one(account, unallocated, foreign_account, field):
    theirs = build.unallocated(foreign_account)
    absent = Budget(pk=uuid4())
    messages = set()
    for other in (theirs, absent):
        ends = {"src_budget": unallocated, "dst_budget": unallocated, field: other}
        with states.refused(errors.NotFound, field=field) as refusal:
            build.transfer(account, source=ends["src_budget"], target=ends["dst_budget"])
        messages.add(str(refusal.value))
    assert len(messages) == 1


def test_another_currency_is_refused(account, owner, unallocated, groceries):
    with states.refused(errors.InvalidCurrency, field="amount_currency"):
        transfers.create(
            actor=owner,
            account_id=account.pk,
            source_id=unallocated.pk,
            target_id=groceries.pk,
            amount=D(1),
            effective_at=build.NOW,
            currency="EUR",
            now=build.NOW,
        )


# Accounts


def test_an_account_opens_with_its_unallocated_budget(owner):
    account = build.account(owner=owner, balance="10.50", posted_balance="12")
    unallocated = Budget.objects.get(bank_account=account)
    assert (unallocated.name, unallocated.is_unallocated, unallocated.balance) == ("Unallocated", True, D("10.50"))
    assert (account.available_balance, account.posted_balance) == (D("10.50"), D(12))
    assert list(account.owners.all()) == [owner]
    states.sound()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (0, 0)),
        ({"posted_balance": D(5)}, (5, 5)),
        ({"available_balance": D(5)}, (5, 5)),
        ({"available_balance": D(5), "posted_balance": D(0)}, (5, 0)),
        ({"available_balance": D(-5), "posted_balance": D(-6)}, (-5, -6)),
    ],
)
def test_a_balance_that_is_left_out_is_the_other_one(owner, given, expected):
    account = accounts.create(actor=owner, name="X", bank_id=build.bank().pk, now=build.NOW, **given)
    assert (account.available_balance, account.posted_balance) == expected
    states.sound()


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"currency": "XTS"}, errors.InvalidCurrency, "currency"),
        ({"currency": "JPY", "posted_balance": D("0.5")}, errors.InvalidAmount, "posted_balance"),
        ({"available_balance": D("0.005")}, errors.InvalidAmount, "available_balance"),
        ({"available_balance": D(10) ** 12}, errors.InvalidAmount, "available_balance"),
        ({"bank_id": uuid4()}, errors.NotFound, "bank"),
    ],
)
def test_an_account_that_cannot_be_is_refused(owner, given, error, field):
    given = {"bank_id": build.bank().pk} | given
    with states.refused(error, field=field):
        accounts.create(actor=owner, name="X", now=build.NOW, **given)


def test_name_and_number_change_and_the_rest_stays(account, owner):
    def change(**changes: Any) -> BankAccount:
        return accounts.update(
            actor=owner,
            account_id=account.pk,
            changes=changes,  # type: ignore[arg-type]
            now=build.NOW,
        )

    assert change(name="Mine", account_number="42", currency="usd", available_balance=D(1000)).name == "Mine"
    for field, value in (
        ("bank", uuid4()),
        ("account_type", "S"),
        ("currency", "EUR"),
        ("posted_balance", D(1)),
        ("available_balance", D(1)),
    ):
        with states.refused(errors.Immutable, field=field):
            change(**{field: value})
    account.refresh_from_db()
    assert (account.name, account.account_number, account.available_balance) == ("Mine", "42", D(1000))


def test_the_day_of_the_last_import_never_goes_back(account, owner):
    def mark(day: date) -> None:
        accounts.mark_imported(actor=owner, account_id=account.pk, last_posted_through=day, now=build.NOW)
        account.refresh_from_db()

    mark(build.TODAY)
    mark(build.TODAY - timedelta(days=5))
    assert (account.last_posted_through, account.last_imported_at) == (build.TODAY, build.NOW)
    mark(build.TODAY + timedelta(days=1))
    with states.refused(errors.InvalidValue, field="last_posted_through"):
        mark(build.TODAY + timedelta(days=2))


def test_deleting_an_account_removes_everything_below_it_and_nothing_else(account, owner: User, shared_account):
    budget = build.budget(account, budget_type="R", with_fillup_goal=True, balance="5")
    row = build.transaction(account, amount="-10", splits={budget: "1"})
    budgets.archive(actor=owner, budget_id=budget.pk, now=build.NOW)
    other = build.transaction(shared_account, amount="10")
    Transaction.objects.filter(pk=row.pk).update(linked_transaction=other)
    Transaction.objects.filter(pk=other.pk).update(linked_transaction=row)
    owner.default_bank_account = account
    owner.save()
    kept = states.fingerprint_of(shared_account)
    accounts.delete(actor=owner, account_id=account.pk, now=build.NOW)
    for model in (Budget, Transaction, Transfer, Entry, FundingEvent):
        assert not model._default_manager.filter(bank_account=account.pk).exists()
    other.refresh_from_db()
    owner.refresh_from_db()
    assert (other.linked_transaction, owner.default_bank_account) == (None, None)
    assert states.fingerprint_of(shared_account) == kept
    states.sound()
