"""Makes the installation ready to serve: its tables, and on an empty database the demo household."""

import os
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, transaction

from backend.operations import health


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    os.environ["MIBUDGE_SERVING"] = "0"
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(f"mibudge does not start: {error}")
    if not is_migrated():
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    check_data_key()
    load_demo()


def is_migrated() -> bool:
    """Whether there is nothing to migrate, told faster than by the command that does it."""
    try:
        return health.migrations() == health.OK
    except DatabaseError:  # there are no tables yet
        return False


def check_data_key() -> None:
    """End here where what is stored could not be read."""
    from backend.ledger.services import sealing

    try:
        sealing.check()
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def load_demo() -> None:
    """Fill a database that has neither users nor banks, and say which data is there."""
    from backend.ledger.models import Bank, User

    if User.objects.exists() or Bank.objects.exists():
        say("The data of the last time is there.")
        password = settings.DATA / "demo" / "password"
        if password.exists():
            say(f"The password of the demo log-ins is in {password}")
    elif not settings.DEMO:
        say("The database is empty: `manage.py createuser NAME` makes the first user.")
    else:
        with transaction.atomic():  # all of it, also when somebody stops the first start half-way
            call_command("demo")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
