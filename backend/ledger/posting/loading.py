"""Rows that were in a ledger before, with the balances that they had there, stored as they are.

What posting guarantees else by the way it writes must here be asked of the rows afterwards: whoever loads an account
recomputes every invariant of it before the database transaction ends.
"""

from collections.abc import Sequence

from django.db import DataError, IntegrityError, transaction
from django.db.models import Model

from backend.ledger import errors


def store(rows: Sequence[Model], *, places: Sequence[str]) -> None:
    """Insert rows of one table. Raises InvalidExport for one that it has no room for, by its name in `places`."""
    if not rows:
        return
    manager = type(rows[0])._default_manager
    if any(row.pk is not None for row in rows):
        there = set(manager.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        for row, place in zip(rows, places, strict=True):
            if row.pk in there:
                raise errors.InvalidExport(f"{place}: there is a row with the id {row.pk} already.", field=place)
    try:
        with transaction.atomic():
            manager.bulk_create(rows)
    except (IntegrityError, DataError):
        _find_fault(rows, places)
        raise


def _find_fault(rows: Sequence[Model], places: Sequence[str]) -> None:
    """Say which row it is that the database refuses."""
    for row, place in zip(rows, places, strict=True):
        try:
            with transaction.atomic():
                type(row)._default_manager.bulk_create([row])
        except (IntegrityError, DataError) as error:
            said = str(error).splitlines()[0]
            raise errors.InvalidExport(f"{place}: the database refuses it: {said}.", field=place) from error
