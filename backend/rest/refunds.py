"""Refunds: what a transaction is tied to, and what it could be tied to."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger import access
from backend.ledger.selectors import refunds as selectors
from backend.ledger.services import refunds

from . import fields, views
from .splits import Shares


class ReasonSerializer(serializers.Serializer[Any]):
    """Why two things may belong together."""

    code = serializers.CharField(read_only=True, help_text="What a program can act on.")
    text = serializers.CharField(read_only=True, help_text="The same for people.")


class RefundStateSerializer(serializers.Serializer[Any]):
    """What ties a transaction: the purchase that it is a refund of, or the refunds of it."""

    transaction = fields.Id(source="transaction.pk", read_only=True)
    refund_of = fields.Id(read_only=True, allow_null=True, help_text="The purchase, if it is a refund.")
    refunds = serializers.ListField(child=fields.Id(), read_only=True, help_text="Of a purchase, oldest first.")
    refunded = serializers.SerializerMethodField(help_text="What came back of a purchase in all.")
    refunded_currency = serializers.SerializerMethodField()
    left = serializers.SerializerMethodField(help_text="What of a purchase was not refunded yet.")
    left_currency = serializers.SerializerMethodField()

    def get_refunded(self, found: selectors.State) -> str:
        return fields.amount_text(found.refunded, currency=fields.currency_of(found.transaction))

    def get_left(self, found: selectors.State) -> str:
        return fields.amount_text(found.left, currency=fields.currency_of(found.transaction))

    def get_refunded_currency(self, found: selectors.State) -> str:
        return fields.currency_of(found.transaction)

    def get_left_currency(self, found: selectors.State) -> str:
        return fields.currency_of(found.transaction)


class RefundCandidateSerializer(serializers.Serializer[Any]):
    """A credit that may be a refund of a purchase, how well they fit, from 1 to 100, and why."""

    refund = fields.Id(source="refund.pk", read_only=True)
    purchase = fields.Id(source="purchase.pk", read_only=True)
    left = serializers.SerializerMethodField(help_text="What of the purchase was not refunded yet.")
    left_currency = serializers.SerializerMethodField()
    score = serializers.IntegerField(source="match.score", read_only=True)
    reasons = ReasonSerializer(source="match.reasons", many=True, read_only=True)

    def get_left(self, found: selectors.Candidate) -> str:
        return fields.amount_text(found.left, currency=fields.currency_of(found.purchase))

    def get_left_currency(self, found: selectors.Candidate) -> str:
        return fields.currency_of(found.purchase)


class TieRefundSerializer(serializers.Serializer[Any]):
    purchase = fields.Id(help_text="A debit of the same account.")
    splits = Shares(
        required=False,
        help_text="Map of budget UUID → amount: where the money goes instead of where it came from, pro rata.",
    )


class Refunds(views.View):
    noun = "Transaction"
    serializer_class = RefundStateSerializer
    filter_backends = ()
    pagination_class = None

    def rows(self) -> QuerySet[Any]:
        return access.transactions(self.actor)

    @extend_schema(responses=RefundStateSerializer)
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return what a transaction is tied to: the purchase that it is a refund of, or the refunds of it."""
        return self._state()

    @extend_schema(request=TieRefundSerializer, responses={200: RefundStateSerializer})
    def tie(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Say that a credit is a refund of a purchase in its account.

        The money returns to the budgets that the purchase took it from, pro rata of what is left of it, under the
        purchase's categories; the share of an archived budget goes to the unallocated one. With `splits` it goes
        where they say.
        """
        given = self.given(TieRefundSerializer)
        refunds.tie(
            actor=self.actor,
            transaction_id=self.key,
            purchase_id=given["purchase"],
            shares=given.get("splits"),
            now=clock.now(),
        )
        return self._state()

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Untie a refund from its purchase; it lies as before, unless it was split anew since."""
        refunds.untie(actor=self.actor, transaction_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=RefundCandidateSerializer(many=True))
    def candidates(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the purchases that a credit may be a refund of, or the credits that may be refunds of a debit.

        The likeliest first, at most five; in the same account, within 90 days, no more than is left of the purchase.
        """
        found = selectors.candidates(self.actor, self.key)
        return Response(RefundCandidateSerializer(found, many=True).data)

    def _state(self) -> Response:
        return Response(RefundStateSerializer(selectors.state(self.actor, self.key)).data)
