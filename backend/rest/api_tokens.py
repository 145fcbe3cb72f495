"""API tokens of whoever is signed in. Scripts act by them; what each may do stands in `scopes`."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from backend import clock
from backend.ledger.models import ApiToken
from backend.ledger.selectors import sign_ins
from backend.ledger.services import api_tokens

from . import fields, views


class Reach(serializers.ListField):
    """Ids of bank accounts; null for all."""

    def __init__(self) -> None:
        super().__init__(
            child=fields.Id(),
            required=False,
            allow_null=True,
            max_length=100,
            help_text="The bank accounts that it reaches; null, or left out, for whatever you own now and later.",
        )

    def get_attribute(self, instance: ApiToken) -> Any:
        return None if instance.all_accounts else [each.pk for each in instance.accounts.all()]


class ApiTokenSerializer(serializers.Serializer[ApiToken]):
    """An API token: what it is for, and whether it still counts."""

    id = fields.Id(read_only=True)
    name = fields.Text(max_length=64, help_text="What you call it; the history names it beside you.")
    prefix = serializers.CharField(read_only=True, help_text="How it begins.")
    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.choices), max_length=3)
    accounts = Reach()
    created_at = fields.Instant(read_only=True)
    expires_at = fields.Instant(
        required=False, allow_null=True, help_text="In a year unless told otherwise; null for never."
    )
    last_used_at = fields.Instant(read_only=True, allow_null=True, help_text="To the minute.")
    revoked_at = fields.Instant(read_only=True, allow_null=True)


class NewApiTokenSerializer(ApiTokenSerializer):
    """A token that was just made."""

    token = serializers.CharField(read_only=True, help_text="What to send as bearer token. It is never shown again.")


class ApiTokens(views.View):
    noun = "ApiToken"
    secret = True
    serializer_class = ApiTokenSerializer
    filter_backends = ()

    def rows(self) -> QuerySet[Any]:
        return sign_ins.api_tokens(self.actor)

    def list(self, request: Request) -> Response:
        """Return the API tokens that the authenticated user ever made, the latest first; never their secrets."""
        return self.page()

    @extend_schema(request=ApiTokenSerializer, responses={201: NewApiTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make an API token for a script. Its secret is in this answer and nowhere else.

        Scopes: `read` what the accounts hold; `import` what the bank says; `move_money` between budgets, which
        splitting transactions and running funding do too. Nothing else can be done by a token, and none makes tokens.
        """
        given, now = self.given(), clock.now()
        made = api_tokens.make(
            actor=self.actor,
            name=given["name"],
            scopes=given["scopes"],
            account_ids=given.get("accounts"),
            expires_at=given.get("expires_at", now + api_tokens.LIFE),
            now=now,
        )
        return Response({**self.represented([made.row])[0], "token": made.secret}, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002  the API's word
        """Revoke an API token: it does not count any more. It stays in the list."""
        api_tokens.revoke(actor=self.actor, token_id=self.key, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
