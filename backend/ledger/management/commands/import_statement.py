"""`manage.py import_statement FILE… --user NAME`: bank statements (OFX, QFX) into a user's accounts."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.ledger import access, errors
from backend.ledger.models import User
from backend.ledger.services import imports
from backend.ledger.statements import Statement, ofx, text

SOURCE = "ofx"


class Command(BaseCommand):
    help = (
        "Import bank statements (OFX 1.x, OFX 2.x, QFX). Each goes to the user's account of the number it names. "
        "A file is taken whole or not at all; what was imported before is not imported again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--user", required=True, metavar="NAME", help="whose accounts these are")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--account", type=UUID, metavar="ID", help="the account, whatever number the file names")
        where.add_argument("--create-account", action="store_true", help="open the account where there is none yet")
        parser.add_argument("--bank", type=UUID, metavar="ID", help="the bank of a created account")
        parser.add_argument("--name", metavar="TEXT", help="the name of a created account")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, keep nothing")

    def handle(
        self,
        *,
        files: list[Path],
        user: str,
        account: UUID | None,
        create_account: bool,
        bank: UUID | None,
        name: str | None,
        dry_run: bool,
        **options: Any,
    ) -> None:
        if create_account != (bank is not None and bool(name)) or (not create_account and (bank or name)):
            raise CommandError("--create-account, --bank ID and --name TEXT go together.")
        actor = find_user(user)
        new = imports.NewAccount(bank_id=bank, name=name) if bank and name else None
        for file in files:
            try:
                statements = read(file)
                parts = [
                    (account or find_account(actor, statement, new=new, alone=len(statements) == 1), statement)
                    for statement in statements
                ]
                if account and len(statements) > 1:
                    raise errors.StatementError("The file has several statements, which cannot all be of one account.")
                results = imports.run_file(actor=actor, parts=parts, source=SOURCE, now=clock.now(), dry_run=dry_run)
            except errors.LedgerError as refusal:
                raise CommandError(f"{file}: {refusal.message}") from refusal
            for result in results:
                self.stdout.write(f"{file}: {told(result)}{' (dry run)' if dry_run else ''}")


def find_user(name: str) -> User:
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist as error:
        raise CommandError(f"There is no user named {name}.") from error


def read(file: Path) -> list[Statement]:
    try:
        with file.open("rb") as opened:
            data = opened.read(text.MAX_BYTES + 1)
    except OSError as error:
        raise errors.StatementError(f"The file cannot be read: {error.strerror}.") from error
    return ofx.read(data)


def find_account(actor: User, statement: Statement, *, new: imports.NewAccount | None, alone: bool) -> imports.Target:
    """The user's one account of the statement's number, else the new one."""
    wanted = plain(statement.account_number or "")
    numbered = access.accounts(actor).exclude(account_number=None)
    found = [account for account in numbered if plain(account.account_number or "") == wanted]
    if len(found) > 1:
        raise errors.NotFound(
            f"Several accounts of {actor} have the number {statement.account_number}: say which with --account."
        )
    if found:
        return found[0].pk
    if new is None:
        raise errors.NotFound(
            f"{actor} has no account with the number {statement.account_number}. "
            "Name one with --account, or open it with --create-account."
        )
    return new if alone else imports.NewAccount(bank_id=new.bank_id, name=f"{new.name} {wanted[-4:]}")


def plain(number: str) -> str:
    """An account number without the blanks and dashes that people and banks put into it."""
    return "".join(filter(str.isalnum, number)).upper()


def told(result: imports.ImportResult) -> str:
    text = f"{result.new} new, {result.duplicates} duplicate, {result.settled} settled"
    return f"{text}, {result.zeros} of zero left out" if result.zeros else text
