"""The history: which rows of an account a write created, changed or deleted, by whom, through which door.

Whoever changes a row watches it first and says afterwards that it changed; what differs is worked out here. Running
balances of later rows are no changes of these rows: they follow from the rows that did change, whose date is noted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import FileField

from backend.ledger import currencies, doors, meter
from backend.ledger.models import (
    AmountField,
    AutoSpendRun,
    BankAccount,
    Budget,
    Change,
    Entry,
    FundingEvent,
    Stamped,
    StatementImport,
    Transaction,
    Transfer,
    User,
    Versioned,
)
from backend.ledger.rules import money

from . import outbox, rows

Row = TypeVar("Row", bound=Stamped)
Values = dict[str, list[Any]]
Noun, Action = Change.Noun, Change.Action


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What is noted of a kind of rows. `derived`: fields that follow from others; they make no new version.

    `dated`: the field that places the row in the order of the ledger.
    """

    noun: str
    fields: tuple[str, ...]
    derived: tuple[str, ...] = ()
    dated: str | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        return self.fields + self.derived


KINDS: dict[type[Stamped], Watched] = {
    BankAccount: Watched(
        noun=Noun.ACCOUNT,
        fields=(
            "name",
            "bank_id",
            "account_type",
            "account_number",
            "currency",
            "link_aliases",
            "import_gate",
            "auto_funding",
        ),
        derived=("posted_balance", "available_balance", "last_imported_at", "last_posted_through"),
    ),
    Budget: Watched(
        noun=Noun.BUDGET,
        fields=(
            "name",
            "budget_type",
            "funding_type",
            "target_balance",
            "funding_amount",
            "target_date",
            "with_fillup_goal",
            "fillup_goal_id",
            "funding_schedule",
            "recurrance_schedule",
            "paused",
            "priority",
            "memo",
            "auto_spend",
            "archived",
            "deleted_at",
        ),
        derived=("balance", "complete"),
    ),
    Transaction: Watched(
        noun=Noun.TRANSACTION,
        fields=(
            "amount",
            "posted_date",
            "transaction_date",
            "transaction_type",
            "pending",
            "raw_description",
            "description",
            "party",
            "memo",
            "linked_transaction_id",
            "refused_links",
            "refund_of_id",
            "image",
            "document",
        ),
        dated="posted_date",
    ),
    Entry: Watched(
        noun=Noun.ALLOCATION,
        fields=("transaction_id", "budget_id", "amount", "category", "memo"),
        dated="effective_at",
    ),
    Transfer: Watched(noun=Noun.TRANSFER, fields=("source_id", "target_id", "amount"), dated="effective_at"),
    FundingEvent: Watched(
        noun=Noun.FUNDING_EVENT,
        fields=("budget_id", "kind", "on", "status", "intended", "moved", "reason", "skipped_by_id"),
    ),
    StatementImport: Watched(
        noun=Noun.STATEMENT_IMPORT,
        fields=("status", "source", "file_name", "file_hash", "row_count", "entered", "settled", "choices"),
    ),
    AutoSpendRun: Watched(noun=Noun.AUTO_SPEND_RUN, fields=("undone_at",)),
}
AMOUNTS = {field.name for kind in KINDS for field in kind._meta.fields if isinstance(field, AmountField)}
FILES = {field.name for kind in KINDS for field in kind._meta.fields if isinstance(field, FileField)}
HIDDEN = {"account_number"}
"""Of these it is only noted that they changed."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the history, but for what all lines of a write have in common."""

    noun: str
    row_id: UUID
    action: str
    dated: datetime | None
    values: Values


@dataclass
class Journal:
    """What one write noted so far; it belongs to the locked account and is written with it."""

    actor: User | None
    notes: list[Note] = field(default_factory=list)


def watch(row: Row) -> Row:
    """Remember how the row is, so that `changed` can tell what differs."""
    row.__dict__["_watched"] = _state(row)
    return row


def created(account: BankAccount, new: Iterable[Stamped]) -> None:
    """Note rows that were not there before."""
    for row in new:
        _note(account, row, Action.CREATED, {name: [None, value] for name, value in _said(account, row).items()})


