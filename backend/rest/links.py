"""Links: which transactions are, or may be, the two sides of one movement between the user's own accounts."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access
from backend.ledger.selectors import linking as selectors
from backend.ledger.services import linking

from . import fields, views
from .refunds import ReasonSerializer
from .transactions import OfTransactions, TransactionSerializer


class LinkCandidateSerializer(serializers.Serializer[Any]):
    """Two transactions that may be one movement, how well they fit, from 1 to 100, and why."""

    debit = fields.Id(source="debit.pk", read_only=True)
    credit = fields.Id(source="credit.pk", read_only=True)
    days_apart = serializers.IntegerField(source="days", read_only=True)
    rivals = serializers.IntegerField(
        read_only=True, help_text="How many other candidates have one of the two in them."
    )
    score = serializers.IntegerField(source="match.score", read_only=True)
    reasons = ReasonSerializer(source="match.reasons", many=True, read_only=True)


class LinkSerializer(serializers.Serializer[Any]):
    other = fields.Id(help_text="A transaction of opposite amount in another of the user's accounts.")


class AccountLinks(views.View):
    noun = "BankAccount"
    serializer_class = LinkCandidateSerializer
    filter_backends = ()
    pagination_class = None

    def rows(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    @extend_schema(responses=LinkCandidateSerializer(many=True))
    def candidates(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return pairs of transactions, one of this account, that could be linked; at most 20, the likeliest first.

        Of opposite amounts, in two of the user's accounts of one currency, within ten days, not rejected before.
        """
        access.one(self.rows(), self.key)
        found = selectors.candidates(self.actor, account_id=self.key)
        return Response(LinkCandidateSerializer(found, many=True).data)


class Links(OfTransactions):
    filter_backends = ()
    pagination_class = None

    @extend_schema(responses=LinkCandidateSerializer(many=True))
    def candidates(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the transactions that this one could be linked with; at most 20, the likeliest first."""
        access.one(self.rows(), self.key)
        found = selectors.candidates(self.actor, transaction_id=self.key)
        return Response(LinkCandidateSerializer(found, many=True).data)

    @extend_schema(request=LinkSerializer, responses={200: TransactionSerializer})
    def link(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Say that two transactions are the two sides of one movement, and return this one."""
        given = self.given(LinkSerializer)
        linking.link(actor=self.actor, transaction_id=self.key, other_id=given["other"], now=clock.now())
        return self.answer(self.key)

    @extend_schema(request=LinkSerializer, responses={200: TransactionSerializer})
    def reject(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Say that two transactions are not one movement, for good, and return this one. A link is cut."""
        given = self.given(LinkSerializer)
        linking.reject(actor=self.actor, transaction_id=self.key, other_id=given["other"], now=clock.now())
        return self.answer(self.key)

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Cut the link of a transaction; the two are not linked again of themselves."""
        linking.unlink(actor=self.actor, transaction_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
