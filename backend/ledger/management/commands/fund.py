"""Fund accounts now, instead of waiting for the scheduler."""

import logging
from argparse import ArgumentParser
from datetime import date
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.ledger import currencies, errors
from backend.ledger.models import BankAccount, Budget
from backend.ledger.rules import funding as rules
from backend.ledger.services import funding

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Carries out scheduled funding that is due, and says what became of each event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", type=UUID, metavar="ID", help="only this bank account (default: all)")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="up to this day, which may lie ahead (default: today)",
        )

    def handle(self, *args: object, account: UUID | None, as_of: date | None, **options: object) -> None:
        accounts = BankAccount.objects.order_by("created_at", "name", "pk")
        if account is not None:
            accounts = accounts.filter(pk=account)
            if not accounts:
                raise CommandError(f"There is no bank account {account}.")
        failed = 0
        for row in accounts:
            try:
                self._fund(row, as_of=as_of)
            except CommandError:
                raise
            except Exception as error:
                failed += 1
                log.exception("Funding failed; what was done stands. Account %s", row.pk)
                self.stderr.write(f"{row.name} ({row.pk}): failed: {error}")
        if failed:
            raise CommandError(f"{failed} {'account' if failed == 1 else 'accounts'} failed; run it again.")

    def _fund(self, account: BankAccount, *, as_of: date | None) -> None:
        events = 0
        while True:
            try:
                result = funding.run(account_id=account.pk, now=clock.now(), as_of=as_of)
            except errors.NotFound:  # deleted meanwhile
                return
            except errors.InvalidValue as error:
                raise CommandError(error.message) from error
            names = dict(Budget.objects.filter(bank_account=account).values_list("pk", "name"))
            for event in result.events:
                name = names.get(event.key.budget_id, "?")
                self.stdout.write(_line(event, name=name, decimals=currencies.decimals(str(account.currency))))
            events += len(result.events)
            if not result.events:
                break
        self.stdout.write(f"{account.name} ({account.pk}): {events} {'event' if events == 1 else 'events'}")


def _line(event: rules.Intent, *, name: str, decimals: int) -> str:
    amounts = f"{event.amount:.{decimals}f} of {event.intended:.{decimals}f}"
    told = f"  {event.key.on} {event.key.kind:5} {event.status:8} {name}: {amounts}"
    return f"{told} ({event.reason})" if event.reason else told
