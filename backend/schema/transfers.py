"""Transfers: money moved between two budgets of one account."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, models
from backend.ledger.models import User

from . import base, peers
from .money import Money, of_account

if TYPE_CHECKING:
    from .accounts import BankAccount
    from .budgets import Budget
    from .funding_events import FundingEvent


@strawberry_django.type(models.Entry, description="What a transfer does to one of its two budgets.")
class TransferLeg(base.Visible):
    budget: Annotated["Budget", strawberry.lazy("backend.schema.budgets")] | None = base.reference(
        "The budget; null if that was deleted since."
    )
    amount: Money = base.money("amount", "Negative where it took, positive where it gave.")
    balance: Money = base.money("balance", "The budget's balance after it, in the order of the ledger.")

    existing = Q(transaction=None)

    @staticmethod
    def rows(user: User) -> QuerySet[models.Entry]:
        return access.legs(user)


def balance_of(side: str, description: str) -> Any:
    """The balance of the source or the target after a transfer."""

    def resolve(root: models.Transfer, info: Info) -> Money:
        found = peers.of(root).share("leg balances", leg_balances)[root.pk]
        return of_account(info, root.bank_account_id, found[getattr(root, f"{side}_id")])

    return strawberry_django.field(resolver=resolve, only=[side, "bank_account"], description=description)


def leg_balances(transfers: list[models.Transfer]) -> dict[UUID, dict[UUID, Decimal]]:
    """The balance of each budget after each of the transfers; one query."""
    found: dict[UUID, dict[UUID, Decimal]] = {row.pk: {} for row in transfers}
    legs = models.Entry.objects.filter(transfer__in=list(found)).values_list("transfer_id", "budget_id", "balance")
    for transfer_id, budget_id, balance in legs:
        found[transfer_id][budget_id] = balance
    return found


@strawberry_django.type(models.Transfer, description="Money moved between two budgets of one account; never changed.")
class Transfer(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: Annotated["BankAccount", strawberry.lazy("backend.schema.accounts")] = base.reference(
        "The account of both budgets."
    )
    source: Annotated["Budget", strawberry.lazy("backend.schema.budgets")] | None = base.reference(
        "Where it came from; null if that was deleted since."
    )
    target: Annotated["Budget", strawberry.lazy("backend.schema.budgets")] | None = base.reference(
        "Where it went; null if that was deleted since."
    )
    amount: Money = base.money("amount", "More than zero.")
    source_balance: Money = balance_of("source", "The source's balance after it, in the order of the ledger.")
    target_balance: Money = balance_of("target", "The target's balance after it, in the order of the ledger.")
    funding_event: Annotated["FundingEvent", strawberry.lazy("backend.schema.funding_events")] | None = base.reference(
        "The funding event that moved it; null if somebody did."
    )
    effective_at: datetime = strawberry.field(description="Its date in the order of the ledger.")
    created_at: datetime = strawberry.field(description="When it was entered.")
    actor: str = base.user_name("actor", "User name of whoever moved it.")

    @strawberry_django.field(only=[], description="Its two sides, where it took first.")
    def legs(self, info: Info) -> list[TransferLeg]:
        root = cast(models.Transfer, self)
        return base.below(root, info, TransferLeg, parent="transfer", order=["amount"], transaction=None)

    @staticmethod
    def rows(user: User) -> QuerySet[models.Transfer]:
        return access.transfers(user)
