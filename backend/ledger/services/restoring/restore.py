"""Takes a document in, section by section."""

from base64 import b64decode
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO, cast
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model

from backend.ledger import access, currencies, errors, posting
from backend.ledger.models import Bank, BankAccount, StatementImport, Transaction, User
from backend.ledger.selectors import integrity
from backend.ledger.selectors.exports import tables
from backend.ledger.selectors.exports.tables import Table
from backend.ledger.services import users

from . import imports, people, plain, reading, values

BATCH = 500
"""Rows that are stored by one statement."""

LONGEST_NAME = 255
TABLES = {table.name: table for table in (tables.BANKS, tables.ACCOUNTS, *tables.BELOW)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """How many rows of each section came in, and who was made for them, without a password."""

    rows: dict[str, int]
    made: Sequence[str]


def run(*, stream: TextIO, user: User, known: Collection[str] = ()) -> Restored:
    """Restore a document for a user who owns nothing yet; everything in it or nothing.

    Other people that it names are made, without a password, unless there are users of those names and `known` says that
    they are the same people. Raises Conflict (the user owns accounts), InvalidExport (with the place in the document).
    """
    with _Files() as files, transaction.atomic():
        if access.accounts(user).exists():
            raise errors.Conflict(
                f"{user.username} has accounts already; a document is restored for somebody who has none."
            )
        return _Restoring(user, known=known, files=files).run(stream)


class _Files:
    """Attachments that were stored; if anything fails they go again."""

    def __enter__(self) -> "_Files":
        self.stored: list[str] = []
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for name in self.stored:
                default_storage.delete(name)

    def store(self, name: str, content: bytes) -> None:
        if default_storage.exists(name):
            raise errors.InvalidExport("there is an attachment of that name already")
        self.stored.append(default_storage.save(name, ContentFile(content)))


@dataclass
class _Batch:
    """Rows that wait to be stored together."""

    rows: list[Model] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def store(self) -> None:
        posting.loading.store(self.rows, places=self.places)
        self.rows, self.places = [], []


class _Restoring:
    def __init__(self, user: User, *, known: Collection[str], files: _Files) -> None:
        self.user = user
        self.files = files
        self.people = people.People(user, known=known)
        self.known = values.Known(people=self.people.found)
        self.about: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        self.version = tables.VERSION
        self.batch = _Batch()

    def run(self, stream: TextIO) -> Restored:
        for item in self._in_order(stream):
            with _at(item.place):
                self._take(item)
        for account_id in self.known.accounts:
            imports.count_on(account_id)
            _prove(account_id)
        self._profile()
        return Restored(rows=self.counts, made=[row.username for row in self.people.made])

    def _in_order(self, stream: TextIO) -> Iterator[reading.Item]:
        """The items, if the sections are those of this version, each in its place."""
        expected = iter(tables.SECTIONS)
        section = None
        for item in reading.items(stream):
            if item.number is None:
                self.batch.store()
                section = next((each for each in expected if self.version >= tables.SINCE.get(each, 1)), None)
                if item.section != section:
                    wanted = f"“{section}”" if section else "the end"
                    raise errors.InvalidExport(f"Expected {wanted} instead of “{item.section[:40]}”.")
            if item.number is not None or item.value is not None:
                yield item
        self.batch.store()
        if section != tables.SECTIONS[-1]:
            raise errors.InvalidExport(f"The document ends without “{next(expected, '')}”.")

    def _take(self, item: reading.Item) -> None:
        if item.section in _HEAD:
            _HEAD[item.section](self, item.value)
            return
        if item.number is None:
            raise errors.InvalidExport("expected a list")
        self.counts[item.section] = item.number + 1
        if item.section == "people":
            self.people.meet(item.value)
        elif item.section == "files":
            self._file(item.value)
        else:
            self._row(TABLES[item.section], item)

    def _format(self, value: object) -> None:
        if value != tables.FORMAT:
            raise errors.InvalidExport("this is no export of mibudge")

    def _version(self, value: Any) -> None:
        if value not in range(1, tables.VERSION + 1) or isinstance(value, bool):
            read = f"{tables.VERSION}, which this service reads, nor an earlier one"
            raise errors.InvalidExport(f"{str(value)[:20]} is not version {read}")
        self.version = int(value)

    def _exported_at(self, value: object) -> None:
        """When it was: nothing depends on it."""

    def _user(self, value: Any) -> None:
        self.people.begin(value)
        self.about = value

    def _row(self, table: Table, item: reading.Item) -> None:
        given = item.value
        owners: list[str] = []
        if table.model is BankAccount:
            owners = _owners(given)
            given = {key: value for key, value in given.items() if key != "owners"}
        row = values.row(table, given, known=self.known)
        if isinstance(row, Bank):
            self._bank(row, item.place)
        elif isinstance(row, BankAccount):
            self._account(row, owners, item.place)
        else:
            if isinstance(row, StatementImport):
                imports.check(row, decimals=self.known.accounts[row.bank_account_id])
                self.known.imports[row.bank_account_id].add(row.pk)
            elif isinstance(row, Transaction) and not self._brought(row):
                raise errors.InvalidExport("statement_import: not an import into the account")
            self.batch.rows.append(row)
            self.batch.places.append(item.place)
            if len(self.batch.rows) == BATCH:
                self.batch.store()

    def _brought(self, row: Transaction) -> bool:
        """Whether the transaction is one of no import, or of one into its account."""
        return row.statement_import_id is None or row.statement_import_id in self.known.imports[row.bank_account_id]

    def _bank(self, row: Bank, place: str) -> None:
        """A bank that is here already stays as it is: banks are the operator's."""
        if row.pk in self.known.banks:
            raise errors.InvalidExport("the same bank again")
        self.known.banks.add(row.pk)
        if not Bank.objects.filter(pk=row.pk).exists():
            posting.loading.store([row], places=[place])

    def _account(self, row: BankAccount, owners: Sequence[str], place: str) -> None:
        unknown = [name for name in owners if name not in self.known.people]
        if unknown:
            raise errors.InvalidExport(f"owners: {unknown[0][:40]} is not one of the document's people")
        rows = [self.known.people[name] for name in owners]
        if self.user not in rows or len(set(rows)) < len(rows):
            raise errors.InvalidExport("owners: not each once, the document's user among them")
        posting.loading.store([row], places=[place])
        self.known.accounts[row.pk] = currencies.decimals(str(row.currency))
        for owner in rows:  # one by one: who has owned an account longest decides its days
            access.OWNERSHIP.objects.create(bankaccount=row, user=owner)

    def _file(self, given: Any) -> None:
        name = people.text_of(given, "name")
        if name not in self.known.files:
            raise errors.InvalidExport("no transaction has that attachment, or it comes twice")
        self.known.files.remove(name)
        try:
            content = b64decode(people.text_of(given, "content"), validate=True)
        except ValueError as error:
            raise errors.InvalidExport("content: not base64") from error
        self.files.store(name, content)

    def _profile(self) -> None:
        """What the user says of themselves."""
        with _at("user"):
            default = self.about.get("default_bank_account")
            changes: users.Changes = {
                "name": people.text_of(self.about, "name"),
                "timezone": people.text_of(self.about, "timezone"),
                "default_bank_account": None if default is None else plain.key(default),
            }
            if len(changes["name"]) > LONGEST_NAME:
                raise errors.InvalidExport(f"name: longer than {LONGEST_NAME} characters")
            users.update_me(actor=self.user, changes=changes)


_HEAD = {
    "format": _Restoring._format,
    "version": _Restoring._version,
    "exported_at": _Restoring._exported_at,
    "user": _Restoring._user,
}


def _prove(account_id: UUID) -> None:
    """Recompute every invariant of a loaded account, by queries that share nothing with what wrote it."""
    for breach in integrity.breaches(account_id=account_id):
        raise errors.InvalidExport(f"The document does not add up: {breach}.")


def _owners(given: Any) -> list[str]:
    owners = given.get("owners") if isinstance(given, dict) else None
    if not isinstance(owners, list) or not all(isinstance(name, str) for name in owners):
        raise errors.InvalidExport("owners: expected a list of names")
    return cast(list[str], owners)


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Refusals name the place in the document."""
    try:
        yield
    except errors.LedgerError as error:
        if isinstance(error, errors.InvalidExport) and error.field:
            raise
        raise errors.InvalidExport(f"{place}: {error.message.rstrip('.')}.", field=place) from error
