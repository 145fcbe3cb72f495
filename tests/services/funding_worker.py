"""A process that funds on demand: `python -m tests.services.funding_worker DATABASE ACCOUNT`.

Reads a number of days after `build.NOW` per line, runs the account as of then, and answers with the number of events.
"""

import sys
from uuid import UUID

import django
from django.conf import settings


def main(database: str, account_id: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from backend.ledger.services import funding
    from tests import build

    say(0)
    for line in sys.stdin:
        say(len(funding.run(account_id=UUID(account_id), now=build.at(int(line))).events))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
