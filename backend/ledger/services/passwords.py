"""Another password for whoever knows the present one."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from backend.ledger import access, errors, watch
from backend.ledger.models import User

from . import api_tokens, sessions, sign_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How many sign-ins ended, and how many API tokens were revoked."""

    sessions: int
    tokens: int


def change(*, actor: User, current: str, new: str, revoke_tokens: bool, now: datetime) -> Ended:
    """Give the actor another password. All their sign-ins end but the one they act by; tokens only if that is asked.

    Raises InvalidValue (`current_password`, `new_password`), TooManyAttempts as when signing in, Conflict where another
    change came first, and InsufficientScope for an actor who comes with an API token.
    """
    access.check_signed_in(actor)
    sign_in.confirm(user=actor, password=current, now=now)
    try:
        password_validation.validate_password(new, actor)
    except ValidationError as refusal:
        raise errors.InvalidValue(" ".join(refusal.messages), field="new_password") from refusal
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        if user.password != actor.password:
            raise errors.Conflict("The password was just changed.")
        others = sessions.live_ones(user, now=now).exclude(pk__in=[actor.session_id])
        ended = others.update(revoked_at=now)
        user.set_password(new)
        user.save(update_fields=["password"])
        sessions.adopt(user, session_id=actor.session_id)
        revoked = api_tokens.revoke_all(user=user, now=now) if revoke_tokens else 0
    actor.password = user.password
    return Ended(sessions=ended, tokens=revoked)


def end_all(*, actor: User, revoke_tokens: bool, now: datetime) -> Ended:
    """End every sign-in of the actor, the present one too; revoke their API tokens if that is asked.

    Raises InsufficientScope for an actor who comes with a token.
    """
    access.check_signed_in(actor)
    with transaction.atomic():
        ended = sessions.live_ones(actor, now=now).update(revoked_at=now)
        watch.note("sign_ins_ended", user=actor.pk)
        revoked = api_tokens.revoke_all(user=actor, now=now) if revoke_tokens else 0
    return Ended(sessions=ended, tokens=revoked)
