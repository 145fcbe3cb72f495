"""Everything that a user owns as one JSON document, from which `services.restoring` makes the same ledger again.

Each row stands on a line of its own. What is not the user's is not in it: of other people their names, of a link into
somebody else's account nothing.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from backend.ledger import access, currencies
from backend.ledger.models import Bank, BankAccount, Change, FundingEvent, Transaction, Transfer, User
from backend.ledger.selectors import users

from . import tables
from .tables import Table

CHUNK = 1000
"""Rows in memory at a time."""

LINK = "linked_transaction_id"
Rows = list[dict[str, Any]]


def pieces(user: User, *, now: datetime) -> Iterator[bytes]:
    """The document in pieces, a line or a few each. The caller reads them within one snapshot."""
    mine = {row.pk: row for row in access.accounts(user).order_by(*tables.ACCOUNTS.order)}
    owners = _owners(mine)
    yield from _head(user, mine, now=now)
    yield from _section("people", [_people(user, mine, owners)])
    yield from _section("banks", _chunks(tables.BANKS, Bank.objects.filter(accounts__in=mine).distinct(), {}))
    places = {key: currencies.decimals(str(row.currency)) for key, row in mine.items()}
    yield from _section("accounts", _accounts(user, places, owners))
    for table in tables.BELOW:
        rows = access.below(user, table.model)
        yield from _section(table.name, (_visible(user, table, each) for each in _chunks(table, rows, places)))
    yield from _section("files", _files(user), last=True)
    yield b"}\n"


def _head(user: User, mine: dict[UUID, BankAccount], *, now: datetime) -> Iterator[bytes]:
    default = user.default_bank_account_id if user.default_bank_account_id in mine else None
    about = {
        "username": user.username,
        "name": user.name,
        "timezone": user.timezone,
        "default_bank_account": default and str(default),
    }
    yield b"{\n"
    for key, value in (("format", tables.FORMAT), ("version", tables.VERSION), ("exported_at", now.isoformat())):
        yield b'"%s": %s,\n' % (key.encode(), _json(value))
    yield b'"user": %s,\n' % _json(about)


def _section(name: str, chunks: Iterable[Rows], *, last: bool = False) -> Iterator[bytes]:
    """A list with a line for each row."""
    yield b'"%s": [' % name.encode()
    separator = b"\n"
    for rows in chunks:
        if rows:
            yield separator + b",\n".join(map(_json, rows))
            separator = b",\n"
    yield b"\n]" if last else b"\n],\n"
    if last:
        yield b"\n"


def _chunks(table: Table, rows: QuerySet[Any], places: dict[UUID, int]) -> Iterator[Rows]:
    """The rows of a table as they are shown; `places`: the decimals of each account."""
    owner = next((at for at, name in enumerate(table.names) if name == "bank_account"), None)
    found = rows.order_by(*table.order).values_list(*table.paths).iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield [table.shown(row, decimals=0 if owner is None else places[row[owner]]) for row in chunk]


def _owners(mine: Iterable[UUID]) -> dict[UUID, list[User]]:
    """The owners of each account, whoever has owned it longest first."""
    rows = access.OWNERSHIP.objects.filter(bankaccount__in=list(mine)).order_by("pk").select_related("user")
    found: dict[UUID, list[User]] = {}
    for row in rows:
        found.setdefault(row.bankaccount_id, []).append(row.user)
    return found


def _people(user: User, mine: Iterable[UUID], owners: dict[UUID, list[User]]) -> Rows:
    """Whom the rows name beside the user; where somebody's zone decides the days of an account, that too."""
    named = {owner.pk: owner for of_account in owners.values() for owner in of_account}
    below = [(Transfer, "actor"), (FundingEvent, "skipped_by"), (Change, "actor")]
    for model, field in below:
        keys = access.below(user, model).order_by().values_list(field, flat=True).distinct()
        named |= {each.pk: each for each in User.objects.filter(pk__in=list(keys))}
    deciding = {of_account[0].pk for of_account in owners.values()}
    others = [each for each in named.values() if each != user and each.username != users.SYSTEM_USER]
    return [
        {"username": each.username, "name": each.name, "timezone": each.timezone if each.pk in deciding else None}
        for each in sorted(others, key=lambda each: each.username)
    ]


def _accounts(user: User, places: dict[UUID, int], owners: dict[UUID, list[User]]) -> Iterator[Rows]:
    table = tables.ACCOUNTS
    for values in access.accounts(user).order_by(*table.order).values_list(*table.paths):
        key = values[table.names.index("id")]
        row = table.shown(values, decimals=places[key])
        yield [{**row, "owners": [owner.username for owner in owners[key]]}]


def _visible(user: User, table: Table, rows: Rows) -> Rows:
    """The rows without what points at transactions that are not, or not any more, in an account of the user."""
    if table.model is Transaction:
        fields = list(tables.links(table))
        ends = {row[field] for row in rows for field in fields} | {end for row in rows for end in row["refused_links"]}
        seen = _seen(user, ends)
        for row in rows:
            row |= {field: row[field] if row[field] in seen else None for field in fields}
            row["refused_links"] = [end for end in row["refused_links"] if end in seen]
    elif table.model is Change:
        told = [row["values"] for row in rows if LINK in row["values"]]
        seen = _seen(user, {end for values in told for end in values[LINK]})
        for values in told:
            values[LINK] = [end if end in seen else None for end in values[LINK]]
    return rows


def _seen(user: User, keys: set[Any]) -> set[str]:
    """Those of the keys that name transactions of the user; no query for none."""
    wanted = [key for key in keys if key]
    found = access.transactions(user).filter(pk__in=wanted).values_list("pk", flat=True) if wanted else ()
    return {str(key) for key in found}


def _files(user: User) -> Iterator[Rows]:
    """The attachments, by the names that the transactions have for them; one in memory at a time."""
    rows = access.transactions(user).order_by("bank_account", "seq").values_list("image", "document")
    for names in rows.filter(Q(image__gt="") | Q(document__gt="")).iterator(chunk_size=CHUNK):
        for name in filter(None, names):
            try:
                with default_storage.open(name) as file:
                    content = file.read()
            except FileNotFoundError:
                continue
            yield [{"name": name, "content": b64encode(content).decode()}]


def _json(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a character, which only SQLite keeps
        return json.dumps(value, separators=(",", ":")).encode()
