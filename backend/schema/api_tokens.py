"""API tokens of whoever is signed in."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import models
from backend.ledger.selectors import sign_ins

from . import context


@strawberry.enum(description="What an API token is for.")
class ApiTokenScope(Enum):
    READ = strawberry.enum_value("read", description="Seeing what the accounts hold; GraphQL always needs it.")
    IMPORT = strawberry.enum_value("import", description="Entering what the bank says.")
    MOVE_MONEY = strawberry.enum_value("move_money", description="Transfers, splits and funding.")


@strawberry.type(description="What a script shows instead of signing in: for some kinds of work, in some accounts.")
class ApiToken:
    uuid: UUID = strawberry.field(description="Its id, in the REST API too.")
    name: str = strawberry.field(description="What you call it; the history names it beside you.")
    prefix: str = strawberry.field(description="How it begins.")
    scopes: list[ApiTokenScope] = strawberry.field(description="What it is for.")
    accounts: list[UUID] | None = strawberry.field(
        description="The bank accounts that it reaches; null for whatever you own now and later."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends; null for never.")
    last_used_at: datetime | None = strawberry.field(description="When it was used last, to the minute.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked.")

    @classmethod
    def of(cls, row: models.ApiToken) -> "ApiToken":
        return cls(
            uuid=row.pk,
            name=row.name,
            prefix=row.prefix,
            scopes=[ApiTokenScope(scope) for scope in row.scopes],
            accounts=None if row.all_accounts else [each.pk for each in row.accounts.all()],
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


@strawberry.type
class ApiTokenQueries:
    @strawberry.field(description="The API tokens that you ever made, the latest first. For those who sign in.")
    def api_tokens(self, info: Info) -> list[ApiToken]:
        return [ApiToken.of(row) for row in sign_ins.api_tokens(context.of(info).user)]
