"""Values as they are written on the wire: amounts, instants, days, ids; and how each is described in the document."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, extend_schema_field
from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.utils import html

from backend.ledger import currencies
from backend.ledger.errors import InvalidAmount
from backend.ledger.models import BankAccount
from backend.ledger.rules import money

from . import parsers

TIME = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
INSTANT = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{TIME}(?: ?Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ID = re.compile(r"(?:urn:uuid:)?\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?", re.IGNORECASE)

Row = TypeVar("Row", bound=Model)
CURRENCY = re.compile(r"[A-Za-z]{3}")


def uuid_of(text: object) -> UUID | None:
    """The UUID that a text spells: in capitals, without dashes, in braces or as a urn too."""
    if isinstance(text, str) and ID.fullmatch(text):
        return UUID(text)
    return None


def day_of(text: object) -> date | None:
    """The date that `YYYY-MM-DD` names."""
    if isinstance(text, str) and DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return None


def instant_of(text: object) -> datetime | None:
    """The aware instant that an ISO 8601 text names, in the zone it was written in; without one it is UTC.

    None for what is no such text; OverflowError for an instant that lies outside the calendar in UTC.
    """
    if not isinstance(text, str) or not INSTANT.fullmatch(text.upper()):
        return None
    try:
        instant = datetime.fromisoformat(text.upper().replace(" Z", "Z"))
    except ValueError:
        return None
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    instant.astimezone(UTC)
    return instant


def rendered(instant: datetime) -> str:
    """ISO 8601 in UTC, ending in Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def currency_of(row: Any) -> str:
    """The currency of an account, or of the account that a row lies in."""
    return str(row.currency if isinstance(row, BankAccount) else row.bank_account.currency)


def with_account(rows: QuerySet[Row], *, also: Iterable[str] = ()) -> QuerySet[Row]:
    """The rows with the accounts that they lie in, of which the currency is read and what is named beside it."""
    own = [each.name for each in rows.model._meta.concrete_fields]
    return rows.select_related("bank_account").only(*own, *(f"bank_account__{name}" for name in ("currency", *also)))


def amount_text(amount: Decimal, *, currency: str) -> str:
    """An amount with two decimals, or with as many as the currency's minor unit has if that is more."""
    return f"{amount:.{max(2, currencies.decimals(currency))}f}"


@extend_schema_field({"type": "string", "format": "decimal", "pattern": r"^-?\d{0,12}(?:\.\d{0,3})?$"})
class Amount(serializers.Field):
    """A decimal string, or a number; how many decimals an account can take is the ledger's to say."""

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            return amount_of(data)
        except InvalidAmount as error:
            raise serializers.ValidationError(error.message, code=error.code) from error

    def get_attribute(self, instance: Any) -> str | None:
        amount = super().get_attribute(instance)
        return None if amount is None else amount_text(amount, currency=currency_of(instance))

    def to_representation(self, value: str) -> str:
        return value


def amount_of(data: Any) -> Decimal:
    """The amount that a string or number of the body says. Raises InvalidAmount."""
    if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
        raise InvalidAmount("A valid number is required.")
    return money.parse(str(data), decimals=currencies.MOST_DECIMALS)


@extend_schema_field({"type": "string"})
class Currency(serializers.ReadOnlyField):
    """The currency of the amount beside it."""

    def get_attribute(self, instance: Any) -> str:
        return currency_of(instance)


class Choice(serializers.ChoiceField):
    """One of some words. Each request has a field of its own, but not of each of the words, which never change."""

    def __deepcopy__(self, memo: Any) -> "Choice":
        return type(self)(*self._args, **self._kwargs)  # type: ignore[attr-defined]  # the stubs lack both


class Id(serializers.UUIDField):
    """A UUID in any spelling; of a related row, where `source` names its key."""

    def to_internal_value(self, data: Any) -> UUID:
        found = uuid_of(data)
        if found is None:
            self.fail("invalid", value=str(data)[:100])
        return found


class Instant(serializers.DateTimeField):
    """Read in the zone it was written in (a bare date is its midnight, UTC where no zone is given), shown in UTC."""

    def to_internal_value(self, data: Any) -> datetime:
        day = day_of(data)
        if day is not None:
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        try:
            found = instant_of(data)
        except OverflowError:
            raise serializers.ValidationError("Datetime value out of range.", code="overflow") from None
        if found is None:
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z], YYYY-MM-DD")
        return found

    def to_representation(self, value: datetime) -> str:
        return rendered(value)


class Day(serializers.DateField):
    """A date, `YYYY-MM-DD` and nothing else."""

    def to_internal_value(self, data: Any) -> date:
        found = day_of(data)
        if found is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return found


class Text(serializers.CharField):
    """A text; a number is taken for what it looks like. `verbatim` keeps blanks at its ends."""

    def __init__(self, *, verbatim: bool = False, **options: Any) -> None:
        super().__init__(trim_whitespace=not verbatim, **options)

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, str) and not self.allow_blank and not data.strip():
            self.fail("blank")
        return super().run_validation(str(data) if isinstance(data, Decimal) else data)


class Flag(serializers.BooleanField):
    """A boolean; one that a form leaves out is absent, not false."""

    default_empty_html = empty


class _FormText(str):
    """The text of a form's field, which stands for a value that a form cannot hold."""

    __slots__ = ()


@extend_schema_field({})
class Value(serializers.Field):
    """Any JSON value; in a form, its text. Numbers with a point become texts, which lose nothing when stored."""

    default_error_messages: ClassVar = {"invalid": "Value must be valid JSON."}

    def get_value(self, dictionary: Any) -> Any:
        found = super().get_value(dictionary)
        return _FormText(found) if html.is_html_input(dictionary) and isinstance(found, str) else found

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, _FormText):
            try:
                data = parsers.loads(data)
            except ValueError:
                self.fail("invalid")
        return _without_decimals(data)

    def to_representation(self, value: Any) -> Any:
        return value


def _without_decimals(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [_without_decimals(each) for each in value]
    if isinstance(value, dict):
        return {key: _without_decimals(each) for key, each in value.items()}
    return value


class GivenCurrency(serializers.Field):
    """The account's currency; a client may say it, to be refused if it is another one."""

    default_error_messages: ClassVar = {"invalid": "A currency is three letters."}

    def __init__(self) -> None:
        super().__init__(required=False)

    def run_validation(self, data: Any = empty) -> Any:
        if data in (None, ""):
            raise SkipField
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not CURRENCY.fullmatch(data):
            self.fail("invalid")
        return data

    def get_attribute(self, instance: Any) -> str:
        return currency_of(instance)

    def to_representation(self, value: str) -> str:
        return value


class _GivenCurrencyDescription(OpenApiSerializerFieldExtension):
    target_class = GivenCurrency

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        if direction == "response":
            return {"type": "string", "readOnly": True}
        return {"type": "string", "maxLength": 3, "description": "Defaults to the account's, and can be no other."}
