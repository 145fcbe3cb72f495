"""Signing in by name and password, with a limit on wrong ones that all processes share.

In any fifteen minutes one origin may be wrong about one user `PER_ORIGIN` times, and all origins together `PER_USER`
times. An origin is a network address or, for a browser that is signed in already, its session. The latter is outside
the limit for all origins, so that strangers who guess cannot lock a user out of a browser that is signed in; a
fresh address waits until the guesses are fifteen minutes old. An unknown name is counted like a known one.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password
from django.db.models import QuerySet

from backend.ledger import errors
from backend.ledger.models import FailedSignIn, Session, User

from . import sessions

WINDOW = timedelta(minutes=15)
PER_ORIGIN = 10
PER_USER = 50


def sign_in(
    *, username: str, password: str, address: str, session_id: UUID | None, now: datetime, agent: str = ""
) -> Session:
    """Check a name and a password as `checked` does; open a session.

    `session_id` is the session that the browser proved to hold, `agent` what the browser calls itself.
    """
    user = checked(username=username, password=password, address=address, session_id=session_id, now=now)
    return sessions.start(user, now=now, agent=agent)


def checked(*, username: str, password: str, address: str, session_id: UUID | None = None, now: datetime) -> User:
    """The user of a name, in any case and with blanks around it, and a password.

    `address` is the network address the request came from.
    Raises WrongCredentials (nothing tells an unknown name from a wrong password or a deactivated user) and
    TooManyAttempts, in which case the password was not looked at.
    """
    name = _name_kept(username)
    name_hash = _hashed(name)
    known = _session_of_user(session_id, username=name, now=now)
    origin = f"session {known}" if known else address
    attempt = _admit(name_hash, origin=origin, known=known is not None, now=now)
    user = authenticate(username=name, password=password)
    if not isinstance(user, User):
        raise errors.WrongCredentials("No active account found with the given credentials")
    attempt.delete()
    return user


def confirm(*, user: User, password: str, now: datetime) -> None:
    """Check the password of a user who is signed in; a wrong one counts like one of a sign-in from that browser.

    Raises WrongPassword naming `current_password`, and TooManyAttempts.
    """
    attempt = _admit(_hashed(user.username), origin=f"session {user.session_id}", known=True, now=now)
    if not check_password(password, user.password):
        raise errors.WrongPassword("That is not your password.", field="current_password")
    attempt.delete()


def _hashed(name: str) -> str:
    return sha256(name.lower().encode()).hexdigest()


def _name_kept(username: str) -> str:
    """The name as it is stored: whatever spellings the database takes for one name count as one."""
    try:
        return User.objects.get_by_natural_key(username).username
    except User.DoesNotExist:
        return username.strip()


def _session_of_user(session_id: UUID | None, *, username: str, now: datetime) -> UUID | None:
    if session_id is None:
        return None
    try:
        session = sessions.live(session_id=session_id, now=now)
    except errors.SessionOver:
        return None
    return session_id if session.user.username == username else None


def _admit(name_hash: str, *, origin: str, known: bool, now: datetime) -> FailedSignIn:
    """Count the attempt as a failure before its password is looked at, so that parallel ones are counted too."""
    FailedSignIn.objects.filter(at__lte=now - WINDOW).delete()
    attempt = FailedSignIn.objects.create(username_hash=name_hash, origin=origin, at=now)
    failures = FailedSignIn.objects.filter(username_hash=name_hash)
    limits = [(failures.filter(origin=origin), PER_ORIGIN)]
    if not known:
        limits.append((failures, PER_USER))
    waits = [_wait(rows, limit=limit, now=now) for rows, limit in limits]
    if any(waits):
        attempt.delete()
        raise errors.TooManyAttempts("Too many failed attempts to sign in.", wait=max(waits))
    return attempt


def _wait(rows: QuerySet[FailedSignIn], *, limit: int, now: datetime) -> int:
    """Seconds until fewer than `limit` failures besides the newest are left; 0 if that is so now."""
    times = list(rows.order_by("-at").values_list("at", flat=True)[: limit + 1])
    return 0 if len(times) <= limit else max(1, ceil((times[limit] + WINDOW - now).total_seconds()))
