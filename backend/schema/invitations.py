"""Invitations to own an account, for those who own it and sign in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import models
from backend.ledger.selectors import sign_ins

from . import context, ids
from .accounts import BankAccount


@strawberry.type(description="An invitation to own an account, and what became of it.")
class Invitation:
    uuid: UUID = strawberry.field(description="Its id, in the REST API too.")
    account: UUID = strawberry.field(description="The UUID of the account that it is to.")
    inviter: str = strawberry.field(description="User name of whoever made it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    used_at: datetime | None = strawberry.field(description="When it was accepted.")
    used_by: str | None = strawberry.field(description="User name of whoever accepted it.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked.")

    @classmethod
    def of(cls, row: models.Invitation) -> "Invitation":
        return cls(
            uuid=row.pk,
            account=row.bank_account_id,
            inviter=row.inviter.username,
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            used_by=None if row.used_by is None else row.used_by.username,
            revoked_at=row.revoked_at,
        )


@strawberry.type
class InvitationQueries:
    @strawberry.field(description="The invitations that there ever were to own an account, the latest first.")
    def invitations(
        self, info: Info, account: Annotated[strawberry.ID, strawberry.argument(description="The account.")]
    ) -> list[Invitation]:
        key = ids.key(account, BankAccount, field="account")
        found = sign_ins.invitations(context.of(info).user, account_id=key, field="account")
        return [Invitation.of(row) for row in found]
