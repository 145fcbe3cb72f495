"""Refunds that are tied for tests."""

from backend.ledger.models import Transaction, User
from backend.ledger.services import refunds
from tests import build

NOW = build.NOW


def tie(owner: User, row: Transaction, purchase: Transaction, **more: object) -> Transaction:
    return refunds.tie(actor=owner, transaction_id=row.pk, purchase_id=purchase.pk, now=NOW, **more)  # type: ignore[arg-type]
