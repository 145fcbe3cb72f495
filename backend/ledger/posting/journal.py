"""The history: which rows of an account a write created, changed or deleted, by whom, through which door.

Whoever changes a row watches it first and says afterwards that it changed; what differs is worked out here. Running
balances of later rows are no changes of these rows: they follow from the rows that did change, whose date is noted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from backend.ledger import currencies, doors, meter
from backend.ledger.models import (
    AmountField,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is noted of a kind of rows. `derived`: fields that follow from others; they make no new version.

    `dated`: the field that places the row in the order of the ledger.
    """

    noun: str
    fields: tuple[str, ...]
    derived: tuple[str, ...] = ()
    dated: str | None = None


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
}
AMOUNTS = {field.name for kind in KINDS for field in kind._meta.fields if isinstance(field, AmountField)}
HIDDEN = {"account_number"}
"""Of these it is only noted that they changed."""


@dataclass
class Journal:
    """What one write noted so far; it belongs to the locked account and is written with it."""

    actor: User | None
    notes: list[Change] = field(default_factory=list)


def watch(row: Row) -> Row:
    """Remember how the row is, so that `changed` can tell what differs."""
    row.__dict__["_watched"] = _state(row)
    return row


def created(account: BankAccount, new: Iterable[Stamped]) -> None:
    """Note rows that were not there before."""
    for row in new:
        values = {
            name: [None, _plain(account, name, value)] for name, value in _state(row).items() if _says_something(value)
        }
        _note(account, row, Action.CREATED, values)


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
        values = {
            name: [_plain(account, name, value), None] for name, value in _state(row).items() if _says_something(value)
        }
        _note(account, row, Action.DELETED, values)


def differs(account: BankAccount, row: Stamped, field: str, *, old: object, new: object) -> None:
    """Note a change that a statement made without loading the row, or one that is no column of it."""
    _note(account, row, Action.CHANGED, {field: [_plain(account, field, old), _plain(account, field, new)]})


def write(account: BankAccount, *, at: datetime) -> None:
    """Store what was noted, by one statement, and what webhooks are to be told of it."""
    journal = of(account)
    for note in journal.notes:
        note.at = at
    if journal.notes:
        rows.insert(journal.notes)
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


def _note(account: BankAccount, row: Stamped, action: str, values: Values) -> None:
    kind, journal = KINDS[type(row)], of(account)
    outbox.note(account, row, values)
    journal.notes.append(
        Change(
            bank_account=account,
            actor=journal.actor,
            door=doors.current(),
            token=journal.actor.grant.name if journal.actor and journal.actor.grant else "",
            noun=kind.noun,
            row_id=row.pk,
            action=action,
            dated=getattr(row, kind.dated) if kind.dated else None,
            values=values,
        )
    )


def _state(row: Stamped) -> dict[str, Any]:
    kind = KINDS[type(row)]
    return {name: _value(getattr(row, name)) for name in (*kind.fields, *kind.derived)}


def _value(value: Any) -> Any:
    """The value as it compares: files by their names, lists as they are now."""
    if isinstance(value, list):
        return [dict(each) if isinstance(each, dict) else each for each in value]
    return getattr(value, "name", None) or "" if hasattr(value, "storage") else value


def _said(account: BankAccount, row: Stamped) -> dict[str, Any]:
    """What the row says, without what it leaves empty."""
    return {name: _plain(account, name, value) for name, value in _state(row).items() if _says_something(value)}


def _says_something(value: object) -> bool:
    return value is not None and value not in ("", [], {})


def _plain(account: BankAccount, name: str, value: Any) -> Any:
    """The value as JSON has it: amounts, with the decimals of the currency, and dates as text."""
    if name in HIDDEN:
        return "•••" if value else None
    if name in AMOUNTS and value is not None:
        return money.text(Decimal(value), decimals=currencies.decimals(str(account.currency)))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value if isinstance(value, bool | int | float | list | dict | str | None) else str(value)
