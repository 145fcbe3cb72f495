"""Imports of bank statements: what the bank says, what was decided over each row, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

from backend.ledger import access, errors, models
from backend.ledger.models import User
from backend.ledger.selectors import statement_imports as selectors

from . import base, costs, pages, statement_rows
from .accounts import BankAccount
from .money import Money, of_account
from .queries import Id, one
from .statement_rows import (
    StatementFormat,
    StatementImportStatus,
    StatementRowAction,
    StatementRowReason,
    StatementRowVerdict,
)
from .transactions import Transaction

MOST_ROWS = 100
PAGE = 20
LOADING = 200
"""What it costs to have the rows of one import at hand: up to 20,000 are read for a page of them."""


def _length(given: Mapping[str, object]) -> int:
    size = given.get("limit", PAGE)
    return max(0, min(size, MOST_ROWS)) if isinstance(size, int) else MOST_ROWS


@strawberry.type(description="A row of a bank statement.")
class StatementRow:
    number: int = strawberry.field(description="Its number, from 1 on; the oldest row comes first.")
    posted_on: date = strawberry.field(description="The bank's day.")
    amount: Money = strawberry.field(description="Negative is money out.")
    raw_description: str = strawberry.field(description="The bank's words.")
    party: str | None = strawberry.field(description="The other side, where the bank names it apart.")
    memo: str | None = strawberry.field(description="What else the file tells.")
    pending: bool = strawberry.field(description="Whether the bank has only noted it so far.")
    verdict: StatementRowVerdict = strawberry.field(description="What it is to the account.")
    reason: StatementRowReason = strawberry.field(description="Why.")
    why: str = strawberry.field(description="The same as a sentence.")
    score: int | None = strawberry.field(description="Of 100, where likeness decided.")
    known_transaction: Transaction | None = strawberry.field(
        description="The transaction that it repeats, settles or resembles, while it is there."
    )
    known_row: int | None = strawberry.field(description="The same, where it is another row of the file.")
    action: StatementRowAction = strawberry.field(description="What is or was done with it.")
    adjusted: bool = strawberry.field(description="Whether an owner chose that.")
    transaction: Transaction | None = strawberry.field(
        description="What it became or settled, while it is there; of a preview what it is to settle."
    )


@strawberry_django.type(models.StatementImport, description="A bank statement that was shown, and what became of it.")
class StatementImport(base.Visible, relay.Node):
    uuid: UUID = base.key()
    bank_account: BankAccount = base.reference("The account that it is of.")
    status: StatementImportStatus = strawberry.field(description="How far it is.")
    format: StatementFormat = strawberry_django.field(field_name="source", description="The format of the file.")
    file_name: str = strawberry.field(description="The name of the file; may be empty.")
    file_hash: str = strawberry.field(description="SHA-256 of the file.")
    account_number: str = strawberry.field(description="The account that the file names; empty if it names none.")
    starts_on: date | None = strawberry.field(description="The first day that the file says it covers.")
    ends_on: date | None = strawberry.field(description="The last one.")
    row_count: int = strawberry.field(description="Rows of the file.")
    entered: int = strawberry.field(description="Rows that become or became transactions.")
    settled: int = strawberry.field(description="Rows by which something pending posts.")
    duplicates: int = strawberry.field(description="Rows that the account has already.")
    suspicious: int = strawberry.field(description="Rows that somebody should look at.")
    zeros: int = strawberry.field(description="Rows that move no money.")
    stated_balance: Money | None = base.optional_money(
        "stated_balance", "The bank's closing balance, where the file has it."
    )
    stated_on: date | None = strawberry.field(description="The day at whose end that was.")
    balance_before: Money = base.money(
        "balance_before", "Our posted balance at the end of that day, or the last one, without the import."
    )
    balance_after: Money = base.money("balance_after", "The same with it.")
    created_at: datetime = strawberry.field(description="When it was read.")
    created_by: str = base.user_name("actor", "User name of whoever brought it.")
    committed_at: datetime | None = strawberry.field(description="When it was done.")
    committed_by: str | None = base.optional_user_name("committed_by", "User name of whoever had it done.")
    reverted_at: datetime | None = strawberry.field(description="When it was taken back.")
    reverted_by: str | None = base.optional_user_name("reverted_by", "User name of whoever took it back.")
    transactions: pages.Connection[Transaction] = pages.page(
        ("posted_date", "seq"), "What it entered and is still there, oldest first."
    )

    @strawberry_django.field(
        only=["stated_balance", "balance_after", "bank_account"],
        description="The bank's closing balance less ours; it is never corrected.",
    )
    def difference(self, info: Info) -> Money | None:
        row: Any = self
        amount = selectors.difference(row)
        return None if amount is None else of_account(info, row.bank_account_id, amount)

    @strawberry_django.field(
        only=["bank_account"],
        description="Its rows, the oldest first; none of an expired preview.",
        name="rows",
        metadata=costs.metadata(each=LOADING, length=_length),
    )
    def statement_rows(
        self,
        info: Info,
        limit: Annotated[int, strawberry.argument(description=f"So many rows, {MOST_ROWS} at most.")] = PAGE,
        offset: Annotated[int, strawberry.argument(description="After so many that are left out.")] = 0,
    ) -> list[StatementRow]:
        if not 0 <= limit <= MOST_ROWS:
            raise errors.InvalidValue(f"From 0 to {MOST_ROWS} rows are read at once.", field="limit")
        if offset < 0:
            raise errors.InvalidValue("No fewer than 0 rows are left out.", field="offset")
        root: Any = self
        return _shown(info, selectors.rows_of(root.pk, start=offset, limit=limit), account_id=root.bank_account_id)

    @staticmethod
    def rows(user: User) -> QuerySet[models.StatementImport]:
        return access.statement_imports(user)


def _shown(info: Info, found: Sequence[selectors.ImportRow], *, account_id: UUID) -> list[StatementRow]:
    """Rows with the transactions that they name, which are looked up for all of them at once."""
    keys = {key for each in found for key in (each.transaction, each.step.of) if key}
    keys |= {each.decision.of.id for each in found if each.decision.of}
    known: Mapping[Any, Any] = base.by_key(Transaction, keys, info)
    return [
        StatementRow(
            number=each.decision.place + 1,
            posted_on=each.decision.row.posted_on,
            amount=of_account(info, account_id, each.decision.row.amount),
            raw_description=each.decision.row.description,
            party=each.decision.row.party,
            memo=each.decision.row.memo,
            pending=each.decision.row.pending,
            verdict=StatementRowVerdict(each.decision.verdict.value),
            reason=StatementRowReason(each.decision.reason.value),
            why=each.decision.why,
            score=each.decision.score,
            known_transaction=known.get(each.decision.of.id) if each.decision.of else None,
            known_row=None if each.decision.of_place is None else each.decision.of_place + 1,
            action=StatementRowAction(each.step.action.value),
            adjusted=each.adjusted,
            transaction=known.get(each.transaction or each.step.of),
        )
        for each in found
    ]


@strawberry.type
class StatementImportQueries:
    statement_imports: pages.Connection[StatementImport] = statement_rows.listed(
        "Imports of statements of all the user's accounts, previews included, the latest first."
    )

    @strawberry.field(description="The statement import of that id; null if the user has none such.")
    def statement_import(self, info: Info, id: Id) -> StatementImport | None:  # noqa: A002  the API's word
        return cast(StatementImport | None, one(info, StatementImport, id))
