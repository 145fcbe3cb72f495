"""The history: who changed what, when, through which door, with old and new values."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, doors, models
from backend.ledger.models import User

from . import base, context, ids, pages, peers
from .accounts import BankAccount
from .sync import ChangeKind, RowType

NEWEST_FIRST = ("-pk",)
LINK, REFUSED = "linked_transaction_id", "refused_links"


@strawberry.enum(description="The way by which a change came in.")
class Door(Enum):
    REST = strawberry.enum_value(doors.REST, description="The REST API.")
    GRAPHQL = strawberry.enum_value(doors.GRAPHQL, description="The GraphQL API.")
    SCHEDULER = strawberry.enum_value(doors.SCHEDULER, description="Work that the service does by itself.")
    COMMAND = strawberry.enum_value(doors.COMMAND, description="A command of whoever runs the service.")
    ADMIN = strawberry.enum_value(doors.ADMIN, description="The admin pages.")


@strawberry.type(description="A field that differs.")
class FieldChange:
    field: str = strawberry.field(description="The field, as the ledger calls it.")
    old: str | None = strawberry.field(description="Its value before: texts as they are, all else as JSON.")
    new: str | None = strawberry.field(description="Its value since.")


@strawberry_django.type(models.Change, name="HistoryEntry", description="One change of one row; never changed itself.")
class HistoryEntry(base.Visible, relay.Node):
    bank_account: BankAccount = base.reference("The account that it belongs to.")
    at: datetime = strawberry.field(description="When it was written.")
    uuid: UUID = strawberry_django.field(field_name="row_id", description="The id of the row that it tells of.")
    type: RowType = strawberry_django.field(field_name="noun", description="What the row is.")
    kind: ChangeKind = strawberry_django.field(field_name="action", description="What became of it.")
    door: Door = strawberry.field(description="By which way the change came in.")
    actor: str | None = base.optional_user_name(
        "actor", "User name of whoever made the change; null for the service itself."
    )
    token: str | None = base.filled("token", "Name of the API token that they used, where it was one.")

    @strawberry_django.field(only=["values"], description="What differs; for a deleted row what it was.")
    def changes(self, info: Info) -> list[FieldChange]:
        row: Any = self
        seen = peers.of(row).share(LINK, lambda rows: _visible_links(rows, context.of(info).user))
        values = {name: [_told(name, each, seen) for each in pair] for name, pair in sorted(row.values.items())}
        return [FieldChange(field=name, old=_text(old), new=_text(new)) for name, (old, new) in values.items()]

    @staticmethod
    def rows(user: User) -> QuerySet[models.Change]:
        return access.changes(user)


def _visible_links(rows: list[models.Change], user: User) -> dict[Any, bool]:
    """The other ends of links that the user may see, which lie in other accounts; no query where there are none."""
    ids = {each for row in rows for each in row.values.get(LINK, ()) if each}
    ids |= {each for row in rows for keys in row.values.get(REFUSED, ()) for each in keys or ()}
    found = access.transactions(user).filter(pk__in=ids).values_list("pk", flat=True) if ids else ()
    return {str(key): True for key in found}


def _told(name: str, value: Any, seen: Mapping[Any, bool]) -> Any:
    """The value as the user may see it: no id of a transaction that is not theirs."""
    if name == LINK:
        return value if value in seen else None
    if name == REFUSED:
        return [each for each in value or () if each in seen]
    return value


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@strawberry.input(description="Which part of the history; each that is given narrows it.")
class HistoryFilters:
    account: strawberry.ID | None = strawberry.field(default=None, description="Of that bank account.")
    row: strawberry.ID | None = strawberry.field(default=None, description="Of that row, also after it is gone.")
    type: RowType | None = strawberry.field(default=None, description="Of rows of that kind.")
    since: datetime | None = strawberry.field(default=None, description="Written at that instant or later.")
    before: datetime | None = strawberry.field(default=None, description="Written before that instant.")


def narrow(rows: QuerySet[models.Change], *, user: User, filters: HistoryFilters | None) -> QuerySet[models.Change]:
    if filters is None:
        return rows
    if filters.account is not None:
        rows = rows.filter(bank_account=ids.key(filters.account, BankAccount, field="account"))
    if filters.row is not None:
        found = ids.parse(filters.row)
        rows = rows.filter(row_id=str(found[1])) if found and isinstance(found[1], UUID) else rows.none()
    if filters.type is not None:
        rows = rows.filter(noun=filters.type.value)
    if filters.since is not None:
        rows = rows.filter(at__gte=base.aware(filters.since))
    if filters.before is not None:
        rows = rows.filter(at__lt=base.aware(filters.before))
    return rows


FILTERS = pages.argument("filters", HistoryFilters | None, "Which part; without any, all of the user's accounts.")


@strawberry.type
class HistoryQueries:
    history: pages.Connection[HistoryEntry] = pages.page(
        NEWEST_FIRST,
        "Who changed what in the user's accounts, the latest first.",
        arguments=[FILTERS],
        narrow=narrow,
    )
