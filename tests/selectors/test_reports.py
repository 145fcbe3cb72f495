"""Where money went and came from, and what a recurring budget planned against what happened."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from backend.ledger import errors
from backend.ledger.models import BankAccount, Budget, Transaction, User
from backend.ledger.rules import cycles as cycle_rules
from backend.ledger.selectors import budget_cycles, reports
from backend.ledger.services import linking, transactions
from backend.ledger.services.shares import Share
from tests import build

pytestmark = pytest.mark.django_db

D = Decimal
YEAR = reports.Period(since=date(2026, 1, 1), until=date(2026, 12, 31))
FOOD, PAY = "Food & Drink:Groceries", "Income:Paycheck"


def spend(
    account: BankAccount,
    amount: str,
    *,
    on: int = 0,
    category: str | None = None,
    budget: Budget | None = None,
    party: str = "SHOP",
) -> Transaction:
    row = build.transaction(account, amount=amount, posted_date=on, raw_description=party)
    share = Share(amount=abs(D(amount)), category=category)
    target = budget or build.unallocated(account)
    return transactions.split(
        actor=build.first_owner(account), transaction_id=row.pk, shares={target.pk: share}, now=build.NOW
    )


def shown(found: list[reports.Report]) -> dict[str, tuple[int, Decimal]]:
    [report] = found
    return {group.name: (group.count, group.amount) for group in report.groups}


def spending(user: User, **more: object) -> list[reports.Report]:
    given = {"kind": reports.SPENDING, "by": reports.CATEGORY, "period": YEAR} | more
    return reports.grouped(user, **given)  # type: ignore[arg-type]


def test_refunds_net_against_their_category(owner: User, account: BankAccount) -> None:
    spend(account, "-30", category=FOOD)
    spend(account, "10", category=FOOD)
    spend(account, "-5")

    assert shown(spending(owner)) == {"Groceries": (2, D(20)), "Unassigned": (1, D(5))}
    [report] = spending(owner)
    assert (report.total, report.count, report.currency) == (25, 3, "USD")
    assert [group.share for group in report.groups] == [D("0.8"), D("0.2")]


def test_money_back_on_a_budget_is_no_income(owner: User, account: BankAccount, groceries: Budget) -> None:
    spend(account, "-30", budget=groceries)
    spend(account, "12", budget=groceries)
    spend(account, "1000", category=PAY)
    spend(account, "50")

    assert shown(spending(owner, by=reports.BUDGET)) == {"Groceries": (2, D(18))}
    income = reports.grouped(owner, kind=reports.INCOME, by=reports.CATEGORY, period=YEAR)
    assert shown(income) == {"Paycheck": (1, D(1000)), "Unassigned": (1, D(50))}


def test_movements_between_own_accounts_are_neither(
    owner: User, coowner: User, account: BankAccount, shared_account: BankAccount
) -> None:
    out = build.transaction(account, amount="-100", raw_description="TO HOUSEHOLD")
    into = build.transaction(shared_account, amount="100")
    linking.link(actor=owner, transaction_id=out.pk, other_id=into.pk, now=build.NOW)

    assert spending(owner) == []
    assert reports.cash_flow(owner, period=YEAR) == []
    [month] = reports.cash_flow(coowner, period=YEAR)  # who does not own where it came from
    assert (month.income, month.spending) == (100, 0)


def test_groups_of_every_kind(owner: User, account: BankAccount) -> None:
    spend(account, "-10", category=FOOD, party="MARKET", on=-40)
    spend(account, "-20", category="Food & Drink:Restaurants", party="MARKET")
    spend(account, "-7", party="KIOSK")

    assert shown(spending(owner, by=reports.CATEGORY_GROUP)) == {"Food & Drink": (2, D(30)), "Uncategorized": (1, D(7))}
    assert {name: amount for name, (_, amount) in shown(spending(owner, by=reports.PARTY)).items()} == {
        "Market": 30,
        "Kiosk": 7,
    }
    assert list(shown(spending(owner, by=reports.MONTH)).items()) == [("2026-05", (1, D(10))), ("2026-06", (2, D(27)))]


def test_groups_beyond_the_limit_are_summed_up(owner: User, account: BankAccount) -> None:
    for number in range(1, 6):
        spend(account, f"-{number}", party=f"SHOP {'ABCDE'[number - 1]}")
    [report] = spending(owner, by=reports.PARTY, limit=2)

    assert [group.amount for group in report.groups] == [5, 4]
    assert report.others is not None
    assert (report.others.count, report.others.amount, report.total) == (3, 6, 15)


def test_currencies_are_never_added_up(owner: User, account: BankAccount) -> None:
    euro = build.account(owner=owner, currency="EUR", balance="100")
    spend(account, "-10")
    spend(euro, "-20")

    assert [(report.currency, report.total) for report in spending(owner)] == [("EUR", 20), ("USD", 10)]


def test_the_period_takes_in_its_last_day(owner: User, account: BankAccount) -> None:
    for day in (-2, -1, 0, 1):
        spend(account, "-1", on=day)
    period = reports.Period(since=build.TODAY - timedelta(days=1), until=build.TODAY)

    assert spending(owner, period=period)[0].total == 2


@pytest.mark.parametrize(
    ("period", "field"),
    [
        (reports.Period(since=date(2026, 2, 1), until=date(2026, 1, 31)), "until"),
        (reports.Period(since=date(2000, 1, 1), until=date(2026, 1, 31)), "since"),
    ],
)
def test_a_period_that_cannot_be_is_refused(owner: User, period: reports.Period, field: str) -> None:
    with pytest.raises(errors.InvalidValue) as refused:
        spending(owner, period=period)
    assert refused.value.field == field


def test_others_rows_are_not_in_it(owner: User, stranger: User, account: BankAccount, groceries: Budget) -> None:
    spend(account, "-10", budget=groceries)

    assert spending(stranger) == []
    assert spending(stranger, accounts=[account.pk], budgets=[groceries.pk]) == []
    assert len(spending(owner, accounts=[account.pk], budgets=[groceries.pk])) == 1
    assert spending(owner, accounts=[]) == []


def test_the_cash_flow_of_each_month(owner: User, account: BankAccount) -> None:
    spend(account, "1000", category=PAY, on=-40)
    spend(account, "-300", category=FOOD, on=-40)
    spend(account, "-50", category=FOOD)
    may, june = reports.cash_flow(owner, period=YEAR)

    assert (may.month, may.income, may.spending, may.net) == (date(2026, 5, 1), 1000, 300, 700)
    assert (june.month, june.income, june.spending, june.net) == (date(2026, 6, 1), 0, 50, -50)


# Cycles


def test_the_cycles_of_a_schedule() -> None:
    found = cycle_rules.latest(
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1", anchor=date(2026, 4, 10), today=date(2026, 6, 15), most=10
    )
    assert [(each.start, each.end) for each in found] == [
        (date(2026, 4, 10), date(2026, 4, 30)),
        (date(2026, 5, 1), date(2026, 5, 31)),
        (date(2026, 6, 1), date(2026, 6, 30)),
    ]
    assert cycle_rules.latest("", anchor=date(2026, 4, 10), today=date(2026, 6, 15), most=10) == []
    ended = cycle_rules.latest(
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=1", anchor=date(2026, 4, 10), today=date(2026, 6, 15), most=1
    )
    assert [(each.start, each.end) for each in ended] == [(date(2026, 5, 1), None)]


def test_a_recurring_budget_planned_and_actual(owner: User, account: BankAccount) -> None:
    budget = build.budget(
        account,
        budget_type=Budget.Type.RECURRING,
        target_balance="100",
        recurrance_schedule="RRULE:FREQ=MONTHLY;BYMONTHDAY=1",
        now=build.at(-60),
    )
    for day, funded, spent in ((-50, "100", "-80"), (-20, "100", "-130"), (-1, "100", "-10")):
        build.transfer(account, source=build.unallocated(account), target=budget, amount=funded, effective_at=day)
        spend(account, spent, budget=budget, on=day)
    spend(account, "5", budget=budget, on=0)
    budget.refresh_from_db()
    found = budget_cycles.actuals([budget], now=build.NOW, most=6)[budget.pk]

    told = [(each.start.month, each.funded, each.spent, each.over, each.left) for each in found]
    assert told == [(4, 100, 80, 0, 20), (5, 100, 130, 30, -10), (6, 100, 5, 0, 85)]
    assert found[-1].left == budget.balance
    assert budget_cycles.actuals([build.budget(account)], now=build.NOW, most=6).popitem()[1] == []
