"""What lists can be asked for: the parts that the filters of several nouns share.

Each filter that is given narrows the list. An id that names nothing of the user's finds nothing, whether it is absent
or somebody else's; what is no id at all is refused with the name of the field.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from django.db.models import Q, QuerySet

from backend.ledger import access, categories, currencies, errors
from backend.ledger.models import User
from backend.ledger.selectors import search
from backend.ledger.selectors.pages import Link, Order

from . import base, ids, orders, pages
from .money import Amount

Hanging = tuple[QuerySet[Any], QuerySet[Any], Link]
BY_ACCOUNT = Link(parent="bank_account")
Member = TypeVar("Member")
MOST = 100
"""Members of a list in a filter."""

SEARCH = (
    f"In any case; at most {search.LONGEST} characters, {search.MOST_WORDS} words; double quotes keep words together."
)


@strawberry.input(description="Days in UTC, the first and the last included.")
class DayRange:
    since: date | None = strawberry.field(name="from", default=None, description="The first day; null for no limit.")
    until: date | None = strawberry.field(name="to", default=None, description="The last day; null for no limit.")

    def of(self, column: str) -> Q:
        """The rows whose instant lies within."""
        found = Q()
        if self.since is not None:
            found &= Q(**{f"{column}__gte": datetime.combine(self.since, time.min, tzinfo=UTC)})
        if self.until is not None:
            found &= Q(**{f"{column}__lte": datetime.combine(self.until, time.max, tzinfo=UTC)})
        return found


@strawberry.input(description="Amounts in the currency of each account, both ends included.")
class AmountRange:
    least: Amount | None = strawberry.field(name="min", default=None, description="The least; null for no limit.")
    most: Amount | None = strawberry.field(name="max", default=None, description="The most; null for no limit.")

    def of(self, column: str) -> Q:
        """The rows whose amount lies within."""
        found = Q()
        if self.least is not None:
            found &= Q(**{f"{column}__gte": self.least})
        if self.most is not None:
            found &= Q(**{f"{column}__lte": self.most})
        return found

    def of_size(self, column: str) -> Q:
        """The rows whose amount lies within when its sign is disregarded."""
        found = Q()
        if self.least is not None and self.least > 0:
            found &= Q(**{f"{column}__gte": self.least}) | Q(**{f"{column}__lte": -Decimal(self.least)})
        if self.most is not None:
            found &= Q(**{f"{column}__lte": self.most, f"{column}__gte": -Decimal(self.most)})
        return found


def some(given: Sequence[Member], *, field: str) -> Sequence[Member]:
    """The members of a list that is not too long. Raises InvalidValue."""
    if len(given) > MOST:
        raise errors.InvalidValue(f"Ensure that there are no more than {MOST}.", field=field)
    return given


def keys(one: str | None, many: Sequence[str] | None, *, kind: str, field: str, plural: str) -> list[UUID] | None:
    """The keys that a filter by id and its plural allow together; null if neither is given.

    Raises NotFound naming the field for what is no id of that type, InvalidValue for too many.
    """
    first = None if one is None else ids.key(one, kind, field=field)
    if many is None:
        return None if first is None else [first]
    found = [ids.key(each, kind, field=plural) for each in some(many, field=plural)]
    return found if first is None else [first] if first in found else []


def categories_of(names: Sequence[str] | None, groups: Sequence[str] | None, *, column: str = "category") -> Q:
    """The rows of those categories and of one of those groups. Raises InvalidValue for one that does not exist."""
    found = Q()
    if names is not None:
        _check(some(names, field="categories"), categories.ALL, what="category", field="categories")
        found &= Q(**{f"{column}__in": names})
    if groups is not None:
        _check(
            some(groups, field="category_groups"),
            categories.GROUPS,
            what="group of categories",
            field="category_groups",
        )
        found &= Q(**{f"{column}__in": [name for name in categories.ALL if categories.group(name) in groups]})
    return found


def known_currencies(codes: Sequence[str]) -> Sequence[str]:
    """The codes, if each is that of a currency. Raises InvalidValue."""
    _check(some(codes, field="currencies"), currencies.CODES, what="currency", field="currencies")
    return codes


def _check(given: Iterable[str], known: Iterable[str], *, what: str, field: str) -> None:
    for each in given:
        if each not in known:
            raise errors.InvalidValue(f"There is no {what} “{each[:64]}”.", field=field)


def between(column: str, *, since: datetime | None, before: datetime | None) -> Q:
    """The rows of that instant or later, and before the other. Raises InvalidValue for one outside the calendar."""
    found = Q()
    if since is not None:
        found &= Q(**{f"{column}__gte": base.aware(since, field="since")})
    if before is not None:
        found &= Q(**{f"{column}__lt": base.aware(before, field="before")})
    return found


def searched(text: str | None, *columns: str) -> Q:
    """The rows in which each word of the text occurs. Raises InvalidValue."""
    return Q() if text is None else search.matching(search.words(text, field="search"), columns)


@strawberry.input
class Filters:
    """The base of the filters of rows that belong to an account."""

    account: strawberry.ID | None = strawberry.field(default=None, description="Of that bank account.")
    accounts: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of those bank accounts.")

    def conditions(self, *, user: User) -> Q:
        """What must be true of a row, its account aside. Raises NotFound or InvalidValue naming the field."""
        raise NotImplementedError

    def account_keys(self) -> list[UUID] | None:
        return keys(self.account, self.accounts, kind="BankAccount", field="account", plural="accounts")

    def narrow(self, rows: QuerySet[Any], *, user: User) -> QuerySet[Any]:
        """The rows that are asked for."""
        rows, wanted = rows.filter(self.conditions(user=user)), self.account_keys()
        return rows if wanted is None else rows.filter(bank_account__in=wanted)

    def within(self, rows: QuerySet[Any], *, user: User) -> Hanging:
        """The same of everybody's rows, and parents of the user's on which they hang that have an index to be read."""
        accounts, wanted = access.accounts(user), self.account_keys()
        parents = accounts if wanted is None else accounts.filter(pk__in=wanted)
        return rows.filter(self.conditions(user=user)), parents, BY_ACCOUNT


def listed(
    description: str, *, order: Order, filters: type[Any], order_by: type[orders.By], link: Link | None = None
) -> Any:
    """A list of rows with an argument `filters`, which has `narrow` and `within`, and one that says the order."""
    return pages.page(
        order,
        description,
        arguments=[
            pages.argument("filters", filters | None, "Which of them; without any, all."),
            pages.argument(pages.ORDER_BY, order_by | None, "In which order; without one, as this list says."),
        ],
        narrow=narrow,
        within=within,
        link=link,
    )


def narrow(rows: QuerySet[Any], *, user: User, filters: Any) -> QuerySet[Any]:
    return rows if filters is None else filters.narrow(rows, user=user)


def within(rows: QuerySet[Any], *, user: User, filters: Any) -> Hanging | None:
    return _all(rows, user=user) if filters is None else filters.within(rows, user=user)


_all = pages.of_accounts(pages.everything)
