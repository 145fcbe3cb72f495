"""Rows that are read are made without Django's constructor, and are the same as if it had made them."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.db.models.signals import post_init, pre_init

from backend.ledger.models import BankAccount, User
from backend.ledger.models.fields import Stamped
from tests.ledger.everything import furnish

MODELS = [each for each in apps.get_app_config("ledger").get_models() if issubclass(each, Stamped)]
DJANGOS: Any = Model.from_db


def by_django(kind: type[Model], names: list[str], values: list[Any]) -> Any:
    return DJANGOS.__func__(kind, "default", names, values)


def known(row: Model) -> dict[str, Any]:
    """All that there is to a row."""
    return {**vars(row), "_state": {"fields_cache": {}, **vars(row._state)}}


@pytest.mark.django_db
def test_a_row_is_the_same_whichever_way_it_was_made(owner: User, account: BankAccount) -> None:
    furnish(account, owner=owner)
    found = 0
    for kind in MODELS:
        every = [column.attname for column in kind._meta.concrete_fields]
        for names in (every, every[:3], every[::2]):
            for row in kind._base_manager.only(*names):
                values = [vars(row)[name] for name in every if name in vars(row)]
                present = [name for name in every if name in vars(row)]
                assert known(row) == known(by_django(kind, present, values))
                assert row.get_deferred_fields() == set(every) - set(present)
                found += 1

    assert found > 50


@pytest.mark.django_db
def test_what_was_left_out_is_looked_up_and_what_is_set_is_saved(account: BankAccount) -> None:
    row = BankAccount.objects.only("name").get(pk=account.pk)

    assert row.currency == "USD"
    row.name = "Renamed"
    row.save()
    assert BankAccount.objects.get(pk=account.pk).name == "Renamed"


@pytest.mark.parametrize("kind", MODELS)
def test_nobody_waits_for_rows_to_be_made(kind: type[Model]) -> None:
    assert not pre_init.has_listeners(kind)
    assert not post_init.has_listeners(kind)
    assert kind.__init__ is Model.__init__
