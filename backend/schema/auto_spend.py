"""The rules by which a budget claims debits when they are entered."""

from typing import Any

import strawberry
import strawberry_django
from strawberry.types import Info

from backend.ledger import currencies
from backend.ledger.models import Budget
from backend.ledger.rules import auto_spend

from . import context
from .money import Amount, Money


@strawberry.type(description="A debit is put on the budget if it is all that the rule says.")
class AutoSpendRule:
    party: str | None = strawberry.field(
        description="A text that party or description contains, in any case; null for any."
    )
    category: str | None = strawberry.field(description="The category that the allocation gets; null for none.")
    min: Money | None = strawberry.field(description="The least size of the debit; null for no limit.")
    max: Money | None = strawberry.field(description="The largest size of the debit; null for no limit.")


def rules() -> Any:
    """The field of a budget that shows its rules."""

    def resolve(root: Budget, info: Info) -> list[AutoSpendRule]:
        currency = context.of(info).currencies[root.bank_account_id]
        found = auto_spend.parse(root.auto_spend, decimals=currencies.decimals(currency))

        def money(amount: Any) -> Money | None:
            return None if amount is None else Money(value=amount, currency=currency)

        return [
            AutoSpendRule(
                party=(given.get("party") or "").strip() or None,
                category=rule.category,
                min=money(rule.least),
                max=money(rule.most),
            )
            for rule, given in zip(found, root.auto_spend or (), strict=True)
        ]

    return strawberry_django.field(
        resolver=resolve,
        only=["auto_spend", "bank_account"],
        description="By which rules it claims debits when they are entered; the oldest budget comes first.",
    )


@strawberry.input(description="A rule by which a budget claims new debits; what is left out does not matter.")
class AutoSpendRuleInput:
    party: str | None = strawberry.field(default=None, description="A part of who was paid, in any case.")
    category: str | None = strawberry.field(default=None, description="The category that the allocation gets.")
    least: Amount | None = strawberry.field(default=None, description="The smallest size, without sign.")
    most: Amount | None = strawberry.field(default=None, description="The largest size, without sign.")


def rule_of(given: AutoSpendRuleInput) -> dict[str, str]:
    """A rule as the ledger stores it."""
    texts = {"party": given.party, "category": given.category}
    bounds = {"min": given.least, "max": given.most}
    found = {name: text for name, text in texts.items() if text is not None}
    return found | {name: f"{bound.normalize():f}" for name, bound in bounds.items() if bound is not None}
