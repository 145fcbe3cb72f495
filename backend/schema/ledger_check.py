"""The invariants of an account, recomputed from its rows when somebody asks."""

from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import strawberry
import strawberry_django
from strawberry.types import Info

from backend.ledger.selectors import integrity

from . import context, costs, peers

MOST = 100
COST = 4_000
"""What it costs to read all rows of an account: one is all that a document can ask for."""


@strawberry.type(description="A row that does not agree with the others.")
class LedgerBreach:
    kind: str = strawberry.field(description='The invariant that it breaks, such as "I1 allocations".')
    message: str = strawberry.field(description="What is wrong with it.")
    table: str = strawberry.field(description='What kind of row it is, such as "transaction".')
    row_id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.type(description="Whether every sum and every running balance of an account follows from its rows.")
class LedgerCheck:
    ok: bool = strawberry.field(description="Whether all of them do.")
    checked_at: datetime = strawberry.field(description="When this was found out: just now.")
    breaches: list[LedgerBreach] = strawberry.field(description=f"What does not; the first {MOST}.")


@strawberry.type
class Checked:
    """The field of an account that checks it."""

    @strawberry_django.field(
        only=[],
        description="All invariants, recomputed now from every row. It is dear: ask for one account at a time.",
        metadata=costs.metadata(each=COST),
    )
    def ledger_check(self, info: Info) -> LedgerCheck:
        row: Any = self
        now = context.of(info).now
        return peers.of(row).share(("ledger check", row.pk), lambda _: {row.pk: check(row.pk, now=now)})[row.pk]


def check(account_id: UUID, *, now: datetime) -> LedgerCheck:
    """What the invariants of an account say of it."""
    found = [
        LedgerBreach(
            kind=each.invariant, message=each.message, table=each.table, row_id=strawberry.ID(str(each.row_id))
        )
        for each in islice(integrity.breaches(account_id=account_id), MOST)
    ]
    return LedgerCheck(ok=not found, checked_at=now, breaches=found)
