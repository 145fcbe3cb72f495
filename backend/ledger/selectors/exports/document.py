"""Everything that a user owns as one JSON document, from which `services.restoring` makes the same ledger again.

Each row stands on a line of its own. What is not the user's is not in it: of other people their names, of a link into
somebody else's account nothing.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from backend.ledger import access, currencies
from backend.ledger.models import Bank, Change, StatementImport, Transaction, User
from backend.ledger.selectors import users

from . import tables
from .tables import Table

CHUNK = 1000
"""Rows in memory at a time."""

LINK, REFUSED = "linked_transaction_id", "refused_links"
Rows = list[dict[str, Any]]


def pieces(user: User, *, now: datetime) -> Iterator[bytes]:
    """The document in pieces, a line or a few each. The caller reads them within one snapshot."""
    return _Document(user).pieces(now=now)


class _Document:
    """What a document is made of: the user's accounts, their owners, and everybody whom the rows name."""

    def __init__(self, user: User) -> None:
        self.user = user

    def pieces(self, *, now: datetime) -> Iterator[bytes]:
        accounts = access.accounts(self.user)
        self.places = {row.pk: currencies.decimals(str(row.currency)) for row in accounts}
        self.owners = _owners(self.places)
        self.named = self._named()
        yield from self._head(now=now)
        yield from _section("people", [self._people()])
        yield from _section("banks", self._chunks(tables.BANKS, Bank.objects.filter(accounts__in=accounts).distinct()))
        yield from _section("accounts", map(self._owned, self._chunks(tables.ACCOUNTS, accounts)))
        for table in tables.BELOW:
            rows = access.below(self.user, table.model)
            if table.model is StatementImport:
                rows = rows.exclude(committed_at=None)
            elif table.model is Change:
                rows = _without_previews(rows)
            chunks = self._chunks(table, rows)
            yield from _section(table.name, map(partial(self._visible, table), chunks))
        yield from _section("files", _files(self.user), last=True)
        yield b"}\n"

    def _head(self, *, now: datetime) -> Iterator[bytes]:
        default = self.user.default_bank_account_id
        about = {
            "username": self.user.username,
            "name": self.user.name,
            "timezone": self.user.timezone,
            "default_bank_account": str(default) if default in self.places else None,
        }
        yield b"{\n"
        for key, value in (("format", tables.FORMAT), ("version", tables.VERSION), ("exported_at", now.isoformat())):
            yield b'"%s": %s,\n' % (key.encode(), _json(value))
        yield b'"user": %s,\n' % _json(about)

    def _named(self) -> dict[int, User]:
        """Everybody whom the rows name, by key."""
        found = {owner.pk: owner for owners in self.owners.values() for owner in owners}
        for table in tables.BELOW:
            for field in filter(tables.is_user, table.fields):
                keys = access.below(self.user, table.model).order_by().values_list(field.attname, flat=True).distinct()
                found |= {each.pk: each for each in User.objects.filter(pk__in=list(keys))}
        return found

    def _people(self) -> Rows:
        """Those beside the user; where somebody's time zone decides the days of an account, that too."""
        deciding = {owners[0].pk for owners in self.owners.values()}
        others = [row for row in self.named.values() if row != self.user and row.username != users.SYSTEM_USER]
        return [
            {"username": row.username, "name": row.name, "timezone": row.timezone if row.pk in deciding else None}
            for row in sorted(others, key=lambda row: row.username)
        ]

    def _chunks(self, table: Table, rows: QuerySet[Any]) -> Iterator[Rows]:
        """The rows of a table as they are shown."""
        owner = {"accounts": "id", "banks": None}.get(table.name, "bank_account")
        at = None if owner is None else table.names.index(owner)
        found = rows.order_by(*table.order).values_list(*table.paths).iterator(chunk_size=CHUNK)
        while chunk := list(islice(found, CHUNK)):
            yield [table.shown(row, decimals=0 if at is None else self.places[row[at]]) for row in chunk]

    def _owned(self, rows: Rows) -> Rows:
        for row in rows:
            row["owners"] = [owner.username for owner in self.owners[UUID(row["id"])]]
        return rows

    def _visible(self, table: Table, rows: Rows) -> Rows:
        """The rows without what points at transactions that are not, or not any more, in an account of the user."""
        if table.model is Transaction:
            fields = list(tables.links(table))
            ends = {row[field] for row in rows for field in fields} | {end for row in rows for end in row[REFUSED]}
            seen = _seen(self.user, ends)
            for row in rows:
                row |= {field: row[field] if row[field] in seen else None for field in fields}
                row[REFUSED] = [end for end in row[REFUSED] if end in seen]
        elif table.model is StatementImport:
            _count_history(rows)
        elif table.model is Change:
            told = [row["values"] for row in rows]
            seen = _seen(self.user, {end for values in told for end in _ends(values)})
            for values in told:
                self._hide(values, seen)
        return rows

    def _hide(self, values: dict[str, list[Any]], seen: set[str]) -> None:
        """What the history tells, as far as the user may see it."""
        if LINK in values:
            values[LINK] = [end if end in seen else None for end in values[LINK]]
        if REFUSED in values:
            values[REFUSED] = [ends and [end for end in ends if end in seen] for ends in values[REFUSED]]
        for field in tables.USERS_IN_HISTORY & values.keys():
            values[field] = [self.named[key].username if key in self.named else None for key in values[field]]


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


def _ends(values: dict[str, list[Any]]) -> Iterator[str]:
    """The transactions of other accounts that a line of the history names."""
    yield from filter(None, values.get(LINK, ()))
    for ends in filter(None, values.get(REFUSED, ())):
        yield from ends


def _owners(accounts: Iterable[UUID]) -> dict[UUID, list[User]]:
    """The owners of each account, whoever has owned it longest first."""
    rows = access.OWNERSHIP.objects.filter(bankaccount__in=list(accounts)).order_by("pk").select_related("user")
    found: dict[UUID, list[User]] = {}
    for row in rows:
        found.setdefault(row.bankaccount_id, []).append(row.user)
    return found


def _seen(user: User, keys: set[Any]) -> set[str]:
    """Those of the keys that name transactions of the user; no query for none."""
    wanted = [key for key in keys if key]
    found = access.transactions(user).filter(pk__in=wanted).values_list("pk", flat=True) if wanted else ()
    return {str(key) for key in found}


def _without_previews(lines: QuerySet[Any]) -> QuerySet[Any]:
    """The history without that of imports that were only looked at so far: those stay here."""
    previews = StatementImport.objects.filter(committed_at=None).values("pk")
    return lines.exclude(noun=Change.Noun.STATEMENT_IMPORT, row_id__in=previews)


def _count_history(rows: Rows) -> None:
    """Of what imports keep, not which line of the history was the last at their time, but how many there were."""
    told = _without_previews(Change.objects.all())
    lines = told.filter(bank_account=OuterRef("bank_account"), pk__lte=OuterRef("last_change"))
    number = lines.order_by().values("bank_account").annotate(number=Count("pk")).values("number")
    wanted = StatementImport.objects.filter(pk__in=[row["id"] for row in rows])
    counted = dict(wanted.annotate(lines=Subquery(number)).values_list("pk", "lines"))
    for row in rows:
        row["last_change"] = counted[UUID(row["id"])] or 0


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
