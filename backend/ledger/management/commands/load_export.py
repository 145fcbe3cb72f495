"""`manage.py load_export FILE --user NAME`: a JSON export becomes that user's ledger."""

import io
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from backend.ledger import errors
from backend.ledger.selectors import users
from backend.ledger.services import restoring


class Command(BaseCommand):
    help = (
        "Restore a JSON export for a user who owns no account yet: the same rows with the same ids, or nothing. Other "
        "people whom it names are made without a password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the export; - reads standard input")
        parser.add_argument("--user", required=True, metavar="NAME", help="whose it will be")
        parser.add_argument(
            "--known",
            action="append",
            default=[],
            metavar="NAME",
            help="a user who is here already is the person of that name in the export; may be given several times",
        )

    def handle(self, *, file: str, user: str, known: list[str], **options: Any) -> None:
        try:
            owner = users.person(user.strip())
        except errors.NotFound as refusal:
            raise CommandError(f"There is no user named {user}: make one with createuser.") from refusal
        try:
            with opened(file) as stream:
                result = restoring.run(stream=stream, user=owner, known=known)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error
        except errors.LedgerError as refusal:
            raise CommandError(f"{refusal.message} Nothing was restored.") from refusal
        for section, number in result.rows.items():
            self.stdout.write(f"{number:8} {section.replace('_', ' ')}")
        for name in result.made:
            self.stdout.write(f"Made user {name}, who can sign in once manage.py changepassword {name} was run.")


@contextmanager
def opened(file: str) -> Iterator[TextIO]:
    """The file as text, read as UTF-8 whatever the machine prefers."""
    if file == "-":
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig")
        return
    with Path(file).open(encoding="utf-8-sig") as stream:
        yield stream