def changed(account: BankAccount, row: Stamped) -> bool:
    """Note what differs since the row was watched; whether anything does. An edit makes a new version.

    The caller stamps and saves the row.
    """
    before: Mapping[str, Any] = row.__dict__["_watched"]
    now = _state(row)
    values = {
        name: [_plain(account, name, before[name]), _plain(account, name, value)]
        for name, value in now.items()
        if before[name] != value
    }
    if not values:
        return False
    if isinstance(row, Versioned) and not values.keys() <= set(KINDS[type(row)].derived):
        row.version += 1
    _note(account, row, Action.CHANGED, values)
    row.__dict__["_watched"] = now
    return True


def deleted(account: BankAccount, gone: Iterable[Stamped]) -> None:
    """Note rows that are about to go, with what they were."""
    for row in gone:
        _note(account, row, Action.DELETED, {name: [value, None] for name, value in _said(account, row).items()})


def differs(account: BankAccount, row: Stamped, field: str, *, old: object, new: object) -> None:
    """Note a change that a statement made without loading the row, or one that is no column of it."""
    _note(account, row, Action.CHANGED, {field: [_plain(account, field, old), _plain(account, field, new)]})


def write(account: BankAccount, *, at: datetime) -> None:
    """Store what was noted, by one statement, and what webhooks are to be told of it."""
    journal = of(account)
    if journal.notes:
        _store(account, journal, at=at)
        meter.note((note.noun, note.action) for note in journal.notes)
        journal.notes.clear()
        outbox.write(account, at=at)


def begin(account: BankAccount, *, actor: User | None) -> None:
    """Open the journal of a write to an account that was just locked or made."""
    account.__dict__["_journal"] = Journal(actor=actor)
    outbox.begin(account)
    watch(account)


def of(account: BankAccount) -> Journal:
    journal: Journal = account.__dict__["_journal"]
    return journal


def _store(account: BankAccount, journal: Journal, *, at: datetime) -> None:
    notes, actor = journal.notes, journal.actor
    each = len(notes)
    rows.store(
        Change,
        {
            "bank_account_id": [account.pk] * each,
            "at": [at] * each,
            "actor_id": [actor and actor.pk] * each,
            "door": [doors.current()] * each,
            "token": [actor.grant.name if actor and actor.grant else ""] * each,
            "noun": [note.noun for note in notes],
            "row_id": [note.row_id for note in notes],
            "action": [note.action for note in notes],
            "dated": [note.dated for note in notes],
            "values": [note.values for note in notes],
        },
    )


def _note(account: BankAccount, row: Stamped, action: str, values: Values) -> None:
    kind = KINDS[type(row)]
    outbox.note(account, row, values)
    dated = getattr(row, kind.dated) if kind.dated else None
    of(account).notes.append(Note(kind.noun, row.pk, action, dated, values))


def _state(row: Stamped) -> dict[str, Any]:
    """The values as they compare: files by their names, lists as they are now."""
    values = row.__dict__  # without the descriptors of Django, which matter only to columns that were not read
    state = {}
    for name in KINDS[type(row)].names:
        value = values[name] if name in values else getattr(row, name)
        if name in FILES:
            value = str(value or "")
        elif type(value) is list:
            value = [dict(each) if isinstance(each, dict) else each for each in value]
        state[name] = value
    return state


def _said(account: BankAccount, row: Stamped) -> dict[str, Any]:
    """What the row says, without what it leaves empty."""
    said = {}
    for name, value in _state(row).items():
        if value or not (value is None or isinstance(value, str | list | dict)):
            said[name] = value if type(value) is str and name not in HIDDEN else _plain(account, name, value)
    return said


def _plain(account: BankAccount, name: str, value: Any) -> Any:
    """The value as JSON has it: amounts, with the decimals of the currency, and dates as text."""
    if name in HIDDEN:
        return "•••" if value else None
    if name in AMOUNTS and value is not None:
        return money.text(Decimal(value), decimals=currencies.decimals(str(account.currency)))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | bool | int | float | list | dict | None) else str(value)
