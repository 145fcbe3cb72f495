"""A pooler that gives each transaction another connection (PgBouncer) must not part a cursor from its rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from backend.ledger.models import User
from backend.ledger.selectors import auto_spend, exports, integrity
from backend.ledger.services import sealing
from tests import build

pytestmark = pytest.mark.django_db(transaction=True)


def is_in_transaction() -> bool:
    if connection.vendor == "sqlite":  # where a reader's transaction is none of Django's
        return bool(connection.connection.in_transaction)
    return connection.in_atomic_block


def test_what_is_read_bit_by_bit_is_read_within_a_transaction(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    account = build.account(owner=owner, account_number="1", balance="100")
    build.transaction(account, amount="-5")
    opened = []
    chunked: Callable[[], Any] = connection.chunked_cursor

    def noted() -> Any:
        opened.append(is_in_transaction())
        return chunked()

    monkeypatch.setattr(connection, "chunked_cursor", noted)
    auto_spend.preview(owner, account.pk, auto_spend.Asked())
    for form in exports.FORMATS:
        assert b"".join(exports.export(owner, format=form, now=build.NOW).pieces)
    sealing.reseal()
    if connection.vendor == "postgresql":  # SQLite has no cursors to lose
        assert not list(integrity.breaches())

    assert len(opened) > 5
    assert all(opened)
