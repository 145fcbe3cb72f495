"""Banks: shared reference data, read-only."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.ledger import access
from backend.ledger.models import Bank

from . import fields, views


class BankSerializer(serializers.Serializer[Bank]):
    """A bank. Banks are shared reference data that the operator keeps."""

    id = fields.Id(read_only=True)
    name = serializers.CharField(read_only=True)
    routing_number = serializers.CharField(read_only=True, allow_null=True)
    default_currency = serializers.CharField(read_only=True)
    created_at = fields.Instant(read_only=True)
    modified_at = fields.Instant(read_only=True)


class Banks(views.View):
    noun = "Bank"
    serializer_class = BankSerializer
    ordering_fields = ("name", "created_at")
    ordering = ("name",)

    def rows(self) -> QuerySet[Any]:
        return access.banks()

    def list(self, request: Request) -> Response:
        """Return all banks in the system; orderable by name or created_at. Any authenticated user may read them."""
        return self.page()

    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name for it
        """Return a single bank by UUID."""
        return self.answer(self.key)
