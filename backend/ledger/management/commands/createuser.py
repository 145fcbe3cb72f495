"""`manage.py createuser NAME`: makes somebody who can sign in."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.ledger import errors
from backend.ledger.models import User
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
        user = User(username=User.normalize_username(username.strip()), name=name, is_staff=staff)
        try:
            user.timezone = users.known_zone(timezone)
            user.clean_fields(exclude=["password"])
            user.validate_constraints()
            password = os.environ.get("MIBUDGE_PASSWORD") or ask()
            password_validation.validate_password(password, user)
        except errors.LedgerError as refusal:
            raise CommandError(refusal.message) from refusal
        except ValidationError as refusal:
            raise CommandError(explain(refusal, username)) from refusal
        user.set_password(password)
        user.is_superuser = staff  # the admin asks for permissions, and there is nobody else to grant them
        user.save()
        self.stdout.write(f"Made {'staff user' if staff else 'user'} {user.username}.")


def ask() -> str:
    """The password, typed twice without being shown."""
    if not sys.stdin.isatty():
        raise CommandError("No terminal to ask for a password: put it into MIBUDGE_PASSWORD.")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.")
    return password


def explain(refusal: ValidationError, username: str) -> str:
    if not hasattr(refusal, "error_dict"):
        return " ".join(refusal.messages)
    if User.objects.filter(username__iexact=username.strip()).exists():
        return f"There is a user named {username.strip()} already."
    return " ".join(f"{field}: {' '.join(messages)}" for field, messages in refusal.message_dict.items())
