"""Currencies and categories: what does not change."""

import strawberry

from backend.ledger import categories, currencies

from . import costs


@strawberry.type(description="A currency that an account can have.")
class Currency:
    code: str = strawberry.field(description="ISO 4217 code, such as EUR.")
    name: str = strawberry.field(description="Its English name.")
    numeric: str = strawberry.field(description="Its three digits by ISO 4217.")
    decimals: int = strawberry.field(description="Digits of its minor unit: 0 for JPY, 2 for EUR, 3 for KWD.")


@strawberry.type(description="A kind of spending or income.")
class Category:
    value: str = strawberry.field(description="What allocations and filters call it, such as Food & Drink:Groceries.")
    group: str = strawberry.field(description="The group it belongs to, such as Food & Drink.")
    name: str = strawberry.field(description="What it is called within the group, such as Groceries.")


CURRENCIES = {
    each["code"]: Currency(
        code=each["code"], name=each["name"], numeric=each["numeric"], decimals=currencies.decimals(each["code"])
    )
    for each in currencies.info()
}
CATEGORIES = [
    Category(value=value, group=categories.group(value), name=value.partition(":")[2].strip())
    for value in categories.ALL
]


@strawberry.type
class ReferenceQueries:
    @strawberry.field(
        description="The currencies that accounts can have, by code.", metadata=costs.metadata(length=len(CURRENCIES))
    )
    def currencies(self) -> list[Currency]:
        return list(CURRENCIES.values())

    @strawberry.field(
        description="The categories that allocations can have, by group.",
        metadata=costs.metadata(length=len(CATEGORIES)),
    )
    def categories(self) -> list[Category]:
        return CATEGORIES
