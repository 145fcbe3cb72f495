"""Addresses from which everything can be taken away."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from django.urls import reverse
from strawberry.types import Info

from backend import tickets
from backend.ledger.selectors import exports

from . import context, costs


@strawberry.enum(description="A format of an export.")
class ExportFormat(Enum):
    JSON = strawberry.enum_value("json", description="Everything; the same ledger can be made from it again.")
    BEANCOUNT = strawberry.enum_value("beancount", description="Books for Beancount, with what each budget must hold.")
    CSV = strawberry.enum_value("csv", description="The transactions as a table.")


@strawberry.type(description="An address to download from, without a token: once, and not for long.")
class ExportLink:
    format: ExportFormat = strawberry.field(description="What comes from there.")
    url: str = strawberry.field(description="The address, on this service. Whoever has it gets the file.")
    expires_at: datetime = strawberry.field(description="When it stops to work; a log-out ends it too.")


@strawberry.type
class ExportQueries:
    @strawberry.field(
        description="For each format an address from which everything that the user owns can be downloaded.",
        metadata=costs.metadata(length=len(exports.FORMATS)),
    )
    def exports(self, info: Info) -> list[ExportLink]:
        asked = context.of(info)
        if asked.session_id is None:
            return []
        return [
            ExportLink(
                format=each,
                url=_address(str(each.value), session_id=asked.session_id, now=asked.now),
                expires_at=asked.now + tickets.LIFE,
            )
            for each in ExportFormat
        ]


def _address(thing: str, *, session_id: UUID, now: datetime) -> str:
    return reverse("export-once", args=[tickets.issue(thing, session_id=session_id, now=now)])
