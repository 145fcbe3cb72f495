"""Writes a backup of everything the installation keeps, while it is in use."""

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.operations.backups import saving


class Command(BaseCommand):
    help = (
        "Writes database, uploads and secrets as they are at this moment into one file, which only its owner can read. "
        "The service may go on. Whoever has the file has everything: keep it safe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination", type=Path, help="a file that does not exist yet, or a folder")

    def handle(self, *args: Any, destination: Path, **options: Any) -> None:
        now = clock.now()
        if destination.is_dir():
            destination /= f"mibudge-{now:%Y-%m-%dT%H%M%SZ}.tar.gz"
        try:
            saved = saving.save(destination.resolve(), now=now)
        except (OSError, sqlite3.OperationalError) as error:
            raise CommandError(f"There is no backup: {getattr(error, 'strerror', None) or error}.") from error
        self.stdout.write(f"{saved.path}: {saved.rows} rows and {saved.files} files")
        if saved.elsewhere:
            self.stdout.write(
                f"Not in it are the secrets that the environment gives: {', '.join(saved.elsewhere)}. Keep them too."
            )
