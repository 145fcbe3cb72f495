"""Sign-ins of whoever is signed in: which there are, ending them, and another password."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import authentication, clock
from backend.ledger.models import Session
from backend.ledger.selectors import sign_ins
from backend.ledger.services import passwords, sessions

from . import fields, views


class SessionSerializer(serializers.Serializer[Session]):
    """A sign-in that counts."""

    id = fields.Id(read_only=True)
    agent = serializers.CharField(read_only=True, help_text="What the browser or program called itself.")
    created_at = fields.Instant(read_only=True)
    last_used_at = fields.Instant(read_only=True, help_text="When it was made or last refreshed.")
    expires_at = fields.Instant(read_only=True, help_text="When it ends, however much it is used.")
    current = serializers.SerializerMethodField(help_text="Whether it is the one that asks.")

    def get_current(self, session: Session) -> bool:
        return bool(session.pk == self.context["request"].user.session_id)


class EndAllSerializer(serializers.Serializer[Any]):
    revoke_tokens = fields.Flag(required=False, default=False, help_text="Whether your API tokens end too.")


class PasswordSerializer(EndAllSerializer):
    current_password = serializers.CharField(
        write_only=True, trim_whitespace=False, max_length=1000, style={"input_type": "password"}
    )
    new_password = serializers.CharField(
        write_only=True, trim_whitespace=False, max_length=1000, style={"input_type": "password"}
    )


class EndedSerializer(serializers.Serializer[Any]):
    sessions = serializers.IntegerField(read_only=True, help_text="How many sign-ins ended.")
    tokens = serializers.IntegerField(read_only=True, help_text="How many API tokens were revoked.")


class Sessions(views.View):
    noun = "Session"
    serializer_class = SessionSerializer
    filter_backends = ()

    def rows(self) -> QuerySet[Any]:
        return sign_ins.sessions(self.actor, now=clock.now())

    def list(self, request: Request) -> Response:
        """Return the authenticated user's sign-ins that count, the latest used first."""
        return self.page()

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """End a sign-in of the authenticated user: none of its tokens counts any more."""
        sessions.end_own(actor=self.actor, session_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=EndAllSerializer, responses=EndedSerializer)
    def end_all(self, request: Request) -> Response:
        """Sign out everywhere: end every sign-in of the authenticated user, the present one too."""
        given = self.given(EndAllSerializer)
        ended = passwords.end_all(actor=self.actor, now=clock.now(), **given)
        return Response(EndedSerializer(ended).data)


class Password(views.View):
    noun = "User"
    secret = True
    serializer_class = PasswordSerializer

    @extend_schema(request=PasswordSerializer, responses=EndedSerializer)
    def change(self, request: Request) -> Response:
        """Change the authenticated user's password. It ends all their sign-ins but the present one.

        API tokens go on unless revoke_tokens says otherwise. Wrong passwords are counted as when signing in.
        """
        given = self.given()
        with authentication.noting_another_password():
            ended = passwords.change(
                actor=self.actor,
                current=given["current_password"],
                new=given["new_password"],
                revoke_tokens=given["revoke_tokens"],
                now=clock.now(),
            )
        return Response(EndedSerializer(ended).data)
