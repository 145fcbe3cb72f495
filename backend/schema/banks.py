"""Banks: shared reference data."""

from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from backend.ledger import access, models
from backend.ledger.models import User

from . import base


@strawberry_django.type(models.Bank, description="A bank; everybody sees all of them.")
class Bank(base.Visible, relay.Node):
    uuid: UUID = base.key()
    name: str = strawberry.field(description="What the bank is called.")
    routing_number: str | None = strawberry.field(description="Its routing number, where it has one.")
    default_currency: str = strawberry.field(description="ISO 4217 code that its new accounts get.")

    @staticmethod
    def rows(user: User) -> QuerySet[models.Bank]:
        return access.banks()
