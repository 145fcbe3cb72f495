"""Columns that the ledger needs and Django does not have."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.base import ModelState
from django.db.models.expressions import Combinable

DECIMALS = 4
UNIT = Decimal(1).scaleb(-DECIMALS)
"""What one in an amount column is worth: finer than the minor unit of any currency."""

LIMIT = Decimal(10) ** 12
"""No amount and no balance reaches this, in either direction."""


TICK = timedelta(microseconds=1)
"""How far apart two changes of a row are at least."""


if TYPE_CHECKING:
    Given_contra = TypeVar("Given_contra", contravariant=True)
    Held_co = TypeVar("Held_co", covariant=True)

    class Column(models.Field[Given_contra, Held_co]):
        _pyi_private_set_type: Decimal | int | Combinable
        _pyi_private_get_type: Decimal
        _pyi_lookup_exact_type: Decimal | int
else:
    Column = models.Field  # not subscriptable at run time


class AmountField(Column):
    """An exact amount: `Decimal` in Python, a whole number of `UNIT`s in the database.

    Decimal columns are floating point on SQLite, where their sums lose cents; integers are exact in
    `SUM`, `F()` and comparisons on every database.
    """

    description = "Exact decimal amount"

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def get_default(self) -> Any:
        """A default number is a Decimal, like what is read from the database."""
        found = super().get_default()
        return Decimal(found) if isinstance(found, int) else found

    def from_db_value(self, value: Any, expression: object, connection: object) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-DECIMALS)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, int):
            return Decimal(value)
        try:
            return Decimal(value)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise ValidationError("A valid number is required.", code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        """The whole number of units; a value that is none is a bug of the caller, never rounded."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        assert isinstance(value, Decimal | int), f"an amount is a Decimal, not {type(value).__name__}"
        units = Decimal(value) / UNIT
        assert units == units.to_integral_value(), f"{value} has more decimals than the ledger stores"
        return int(units)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


class Stamped(models.Model):
    """A row with a public id and the times of its creation and last change, given by whoever writes it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are of a later Django
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A row that was read. Django's constructor sets column by column and tells signals, in four times the time."""
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding = False
        row._state.db = db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row

    def stamp(self, now: datetime) -> None:
        """Note that the row is changed at `now`, or just after its last change if that is later: each differs."""
        self.modified_at = now if self.modified_at is None else max(now, self.modified_at + TICK)


class Versioned(Stamped):
    """A row that its owners edit; the version tells whether somebody else did meanwhile."""

    version = models.PositiveIntegerField(default=1, help_text="Grows with each edit; balances do not count.")

    class Meta:
        abstract = True


def in_range(field: str, name: str) -> models.CheckConstraint:
    """A constraint that holds `field` within the twelve integer digits that the API can show."""
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{field}__gt": -LIMIT, f"{field}__lt": LIMIT}) | Q(**{f"{field}__isnull": True})
    )
