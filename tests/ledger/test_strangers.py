"""Whatever somebody tries on rows of an account that is not theirs finds nothing and changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backend.ledger import errors, posting
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
from tests import build, worlds
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


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The owner's account with a row, one that both owners share, and one of the stranger's."""

    owner: User
    coowner: User
    stranger: User
    staff: User
    account: BankAccount
    row: Transaction


def gathered() -> Cast:
    owner, coowner, stranger = (build.user(name) for name in ("owner", "coowner", "stranger"))
    account = build.account(owner=owner, balance="1000.00")
    build.account(owner=owner, co_owners=[coowner], name="Household", balance="500.00")
    build.account(owner=stranger, name="Elsewhere", balance="100.00")
    groceries = build.budget(account, name="Groceries")
    statement_imports.preview(actor=owner, account_id=account.pk, statement=STATEMENT, now=build.NOW)
    return Cast(
        owner=owner,
        coowner=coowner,
        stranger=stranger,
        staff=build.user("staff", is_staff=True),
        account=account,
        row=build.transaction(account, amount="-10", pending=True, splits={groceries: "1"}),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return worlds.once(gathered)


@pytest.fixture
def owner(cast: Cast) -> User:
    return cast.owner


@pytest.fixture
def coowner(cast: Cast) -> User:
    return cast.coowner


@pytest.fixture
def account(cast: Cast) -> BankAccount:
    return cast.account


@pytest.fixture
def row(cast: Cast) -> Transaction:
    return cast.row


@pytest.mark.parametrize("name", TRIES)
@pytest.mark.parametrize("who", ["stranger", "staff", "coowner"])
def test_others_find_nothing_and_change_nothing(cast, account, row, name, who):
    """The co-owner owns another account together with the owner, not this one."""
    actor = getattr(cast, who)
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
