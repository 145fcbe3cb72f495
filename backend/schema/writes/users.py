"""Writes to one's own profile."""

from typing import Annotated, cast

import strawberry
from strawberry.types import Info

from backend.ledger.services import users
from backend.schema import context
from backend.schema.accounts import BankAccount
from backend.schema.errors import Problem
from backend.schema.mutations import mutation
from backend.schema.users import Me

from .given import Text, optional, said


@strawberry.input(description="What is to be changed of one's profile; what is left out stays.")
class UpdateMeInput:
    name: str | None = optional("What you like to be called; at most 255 characters, may be empty.")
    timezone: str | None = optional("IANA name of the time zone that decides what today is.")
    default_bank_account: strawberry.ID | None = optional("The account to show first; null for none.")


MeResult = Annotated[
    Me | Problem, strawberry.union("MeResult", description="The profile as it is now, or why nothing was changed.")
]


@strawberry.type
class UserMutations:
    @mutation("Change one's own profile.")
    def update_me(
        self,
        info: Info,
        given: Annotated[UpdateMeInput, strawberry.argument(name="input", description="What to change.")],
    ) -> MeResult:
        request = context.of(info)
        changes = said(
            given,
            keys={"default_bank_account": BankAccount},
            nullable=("default_bank_account",),
            texts={"name": Text(most=255, blank=True)},
        )
        return users.update_me(actor=request.user, changes=cast(users.Changes, changes))  # type: ignore[return-value]
