"""Amounts on the wire: decimal strings, never floats; each with its currency."""

from decimal import Decimal
from functools import cache
from typing import NewType
from uuid import UUID

import strawberry
from graphql import GraphQLError
from moneyed import Money as PyMoney
from moneyed.l10n import format_money
from strawberry.types import Info

from backend.ledger import currencies, errors
from backend.ledger.rules import money

from . import context

Amount = NewType("Amount", Decimal)
LOCALE = "en_US"


def read(value: object) -> Amount:
    """The amount that a decimal string says; how many decimals an account can take is the ledger's to say."""
    if not isinstance(value, str):
        raise GraphQLError('An amount is a decimal string such as "12.50".')
    try:
        return Amount(money.parse(value, decimals=currencies.MOST_DECIMALS))
    except errors.InvalidAmount as error:
        raise GraphQLError(error.message) from error


AMOUNT = strawberry.scalar(
    name="Amount",
    description='An exact decimal number as a string, such as "12.50" or "-3.00": no exponent, no separators.',
    serialize=str,
    parse_value=read,
)


@cache
def _written(currency: str) -> tuple[str, int]:
    """What stands before the digits of its amounts in English, and how many of them come after the point."""
    nothing = format_money(PyMoney(0, currency), locale=LOCALE)
    start = nothing.index("0")
    return nothing[:start], len(nothing[start:].partition(".")[2])


def formatted(value: Decimal, currency: str) -> str:
    """What `format_money` writes, which looks up afresh how the currency is written for each amount."""
    before, decimals = _written(currency)
    return f"{'-' if value.is_signed() else ''}{before}{abs(value):,.{decimals}f}"


@strawberry.type(description="An amount of money in the currency of its account.")
class Money:
    value: strawberry.Private[Decimal]
    currency: str = strawberry.field(description="ISO 4217 code of the currency.")

    @strawberry.field(description="The amount, with two decimals or as many as the currency's minor unit has.")
    def amount(self) -> Amount:
        return money.text(self.value, decimals=currencies.decimals(self.currency))  # type: ignore[return-value]  # a row stands for its type

    @strawberry.field(description='The amount for people to read, in English: "$1,234.50", "-¥300".')
    def formatted(self) -> str:
        return formatted(self.value, self.currency)


def of_account(info: Info, account_id: UUID, amount: Decimal) -> Money:
    """An amount of that account, in its currency."""
    return Money(value=amount, currency=context.of(info).currencies[account_id])
