"""Sealed columns: whether the data keys open them, and how they come under a new one."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from backend.ledger.models.sealed import SealedField, is_current

ROWS_AT_ONCE = 200


def check() -> None:
    """Look at one value of each sealed column. Raises ImproperlyConfigured if none of the data keys opens it."""
    for rows, name in _columns():
        rows.values_list(name, flat=True).first()


def reseal() -> int:
    """Encrypt with the first data key whatever another one encrypted, or none; how many values.

    A few hundred rows per commit, locked meanwhile: it may run beside the service, and again after it was stopped.
    """
    changed = 0
    for rows, name in _columns():
        keys = rows.order_by("pk").values_list("pk", flat=True)
        some = list(keys[:ROWS_AT_ONCE])
        while some:
            changed += _reseal(rows.filter(pk__in=some), name)
            some = list(keys.filter(pk__gt=some[-1])[:ROWS_AT_ONCE])
    return changed


def _reseal(rows: models.QuerySet[Any], name: str) -> int:
    with transaction.atomic():
        stored = Cast(name, models.TextField())
        old = [row for row in rows.select_for_update().annotate(stored=stored) if not is_current(row.stored)]
        for row in old:
            rows.filter(pk=row.pk).update(**{name: getattr(row, name)})
        return len(old)


def _columns() -> Iterator[tuple[models.QuerySet[Any], str]]:
    """The rows that have a value, and the column."""
    for model in apps.get_app_config("ledger").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model._base_manager.exclude(**{f"{field.name}__isnull": True}), field.name
