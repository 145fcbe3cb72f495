"""Which rows somebody sees: those of accounts that are theirs."""

import pytest

from backend.ledger import access
from backend.ledger.models import BankAccount, Budget, Transaction
from backend.ledger.services import budgets, statement_imports
from backend.ledger.statements import Statement
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(account: BankAccount, groceries: Budget) -> Transaction:
    said = Statement(account_number="1", account_type="C", currency="USD", rows=())
    statement_imports.preview(actor=build.first_owner(account), account_id=account.pk, statement=said, now=build.NOW)
    return build.transaction(account, amount="-10", pending=True, splits={groceries: "1"})


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
