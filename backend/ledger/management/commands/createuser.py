"""`manage.py createuser NAME`: makes somebody who can sign in."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.ledger import errors
from backend.ledger.services import users


class Command(BaseCommand):
    help = "Make a user. The password is asked for, or read from MIBUDGE_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="NAME", help="what the user signs in with")
        parser.add_argument("--name", default="", metavar="TEXT", help="what the user is called")
        parser.add_argument("--timezone", default="UTC", metavar="ZONE", help="IANA name, for example Europe/Berlin")
        parser.add_argument("--staff", action="store_true", help="may manage users, and banks in the admin")

    @transaction.atomic
    def handle(self, *, username: str, name: str, timezone: str, staff: bool, **options: Any) -> None:
        try:
            users.check_name(username, name=name, timezone=timezone)
            password = os.environ.get("MIBUDGE_PASSWORD") or ask()
            user = users.create(username=username, password=password, name=name, timezone=timezone, is_staff=staff)
        except errors.LedgerError as refusal:
            raise CommandError(explain(refusal)) from refusal
        self.stdout.write(f"Made {'staff user' if staff else 'user'} {user.username}.")


def ask() -> str:
    """The password, typed twice without being shown."""
    if not sys.stdin.isatty():
        raise CommandError("No terminal to ask for a password: put it into MIBUDGE_PASSWORD.")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.")
    return password


def explain(refusal: errors.LedgerError) -> str:
    return f"{refusal.field}: {refusal.message}" if refusal.field == "username" else refusal.message
