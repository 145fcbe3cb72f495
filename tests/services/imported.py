"""Statements for the tests of imports, and what came of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from backend.ledger.models import BankAccount, StatementImport
from backend.ledger.selectors import integrity
from backend.ledger.services import imports, statement_imports
from backend.ledger.statements import Row, Statement
from tests import build
from tests.build import NOW


def row(name: str | None = "1", *, amount: str = "-5.00", day: int = 10, **more: Any) -> Row:
    fields = {"description": "CORNER PANTRY", "kind": "DEBIT"} | more
    return Row(bank_id=name, amount=Decimal(amount), posted_on=date(2026, 6, day), **fields)


def statement(*rows: Row, **more: Any) -> Statement:
    fields: dict[str, Any] = {
        "account_number": "4417",
        "account_type": "C",
        "currency": "USD",
        "end": date(2026, 6, 14),
    }
    return Statement(rows=rows, **(fields | more))


def enter(account: BankAccount, *rows: Row, now: datetime = NOW, **more: Any) -> imports.ImportResult:
    given = {key: more.pop(key) for key in ("dry_run", "actor") if key in more}
    return imports.run(
        actor=given.pop("actor", None) or build.first_owner(account),
        account_id=account.pk,
        statement=statement(*rows, **more),
        source="ofx",
        now=now,
        **given,
    )


def record(account: BankAccount) -> StatementImport:
    """A preview of a statement with one row."""
    return statement_imports.preview(
        actor=build.first_owner(account), account_id=account.pk, statement=statement(row()), now=NOW
    )


def counts(result: imports.ImportResult) -> tuple[int, int, int]:
    return result.new, result.duplicates, result.settled


def balances(account: BankAccount) -> tuple[str, str]:
    account.refresh_from_db()
    return str(account.posted_balance), str(account.available_balance)


def whole(account: BankAccount) -> bool:
    return not list(integrity.breaches(account_id=account.pk))
