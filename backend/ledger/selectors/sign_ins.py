"""What lets people in: a user's sign-ins and API tokens, and invitations to an account, for those who sign in."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Max, QuerySet
from django.db.models.functions import Coalesce

from backend.ledger import access
from backend.ledger.models import ApiToken, Invitation, Session, User


def api_tokens(user: User) -> QuerySet[ApiToken]:
    """All that the user ever made, the latest first. Raises InsufficientScope for one who comes with a token."""
    access.check_signed_in(user)
    return ApiToken.objects.filter(user=user).prefetch_related("accounts").order_by("-created_at", "pk")


def sessions(user: User, *, now: datetime) -> QuerySet[Session]:
    """The user's sign-ins that count, the latest used first, with `last_used_at`: when one was made or last refreshed.

    Raises InsufficientScope for one who comes with an API token.
    """
    access.check_signed_in(user)
    rows = Session.objects.filter(
        user=user, revoked_at=None, expires_at__gt=now, password_mark=user.get_session_auth_hash()
    )
    return rows.annotate(last_used_at=Coalesce(Max("spent__spent_at"), F("created_at"))).order_by("-last_used_at", "pk")


def invitations(user: User, *, account_id: UUID, field: str | None = None) -> QuerySet[Invitation]:
    """All that there ever were to one of the user's accounts, the latest first.

    Raises NotFound, which names `field`, and InsufficientScope for one who comes with an API token.
    """
    access.check_signed_in(user)
    account = access.one(access.accounts(user), account_id, field=field)
    rows = access.invitations(user).filter(bank_account=account)
    return rows.select_related("inviter", "used_by").order_by("-created_at", "pk")
