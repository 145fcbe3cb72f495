"""Invitations of co-owners: made and revoked by owners, accepted by whoever has the link."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock, invitation_page
from backend.ledger import access, errors
from backend.ledger.models import Invitation
from backend.ledger.selectors import sign_ins
from backend.ledger.services import invitations

from . import fields, views
from .accounts import BankAccountSerializer, context


class InvitationSerializer(serializers.Serializer[Invitation]):
    """An invitation to own an account, and what became of it."""

    id = fields.Id(read_only=True)
    bank_account = fields.Id(source="bank_account_id", read_only=True)
    inviter = serializers.CharField(source="inviter.username", read_only=True)
    created_at = fields.Instant(read_only=True)
    expires_at = fields.Instant(read_only=True)
    used_at = fields.Instant(read_only=True, allow_null=True)
    used_by = serializers.CharField(source="used_by.username", read_only=True, allow_null=True, default=None)
    revoked_at = fields.Instant(read_only=True, allow_null=True)


class NewInvitationSerializer(InvitationSerializer):
    """An invitation that was just made."""

    secret = serializers.CharField(read_only=True, help_text="What its link holds. It is never shown again.")
    link = serializers.URLField(read_only=True, help_text="Where to send the invited person.")


class AcceptSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(write_only=True, max_length=200, help_text="What the link holds after its #.")


class Invitations(views.View):
    noun = "BankAccount"
    secret = True
    serializer_class = InvitationSerializer
    filter_backends = ()

    def rows(self) -> QuerySet[Any]:
        return sign_ins.invitations(self.actor, account_id=self.key)

    def named(self) -> QuerySet[Any]:
        return access.accounts(self.actor)

    def get_queryset(self) -> QuerySet[Any]:
        return access.invitations(self.actor)

    def list(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Return the invitations that there ever were to own a bank account, the latest first; never their secrets."""
        return self.page()

    @extend_schema(request=None, responses={201: NewInvitationSerializer})
    def create(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Make a link by which somebody can become an owner of the account too, once, within seven days.

        The link is in this answer and nowhere else. Owners see everything in the account and may do anything to it.
        """
        self.check_ignored_body()
        made = invitations.invite(actor=self.actor, account_id=self.key, now=clock.now())
        link = request.build_absolute_uri(invitation_page.path_of(made.secret))
        body = {**self.represented([made.row])[0], "secret": made.secret, "link": link}
        return Response(body, status=status.HTTP_201_CREATED)


class InvitationActions(views.View):
    noun = "Invitation"
    serializer_class = InvitationSerializer

    def rows(self) -> QuerySet[Any]:
        return access.invitations(self.actor).filter(bank_account=super().key)

    @property
    def key(self) -> UUID:
        found = fields.uuid_of(self.kwargs["invitation_id"])
        if found is None:
            raise errors.NotFound("There is no such thing.")
        return found

    def destroy(self, request: Request, id: str, invitation_id: str) -> Response:  # noqa: A002  the API's word
        """Revoke an invitation: its link does not count any more. It stays in the list."""
        found = access.one(self.rows(), self.key)
        invitations.revoke(actor=self.actor, invitation_id=found.pk, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Acceptance(views.View):
    noun = "Invitation"
    serializer_class = AcceptSerializer

    @extend_schema(request=AcceptSerializer, responses=BankAccountSerializer)
    def accept(self, request: Request) -> Response:
        """Accept an invitation, and become an owner of its account, which is returned."""
        given = self.given()
        account = invitations.accept(actor=self.actor, secret=given["secret"], now=clock.now())
        row = access.pick(self.actor, access.accounts, account.pk)
        return Response(BankAccountSerializer(row, context=context([row])).data)
