"""Users: one's own profile for everybody, all profiles for staff."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from backend.ledger.models import User
from backend.ledger.selectors import users as selectors
from backend.ledger.services import users

from . import fields, views

BY_NAME = extend_schema(parameters=[OpenApiParameter("username", str, OpenApiParameter.PATH)])


class UserSerializer(serializers.Serializer[User]):
    """A user profile. `default_bank_account` must be an account of the user that is updated."""

    username = serializers.CharField(
        read_only=True, help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."
    )
    name = fields.Text(max_length=255, required=False, allow_blank=True)
    url = serializers.SerializerMethodField()
    default_bank_account = fields.Id(source="default_bank_account_id", required=False, allow_null=True)
    timezone = fields.Text(max_length=100, required=False, help_text="IANA name, such as Europe/Berlin.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, user: User) -> str:
        return reverse("user", args=[user.username], request=self.context["request"])


class Users(views.View):
    noun = "User"
    serializer_class = UserSerializer
    permission_classes = (permissions.IsAuthenticated, permissions.IsAdminUser)
    ordering_fields = ("username", "name")
    ordering = ("username",)

    def rows(self) -> QuerySet[Any]:
        return selectors.people()

    def list(self, request: Request) -> Response:
        """Return all users, by name. Restricted to staff/admin users."""
        return self.page()

    @BY_NAME
    def retrieve(self, request: Request, username: str) -> Response:
        """Return a single user by username. Restricted to staff/admin users."""
        return self.show(selectors.person(username))

    @BY_NAME
    def update(self, request: Request, username: str) -> Response:
        """Full update of a user profile. Restricted to staff/admin users."""
        return self._change(username, partial=False)

    @BY_NAME
    def partial_update(self, request: Request, username: str) -> Response:
        """Partial update of a user profile. Restricted to staff/admin users."""
        return self._change(username, partial=True)

    def _change(self, username: str, *, partial: bool) -> Response:
        name = selectors.person(username).username
        changes = _changes(self.given(partial=partial))
        return self.show(users.update(actor=self.actor, username=name, changes=changes))


class Me(views.View):
    noun = "User"
    serializer_class = UserSerializer

    @extend_schema(operation_id="users_me_retrieve")
    def retrieve(self, request: Request) -> Response:
        """Return the authenticated user's own profile."""
        return self.show(selectors.profile(self.actor))

    @extend_schema(operation_id="users_me_partial_update")
    def partial_update(self, request: Request) -> Response:
        """Change the authenticated user's own name, time zone or default account."""
        given = self.given(partial=True)
        return self.show(users.update_me(actor=self.actor, changes=_changes(given)))


def _changes(given: dict[str, Any]) -> users.Changes:
    names = {"default_bank_account_id": "default_bank_account"}
    return cast(users.Changes, {names.get(name, name): value for name, value in given.items()})
