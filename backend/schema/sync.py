"""How a client that was away catches up: what was created, changed or deleted since, in one call.

Clients ask again from the cursor of the last answer. A question costs two indexed look-ups where nothing happened, so
asking every few seconds is cheap, and no connection is held open for it.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model, QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import errors
from backend.ledger.models import Change
from backend.ledger.selectors import changes

from . import context, enums
from .accounts import BankAccount
from .allocations import Allocation
from .auto_spend_runs import AutoSpendRun
from .budgets import Budget
from .funding_events import FundingEvent
from .statement_imports import StatementImport
from .transactions import Transaction
from .transfers import Transfer

MOST = 100
ENTRY = struct.Struct(">16sQ")
MOST_ACCOUNTS = 10_000


@strawberry.enum(description="What a row is.")
class RowType(Enum):
    ACCOUNT = enums.word(Change.Noun.ACCOUNT, "A bank account.")
    BUDGET = enums.word(Change.Noun.BUDGET, "A budget.")
    TRANSACTION = enums.word(Change.Noun.TRANSACTION, "A transaction.")
    ALLOCATION = enums.word(Change.Noun.ALLOCATION, "An allocation.")
    TRANSFER = enums.word(Change.Noun.TRANSFER, "A transfer.")
    FUNDING_EVENT = enums.word(Change.Noun.FUNDING_EVENT, "A funding event.")
    STATEMENT_IMPORT = enums.word(Change.Noun.STATEMENT_IMPORT, "A statement import.")
    AUTO_SPEND_RUN = enums.word(Change.Noun.AUTO_SPEND_RUN, "A run of the budgets' rules over the past.")


@strawberry.enum(description="What became of a row.")
class ChangeKind(Enum):
    CREATED = enums.word(changes.CREATED, "It is new.")
    CHANGED = enums.word(changes.CHANGED, "It is different.")
    DELETED = enums.word(changes.DELETED, "It is gone, or not the user's any more.")


TYPES: dict[str, type[Any]] = {
    Change.Noun.ACCOUNT: BankAccount,
    Change.Noun.BUDGET: Budget,
    Change.Noun.TRANSACTION: Transaction,
    Change.Noun.ALLOCATION: Allocation,
    Change.Noun.TRANSFER: Transfer,
    Change.Noun.FUNDING_EVENT: FundingEvent,
    Change.Noun.STATEMENT_IMPORT: StatementImport,
    Change.Noun.AUTO_SPEND_RUN: AutoSpendRun,
}


@strawberry.type(description="A row that something happened to.")
class ChangedRow:
    kind: ChangeKind = strawberry.field(description="What became of it, all in all.")
    type: RowType = strawberry.field(description="What it is.")
    id: strawberry.ID = strawberry.field(description="Its `id`.")
    uuid: UUID = strawberry.field(description="The id that the REST API has for it.")
    at: datetime | None = strawberry.field(description="When it happened last; null where an account came or went.")


@strawberry.type(description="Running balances that follow from rows that changed.")
class Rebalanced:
    account: UUID = strawberry.field(description="The id of the account.")
    since: datetime = strawberry.field(
        description="The date in the order of the ledger from which on balances after a row may be others."
    )


def _rows(noun: str, description: str) -> Any:
    """A list of the rows of one kind that are new or different, each with whatever is selected of it."""
    model: type[Model] = TYPES[noun].__strawberry_django_definition__.model

    def resolve(root: "Changes") -> QuerySet[Any]:
        keys = [each.row_id for each in root.items if each.noun == noun and each.action != changes.DELETED]
        return model._default_manager.filter(pk__in=keys).order_by("pk")

    return strawberry_django.field(resolver=resolve, description=description)


@strawberry.type(description="What happened to the user's rows; put each row in the place of the one you have.")
class Changes:
    cursor: str = strawberry.field(description="Where to go on the next time.")
    more: bool = strawberry.field(description="Whether there is more already: ask again from the cursor.")
    new_accounts: list[strawberry.ID] = strawberry.field(
        description="Accounts that came to the user; read what is in them by the other queries."
    )
    rebalanced: list[Rebalanced] = strawberry.field(description="Running balances that may be others now.")
    items: strawberry.Private[list[changes.Item]]
    bank_accounts: list[BankAccount] = _rows(Change.Noun.ACCOUNT, "Accounts that are new or different.")
    budgets: list[Budget] = _rows(Change.Noun.BUDGET, "Budgets that are new or different.")
    transactions: list[Transaction] = _rows(Change.Noun.TRANSACTION, "Transactions that are new or different.")
    allocations: list[Allocation] = _rows(Change.Noun.ALLOCATION, "Allocations that are new or different.")
    transfers: list[Transfer] = _rows(Change.Noun.TRANSFER, "Transfers that are new.")
    funding_events: list[FundingEvent] = _rows(Change.Noun.FUNDING_EVENT, "Funding events that are new or different.")
    statement_imports: list[StatementImport] = _rows(
        Change.Noun.STATEMENT_IMPORT, "Statement imports that are new or different."
    )
    auto_spend_runs: list[AutoSpendRun] = _rows(
        Change.Noun.AUTO_SPEND_RUN, "Runs of the rules that are new or were undone."
    )

    @strawberry.field(description="Every row that something happened to, deleted ones too, in that order.")
    def rows(self) -> list[ChangedRow]:
        return list(_shown(self.items))

    @strawberry.field(description="The rows that are gone.")
    def deleted(self) -> list[ChangedRow]:
        return list(_shown(each for each in self.items if each.action == changes.DELETED))


def _shown(items: Iterable[changes.Item]) -> Iterable[ChangedRow]:
    for each in (item for item in items if item.noun in TYPES):
        identifier = strawberry.ID(relay.to_base64(TYPES[each.noun].__name__, str(each.row_id)))
        yield ChangedRow(
            kind=ChangeKind(each.action), type=RowType(each.noun), id=identifier, uuid=each.row_id, at=each.at
        )


@strawberry.type
class SyncQueries:
    @strawberry.field(
        description="What was created, changed or deleted since a cursor. Without one: the cursor of now, to begin "
        "with; read everything after that."
    )
    def changes(
        self,
        info: Info,
        since: Annotated[str | None, strawberry.argument(description="The cursor of the last answer.")] = None,
        first: Annotated[int, strawberry.argument(description=f"Lines of history to read; {MOST} at most.")] = MOST,
    ) -> Changes:
        user = context.of(info).user
        if not 1 <= first <= MOST:
            raise errors.InvalidValue(f"From 1 to {MOST} lines are read at once.", field="first")
        if since is None:
            found = changes.Since(cursor=changes.here(user))
        else:
            found = changes.since(user, read_cursor(since), limit=first)
        return Changes(
            cursor=write_cursor(found.cursor),
            more=found.more,
            new_accounts=[strawberry.ID(relay.to_base64("BankAccount", str(key))) for key in found.new],
            rebalanced=[Rebalanced(account=key, since=at) for key, at in found.rebalanced.items()],
            items=found.items,
        )


def write_cursor(cursor: changes.Cursor) -> str:
    """A cursor as text: key and number of each account, in the order of the keys."""
    packed = b"".join(ENTRY.pack(key.bytes, seen) for key, seen in sorted(cursor.items()))
    return urlsafe_b64encode(b"1" + packed).decode()


def read_cursor(text: str) -> changes.Cursor:
    """What `write_cursor` wrote. Raises InvalidValue."""
    refused = errors.InvalidValue("The cursor is not one of `changes`.", field="since")
    try:
        packed = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        raise refused from None
    if packed[:1] != b"1" or len(packed) % ENTRY.size != 1 or len(packed) > MOST_ACCOUNTS * ENTRY.size:
        raise refused
    found = {UUID(bytes=key): seen for key, seen in ENTRY.iter_unpack(packed[1:])}
    if any(seen >= 2**63 for seen in found.values()):
        raise refused
    return found
