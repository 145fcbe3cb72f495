"""`manage.py createtoken NAME`: makes an API token for a script, and prints it once."""

from argparse import ArgumentParser
from datetime import timedelta
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.ledger import errors
from backend.ledger.models import ApiToken, User
from backend.ledger.services import api_tokens


class Command(BaseCommand):
    help = "Make an API token of a user. It is printed once and kept nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="NAME", help="in whose name it acts")
        parser.add_argument("--name", required=True, metavar="TEXT", help="what the token is called")
        parser.add_argument(
            "--scope", action="append", required=True, choices=ApiToken.Scope.values, help="what it is for; repeatable"
        )
        parser.add_argument(
            "--account", action="append", type=UUID, metavar="ID", help="a bank account that it reaches (default: all)"
        )
        parser.add_argument(
            "--days", type=int, default=api_tokens.LIFE.days, metavar="N", help="how long it lasts; 0 for ever"
        )

    def handle(
        self, *, username: str, name: str, scope: list[str], account: list[UUID] | None, days: int, **options: object
    ) -> None:
        now = clock.now()
        try:
            user = User.objects.get_by_natural_key(username)
            made = api_tokens.make(
                actor=user,
                name=name,
                scopes=scope,
                account_ids=account,
                expires_at=now + timedelta(days=days) if days else None,
                now=now,
            )
        except User.DoesNotExist as error:
            raise CommandError(f"There is no user {username}.") from error
        except errors.LedgerError as refusal:
            raise CommandError(refusal.message) from refusal
        except OverflowError as error:
            raise CommandError("That is beyond the calendar.") from error
        self.stdout.write(made.secret)
