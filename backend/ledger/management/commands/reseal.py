"""Encrypts every sealed column with the first data key."""

from typing import Any

from django.core.management.base import BaseCommand

from backend.ledger.services import sealing


class Command(BaseCommand):
    help = (
        "Encrypts account numbers and whatever else is sealed with the first key of MIBUDGE_DATA_KEY. Put a new key "
        "before the old one, run this, and take the old one away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sealing.reseal()} values were encrypted anew.")
