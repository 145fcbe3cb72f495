"""`manage.py import_statement FILE… --user NAME`: bank statements into a user's accounts."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.ledger import access, errors
from backend.ledger.models import BankAccount, User
from backend.ledger.services import imports
from backend.ledger.statements import SOURCES, Statement, belonging, contained, matching, text
from backend.ledger.statements import mapping as mappings


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was said about the files beside what they say themselves."""

    source: str | None
    mapping: mappings.Mapping | None
    currency: str | None


class Command(BaseCommand):
    help = (
        "Import bank statements (OFX, QFX, camt.053, QIF, CSV). Each goes to the user's account of the number it "
        "names. A file is taken whole or not at all; what was imported before is not imported again. Each statement is "
        "kept as an import, which can be looked at and reverted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--user", required=True, metavar="NAME", help="whose accounts these are")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--account", type=UUID, metavar="ID", help="the account, whatever number the file names")
        where.add_argument("--create-account", action="store_true", help="open the account where there is none yet")
        parser.add_argument("--bank", type=UUID, metavar="ID", help="the bank of a created account")
        parser.add_argument("--name", metavar="TEXT", help="the name of a created account")
        parser.add_argument("--format", choices=SOURCES, help="the format, where the file does not tell")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="JSON that says what a CSV file does not")
        parser.add_argument("--currency", metavar="CODE", help="of the amounts, where neither file nor account tells")
        parser.add_argument("--dry-run", action="store_true", help="tell what would become of each row, keep nothing")

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
        reading = Reading(
            source=options["format"],
            mapping=read_mapping(options["mapping"]) if options["mapping"] else None,
            currency=options["currency"],
        )
        for file in files:
            try:
                data = content(file)
                statements = read(data, file.name, reading, currency=known_currency(actor, account, new))
                parts = [
                    (account or find_account(actor, statement, new=new, alone=len(statements) == 1), statement)
                    for statement in statements
                ]
                if account and len(statements) > 1:
                    raise errors.StatementError("The file has several statements, which cannot all be of one account.")
                results = imports.run_file(
                    actor=actor,
                    parts=parts,
                    source=statements[0].source,
                    file_name=file.name,
                    file_hash=hashlib.sha256(data).hexdigest(),
                    now=clock.now(),
                    dry_run=dry_run,
                )
            except errors.LedgerError as refusal:
                raise CommandError(f"{file}: {refusal.message}{hint(refusal)}") from refusal
            for result in results:
                self.stdout.write(f"{file}: {told(result)}{' (dry run)' if dry_run else ''}")
                for line in shown(result) if dry_run else ():
                    self.stdout.write(line)


def find_user(name: str) -> User:
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist as error:
        raise CommandError(f"There is no user named {name}.") from error


def read_mapping(file: Path) -> mappings.Mapping:
    try:
        return mappings.parse(json.loads(file.read_bytes()))
    except OSError as error:
        raise CommandError(f"{file}: The mapping cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file}: The mapping is not JSON.") from error
    except errors.StatementError as refusal:
        raise CommandError(f"{file}: {refusal.message}") from refusal


def content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(text.MAX_BYTES + 1)
    except OSError as error:
        raise errors.StatementError(f"The file cannot be read: {error.strerror}.") from error


def read(data: bytes, name: str, reading: Reading, *, currency: str | None) -> list[Statement]:
    return contained.read(
        data,
        name=name,
        source=reading.source,
        mapping=reading.mapping,
        currency=reading.currency or currency,
    )


def known_currency(actor: User, account: UUID | None, new: imports.NewAccount | None) -> str | None:
    """That of the account which the rows go to, where it was named."""
    if account:
        return str(access.one(access.accounts(actor), account).currency)
    if new:
        return str(access.one(access.banks(), new.bank_id, field="bank").default_currency)
    return None


def hint(refusal: errors.LedgerError) -> str:
    """The option that helps."""
    option = {"mapping": "--mapping FILE", "currency": "--account ID or --currency CODE"}.get(refusal.field or "")
    is_about_reading = isinstance(refusal, errors.StatementError)
    return f" ({option})" if option and is_about_reading else ""


def find_account(actor: User, statement: Statement, *, new: imports.NewAccount | None, alone: bool) -> imports.Target:
    """The user's one account of the statement's number or name, else the new one."""
    called = statement.account_number or statement.account_name
    found = list(candidates(actor, statement))
    if len(found) > 1:
        raise errors.NotFound(f"Several accounts of {actor} are {called}: say which with --account.")
    if found:
        return found[0].pk
    if new is None and called is None:
        raise errors.NotFound("The file does not name its account: say which with --account.")
    if new is None:
        raise errors.NotFound(
            f"{actor} has no account with the number {called}. Name one with --account, or open it with "
            "--create-account."
        )
    return (
        new
        if alone
        else imports.NewAccount(bank_id=new.bank_id, name=f"{new.name} {belonging.plain(called or '')[-4:]}")
    )


def candidates(actor: User, statement: Statement) -> Iterator[BankAccount]:
    """The user's accounts that a statement may be of."""
    if statement.account_number is None:
        name = (statement.account_name or "").casefold()
        yield from (each for each in access.accounts(actor) if name and each.name.casefold() == name)
        return
    wanted = belonging.plain(statement.account_number)
    numbered = [(belonging.plain(each.account_number or ""), each) for each in access.accounts(actor)]
    exact = [each for number, each in numbered if number == wanted]
    yield from exact or [each for number, each in numbered if belonging.ends_with(wanted, number)]


def told(result: imports.ImportResult) -> str:
    parts = [f"{result.new} new, {result.duplicates} duplicate, {result.settled} settled"]
    if result.suspicious:
        parts.append(f"{result.suspicious} of the new ones suspicious")
    if result.zeros:
        parts.append(f"{result.zeros} of zero left out")
    return ", ".join(parts)


def shown(result: imports.ImportResult) -> Iterator[str]:
    """A line for each row: day, amount, what becomes of it, description, and why unless it is simply new."""
    for decision in result.decisions:
        row = decision.row
        why = "" if decision.verdict is matching.Verdict.NEW else f"  {decision.why}"
        yield f"  {row.posted_on}  {text.shown(row.amount):>14}  {decision.verdict:<10}  {row.description[:60]}{why}"
