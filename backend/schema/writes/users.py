"""Writes to profiles: one's own, or as staff another's."""

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


@strawberry.type(description="A profile, as staff see it.")
class Profile:
    username: str = strawberry.field(description="The name to sign in with.")
    name: str = strawberry.field(description="What they like to be called; may be empty.")
    timezone: str = strawberry.field(description="IANA name of the time zone that decides what today is for them.")


ProfileResult = Annotated[
    Profile | Problem,
    strawberry.union("ProfileResult", description="The profile as it is now, or why nothing was changed."),
]


@strawberry.type
class UserMutations:
    @mutation("Change one's own profile.")
    def update_me(
        self,
        info: Info,
        given: Annotated[UpdateMeInput, strawberry.argument(name="input", description="What to change.")],
    ) -> MeResult:
        return users.update_me(actor=context.of(info).user, changes=_changes(given))  # type: ignore[return-value]  # a row stands for its type

    @mutation("Change somebody's profile; for staff only.")
    def update_user(
        self,
        info: Info,
        username: Annotated[str, strawberry.argument(description="Whose profile.")],
        given: Annotated[UpdateMeInput, strawberry.argument(name="input", description="What to change.")],
    ) -> ProfileResult:
        row = users.update(actor=context.of(info).user, username=username, changes=_changes(given))
        return Profile(username=row.username, name=row.name, timezone=row.timezone)


def _changes(given: UpdateMeInput) -> users.Changes:
    changes = said(
        given,
        keys={"default_bank_account": BankAccount},
        nullable=("default_bank_account",),
        texts={"name": Text(most=255, blank=True)},
    )
    return cast(users.Changes, changes)
