"""The body of a split."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils import html

from backend.ledger.errors import InvalidAmount

from . import fields


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "decimal"}})
class Shares(fields.Value):
    """Amounts by budget. In a form: `splits` as JSON text, or one field `splits.<budget>` for each."""

    default_error_messages: ClassVar = {
        "not_an_object": "Expected an object of amounts by budget.",
        "not_an_id": "“{budget}” is not a valid UUID.",
        "repeated": "A budget occurs twice: {budget}",
        "amount": "{budget}: {message}",
    }

    def get_value(self, dictionary: Any) -> Any:
        if html.is_html_input(dictionary) and self.field_name not in dictionary:
            return html.parse_html_dict(dictionary, prefix="splits").dict() or empty
        return super().get_value(dictionary)

    def to_internal_value(self, data: Any) -> dict[UUID, Decimal]:
        found: dict[UUID, Decimal] = {}
        shares = super().to_internal_value(data)
        if not isinstance(shares, dict):
            self.fail("not_an_object")
        for key, value in shares.items():
            budget = fields.uuid_of(key)
            if budget is None:
                self.fail("not_an_id", budget=key[:100])
            if budget in found:
                self.fail("repeated", budget=str(budget))
            try:
                found[budget] = fields.amount_of(value)
            except InvalidAmount as error:
                self.fail("amount", budget=str(budget), message=error.message)
        return found


class TransactionSplitsSerializer(serializers.Serializer[Any]):
    """How a transaction lies on budgets of its account: positive amounts, the sign is the transaction's."""

    splits = Shares(
        help_text="Map of budget UUID → amount. Amounts must not exceed the transaction total. "
        "Omitted remainder is assigned to the unallocated budget."
    )
