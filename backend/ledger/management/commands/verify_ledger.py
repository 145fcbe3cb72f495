"""Recomputes every invariant of the ledger and names the rows that break one."""

import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend.ledger.models import BankAccount
from backend.ledger.selectors import integrity


class Command(BaseCommand):
    help = "Recomputes every invariant of the ledger from its rows; exits 1 and names the rows where one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", type=UUID, metavar="ID", help="only this bank account")

    def handle(self, *args: Any, account: UUID | None = None, **options: Any) -> None:
        accounts = BankAccount.objects.all() if account is None else BankAccount.objects.filter(pk=account)
        number = accounts.count()
        if account is not None and not number:
            raise CommandError(f"There is no bank account {account}.")
        found = 0
        for breach in integrity.breaches(account_id=account):
            self.stdout.write(str(breach))
            found += 1
        self.stdout.write(f"{found} breaches in {number} accounts")
        if found:
            sys.exit(1)
