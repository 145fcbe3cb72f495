"""Sign-ins: the families of refresh tokens, each with a life of its own.

A refresh token is good once. Its id is written down before its successor is issued, so of any number of uses at the
same time one wins. A use long after the first means that a copy is about: it ends the family.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from backend.ledger import access, errors, prepared, watch
from backend.ledger.models import Session, SpentToken, User

LIFE = timedelta(days=30)
"""How long a sign-in lasts, however often it is refreshed."""

GRACE = timedelta(seconds=10)
"""How long a second use of a token is taken for two tabs of one browser rather than for theft."""

OVER = "Token is invalid or expired"


def start(user: User, *, now: datetime, agent: str = "") -> Session:
    """Open a family for a user whose password was checked. Sign-ins that have run out are forgotten meanwhile.

    `agent` is what the browser or program calls itself.
    """
    forget(now=now)
    return Session.objects.create(
        user=user,
        created_at=now,
        expires_at=now + LIFE,
        password_mark=user.get_session_auth_hash(),
        agent="".join(filter(str.isprintable, agent))[:200],
    )


def forget(*, now: datetime) -> None:
    """Remove the sign-ins that have run out, with their spent tokens."""
    Session.objects.filter(expires_at__lt=now).delete()


def live(*, session_id: UUID, now: datetime) -> Session:
    """The session, with its user, if it still counts.

    Raises SessionOver once it was ended or has run out, its user was deactivated, or the password was changed.
    """
    found: list[Session] = prepared.find(_with_user, session_id)
    session = found[0] if found else None
    if session is None or session.revoked_at is not None or session.expires_at <= now:
        raise errors.SessionOver(OVER)
    if not session.user.is_active:
        raise errors.SessionOver(OVER)
    if not constant_time_compare(session.password_mark, session.user.get_session_auth_hash()):
        raise errors.SessionOver(OVER)
    session.user.session_id = session.pk
    return session


def _with_user(hole: prepared.Opening) -> QuerySet[Session]:
    return Session.objects.select_related("user").filter(pk=hole(Session))


def spend(*, session_id: UUID, jti: str, now: datetime) -> Session:
    """Use a refresh token of the session up; whoever gets the session back may issue its successor.

    Raises SessionOver for a session that no longer counts, and AlreadySpent for a token that was used before: within
    `GRACE` nothing else happens, later the session is ended.
    """
    session = live(session_id=session_id, now=now)
    try:
        with transaction.atomic():
            SpentToken.objects.create(jti=jti, session=session, spent_at=now)
    except IntegrityError:
        spent = SpentToken.objects.filter(jti=jti).first()
        if spent is None:
            raise errors.SessionOver(OVER) from None  # the session went away meanwhile
        if now - spent.spent_at > GRACE:
            end(session_id=session_id, now=now)
            raise errors.SessionOver("Token was used before") from None
        raise errors.AlreadySpent("Token was used before") from None
    return session


def use_once(*, session_id: UUID, key: str, now: datetime) -> Session:
    """Use up something else that a sign-in may do once, such as a download by its address. `key` names it.

    Raises SessionOver, and AlreadySpent for a second use, which harms nothing.
    """
    session = live(session_id=session_id, now=now)
    try:
        with transaction.atomic():
            SpentToken.objects.create(jti=key, session=session, spent_at=now)
    except IntegrityError:
        raise errors.AlreadySpent("Was used before") from None
    return session


def end(*, session_id: UUID, now: datetime) -> None:
    """End a session: none of its tokens counts any more. An ended one stays as it is."""
    Session.objects.filter(pk=session_id, revoked_at=None).update(revoked_at=now)


def live_ones(user: User, *, now: datetime) -> QuerySet[Session]:
    """The user's sign-ins that count."""
    return Session.objects.filter(
        user=user, revoked_at=None, expires_at__gt=now, password_mark=user.get_session_auth_hash()
    )


def end_own(*, actor: User, session_id: UUID, now: datetime) -> Session:
    """End one of the actor's sign-ins, which may be the present one; one that is over is not there.

    Raises NotFound, and InsufficientScope for an actor who comes with an API token.
    """
    access.check_signed_in(actor)
    session = access.one(live_ones(actor, now=now), session_id)
    end(session_id=session.pk, now=now)
    watch.note("sign_in_ended", user=actor.pk, thing=session.pk)
    session.revoked_at = now
    return session


def adopt(user: User, *, session_id: UUID | None) -> None:
    """Let that sign-in go on with the user's new password."""
    if session_id is not None:
        Session.objects.filter(pk=session_id).update(password_mark=user.get_session_auth_hash())
