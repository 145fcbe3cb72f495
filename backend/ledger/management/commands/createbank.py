"""`manage.py createbank NAME`: adds a bank that accounts can belong to."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from backend import clock
from backend.ledger import currencies
from backend.ledger.models import Bank


class Command(BaseCommand):
    help = "Add a bank; prints its id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--routing-number", metavar="NUMBER")
        parser.add_argument("--currency", default="USD", metavar="CODE", help="currency of new accounts")

    def handle(self, *, name: str, routing_number: str | None, currency: str, **options: Any) -> None:
        if currency.upper() not in currencies.CODES:
            raise CommandError(f"{currency} is not the code of a currency in use, for example USD or EUR.")
        bank = Bank(name=name.strip(), routing_number=routing_number, default_currency=currency.upper())
        bank.created_at = bank.modified_at = clock.now()
        try:
            bank.clean_fields()
        except ValidationError as refusal:
            wrong = (f"{field}: {' '.join(messages)}" for field, messages in refusal.message_dict.items())
            raise CommandError(" ".join(wrong)) from refusal
        bank.save()
        self.stdout.write(str(bank.pk))
