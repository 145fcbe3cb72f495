"""Rows that are made without Django's constructor are what it would have made."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps

from backend.ledger.models import Stamped, Transaction

KINDS = [kind for kind in apps.get_app_config("ledger").get_models() if issubclass(kind, Stamped)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_row_has_the_defaults_of_its_columns(kind: type[Stamped]) -> None:
    key = uuid4()
    fresh, made = kind.fresh(id=key), kind(id=key)
    names = [column.attname for column in kind._meta.concrete_fields]
    assert [getattr(fresh, name) for name in names] == [getattr(made, name) for name in names]
    assert fresh._state.adding
    assert fresh == made


def test_fresh_rows_share_nothing() -> None:
    one, other = (Transaction.fresh(amount=Decimal(1), posted_date=datetime(2026, 1, 1, tzinfo=UTC)) for _ in range(2))
    one.refused_links.append("x")
    assert (other.refused_links, one.amount) == ([], Decimal(1))
    assert one.pk != other.pk
