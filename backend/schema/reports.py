"""Reports: where money went and came from."""

from datetime import date
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import access, errors, models
from backend.ledger.models import User
from backend.ledger.selectors import accounts as account_selectors
from backend.ledger.selectors import reports, spendable

from . import context, filters, ids
from .accounts import BankAccount
from .money import Money

MOST_GROUPS = 100


@strawberry.enum(description="By what a report puts allocations together.")
class GroupBy(Enum):
    CATEGORY = strawberry.enum_value(reports.CATEGORY, description='The category, such as "Food & Drink:Groceries".')
    CATEGORY_GROUP = strawberry.enum_value(
        reports.CATEGORY_GROUP, description="What comes before the colon of the category."
    )
    BUDGET = strawberry.enum_value(reports.BUDGET, description="The budget that was touched.")
    PARTY = strawberry.enum_value(reports.PARTY, description="Who was paid, or paid.")
    MONTH = strawberry.enum_value(reports.MONTH, description="The month of the posted date, in UTC.")


@strawberry.input(description="What a report looks at; without dates the present month.")
class ReportInput:
    since: date | None = strawberry.field(default=None, description="The first day; that of this month if left out.")
    until: date | None = strawberry.field(default=None, description="The last day; today if left out.")
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these accounts; all of the user's if left out."
    )
    budgets: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only what touched these budgets; all if left out."
    )


@strawberry.type(description="What a group comes to.")
class ReportGroup:
    key: str = strawberry.field(
        description="The category, its group, the budget's UUID, the party, or the first day of the month."
    )
    name: str = strawberry.field(description="The same for people to read.")
    count: int = strawberry.field(description="Allocations in it.")
    amount: Money = strawberry.field(description="Their sum less what came back; above zero for the report's way.")
    share: str | None = strawberry.field(
        description='Its part of the total as a decimal string, such as "0.4210"; null where the total is nothing.'
    )


@strawberry.type(description="A report on the money of one currency.")
class Report:
    currency: str = strawberry.field(description="ISO 4217 code of its amounts.")
    total: Money = strawberry.field(description="All groups together, those left out too.")
    count: int = strawberry.field(description="Allocations in all groups.")
    groups: list[ReportGroup] = strawberry.field(description="The largest first; months in their order.")
    others: ReportGroup | None = strawberry.field(description="What the groups come to that are not shown.")


@strawberry.type(description="The money of one month in one currency; movements between own accounts left out.")
class CashFlowMonth:
    month: date = strawberry.field(description="Its first day.")
    currency: str = strawberry.field(description="ISO 4217 code of its amounts.")
    income: Money = strawberry.field(description="What came in.")
    spending: Money = strawberry.field(description="What went out, less what came back.")
    net: Money = strawberry.field(description="Income less spending.")


@strawberry.type(description="Income that is to be expected, since it came regularly before.")
class ExpectedIncome:
    party: str = strawberry.field(description="Who pays.")
    on: date = strawberry.field(description="The day on which it is expected.")
    amount: Money = strawberry.field(description="What it usually is.")


@strawberry.type(description="What can be spent before money comes in again, with everything that is promised kept.")
class SafeToSpend:
    amount: Money = strawberry.field(
        description="`unallocated` less `pending` less `fundingDue`; below zero if too much is promised."
    )
    unallocated: Money = strawberry.field(description="What nobody assigned, pending debits not taken off yet.")
    pending: Money = strawberry.field(description="Pending debits that fall to Unallocated, as a sum above zero.")
    funding_due: Money = strawberry.field(description="What scheduled funding takes out of Unallocated up to `until`.")
    until: date = strawberry.field(description="The day before the next income; thirty days ahead if none is expected.")
    next_income: ExpectedIncome | None = strawberry.field(description="The next income that is to be expected.")


Given = Annotated[
    ReportInput | None, strawberry.argument(name="input", description="What to look at; this month if left out.")
]
First = Annotated[int, strawberry.argument(description=f"Groups to show of each currency; {MOST_GROUPS} at most.")]


