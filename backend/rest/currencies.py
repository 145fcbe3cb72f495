"""The currencies that an account can have."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.ledger import currencies

from . import views


class CurrencySerializer(serializers.Serializer[currencies.CurrencyInfo]):
    """A currency by ISO 4217."""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    numeric = serializers.CharField(read_only=True, help_text="Three digits.")


class Currencies(views.View):
    serializer_class = CurrencySerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="currencies_retrieve", responses=CurrencySerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return all ISO 4217 currency codes supported by the system, sorted by code."""
        return Response(currencies.info())
