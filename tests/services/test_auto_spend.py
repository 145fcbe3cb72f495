"""Rules held against the past: what they would change, doing exactly that, and undoing it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.ledger import errors
from backend.ledger.categories import UNASSIGNED
from backend.ledger.models import AutoSpendRun, BankAccount, Budget, Change, Entry, Transaction, User
from backend.ledger.selectors import auto_spend as selectors
from backend.ledger.selectors.auto_spend import Asked
from backend.ledger.services import accounts, auto_spend, budgets, refunds, transactions
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


@pytest.fixture
def coffees(account: BankAccount) -> list[Transaction]:
    """Two coffees on Unallocated, the later one first."""
    return [
        build.transaction(account, amount=amount, raw_description="COFFEE CORNER", posted_date=on)
        for amount, on in (("-3", -1), ("-4", -40))
    ]


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


def refunded(owner: User, row: Transaction, rent: Budget) -> None:
    back = build.transaction(row.bank_account, amount="1")
    refunds.tie(actor=owner, transaction_id=back.pk, purchase_id=row.pk, now=NOW)


@pytest.mark.parametrize(
    "happened",
    [(changed, "changed"), (recategorised, "changed"), (deleted, "deleted"), (refunded, "refunded")],
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
    for count in (1, 20):
        give(groceries, [])
        for number in range(count):
            build.transaction(account, amount="-3", raw_description="COFFEE", posted_date=-number)
        give(groceries, RULES)
        with django_assert_num_queries(4):
            shown = preview(account)
        with django_assert_num_queries(18):
            run = auto_spend.apply(
                actor=owner, account_id=account.pk, asked=Asked(), fingerprint=shown.fingerprint, now=NOW
            )
        assert len(run.rows) == count
        states.sound()
