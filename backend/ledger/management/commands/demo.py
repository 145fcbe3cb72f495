"""`manage.py demo`: a household to look around in, in an empty database."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend import clock, local_files
from backend.ledger.demo import life, ofx
from backend.ledger.demo.household import Household
from backend.ledger.models import Bank, User
from backend.ledger.services import demo


class Command(BaseCommand):
    help = (
        "Fill an empty database with an invented household: two people, three accounts, 18 months of statements. "
        "The password of both log-ins is made up, or read from MIBUDGE_DEMO_PASSWORD."
    )

    def handle(self, **options: Any) -> None:
        if User.objects.exists() or Bank.objects.exists():
            raise CommandError("The database is not empty; the demo household only moves into an empty one.")
        now = clock.now()
        household = life.life(today=now.date())
        folder = local_files.private_folder(settings.DATA / "demo")
        password = os.environ.get("MIBUDGE_DEMO_PASSWORD") or secrets.token_urlsafe(9)
        files = write(household, folder)
        keep_password(folder / "password", password)
        self.stdout.write("The demo household moves in …")
        # A household that moved in by half would leave a database that is neither empty nor of use.
        with transaction.atomic():
            rows = sum(result.new for result in demo.move_in(household, password=password, now=now))
        self.stdout.write(f"{rows} transactions from {files} statements, which are in {folder}.")
        names = " and ".join(f"“{person.username}”" for person in household.people)
        self.stdout.write(f"Log-ins: {names}, both with the password: {password}")


def write(household: Household, folder: Path) -> int:
    """Write the household's statement files, for people who want to see them; how many there are."""
    number = 0
    for account in household.accounts:
        for statement in ofx.monthly(household, account):
            (folder / ofx.file_name(account, statement)).write_text(ofx.ofx_text(statement), encoding="utf-8")
            number += 1
    return number


def keep_password(path: Path, password: str) -> None:
    local_files.private_file(path).write_text(password + "\n", encoding="utf-8")
