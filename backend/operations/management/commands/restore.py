"""Restores a backup into an empty installation, and verifies it."""

import sqlite3
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from backend.operations.backups import postgresql, restoring

FINISH = ("-m", "backend.operations.backups.finishing")


class Command(BaseCommand):
    help = (
        "Restores what `backup` wrote into an installation that is empty and not running: checks the file, puts "
        "everything in its place, brings the tables to this version, and verifies every sum. Exits 1 if anything is "
        "wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="a file that `backup` wrote")

    def handle(self, *args: Any, source: Path, **options: Any) -> None:
        if not source.is_file():
            raise CommandError(f"There is no file {source}.")
        try:
            restored = restoring.restore(source)
        except (restoring.Refused, postgresql.Different) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        except (OSError, sqlite3.OperationalError) as error:
            told = getattr(error, "strerror", None) or error
            raise CommandError(f"Nothing was restored: {told}. When that is mended, do it again.") from error
        self.stdout.write(f"Restored {restored.rows} rows and {restored.files} uploads.")
        for table in restored.left_out:
            self.stdout.write(f"Left out, since MIBUDGE_ADMIN is off here: {table}")
        connection.close()
        self._finish()
        if restored.elsewhere:
            self.stdout.write(
                f"The backup is of an installation that had {', '.join(restored.elsewhere)} from its environment: "
                "give this one the same before it starts."
            )

    def _finish(self) -> None:
        done = subprocess.run(  # noqa: S603  the service's own module
            [sys.executable, *FINISH], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
        )
        self.stdout.write(done.stdout)
        if done.returncode:
            self.stderr.write(done.stderr)
            raise CommandError("The data is restored, but something is wrong with it: see above.")
