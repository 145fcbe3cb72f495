"""The file of a statement, read apart from this process, for one account."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from backend.ledger import access, errors
from backend.ledger.models import User
from backend.ledger.statements import SOURCES, Statement, belonging, contained
from backend.ledger.statements import mapping as mappings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is said about a file beside what it says itself.

    `mapping` is JSON as `statements/mapping.py` takes it; `any_account`: the file may name another account number.
    """

    source: str | None = None
    mapping: object = None
    any_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A statement that was read, with the name and the SHA-256 of its file."""

    statement: Statement
    name: str
    digest: str


NONE = Options()


def read(*, actor: User, account_id: UUID, data: bytes, name: str, options: Options = NONE) -> File:
    """The statement of the account in that file; several of it become one.

    Raises NotFound (the account, before the file is looked at), and StatementError and OtherStatement naming `file`,
    `format` or `mapping`.
    """
    account = access.one(access.accounts(actor), account_id)
    if options.source is not None and options.source not in SOURCES:
        raise errors.InvalidValue(f"One of {', '.join(SOURCES)} is read.", field="format")
    mapping = None
    if options.mapping is not None:
        try:
            mapping = mappings.parse(options.mapping)
        except errors.StatementError as refusal:
            raise errors.StatementError(refusal.message, field="mapping") from None
    try:
        found = contained.read(data, name=name, source=options.source, mapping=mapping, currency=str(account.currency))
    except errors.StatementError as refusal:
        field = refusal.field if refusal.field == "mapping" else "file"
        raise errors.StatementError(refusal.message, field=field) from None
    statement = belonging.chosen(found, number=account.account_number, any_account=options.any_account)
    return File(statement=statement, name=name, digest=hashlib.sha256(data).hexdigest())
