"""Rules held against the past: what they would change, doing exactly that, and undoing it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.ledger import errors
from backend.ledger.categories import UNASSIGNED
from backend.ledger.models import AutoSpendRun, BankAccount, Budget, Change, Entry, Transaction, User
from backend.ledger.selectors import auto_spend as selectors
from backend.ledger.selectors.auto_spend import Asked
from backend.ledger.services import auto_spend, budgets, transactions
from backend.ledger.services.shares import Share
from tests import build
from tests.ledger import states

pytestmark = pytest.mark.django_db

D = Decimal
NOW = build.NOW
COFFEE, FOOD = "Food & Drink:Coffee & Tea", "Food & Drink:Groceries"
RULES = [{"party": "coffee", "category": COFFEE}]


def give(budget: Budget, rules: object) -> None:
    budgets.update(
        actor=build.first_owner(budget.bank_account), budget_id=budget.pk, fields={"auto_spend": rules}, now=NOW
    )


def preview(account: BankAccount, **asked: Any) -> selectors.Preview:
    return selectors.preview(build.first_owner(account), account.pk, Asked(**asked))


def apply(account: BankAccount, *, shown: selectors.Preview | None = None, **asked: Any) -> AutoSpendRun:
    fingerprint = (shown or preview(account, **asked)).fingerprint
    return auto_spend.apply(
        actor=build.first_owner(account),
        account_id=account.pk,
        asked=Asked(**asked),
        fingerprint=fingerprint,
        now=NOW,
    )


def undo(run: AutoSpendRun, **more: Any) -> AutoSpendRun:
    return auto_spend.undo(actor=build.first_owner(run.bank_account), run_id=run.pk, now=NOW, **more)


def claimed(found: selectors.Preview) -> list[tuple[Transaction, Any]]:
    return [(row.entry.transaction, row.budget_id) for row in found.rows]  # type: ignore[misc]


def lies(row: Transaction) -> list[tuple[str, Decimal, str]]:
    return list(Entry.objects.filter(transaction=row).values_list("budget__name", "amount", "category"))


def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    account: BankAccount, groceries: Budget, coffees: list[Transaction]
) -> None:
    give(groceries, RULES)
    before = states.fingerprint()
    found = preview(account)

    assert states.fingerprint() == before
    assert claimed(found) == [(coffee, groceries.pk) for coffee in coffees]
    assert [(row.entry.category, row.category, row.number) for row in found.rows] == [(UNASSIGNED, COFFEE, 1)] * 2
    assert [(each.budget_id, each.count, each.now, each.then) for each in found.effects] == [
        (build.unallocated(account).pk, 2, 993, 1000),
        (groceries.pk, 2, 0, -7),
    ]
    assert not found.more


def test_rules_that_are_not_stored_yet_can_be_tried(
    account: BankAccount, groceries: Budget, coffees: list[Transaction]
) -> None:
    rent = build.budget(account, name="Rent", now=NOW + timedelta(seconds=1))
    give(groceries, [{"party": "nothing"}])
    give(rent, [{"party": "corner"}])
    assert claimed(preview(account)) == [(coffee, rent.pk) for coffee in coffees]

    tried = preview(account, budget_id=groceries.pk, candidate=[*RULES, {"max": "3"}])
    assert claimed(tried) == [(coffee, groceries.pk) for coffee in coffees], "the older budget comes first"
    assert preview(account, budget_id=rent.pk, candidate=[{"min": "3.50"}]).effects[1].count == 1
    assert preview(account, budget_id=groceries.pk, candidate=[]).rows == []
    groceries.refresh_from_db()
    assert groceries.auto_spend == [{"party": "nothing"}]


def test_what_was_tried_is_applied_once_it_is_stored(
    account: BankAccount, groceries: Budget, coffees: list[Transaction]
) -> None:
    tried = preview(account, budget_id=groceries.pk, candidate=RULES)
    with states.refused(errors.Conflict, field="fingerprint"):
        apply(account, shown=tried, budget_id=groceries.pk)
    give(groceries, RULES)
    run = apply(account, shown=tried, budget_id=groceries.pk, candidate=[{"party": "ignored"}])

    assert len(run.rows) == 2


def test_only_debits_that_nobody_laid_elsewhere_are_claimed(
    owner: User, account: BankAccount, groceries: Budget, rent: Budget
) -> None:
    build.transaction(account, amount="-10", splits={rent: "4"})
    build.transaction(account, amount="-10", splits={rent: "10"})
    build.transaction(account, amount="10")
    whole = build.transaction(account, amount="-10", pending=True)
    give(groceries, [{}])

    assert [row.transaction_id for row in preview(account).rows] == [whole.pk]


def test_a_category_that_somebody_gave_stays(
    owner: User, account: BankAccount, groceries: Budget, unallocated: Budget, coffees: list[Transaction]
) -> None:
    shares = {unallocated.pk: Share(amount=D(3), category=FOOD)}
    transactions.split(actor=owner, transaction_id=coffees[0].pk, shares=shares, now=NOW)
    give(groceries, RULES)
    apply(account)

    assert [lies(coffee)[0][2] for coffee in coffees] == [FOOD, COFFEE]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ((-1, None), [0]),
        ((0, None), []),
        ((None, -2), [1]),
        ((-40, -1), [0, 1]),
        ((-39, -2), []),
        ((-40, -40), [1]),
    ],
)
def test_a_part_of_the_past(
    account: BankAccount,
    groceries: Budget,
    coffees: list[Transaction],
    period: tuple[int | None, int | None],
    expected: list[int],
) -> None:
    give(groceries, RULES)
    since, until = period
    days = {
        name: build.TODAY + timedelta(days=day) for name, day in (("since", since), ("until", until)) if day is not None
    }
    assert claimed(preview(account, **days)) == [(coffees[number], groceries.pk) for number in expected]


def test_applied_it_is_as_it_was_shown(account: BankAccount, groceries: Budget, coffees: list[Transaction]) -> None:
    give(groceries, RULES)
    shown = preview(account)
    keys = [Entry.objects.get(transaction=coffee).pk for coffee in coffees]
    run = apply(account, shown=shown)

    assert [lies(coffee) for coffee in coffees] == [[("Groceries", -3, COFFEE)], [("Groceries", -4, COFFEE)]]
    assert [Entry.objects.get(transaction=coffee).pk for coffee in coffees] == keys
    balances = dict(Budget.objects.filter(bank_account=account).values_list("pk", "balance"))
    assert {each.budget_id: each.then for each in shown.effects} == balances
    assert [each.obstacle for each in selectors.done(run)] == [None, None]
    states.sound()
    for coffee in coffees:
        version = coffee.version
        coffee.refresh_from_db()
        assert coffee.version == version + 1
    told = Change.objects.filter(row_id=keys[0], action="changed").get()
    assert set(told.values) == {"budget_id", "category"}


def test_what_is_not_as_it_was_shown_is_not_applied(
    owner: User, account: BankAccount, groceries: Budget, coffees: list[Transaction]
) -> None:
    give(groceries, RULES)
    shown = preview(account)
    transactions.update(actor=owner, transaction_id=coffees[0].pk, changes={"memo": "m"}, now=NOW)
    assert preview(account).fingerprint == shown.fingerprint

    transactions.delete(actor=owner, transaction_id=coffees[0].pk, now=NOW)
    with states.refused(errors.Conflict, field="fingerprint"):
        apply(account, shown=shown)
    apply(account)
    with states.refused(errors.InvalidValue, field="fingerprint"):
        apply(account)
