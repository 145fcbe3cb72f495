"""What a row can guarantee by itself, the database refuses, whoever writes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from backend.ledger.models import (
    AutoSpendRun,
    BankAccount,
    Budget,
    Entry,
    FundingEvent,
    Transaction,
    Transfer,
    User,
    Webhook,
    WebhookDelivery,
)
from backend.ledger.services import webhooks
from tests import build
from tests.services import hooked

pytestmark = pytest.mark.django_db

MORE = Decimal(10) ** 12


@pytest.fixture
def rows(account: BankAccount) -> None:
    """Two transactions, one of them split, a transfer and a funding event."""
    groceries = build.budget(account)
    build.transaction(account)
    build.transaction(account, splits={groceries: "4"})
    build.transfer(account, source=build.unallocated(account), target=groceries)
    FundingEvent.objects.create(
        bank_account=account,
        budget=groceries,
        kind="fund",
        on=build.TODAY,
        status="done",
        intended=5,
        moved=5,
        created_at=build.NOW,
        modified_at=build.NOW,
    )
    hook = hooked.hook(account)
    webhooks.ping(actor=hook.owner, webhook_id=hook.pk, now=build.NOW)
    owner = account.owners.get()
    AutoSpendRun.objects.create(bank_account=account, actor=owner, created_at=build.NOW, modified_at=build.NOW)


def again(model: type[Any], **changes: Any) -> None:
    """Insert a copy of the first row, with other values here and there."""
    row = model.objects.order_by("created_at").first()
    row.pk = None
    row._state.adding = True
    row.id = model._meta.pk.get_default()
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)


WRONG: dict[str, Callable[[], Any]] = {
    "account_has_one_unallocated": lambda: Budget.objects.update(is_unallocated=True),
    "unallocated_stays": lambda: Budget.objects.update(archived=True),
    "unallocated_stays (deleted)": lambda: Budget.objects.update(deleted_at=build.NOW),
    "budget_target_not_negative": lambda: Budget.objects.update(target_balance=-1),
    "budget_balance_in_range": lambda: Budget.objects.update(balance=MORE),
    "budget_balance_in_range (below)": lambda: Budget.objects.update(balance=-MORE),
    "account_posted_balance_in_range": lambda: BankAccount.objects.update(posted_balance=MORE),
    "account_available_balance_in_range": lambda: BankAccount.objects.update(available_balance=-MORE),
    "transaction_amount_not_zero": lambda: Transaction.objects.update(amount=0),
    "transaction_amount_in_range": lambda: Transaction.objects.update(amount=MORE),
    "transaction_posted_balance_in_range": lambda: Transaction.objects.update(posted_balance=MORE),
    "transaction_available_balance_in_range": lambda: Transaction.objects.update(available_balance=MORE),
    "transaction_seq_is_unique": lambda: Transaction.objects.update(seq=1),
    "refund_is_money_in": lambda: Transaction.objects.update(refund_of=Transaction.objects.first()),
    "bank_row_is_imported_once": lambda: Transaction.objects.update(import_key="same"),
    "entry_amount_not_zero": lambda: Entry.objects.update(amount=0),
    "entry_amount_in_range": lambda: Entry.objects.update(amount=MORE),
    "entry_balance_in_range": lambda: Entry.objects.update(balance=MORE),
    "entry_seq_is_unique": lambda: Entry.objects.update(seq=1),
    "entry_has_one_parent": lambda: Entry.objects.update(transaction=None, transfer=None),
    "entry_has_one_parent (two)": lambda: Entry.objects.update(
        transaction=Transaction.objects.first(), transfer=Transfer.objects.first()
    ),
    "one_allocation_per_budget": lambda: again(Entry, seq=1000),
    "one_leg_per_budget": lambda: Entry.objects.exclude(transfer=None).update(budget=build.unallocated(the_account())),
    "transfer_moves_money": lambda: Transfer.objects.update(amount=-1),
    "transfer_amount_in_range": lambda: Transfer.objects.update(amount=MORE),
    "transfer_between_two_budgets": lambda: Transfer.objects.update(source=F("target")),
    "transfer_seq_is_unique": lambda: again(Transfer),
    "one_event_per_budget_kind_and_date": lambda: again(FundingEvent),
    "event_moves_no_more_than_intended": lambda: FundingEvent.objects.update(moved=F("intended") + 1),
    "event_moves_no_more_than_intended (less)": lambda: FundingEvent.objects.update(moved=-1),
    "event_is_skipped_by_somebody": lambda: FundingEvent.objects.update(skipped_by=User.objects.get()),
    "event_that_can_still_take_place_moved_nothing": lambda: FundingEvent.objects.update(revocable=True),
    "event_that_can_still_take_place_moved_nothing (moved)": lambda: FundingEvent.objects.update(
        status="skipped", skipped_by=User.objects.get(), revocable=True
    ),
    "one_delivery_per_webhook_and_event": lambda: again(WebhookDelivery),
    "delivery_is_due_while_it_waits": lambda: WebhookDelivery.objects.update(next_try_at=None),
    "delivery_is_due_while_it_waits (over)": lambda: WebhookDelivery.objects.update(status="failed"),
    "auto_spend_is_undone_by_somebody": lambda: AutoSpendRun.objects.update(undone_at=build.NOW),
    "auto_spend_is_undone_by_somebody (when)": lambda: AutoSpendRun.objects.update(undone_by=User.objects.get()),
    "user_name_is_unique_in_any_case": lambda: User.objects.create(username="OWNER"),
}


def the_account() -> BankAccount:
    return BankAccount.objects.get()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", WRONG)
def test_a_row_that_cannot_be_is_refused(name):
    with pytest.raises(IntegrityError), transaction.atomic():
        WRONG[name]()


def test_each_constraint_of_the_ledger_has_its_case():
    models = (User, BankAccount, Budget, Transaction, Transfer, Entry, FundingEvent, WebhookDelivery, AutoSpendRun)
    declared = {constraint.name for model in models for constraint in model._meta.constraints}
    assert {name.partition(" ")[0] for name in WRONG} == declared


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", [Budget, Transaction, Transfer, Entry, FundingEvent, Webhook, WebhookDelivery])
def test_nothing_lies_in_an_account_that_is_not_there(model):
    nowhere = build.bank().pk
    with transaction.atomic():
        model.objects.update(bank_account=nowhere)
        with pytest.raises(IntegrityError):
            connection.check_constraints()
        transaction.set_rollback(True)


def test_an_amount_that_is_no_whole_number_of_units_is_a_bug(account):
    with pytest.raises(AssertionError):
        BankAccount.objects.filter(available_balance=Decimal("0.00001")).exists()


@pytest.mark.parametrize("text", ["0.0001", "-0.0001", "999999999999.9999", "-999999999999.9999", "0"])
def test_amounts_come_back_as_they_went_in(account, text):
    BankAccount.objects.update(available_balance=Decimal(text))
    found = BankAccount.objects.values_list("available_balance", flat=True).get()
    assert isinstance(found, Decimal)
    assert found == Decimal(text)
