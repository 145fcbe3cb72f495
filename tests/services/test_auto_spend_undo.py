"""What rules did to the past, undone; and who may ask."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from backend.ledger import errors
from backend.ledger.categories import UNASSIGNED
from backend.ledger.models import AutoSpendRun, BankAccount, Budget, Entry, Transaction, User
from backend.ledger.selectors import auto_spend as selectors
from backend.ledger.selectors.auto_spend import Asked
from backend.ledger.services import accounts, auto_spend, budgets, refunds, transactions
from backend.ledger.services.shares import Share
from tests import build
from tests.ledger import states
from tests.services.test_auto_spend import FOOD, NOW, RULES, D, apply, claimed, give, lies, preview, undo

pytestmark = pytest.mark.django_db


def test_undone_it_is_as_before(account: BankAccount, groceries: Budget, coffees: list[Transaction]) -> None:
    give(groceries, RULES)
    balances = list(Budget.objects.order_by("pk").values_list("pk", "balance"))
    before = [lies(coffee) for coffee in coffees]
    run = undo(apply(account))

    assert [lies(coffee) for coffee in coffees] == before
    assert list(Budget.objects.order_by("pk").values_list("pk", "balance")) == balances
    assert (run.undone_by, run.undone_at is not None) == (build.first_owner(account), True)
    assert [(each.undone, each.obstacle) for each in selectors.done(run)] == [(True, None)] * 2
    states.sound()
    with states.refused(errors.CannotUndo):
        undo(run)
    assert len(apply(account).rows) == 2


def changed(owner: User, row: Transaction, rent: Budget) -> None:
    transactions.split(actor=owner, transaction_id=row.pk, shares={rent.pk: D(1)}, now=NOW)


def recategorised(owner: User, row: Transaction, rent: Budget) -> None:
    entry = Entry.objects.get(transaction=row)
    shares = {entry.budget_id: Share(amount=-entry.amount, category=FOOD)}
    transactions.split(actor=owner, transaction_id=row.pk, shares=shares, now=NOW)


def deleted(owner: User, row: Transaction, rent: Budget) -> None:
    transactions.delete(actor=owner, transaction_id=row.pk, now=NOW)


@pytest.mark.parametrize(
    "happened",
    [(changed, "changed"), (recategorised, "changed"), (deleted, "deleted")],
)
def test_what_was_built_upon_stands_in_the_way_and_the_rest_can_be_undone(
    owner: User, account: BankAccount, groceries: Budget, rent: Budget, happened: tuple[Any, str]
) -> None:
    happen, code = happened
    coffees = [build.transaction(account, amount=amount, raw_description="COFFEE") for amount in ("-3", "-4")]
    give(groceries, RULES)
    run = apply(account)
    happen(owner, coffees[0], rent)
    found = {each.transaction_id: each.obstacle for each in selectors.done(run)}
    assert {key: reason.code for key, reason in found.items() if reason} == {coffees[0].pk: code}

    with states.refused(errors.CannotUndo) as refusal:
        undo(run)
    assert str(coffees[0].pk) in str(refusal.value)
    stays = lies(coffees[0])
    run = undo(run, partly=True)
    assert (lies(coffees[0]), lies(coffees[1])) == (stays, [("Unallocated", -4, UNASSIGNED)])
    assert [each.undone for each in selectors.done(run)] == [True, False]
    states.sound()


def test_refunds_go_where_a_rule_sends_their_purchase_and_back(
    owner: User, account: BankAccount, groceries: Budget, coffees: list[Transaction]
) -> None:
    back = build.transaction(account, amount="1")
    refunds.tie(actor=owner, transaction_id=back.pk, purchase_id=coffees[0].pk, now=NOW)
    give(groceries, RULES)
    run = apply(account)
    assert lies(back) == [("Groceries", 1, "Food & Drink:Coffee & Tea")]

    undo(run)
    assert lies(back) == [("Unallocated", 1, UNASSIGNED)]
    states.sound()


def test_where_everything_stands_in_the_way_nothing_is_undone_in_part_either(
    owner: User, account: BankAccount, groceries: Budget, rent: Budget, coffees: list[Transaction]
) -> None:
    give(groceries, RULES)
    run = apply(account)
    for coffee in coffees:
        changed(owner, coffee, rent)
    with states.refused(errors.CannotUndo) as refusal:
        undo(run, partly=True)
    assert "1 more cannot be undone either" in str(refusal.value)


def test_a_budget_that_was_archived_gives_its_part_back(
    owner: User, account: BankAccount, groceries: Budget, unallocated: Budget, coffees: list[Transaction]
) -> None:
    give(groceries, RULES)
    run = apply(account)
    budgets.archive(actor=owner, budget_id=groceries.pk, now=NOW)
    undo(run)

    assert lies(coffees[0]) == [("Unallocated", -3, UNASSIGNED)]
    unallocated.refresh_from_db()
    assert unallocated.balance == 993
    states.sound()


def test_a_run_changes_so_many_and_the_next_one_goes_on(
    account: BankAccount, groceries: Budget, coffees: list[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "MOST", 1)
    give(groceries, RULES)
    for coffee, more in zip(coffees, (True, False), strict=True):
        shown = preview(account)
        assert (claimed(shown), shown.more) == ([(coffee, groceries.pk)], more)
        apply(account, shown=shown)
    assert preview(account).rows == []


def test_what_cannot_be_asked_is_refused(
    account: BankAccount, groceries: Budget, unallocated: Budget, foreign_account: BankAccount, rent: Budget
) -> None:
    budgets.archive(actor=build.first_owner(account), budget_id=rent.pk, now=NOW)
    for asked, kind, field in (
        ({"candidate": RULES}, errors.InvalidValue, "budget"),
        ({"budget_id": build.unallocated(foreign_account).pk}, errors.NotFound, "budget"),
        ({"budget_id": rent.pk}, errors.NotFound, "budget"),
        ({"budget_id": unallocated.pk, "candidate": RULES}, errors.InvalidRule, "rules"),
        ({"budget_id": groceries.pk, "candidate": [{"x": 1}]}, errors.InvalidRule, "rules"),
        ({"budget_id": groceries.pk, "candidate": "x"}, errors.InvalidRule, "rules"),
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 31)}, errors.InvalidValue, "until"),
    ):
        with states.refused(kind, field=field):
            preview(account, **asked)
    assert preview(account, until=date.max, since=date.min).rows == []


def test_nobody_else_sees_or_undoes_a_run(
    owner: User, stranger: User, account: BankAccount, groceries: Budget, coffees: list[Transaction]
) -> None:
    give(groceries, RULES)
    run = apply(account)
    assert selectors.runs(owner, account.pk) == [run]
    for look in (
        lambda: selectors.runs(stranger, account.pk),
        lambda: selectors.preview(stranger, account.pk, Asked()),
    ):
        with pytest.raises(errors.NotFound):
            look()
    with states.refused(errors.NotFound):
        auto_spend.undo(actor=stranger, run_id=run.pk, now=NOW)
    with pytest.raises(errors.InvalidValue):
        selectors.runs(owner, account.pk, limit=101)


def test_a_run_goes_with_its_account(owner: User, account: BankAccount, groceries: Budget) -> None:
    build.transaction(account, amount="-3", raw_description="COFFEE")
    give(groceries, RULES)
    apply(account)
    accounts.delete(actor=owner, account_id=account.pk, now=NOW)

    assert not AutoSpendRun.objects.exists()


def test_costs_do_not_grow_with_what_changes(
    account: BankAccount, groceries: Budget, django_assert_num_queries: Any
) -> None:
    owner = build.first_owner(account)
    told = 2 if connection.vendor == "postgresql" else 0  # how to plan what recomputes the running balances, and back
    for count in (1, 20):
        give(groceries, [])
        for number in range(count):
            build.transaction(account, amount="-3", raw_description="COFFEE", posted_date=-number)
        give(groceries, RULES)
        with django_assert_num_queries(4):
            shown = preview(account)
        with django_assert_num_queries(19 + told):
            run = auto_spend.apply(
                actor=owner, account_id=account.pk, asked=Asked(), fingerprint=shown.fingerprint, now=NOW
            )
        assert len(run.rows) == count
        states.sound()