def _report(kind: str, description: str) -> Any:
    def resolve(
        info: Info,
        group_by: Annotated[GroupBy, strawberry.argument(description="How to put it together.")] = GroupBy.CATEGORY,
        given: Given = None,
        first: First = 20,
    ) -> list[Report]:
        return _grouped(info, kind=kind, by=group_by, given=given, first=first)

    return strawberry.field(resolver=resolve, description=description)


@strawberry.type
class ReportQueries:
    spending: list[Report] = _report(
        reports.SPENDING,
        "Where money went, refunds netted; a report per currency. Movements between own accounts and income are left "
        "out.",
    )
    income: list[Report] = _report(
        reports.INCOME,
        "Where money came from; a report per currency. Refunds and movements between own accounts are left out.",
    )

    @strawberry.field(description="Money in and out, month by month, for each currency.")
    def cash_flow(self, info: Info, given: Given = None) -> list[CashFlowMonth]:
        request = context.of(info)
        found = reports.cash_flow(request.user, period=_period(request, given), accounts=_accounts(given))
        return [
            CashFlowMonth(
                month=each.month,
                currency=each.currency,
                income=Money(value=each.income, currency=each.currency),
                spending=Money(value=each.spending, currency=each.currency),
                net=Money(value=each.net, currency=each.currency),
            )
            for each in found
        ]

    @strawberry.field(
        description="What can be spent of an account before its next income; null for one that the user does not see."
    )
    def safe_to_spend(
        self, info: Info, account: Annotated[strawberry.ID, strawberry.argument(description="The account.")]
    ) -> SafeToSpend | None:
        request = context.of(info)
        key = ids.key(account, BankAccount, field="account")
        row = access.accounts(request.user).filter(pk=key).first()
        return None if row is None else _spendable(row, request)


def _spendable(account: models.BankAccount, request: context.Context) -> SafeToSpend:
    found, currency = spendable.spendable(account, now=request.now), str(account.currency)
    income = found.income
    return SafeToSpend(
        amount=Money(value=found.amount, currency=currency),
        unallocated=Money(value=found.unallocated, currency=currency),
        pending=Money(value=found.pending, currency=currency),
        funding_due=Money(value=found.funding_due, currency=currency),
        until=found.until,
        next_income=None
        if income is None
        else ExpectedIncome(party=income.party, on=income.on, amount=Money(value=income.amount, currency=currency)),
    )


def _grouped(info: Info, *, kind: str, by: GroupBy, given: ReportInput | None, first: int) -> list[Report]:
    request = context.of(info)
    if not 1 <= first <= MOST_GROUPS:
        raise errors.InvalidValue(f"From 1 to {MOST_GROUPS} groups are shown.", field="first")
    found = reports.grouped(
        request.user,
        kind=kind,
        by=str(by.value),
        period=_period(request, given),
        accounts=_accounts(given),
        budgets=_budgets(given),
        limit=first,
    )
    return [_shown(each) for each in found]


def _shown(found: reports.Report) -> Report:
    return Report(
        currency=found.currency,
        total=Money(value=found.total, currency=found.currency),
        count=found.count,
        groups=[_group(each, found.currency) for each in found.groups],
        others=None if found.others is None else _group(found.others, found.currency),
    )


def _group(found: reports.Group, currency: str) -> ReportGroup:
    return ReportGroup(
        key=found.key,
        name=found.name,
        count=found.count,
        amount=Money(value=found.amount, currency=currency),
        share=None if found.share is None else str(found.share),
    )


def _period(request: context.Context, given: ReportInput | None) -> reports.Period:
    user: User = request.user
    today = account_selectors.today_of(user, now=request.now)
    until = today if given is None or given.until is None else given.until
    since = until.replace(day=1) if given is None or given.since is None else given.since
    return reports.Period(since=since, until=until)


def _accounts(given: ReportInput | None) -> list[UUID] | None:
    return filters.keys(None, given.accounts, kind="BankAccount", field="account", plural="accounts") if given else None


def _budgets(given: ReportInput | None) -> list[UUID] | None:
    return filters.keys(None, given.budgets, kind="Budget", field="budget", plural="budgets") if given else None
