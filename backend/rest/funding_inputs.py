"""What the amount of a funding event was computed from, as it is shown."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from . import fields


@extend_schema_field({"type": "string", "format": "decimal"})
class StoredAmount(serializers.Field):
    """An amount among the inputs of an event; null where it was not noted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def get_attribute(self, instance: Mapping[str, Any]) -> str | None:
        found = instance.get(str(self.source))
        return None if found is None else fields.amount_text(Decimal(found), currency=instance["currency"])

    def to_representation(self, value: str) -> str:
        return value


class Noted(serializers.Field):
    """Another value among them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def get_attribute(self, instance: Mapping[str, Any]) -> Any:
        return instance.get(str(self.source))

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "string", "format": "date"})
class NotedDay(Noted):
    pass


@extend_schema_field({"type": "integer"})
class NotedNumber(Noted):
    pass


@extend_schema_field({"type": "boolean"})
class NotedFlag(Noted):
    pass


@extend_schema_field({"type": "string"})
class NotedText(Noted):
    pass


class FundingInputsSerializer(serializers.Serializer[Any]):
    """What the amount of an event was computed from, in the account's currency; null where it does not apply."""

    target = StoredAmount(help_text="What the budget was to reach.")
    gathered = StoredAmount(help_text="What counted towards it at the start of the day.")
    gathered_now = StoredAmount(help_text="What counted towards it when the event was carried out.")
    gap = StoredAmount(help_text="What was missing at the start of the day.")
    funding_amount = StoredAmount(source="most", help_text="What an event moves at most.")
    remaining_events = NotedNumber(source="share", help_text="Fund events from that day to the deadline.")
    deadline = NotedDay(help_text="The day by which the target is to be reached.")
    exact_share = NotedText(source="exact", help_text="The gap divided by the remaining events, before rounding.")
    rounding = NotedText(help_text="half_down: to the nearest minor unit, half of one is left out.")
    limit = NotedText(
        help_text="What kept it from moving more: share, funding_amount, missing (the gap), filled_since (less was "
        "missing by the time), available (what it was paid from)."
    )
    source_balance = StoredAmount(source="source", help_text="Unallocated, or the fill-up, at the start of the day.")
    source_balance_now = StoredAmount(source="source_now", help_text="The same when the event was carried out.")
    available = StoredAmount(help_text="What could be paid of it: the smaller of the two, at least zero.")
    gated = NotedFlag(help_text="Whether events wait for the bank's rows.")
    posted_through = NotedDay(help_text="The day up to which the bank's rows were in.")
    hindrance = NotedText(help_text="What the budget's plan lacks.")


def shown(stored: Mapping[str, Any], *, currency: str) -> dict[str, Any]:
    """The inputs of an event as they are shown."""
    return dict(FundingInputsSerializer({**stored, "currency": currency}).data)
