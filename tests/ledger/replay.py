"""Holds the history against the rows: whoever plays it back gets what is there."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from backend.ledger.models import BankAccount, Budget, Change
from backend.ledger.posting import journal


def told_wrong() -> list[str]:
    """Where the last thing that the history tells of a row is not what the row says; nothing where all is well."""
    told: dict[tuple[str, UUID], dict[str, Any]] = defaultdict(dict)
    gone: set[tuple[str, UUID]] = set()
    for change in Change.objects.order_by("pk"):
        key = (change.noun, change.row_id)
        gone.discard(key)
        told[key] |= {name: new for name, (_, new) in change.values.items()}
        if change.action == Change.Action.DELETED:
            gone.add(key)
    wrong = []
    for model, kind in journal.KINDS.items():
        rows: dict[UUID, Any] = {row.pk: row for row in model._default_manager.all()}
        for (noun, row_id), values in told.items():
            if noun != kind.noun:
                continue
            row = rows.get(row_id)
            if (noun, row_id) in gone:
                if row is not None and not (isinstance(row, Budget) and row.deleted_at):
                    wrong.append(f"{noun} {row_id} is told to be deleted")
            elif row is None:
                wrong.append(f"{noun} {row_id} is gone, which nothing tells")
            else:
                wrong += _differing(row, values)
    return wrong


def _differing(row: Any, values: dict[str, Any]) -> list[str]:
    account = row if isinstance(row, BankAccount) else row.bank_account
    present = {name: journal._plain(account, name, value) for name, value in journal._state(row).items()}
    names = [name for name in values if name in present and present[name] != values[name]]
    if isinstance(row, BankAccount):
        names = [name for name in names if name != "account_number"]
    return [f"{type(row).__name__} {row.pk}: {name} is {present[name]!r}, told {values[name]!r}" for name in names]
