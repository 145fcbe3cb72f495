"""Columns that the ledger needs and Django does not have."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
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
        if value is None or (not isinstance(value, Decimal) and hasattr(value, "resolve_expression")):
            return value
        assert isinstance(value, Decimal | int), f"an amount is a Decimal, not {type(value).__name__}"
        return units(Decimal(value))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


def units(amount: Decimal) -> int:
    """The amount as a whole number of `UNIT`s."""
    exact = amount.scaleb(DECIMALS)
    whole = int(exact)
    assert exact == whole, f"{amount} has more decimals than the ledger stores"
    return whole


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

    @classmethod
    def fresh(cls, **values: Any) -> Self:
        """A new row with these values by the names of their columns (`budget_id`), and the defaults of the others.

        Like Django's constructor, in a tenth of the time.
        """
        row = cls.__new__(cls)
        row._state = ModelState()
        fixed, made = _defaults(cls)
        row.__dict__.update(fixed)
        row.__dict__.update(values)
        for name, make in made:
            if name not in values:
                row.__dict__[name] = make()
        return row

    def stamp(self, now: datetime) -> None:
        """Note that the row is changed at `now`, or just after its last change if that is later: each differs."""
        self.modified_at = now if self.modified_at is None else max(now, self.modified_at + TICK)


@cache
def _defaults(kind: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """What columns have by default: those that are always the same, and those that are made anew for each row."""
    fixed, made = {}, []
    for field in kind._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            made.append((field.attname, field.default))
        else:
            fixed[field.attname] = field.get_default()
    return fixed, made


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
