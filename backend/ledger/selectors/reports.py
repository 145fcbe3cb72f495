"""Where money went and came from: allocations summed up, each currency by itself.

A credit that bears a spending category, or lies on a budget of its own, is money back and nets against what was spent;
other credits are income, but for refunds that are tied to a purchase. Movements between a user's own accounts (linked
transactions) are neither; for whoever owns one side only, it is money that came in or went out.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from backend.ledger import access, categories, errors, prepared
from backend.ledger.models import BankAccount, Budget, Entry, User

SPENDING, INCOME = "spending", "income"
CATEGORY, CATEGORY_GROUP, BUDGET, PARTY, MONTH = "category", "category_group", "budget", "party", "month"
MOST_GROUPS = 500
MOST_DAYS = 3_660
ZERO = Decimal(0)

IS_INCOME = Q(category__startswith="Income:") | (
    Q(amount__gt=0, transaction__refund_of=None)
    & Q(category__in=("", categories.UNASSIGNED))
    & Q(budget__is_unallocated=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days by their date in the order of the ledger, the last one included."""

    since: date
    until: date

    def check(self) -> None:
        """Raise InvalidValue for a period that ends before it begins, or is longer than ten years."""
        if self.until < self.since:
            raise errors.InvalidValue("The period ends before it begins.", field="until")
        if (self.until - self.since).days > MOST_DAYS:
            raise errors.InvalidValue("The period is longer than ten years.", field="since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a group comes to: money out for spending, money in for income, above zero both; less what came back.

    `key` is the category, its group, the budget's id, the party, or the first day of the month; `share` is the part of
    the total, from 0 to 1, None where the total is nothing.
    """

    key: str
    name: str
    count: int
    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The groups of one currency, the largest first, months in their order; `others` sums up those left out."""

    currency: str
    total: Decimal
    count: int
    groups: list[Group]
    others: Group | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The money of one month in one currency: in, out, and what is left of it."""

    month: date
    currency: str
    income: Decimal
    spending: Decimal

    @property
    def net(self) -> Decimal:
        return self.income - self.spending


@dataclass(frozen=True, slots=True)
class _Sum:
    key: str
    name: str
    count: int
    amount: Decimal


def grouped(
    user: User,
    *,
    kind: str,
    by: str,
    period: Period,
    accounts: Sequence[UUID] | None = None,
    budgets: Sequence[UUID] | None = None,
    limit: int = 100,
) -> list[Report]:
    """Spending or income by category, category group, budget, party or month; a report per currency, one query.

    `accounts`, `budgets`: only those, as far as they are the user's. Raises InvalidValue (`since`, `until`, `first`).
    """
    period.check()
    if not 1 <= limit <= MOST_GROUPS:
        raise errors.InvalidValue(f"From 1 to {MOST_GROUPS} groups are shown.", field="first")

    def summed(entries: QuerySet[Entry]) -> QuerySet[Any, Any]:
        return _summed(entries.filter(IS_INCOME) if kind == INCOME else entries.exclude(IS_INCOME), by)

    sign = 1 if kind == INCOME else -1
    found: dict[str, list[_Sum]] = defaultdict(list)
    rows = _found(user, summed, period, accounts=accounts, budgets=budgets, name=(grouped, kind, by))
    for currency, *said, count, amount in rows:
        key, name = KEYS[by](*said)
        found[str(currency)].append(_Sum(key, name, count, amount * sign))
    return [
        _report(currency, _merged(sums), limit=limit, by_amount=by != MONTH) for currency, sums in sorted(found.items())
    ]


def cash_flow(user: User, *, period: Period, accounts: Sequence[UUID] | None = None) -> list[Month]:
    """Income and spending of each month in which there was any, per currency; one query. Raises InvalidValue."""
    period.check()

    def summed(entries: QuerySet[Entry]) -> QuerySet[Any, Any]:
        kind = Case(When(IS_INCOME, then=Value(INCOME)), default=Value(SPENDING), output_field=CharField())
        rows = entries.annotate(month=TruncMonth("effective_at", tzinfo=UTC), kind=kind).order_by()
        return rows.values_list("bank_account__currency", "month", "kind").annotate(Sum("amount"))

    sums: dict[tuple[date, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for currency, month, kind, amount in _found(user, summed, period, accounts=accounts, name=cash_flow):
        sums[month.date(), str(currency)][kind] += amount
    return [
        Month(month=month, currency=currency, income=found[INCOME], spending=-found[SPENDING])
        for (month, currency), found in sorted(sums.items())
    ]


def _found(
    user: User,
    summed: Callable[[QuerySet[Entry]], QuerySet[Any, Any]],
    period: Period,
    *,
    accounts: Sequence[UUID] | None,
    budgets: Sequence[UUID] | None = None,
    name: Hashable,
) -> list[tuple[Any, ...]]:
    """What the allocations of the period come to, movements left out; `name` is of how they are summed up."""
    within, on = (None if each is None else prepared.spread(each) for each in (accounts, budgets))

    def make(user: User, hole: prepared.Opening) -> QuerySet[Any, Any]:
        at = Entry._meta.get_field("effective_at")
        rows = access.allocations(user).filter(effective_at__gte=hole(at), effective_at__lte=hole(at))
        rows = rows.exclude(transaction__linked_transaction__bank_account__in=access.account_ids(user))
        if within is not None:
            rows = rows.filter(bank_account__pk__in=[hole(BankAccount) for _ in within])
        if on is not None:
            rows = rows.filter(budget__pk__in=[hole(Budget) for _ in on])
        return summed(rows)

    since = datetime.combine(period.since, time.min, tzinfo=UTC)
    until = datetime.combine(period.until, time.max, tzinfo=UTC)
    lengths = [None if each is None else len(each) for each in (within, on)]
    return access.known(user, make, since, until, *(within or ()), *(on or ()), name=(_found, name, *lengths))


COLUMNS: dict[str, dict[str, Any]] = {
    CATEGORY: {"group_key": F("category")},
    CATEGORY_GROUP: {"group_key": F("category")},
    BUDGET: {"group_key": F("budget_id"), "group_name": F("budget__name")},
    PARTY: {"group_key": F("transaction__party")},
    MONTH: {"group_key": TruncMonth("effective_at", tzinfo=UTC)},
}


def _by_category(category: str) -> tuple[str, str]:
    name = category or categories.UNASSIGNED
    return name, name.partition(":")[2].strip()


def _by_category_group(category: str) -> tuple[str, str]:
    group = (category or categories.UNASSIGNED).partition(":")[0]
    return group, group


def _by_budget(key: UUID, name: str) -> tuple[str, str]:
    return str(key), name


def _by_party(party: str | None) -> tuple[str, str]:
    return party or "", party or "Unknown"


def _by_month(month: datetime) -> tuple[str, str]:
    return month.date().isoformat(), f"{month:%Y-%m}"


KEYS: dict[str, Callable[..., tuple[str, str]]] = {
    CATEGORY: _by_category,
    CATEGORY_GROUP: _by_category_group,
    BUDGET: _by_budget,
    PARTY: _by_party,
    MONTH: _by_month,
}


def _summed(rows: QuerySet[Entry], by: str) -> QuerySet[Any, Any]:
    """Currency, what says the group, count and sum, in the ledger's sign."""
    columns = COLUMNS[by]
    found = rows.annotate(**columns).order_by().values_list("bank_account__currency", *columns)
    return found.annotate(number=Count("pk"), summed=Sum("amount"))


def _merged(sums: Iterable[_Sum]) -> list[_Sum]:
    """One sum per key: several categories make a group."""
    found: dict[Hashable, _Sum] = {}
    for each in sums:
        seen = found.get(each.key)
        if seen is None:
            found[each.key] = each
        else:
            found[each.key] = _Sum(each.key, each.name, each.count + seen.count, each.amount + seen.amount)
    return list(found.values())


def _report(currency: str, sums: list[_Sum], *, limit: int, by_amount: bool) -> Report:
    sums.sort(key=lambda each: (-each.amount, each.name, each.key) if by_amount else (each.key,))
    total, count = sum((each.amount for each in sums), ZERO), sum(each.count for each in sums)
    shown, hidden = sums[:limit], sums[limit:]
    left = _Sum("", "Others", sum(each.count for each in hidden), sum((each.amount for each in hidden), ZERO))
    return Report(
        currency=currency,
        total=total,
        count=count,
        groups=[_group(each, total) for each in shown],
        others=_group(left, total) if hidden else None,
    )


def _group(found: _Sum, total: Decimal) -> Group:
    share = (found.amount / total).quantize(Decimal("0.0001")) if total > 0 else None
    return Group(key=found.key, name=found.name, count=found.count, amount=found.amount, share=share)
