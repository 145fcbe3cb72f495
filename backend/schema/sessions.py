"""Sign-ins of whoever is signed in."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import models
from backend.ledger.selectors import sign_ins

from . import context


@strawberry.type(description="A sign-in that counts.")
class Session:
    uuid: UUID = strawberry.field(description="Its id, in the REST API too.")
    agent: str = strawberry.field(description="What the browser or program called itself.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime = strawberry.field(description="When it was made or last refreshed.")
    expires_at: datetime = strawberry.field(description="When it ends, however much it is used.")
    current: bool = strawberry.field(description="Whether it is the one that asks.")

    @classmethod
    def of(cls, row: models.Session, *, current: UUID | None) -> "Session":
        return cls(
            uuid=row.pk,
            agent=row.agent,
            created_at=row.created_at,
            last_used_at=getattr(row, "last_used_at", row.created_at),
            expires_at=row.expires_at,
            current=row.pk == current,
        )


@strawberry.type
class SessionQueries:
    @strawberry.field(description="Your sign-ins that count, the latest used first. For those who sign in.")
    def sessions(self, info: Info) -> list[Session]:
        request = context.of(info)
        found = sign_ins.sessions(request.user, now=request.now)
        return [Session.of(row, current=request.user.session_id) for row in found]
