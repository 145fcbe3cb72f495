"""Transfers: money moved between two budgets of one account."""

from datetime import datetime
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User

from . import base
from .accounts import BankAccount
from .budgets import Budget
from .money import Money


@strawberry_django.type(models.Transfer, description="Money moved between two budgets of one account; never changed.")
class Transfer(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account of both budgets.")
    source: Budget | None = base.reference("Where it came from; null if that was deleted since.")
    target: Budget | None = base.reference("Where it went; null if that was deleted since.")
    amount: Money = base.money("amount", "More than zero.")
    effective_at: datetime = strawberry.field(description="Its date in the order of the ledger.")
    created_at: datetime = strawberry.field(description="When it was entered.")

    @strawberry_django.field(
        select_related=["actor"], only=["actor__username"], description="User name of whoever moved it."
    )
    def actor(self) -> str:
        return self.actor.username

    @staticmethod
    def rows(user: User) -> QuerySet[models.Transfer]:
        return access.transfers(user)
