"""`manage.py export --user NAME`: everything that a user owns, as JSON, for Beancount, or as a table."""

import os
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.ledger import errors
from backend.ledger.models import User
from backend.ledger.selectors import exports, users


class Command(BaseCommand):
    help = (
        "Write everything that a user owns: json, from which load_export makes the same ledger again; beancount, a "
        "file that bean-check accepts; csv, the transactions as a table."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="NAME", help="whose it is")
        parser.add_argument("--format", choices=sorted(exports.FORMATS), default="json")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")
        parser.add_argument("--account", type=UUID, metavar="ID", help="of csv: this bank account alone")

    def handle(
        self,
        *,
        user: str,
        format: str,  # noqa: A002  the option is called so
        output: Path | None,
        account: UUID | None,
        **options: Any,
    ) -> None:
        try:
            found = exports.export(self._user(user), format=format, now=clock.now(), account_id=account)
            if output is None:
                self._print(found.pieces)
            else:
                write(found.pieces, output)
        except errors.LedgerError as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as error:
            raise CommandError(f"{output or 'standard output'}: {error.strerror}.") from error

    def _user(self, name: str) -> User:
        try:
            return users.person(name.strip())
        except errors.NotFound as refusal:
            raise CommandError(f"There is no user named {name}.") from refusal

    def _print(self, pieces: Iterator[bytes]) -> None:
        """As bytes, whatever the terminal takes; as text where a caller collects it."""
        stream = getattr(self.stdout, "_out", sys.stdout)
        for piece in pieces:
            if hasattr(stream, "buffer"):
                stream.buffer.write(piece)
            else:
                stream.write(piece.decode())
        stream.flush()


def write(pieces: Iterator[bytes], path: Path) -> None:
    """Make the file, for its owner alone; it appears with its whole content or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
