"""Ending sign-ins, and another password."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend import authentication
from backend.ledger import errors
from backend.ledger.services import passwords, sessions
from backend.schema import context
from backend.schema.errors import Problem
from backend.schema.mutations import mutation


@strawberry.type(description="What ended.")
class Ended:
    sessions: int = strawberry.field(description="How many sign-ins ended.")
    tokens: int = strawberry.field(description="How many API tokens were revoked.")


EndedResult = Annotated[
    Ended | Problem, strawberry.union("EndedResult", description="What ended, or why nothing was changed.")
]
REVOKE = Annotated[bool, strawberry.argument(description="Whether your API tokens end too.")]


@strawberry.input(description="Another password.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The present one.")
    new_password: str = strawberry.field(description="The new one.")
    revoke_tokens: bool = strawberry.field(default=False, description="Whether your API tokens end too.")


@strawberry.type
class SessionMutations:
    @mutation("Change one's own password. It ends all sign-ins but the present one.", secret=True)
    def change_password(
        self,
        info: Info,
        given: Annotated[ChangePasswordInput, strawberry.argument(name="input", description="The passwords.")],
    ) -> EndedResult:
        request = context.of(info)
        for field in ("current_password", "new_password"):
            if not 0 < len(getattr(given, field)) <= 1000:
                raise errors.InvalidValue("A password has 1 to 1000 characters.", field=field)
        with authentication.noting_another_password():
            ended = passwords.change(
                actor=request.user,
                current=given.current_password,
                new=given.new_password,
                revoke_tokens=given.revoke_tokens,
                now=request.now,
            )
        return Ended(sessions=ended.sessions, tokens=ended.tokens)

    @mutation("End one of one's own sign-ins: none of its tokens counts any more.")
    def end_session(
        self, info: Info, uuid: Annotated[UUID, strawberry.argument(name="id", description="The sign-in's UUID.")]
    ) -> EndedResult:
        request = context.of(info)
        sessions.end_own(actor=request.user, session_id=uuid, now=request.now)
        return Ended(sessions=1, tokens=0)

    @mutation("Sign out everywhere: end every sign-in of one's own, the present one too.")
    def end_all_sessions(self, info: Info, revoke_tokens: REVOKE = False) -> EndedResult:
        request = context.of(info)
        ended = passwords.end_all(actor=request.user, revoke_tokens=revoke_tokens, now=request.now)
        return Ended(sessions=ended.sessions, tokens=ended.tokens)
