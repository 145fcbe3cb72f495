"""Inviting somebody to own an account, and accepting it."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend import invitation_page
from backend.ledger import access
from backend.ledger.services import invitations
from backend.schema import context, ids
from backend.schema.accounts import BankAccount
from backend.schema.errors import Problem
from backend.schema.invitations import Invitation
from backend.schema.mutations import mutation

from .accounts import BankAccountResult


@strawberry.type(description="An invitation that was just made.")
class NewInvitation:
    invitation: Invitation = strawberry.field(description="What will be known of it.")
    secret: str = strawberry.field(description="What its link holds. It is never shown again.")
    path: str = strawberry.field(description="Where on this host to send the invited person, the secret included.")


NewInvitationResult = Annotated[
    NewInvitation | Problem,
    strawberry.union("NewInvitationResult", description="The invitation with its link, or why none was made."),
]
InvitationResult = Annotated[
    Invitation | Problem,
    strawberry.union("InvitationResult", description="The invitation as it is now, or why nothing was changed."),
]


@strawberry.type
class InvitationMutations:
    @mutation(
        "Make a link by which somebody can become an owner of the account too, once, within seven days.", secret=True
    )
    def invite_owner(
        self, info: Info, account: Annotated[strawberry.ID, strawberry.argument(name="id", description="The account.")]
    ) -> NewInvitationResult:
        request = context.of(info)
        key = ids.key(account, BankAccount, field="id")
        made = invitations.invite(actor=request.user, account_id=key, now=request.now)
        return NewInvitation(
            invitation=Invitation.of(made.row), secret=made.secret, path=invitation_page.path_of(made.secret)
        )

    @mutation("Revoke an invitation: its link does not count any more.")
    def revoke_invitation(
        self, info: Info, uuid: Annotated[UUID, strawberry.argument(name="id", description="The invitation's UUID.")]
    ) -> InvitationResult:
        request = context.of(info)
        row = invitations.revoke(actor=request.user, invitation_id=uuid, now=request.now)
        return Invitation.of(row)

    @mutation("Accept an invitation, and become an owner of its account.")
    def accept_invitation(
        self,
        info: Info,
        secret: Annotated[str, strawberry.argument(description="What the link holds after its #.")],
    ) -> BankAccountResult:
        request = context.of(info)
        account = invitations.accept(actor=request.user, secret=secret, now=request.now)
        return access.one(access.accounts(request.user), account.pk)  # type: ignore[return-value]  # a row stands for its type
