"""The person who asks."""

import strawberry
import strawberry_django
from django.db.models import QuerySet

from backend.ledger import models
from backend.ledger.models import User

from . import base
from .accounts import BankAccount


@strawberry_django.type(models.User, name="Me", description="The profile of whoever asks.")
class Me(base.Visible):
    username: str = strawberry.field(description="The name to sign in with.")
    name: str = strawberry.field(description="What they like to be called; may be empty.")
    timezone: str = strawberry.field(description="IANA name of the time zone that decides what today is.")
    default_bank_account: BankAccount | None = base.reference("The account to show first.")

    @staticmethod
    def rows(user: User) -> QuerySet[User]:
        return models.User.objects.filter(pk=user.pk)
