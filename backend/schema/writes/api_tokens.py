"""API tokens: made by those who sign in, and revoked."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger.services import api_tokens
from backend.schema import base, context, ids
from backend.schema.accounts import BankAccount
from backend.schema.api_tokens import ApiToken, ApiTokenScope
from backend.schema.errors import Problem
from backend.schema.mutations import mutation

from .given import Text, optional, text


@strawberry.input(description="A token to make.")
class CreateApiTokenInput:
    name: str = strawberry.field(description="What you call it; at most 64 characters.")
    scopes: list[ApiTokenScope] = strawberry.field(description="What it is for.")
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The bank accounts that it reaches; else whatever you own now and later."
    )
    expires_at: datetime | None = optional("When it ends; in a year if left out, null for never.")


@strawberry.type(description="A token that was just made.")
class NewApiToken:
    api_token: ApiToken = strawberry.field(description="What will be known of it.")
    secret: str = strawberry.field(description="What to send as bearer token. It is never shown again.")


NewApiTokenResult = Annotated[
    NewApiToken | Problem,
    strawberry.union("NewApiTokenResult", description="The token with its secret, or why none was made."),
]
ApiTokenResult = Annotated[
    ApiToken | Problem,
    strawberry.union("ApiTokenResult", description="The token as it is now, or why nothing was changed."),
]


@strawberry.type
class ApiTokenMutations:
    @mutation("Make an API token. Its secret is in this answer and nowhere else.", secret=True)
    def create_api_token(
        self,
        info: Info,
        given: Annotated[CreateApiTokenInput, strawberry.argument(name="input", description="The token.")],
    ) -> NewApiTokenResult:
        request = context.of(info)
        accounts = given.accounts
        expires_at = given.expires_at
        if expires_at is strawberry.UNSET:
            expires_at = request.now + api_tokens.LIFE
        made = api_tokens.make(
            actor=request.user,
            name=text(given.name, field="name", rule=Text(most=64)),
            scopes=[str(scope.value) for scope in given.scopes],
            account_ids=None
            if accounts is None
            else [ids.key(each, BankAccount, field="accounts") for each in accounts],
            expires_at=None if expires_at is None else base.aware(expires_at, field="expires_at"),
            now=request.now,
        )
        return NewApiToken(api_token=ApiToken.of(made.row), secret=made.secret)

    @mutation("Revoke an API token: it does not count any more.")
    def revoke_api_token(
        self, info: Info, uuid: Annotated[UUID, strawberry.argument(name="id", description="The token's UUID.")]
    ) -> ApiTokenResult:
        request = context.of(info)
        return ApiToken.of(api_tokens.revoke(actor=request.user, token_id=uuid, now=request.now))
