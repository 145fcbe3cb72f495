"""What happened to a user's rows since they looked last, told from the history.

A cursor says for each account how far its history was read. So an account that came to the user is told whole, one that
went is told to be gone, and nothing has to be kept about anybody's devices.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, Exists, Max, OuterRef, Q, QuerySet, When

from backend.ledger import access, prepared
from backend.ledger.models import BankAccount, Change, Entry, User

CREATED, CHANGED, DELETED = Change.Action.CREATED, Change.Action.CHANGED, Change.Action.DELETED
ACCOUNT, TRANSACTION, ALLOCATION = Change.Noun.ACCOUNT, Change.Noun.TRANSACTION, Change.Noun.ALLOCATION

Cursor = Mapping[UUID, int]
"""The key of the last change that was read, per account; 0 where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row and what became of it in all; `action` is what a client that knew the state before has to do."""

    noun: str
    row_id: UUID
    action: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """`cursor`: where to go on. `more`: whether there is more already. `new`: accounts that are to be read whole.

    `rebalanced`: per account the date in the order of the ledger from which on running balances may be others.
    """

    cursor: Cursor
    items: list[Item] = field(default_factory=list)
    more: bool = False
    new: list[UUID] = field(default_factory=list)
    rebalanced: dict[UUID, datetime] = field(default_factory=dict)


def here(user: User) -> Cursor:
    """The cursor of this moment: everything that is to be read now is known by it. Two queries."""
    return _last(_accounts(user))


def since(user: User, cursor: Cursor, *, limit: int) -> Since:
    """What happened since that cursor, in order, from at most `limit` lines of the history; two queries to five."""
    mine = set(_accounts(user))
    gone = [key for key in cursor if key not in mine]
    new = [key for key in mine if key not in cursor]
    known = {key: seen for key, seen in cursor.items() if key in mine}
    lines = _lines(_with_news(known), limit=limit + 1)
    read = {line.bank_account_id: line.pk for line in lines[:limit]}
    items = [Item(noun=ACCOUNT, row_id=key, action=DELETED) for key in sorted(gone)]
    items += [Item(noun=ACCOUNT, row_id=key, action=CREATED) for key in sorted(new)]
    return Since(
        cursor={**known, **read, **(_last(new) if new else {})},
        items=items + _with_transactions(_collapsed(lines[:limit])),
        more=len(lines) > limit,
        new=sorted(new),
        rebalanced=_rebalanced(lines[:limit]),
    )


def _accounts(user: User) -> list[UUID]:
    return [key for (key,) in access.known(user, _keys)]


def _keys(user: User, hole: prepared.Opening) -> QuerySet[Any, Any]:
    return access.accounts(user).values_list("pk")


def _with_news(known: Cursor) -> Cursor:
    """The accounts in which anything happened since: one look each at the end of an index.

    Clients ask again and again when mostly nothing happened, and to look for lines of all accounts in their order takes
    the longer the more lines there are.
    """
    if not known:
        return {}

    def make(hole: prepared.Opening) -> QuerySet[Any, Any]:
        keys: list[Any] = [hole(BankAccount) for _ in known]
        marks = [When(pk=hole(BankAccount), then=hole(Change)) for _ in known]
        later = Change.objects.filter(bank_account=OuterRef("pk"), pk__gt=OuterRef("seen"))
        accounts = BankAccount.objects.filter(pk__in=keys).order_by()
        accounts = accounts.annotate(seen=Case(*marks, output_field=BigIntegerField())).filter(Exists(later))
        return accounts.values_list("pk")

    marked = [value for mark in known.items() for value in mark]
    found = prepared.find(make, *known, *marked, name=(_with_news, len(known)))
    return {key: known[key] for (key,) in found}


def _last(accounts: list[UUID]) -> dict[UUID, int]:
    rows = Change.objects.filter(bank_account__in=accounts).order_by().values_list("bank_account")
    return {**dict.fromkeys(accounts, 0), **dict(rows.annotate(Max("pk")))}


def _lines(known: Cursor, *, limit: int) -> list[Change]:
    if not known:
        return []

    def make(hole: prepared.Opening) -> QuerySet[Change]:
        later = Q(pk__in=())
        for _ in known:
            later |= Q(bank_account=hole(BankAccount), pk__gt=hole(Change))
        return Change.objects.filter(later, pk__gt=hole(Change)).defer("values").order_by("pk")[:limit]

    marked = [value for mark in known.items() for value in mark]
    return prepared.find(make, *marked, min(known.values()), name=(_lines, len(known), limit))


def _collapsed(lines: list[Change]) -> list[Item]:
    """One item per row; a row that came and went meanwhile is none. In the order of the last that happened to each."""
    first: dict[tuple[str, UUID], str] = {}
    last: dict[tuple[str, UUID], Change] = {}
    for line in lines:
        key = (line.noun, line.row_id)
        first.setdefault(key, line.action)
        last.pop(key, None)
        last[key] = line
    items = []
    for key, line in last.items():
        action = line.action
        if first[key] == CREATED:
            if action == DELETED:
                continue
            action = CREATED
        elif action != DELETED:
            action = CHANGED
        items.append(Item(noun=line.noun, row_id=line.row_id, action=action, at=line.at))
    return items


def _with_transactions(items: list[Item]) -> list[Item]:
    """The same, and the transactions that now lie otherwise: each of them has a new version, though no line of its own.

    Of the parts of one that still is there, some other one came or changed where one went.
    """
    parts = {each.row_id: each.at for each in items if each.noun == ALLOCATION and each.action != DELETED}
    if not parts:
        return items
    told = {each.row_id for each in items if each.noun == TRANSACTION}
    found: dict[UUID, datetime | None] = {}
    for key, transaction in Entry.objects.filter(pk__in=parts).order_by("seq").values_list("pk", "transaction"):
        if transaction is not None and transaction not in told:
            found[transaction] = parts[key]
    return items + [Item(noun=TRANSACTION, row_id=key, action=CHANGED, at=at) for key, at in found.items()]


def _rebalanced(lines: list[Change]) -> dict[UUID, datetime]:
    found: dict[UUID, datetime] = {}
    for line in lines:
        if line.dated is not None:
            found[line.bank_account_id] = min(line.dated, found.get(line.bank_account_id, line.dated))
    return found
