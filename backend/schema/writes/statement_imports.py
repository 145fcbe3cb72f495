"""Statement files in: looked at first or not, adjusted row by row, committed, reverted, discarded."""

import base64
import binascii
import json
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from backend.ledger import errors
from backend.ledger.services import import_files, import_revert, imports, statement_imports
from backend.ledger.statements.steps import Action, Choice
from backend.schema import context, ids, limits
from backend.schema.accounts import BankAccount
from backend.schema.errors import Problem
from backend.schema.mutations import mutation
from backend.schema.statement_imports import StatementImport
from backend.schema.statement_rows import StatementFormat, StatementRowChoice
from backend.schema.transactions import Transaction

from .given import Text, optional, text
from .results import Deleted

MOST_DECISIONS = 500


@strawberry.input(
    description=f"A statement file: its text, or its bytes in base64. A request has at most {limits.BODY // 1024} KiB; "
    "larger files go to POST /api/v1/bank-accounts/{id}/imports/."
)
class StatementFileInput:
    text: str | None = optional("The file, where it is text in UTF-8.")
    base64: str | None = optional("The file in any encoding, its bytes as base64.")
    name: str | None = optional("The name of the file; its ending may tell the format.")
    format: StatementFormat | None = optional("The format, where the file does not tell.")
    mapping: str | None = optional("JSON that says what a CSV file does not: see docs/statements.md.")
    any_account: bool = strawberry.field(
        default=False, description="Take a file that names another account number than the account has."
    )


@strawberry.input(description="What is to be done with a row of a preview.")
class StatementDecisionInput:
    row: int = strawberry.field(description="The number of the row.")
    action: StatementRowChoice = strawberry.field(description="What.")
    transaction: strawberry.ID | None = optional("Of SETTLE: the pending transaction whose posted row this is.")


StatementImportResult = Annotated[
    StatementImport | Problem,
    strawberry.union("StatementImportResult", description="The import as it is now, or why nothing was done."),
]
DiscardImportResult = Annotated[
    Deleted | Problem, strawberry.union("DiscardImportResult", description="What is gone, or why nothing is.")
]
Account = Annotated[strawberry.ID, strawberry.argument(description="The account that the statement is of.")]
FileInput = Annotated[StatementFileInput, strawberry.argument(description="The statement file.")]
Which = Annotated[strawberry.ID, strawberry.argument(name="id", description="The import.")]


@strawberry.type
class StatementImportMutations:
    @mutation("Import a bank statement in one step: all of its rows or none, and no row twice.")
    def import_statement(self, info: Info, account: Account, file: FileInput) -> StatementImportResult:
        request = context.of(info)
        account_id = ids.key(account, BankAccount, field="account")
        read = _read(info, account_id, file)
        result = imports.run(
            actor=request.user,
            account_id=account_id,
            statement=read.statement,
            source=read.statement.source,
            file_name=read.name,
            file_hash=read.digest,
            now=request.now,
        )
        return result.record  # type: ignore[return-value]  # a row stands for its type

    @mutation("Show what would become of each row of a bank statement, to be committed within seven days.")
    def preview_statement(self, info: Info, account: Account, file: FileInput) -> StatementImportResult:
        request = context.of(info)
        account_id = ids.key(account, BankAccount, field="account")
        read = _read(info, account_id, file)
        return statement_imports.preview(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            account_id=account_id,
            statement=read.statement,
            file_name=read.name,
            file_hash=read.digest,
            now=request.now,
        )

    @mutation("Have other things done with rows of a preview, or decide over all of its rows anew.")
    def adjust_import(
        self,
        info: Info,
        import_: Which,
        decisions: Annotated[
            list[StatementDecisionInput] | None, strawberry.argument(description=f"At most {MOST_DECISIONS} at once.")
        ] = None,
        refresh: Annotated[
            bool, strawberry.argument(description="Whether to decide over all rows as the ledger is now, first.")
        ] = False,
    ) -> StatementImportResult:
        request = context.of(info)
        return statement_imports.adjust(  # type: ignore[return-value]  # a row stands for its type
            actor=request.user,
            import_id=ids.key(import_, StatementImport, field="id"),
            decisions=_choices(decisions or []),
            refresh=refresh,
            now=request.now,
        )

    @mutation(
        "Do exactly what a preview shows, twice is once; a problem names the rows that are something else by now."
    )
    def commit_import(self, info: Info, import_: Which) -> StatementImportResult:
        request = context.of(info)
        key = ids.key(import_, StatementImport, field="id")
        return statement_imports.commit(actor=request.user, import_id=key, now=request.now)  # type: ignore[return-value]  # a row stands for its type

    @mutation("Take a committed import back, twice is once; a problem names the rows that stand in the way.")
    def revert_import(self, info: Info, import_: Which) -> StatementImportResult:
        request = context.of(info)
        key = ids.key(import_, StatementImport, field="id")
        return import_revert.revert(actor=request.user, import_id=key, now=request.now)  # type: ignore[return-value]  # a row stands for its type

    @mutation("Forget a preview.")
    def discard_import(self, info: Info, import_: Which) -> DiscardImportResult:
        request = context.of(info)
        key = ids.key(import_, StatementImport, field="id")
        statement_imports.discard(actor=request.user, import_id=key, now=request.now)
        return Deleted.of(StatementImport, key)


def _read(info: Info, account_id: UUID, file: StatementFileInput) -> import_files.File:
    return import_files.read(
        actor=context.of(info).user,
        account_id=account_id,
        data=_bytes(file),
        name=text(file.name or "", field="file", rule=Text(most=255, blank=True)),
        options=import_files.Options(
            source=str(file.format.value) if file.format else None,
            mapping=_mapping(file.mapping) if file.mapping else None,
            any_account=file.any_account,
        ),
    )


def _bytes(file: StatementFileInput) -> bytes:
    if bool(file.text) == bool(file.base64):
        raise errors.InvalidValue("Give `text` or `base64`, one of the two.", field="file")
    if file.text:
        return file.text.encode()
    try:
        return base64.b64decode("".join((file.base64 or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise errors.InvalidValue("This is not base64.", field="file") from None


def _mapping(said: str) -> object:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        raise errors.InvalidValue("Value must be valid JSON.", field="mapping") from None


def _choices(given: list[StatementDecisionInput]) -> dict[int, Choice | None]:
    if len(given) > MOST_DECISIONS:
        raise errors.InvalidValue(f"At most {MOST_DECISIONS} decisions are taken at once.", field="decisions")
    return {each.row - 1: _choice(each) for each in given}


def _choice(given: StatementDecisionInput) -> Choice | None:
    if given.action is StatementRowChoice.DEFAULT:
        return None
    of = ids.key(given.transaction, Transaction, field="decisions") if given.transaction else None
    return Choice(action=Action(given.action.value), of=of)
