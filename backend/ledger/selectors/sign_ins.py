"""What lets a user in: their sign-ins and their API tokens, for their own eyes."""

from datetime import datetime

from django.db.models import F, Max, QuerySet
from django.db.models.functions import Coalesce

from backend.ledger import access
from backend.ledger.models import ApiToken, Session, User


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
