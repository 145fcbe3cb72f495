"""Whatever somebody tries on rows of an account that is not theirs finds nothing and changes nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backend.ledger import access, errors, posting
from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.ledger.posting import locking
from backend.ledger.selectors.auto_spend import Asked
from backend.ledger.services import (
    accounts,
    allocations,
    auto_spend,
    batches,
    budgets,
    funding,
    funding_events,
    import_revert,
    imports,
    linking,
    owners,
    refunds,
    statement_imports,
    transactions,
    transfers,
    users,
)
from backend.ledger.statements import Statement
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

D = Decimal

Try = Callable[[User, BankAccount, Budget, Budget, Transaction], Any]

NEW = batches.New(amount=D(-1), posted_date=build.NOW, raw_description="MINE")
STATEMENT = Statement(account_number="1", account_type="C", currency="USD", rows=())

ON_ROWS: dict[str, Try] = {
    "accounts.update": lambda who, account, *_: accounts.update(
        actor=who, account_id=account.pk, changes={"name": "Mine"}, now=build.NOW
    ),
    "accounts.delete": lambda who, account, *_: accounts.delete(actor=who, account_id=account.pk, now=build.NOW),
    "accounts.mark_imported": lambda who, account, *_: accounts.mark_imported(
        actor=who, account_id=account.pk, last_posted_through=build.TODAY, now=build.NOW
    ),
    "funding.configure": lambda who, account, *_: funding.configure(
        actor=who, account_id=account.pk, import_gate=False, now=build.NOW
    ),
    "funding.prioritise": lambda who, account, unallocated, budget, row: funding.prioritise(
        actor=who, budget_id=budget.pk, priority=1, now=build.NOW
    ),
    "funding_events.run": lambda who, account, *_: funding_events.run(actor=who, account_id=account.pk, now=build.NOW),
    "imports.run": lambda who, account, *_: imports.run(
        actor=who, account_id=account.pk, statement=STATEMENT, source="ofx", now=build.NOW
    ),
    "statement_imports.preview": lambda who, account, *_: statement_imports.preview(
        actor=who, account_id=account.pk, statement=STATEMENT, now=build.NOW
    ),
    "statement_imports.adjust": lambda who, account, *_: statement_imports.adjust(
        actor=who, import_id=account.statement_imports.get().pk, decisions={}, refresh=True, now=build.NOW
    ),
    "statement_imports.commit": lambda who, account, *_: statement_imports.commit(
        actor=who, import_id=account.statement_imports.get().pk, now=build.NOW
    ),
    "statement_imports.discard": lambda who, account, *_: statement_imports.discard(
        actor=who, import_id=account.statement_imports.get().pk, now=build.NOW
    ),
    "import_revert.revert": lambda who, account, *_: import_revert.revert(
        actor=who, import_id=account.statement_imports.get().pk, now=build.NOW
    ),
    "owners.add": lambda who, account, *_: owners.add(
        actor=who, account_id=account.pk, username=who.username, now=build.NOW
    ),
    "owners.remove": lambda who, account, *_: owners.remove(
        actor=who, account_id=account.pk, username=build.first_owner(account).username, now=build.NOW
    ),
    "budgets.unarchive": lambda who, account, unallocated, budget, row: budgets.unarchive(
        actor=who, budget_id=budget.pk, now=build.NOW
    ),
    "allocations.update": lambda who, account, unallocated, budget, row: allocations.update(
        actor=who, allocation_id=row.allocations.earliest("seq").pk, changes={"memo": "mine"}, now=build.NOW
    ),
    "budgets.update": lambda who, account, unallocated, budget, row: budgets.update(
        actor=who, budget_id=budget.pk, fields={"name": "Mine"}, now=build.NOW
    ),
    "budgets.archive": lambda who, account, unallocated, budget, row: budgets.archive(
        actor=who, budget_id=budget.pk, now=build.NOW
    ),
    "budgets.archive unallocated": lambda who, account, unallocated, budget, row: budgets.archive(
        actor=who, budget_id=unallocated.pk, now=build.NOW
    ),
    "budgets.delete": lambda who, account, unallocated, budget, row: budgets.delete(
        actor=who, budget_id=budget.pk, now=build.NOW
    ),
    "linking.link": lambda who, account, unallocated, budget, row: linking.link(
        actor=who, transaction_id=row.pk, other_id=row.pk, now=build.NOW
    ),
    "linking.reject": lambda who, account, unallocated, budget, row: linking.reject(
        actor=who, transaction_id=row.pk, other_id=row.pk, now=build.NOW
    ),
    "linking.unlink": lambda who, account, unallocated, budget, row: linking.unlink(
        actor=who, transaction_id=row.pk, now=build.NOW
    ),
    "refunds.tie": lambda who, account, unallocated, budget, row: refunds.tie(
        actor=who, transaction_id=row.pk, purchase_id=row.pk, now=build.NOW
    ),
    "refunds.untie": lambda who, account, unallocated, budget, row: refunds.untie(
        actor=who, transaction_id=row.pk, now=build.NOW
    ),
    "auto_spend.apply": lambda who, account, *_: auto_spend.apply(
        actor=who, account_id=account.pk, asked=Asked(), fingerprint="", now=build.NOW
    ),
    "transactions.update": lambda who, account, unallocated, budget, row: transactions.update(
        actor=who, transaction_id=row.pk, changes={"pending": False}, now=build.NOW
    ),
    "transactions.delete": lambda who, account, unallocated, budget, row: transactions.delete(
        actor=who, transaction_id=row.pk, now=build.NOW
    ),
    "transactions.split": lambda who, account, unallocated, budget, row: transactions.split(
        actor=who, transaction_id=row.pk, shares={budget.pk: D(1)}, now=build.NOW
    ),
}
BY_FIELD: dict[str, tuple[str, Try]] = {
    "budgets.create": (
        "bank_account",
        lambda who, account, *_: budgets.create(
            actor=who, account_id=account.pk, fields={"name": "Mine"}, now=build.NOW
        ),
    ),
    "batches.create": (
        "bank_account",
        lambda who, account, *_: batches.create(
            actor=who, account_id=account.pk, rows=[NEW], all_or_nothing=False, now=build.NOW
        ),
    ),
    "funding_events.skip": (
        "budget",
        lambda who, account, unallocated, budget, row: funding_events.skip(
            actor=who, budget_id=budget.pk, on=build.TODAY, now=build.NOW
        ),
    ),
    "transactions.create": (
        "bank_account",
        lambda who, account, *_: build.transaction(account, actor=who),
    ),
    "transfers.create": (
        "bank_account",
        lambda who, account, unallocated, budget, row: build.transfer(
            account, source=unallocated, target=budget, actor=who
        ),
    ),
    "transfers.create without account": (
        "src_budget",
        lambda who, account, unallocated, budget, row: transfers.create(
            actor=who,
            source_id=unallocated.pk,
            target_id=budget.pk,
            amount=D(1),
            effective_at=build.NOW,
            now=build.NOW,
        ),
    ),
    "users.update_me": (
        "default_bank_account",
        lambda who, account, *_: users.update_me(actor=who, changes={"default_bank_account": account.pk}),
    ),
}
TRIES = {name: (None, call) for name, call in ON_ROWS.items()} | BY_FIELD


@pytest.fixture
def row(account: BankAccount, groceries: Budget) -> Transaction:
    statement_imports.preview(
        actor=build.first_owner(account), account_id=account.pk, statement=STATEMENT, now=build.NOW
    )
    return build.transaction(account, amount="-10", pending=True, splits={groceries: "1"})


@pytest.mark.parametrize("name", TRIES)
@pytest.mark.parametrize("who", ["stranger", "staff", "coowner"])
def test_others_find_nothing_and_change_nothing(request, account, row, name, who):
    """The co-owner owns another account together with the owner, not this one."""
    request.getfixturevalue("shared_account")
    request.getfixturevalue("foreign_account")
    actor = request.getfixturevalue(who)
    field, call = TRIES[name]
    budget = Budget.objects.get(name="Groceries")
    with states.refused(errors.NotFound, field=field):
        call(actor, account, build.unallocated(account), budget, row)


@pytest.mark.parametrize("name", TRIES)
def test_a_former_owner_is_a_stranger(account, owner, coowner, row, name):
    account.owners.set([coowner])
    field, call = TRIES[name]
    budget = Budget.objects.get(name="Groceries")
    with states.refused(errors.NotFound, field=field):
        call(owner, account, build.unallocated(account), budget, row)


@pytest.mark.parametrize("name", sorted(TRIES.keys() - {"users.update_me", "funding_events.run", "linking.unlink"}))
def test_whoever_loses_the_account_while_waiting_for_its_lock_is_a_stranger(account, owner, row, name, monkeypatch):
    """Not of a funding run: the engine does what is due, whoever asked for it. What is not linked needs no lock."""
    lock_all = locking.lock_all

    def lost(*args: Any, **kwargs: Any) -> dict[UUID, BankAccount]:
        found = lock_all(*args, **kwargs)
        account.owners.remove(owner)
        return found

    for module in (locking, posting):
        monkeypatch.setattr(module, "lock_all", lost)
    field, call = TRIES[name]
    budget = Budget.objects.get(name="Groceries")
    with states.refused(errors.NotFound, field=field):
        call(owner, account, build.unallocated(account), budget, row)


@pytest.mark.parametrize("name", TRIES)
def test_a_coowner_may_do_what_the_owner_may(account, coowner, row, name):
    """Whatever refuses them refuses the owner too: it is not that nothing is found."""
    account.owners.add(coowner)
    _, call = TRIES[name]
    budget = Budget.objects.get(name="Groceries")
    try:
        call(coowner, account, build.unallocated(account), budget, row)
    except errors.NotFound as error:
        raise AssertionError("a co-owner finds what the owner finds") from error
    except errors.LedgerError:
        pass
    states.sound()


ROWS = (
    access.accounts,
    access.budgets,
    access.transactions,
    access.allocations,
    access.transfers,
    access.funding_events,
    access.statement_imports,
)


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: rows.__name__)
@pytest.mark.usefixtures("row")
def test_rows_are_seen_by_owners_alone(request, account, owner, rows):
    build.transfer(account, source=build.unallocated(account), target=Budget.objects.get(name="Groceries"))
    assert rows(owner).exists() != (rows is access.funding_events)
    for other in ("stranger", "staff", "coowner"):
        assert not rows(request.getfixturevalue(other)).exists()


def test_a_deleted_budget_is_seen_by_nobody_and_an_archived_one_by_its_owner(account, owner):
    archived, deleted = build.budget(account, name="Archived"), build.budget(account, name="Deleted")
    budgets.archive(actor=owner, budget_id=archived.pk, now=build.NOW)
    budgets.delete(actor=owner, budget_id=deleted.pk, now=build.NOW)
    assert set(access.budgets(owner).values_list("name", flat=True)) == {"Unallocated", "Archived"}


def test_allocations_are_the_entries_of_transactions(account, owner, groceries):
    build.transfer(account, source=build.unallocated(account), target=groceries)
    assert not access.allocations(owner).exists()
    build.transaction(account)
    assert access.allocations(owner).count() == 1


def test_a_row_owned_twice_is_seen_once(shared_account, owner, coowner):
    assert access.accounts(owner).count() == access.accounts(coowner).count() == 1
    assert access.budgets(coowner).count() == 1
