"""API tokens: what scripts hold instead of a password. Each is for some kinds of work, and may be for some accounts.

Only a hash of a token is kept: it is random enough that nobody finds another text of that hash.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from django.db import InternalError, OperationalError, transaction

from backend.ledger import access, errors, watch
from backend.ledger.models import ApiToken, User
from backend.ledger.rules.grants import Grant

MARK = "mbt_"
"""How every token begins, so that people and programs that look for lost secrets know one."""

SHAPE = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")
SHOWN = 10
LIFE = timedelta(days=365)
"""How long a token lasts for which nobody says it."""

USE_NOTED = timedelta(minutes=1)
MOST = 50
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new token: its row, and the text to send, which is nowhere else."""

    row: ApiToken
    secret: str


def make(
    *,
    actor: User,
    name: str,
    scopes: Sequence[str],
    account_ids: Sequence[UUID] | None = None,
    expires_at: datetime | None,
    now: datetime,
) -> Made:
    """Make a token for some of the `ApiToken.Scope`s, that reaches those accounts (None: all that the actor owns).

    Without `expires_at` it never expires. Raises InvalidValue, NotFound (an account), Conflict (too many tokens), and
    InsufficientScope for an actor who comes with a token.
    """
    access.check_signed_in(actor)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise errors.InvalidValue(f"A name has 1 to {LONGEST_NAME} characters.", field="name")
    if not scopes:
        raise errors.InvalidValue("A token is for something: name a scope.", field="scopes")
    if not set(scopes) <= set(ApiToken.Scope.values):
        raise errors.InvalidValue(f"A scope is one of {', '.join(ApiToken.Scope.values)}.", field="scopes")
    if account_ids is not None and not account_ids:
        raise errors.InvalidValue("Name an account, or leave them out for all.", field="accounts")
    if expires_at is not None and expires_at <= now:
        raise errors.InvalidValue("That is over already.", field="expires_at")
    reached = [access.one(access.accounts(actor), key, field="accounts") for key in account_ids or ()]
    if ApiToken.objects.filter(user=actor, revoked_at=None).count() >= MOST:
        raise errors.Conflict(f"A user has at most {MOST} tokens: revoke one that you do not need.")
    secret = MARK + token_urlsafe(32)
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=actor,
            name=name,
            secret_hash=_hash(secret),
            prefix=secret[:SHOWN],
            scopes=[scope for scope in ApiToken.Scope.values if scope in scopes],
            all_accounts=account_ids is None,
            created_at=now,
            expires_at=expires_at and expires_at.astimezone(UTC),
        )
        row.accounts.set(reached)
        watch.note("api_token_created", user=actor.pk, thing=row.pk)
    return Made(row=row, secret=secret)


def revoke(*, actor: User, token_id: UUID, now: datetime) -> ApiToken:
    """Let one of the actor's tokens not count any more; one that was revoked stays so. Raises NotFound."""
    access.check_signed_in(actor)
    if ApiToken.objects.filter(user=actor, pk=token_id, revoked_at=None).update(revoked_at=now):
        watch.note("api_token_revoked", user=actor.pk, thing=token_id)
    return access.one(ApiToken.objects.filter(user=actor), token_id)


def revoke_all(*, user: User, now: datetime) -> int:
    """The same for all of a user's tokens; how many counted until now."""
    number = ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    if number:
        watch.note("api_tokens_revoked", user=user.pk)
    return number


def bearer(*, secret: str, now: datetime) -> User:
    """The user in whose name the token acts, with the grant that limits it; the use is noted once a minute.

    Raises SessionOver, the same for a token that never was, was revoked or has run out, and for a user who may not
    sign in.
    """
    row = None
    if SHAPE.fullmatch(secret):
        row = ApiToken.objects.select_related("user").filter(secret_hash=_hash(secret), revoked_at=None).first()
    if row is None or not row.user.is_active or (row.expires_at is not None and row.expires_at <= now):
        raise errors.SessionOver("Token is invalid or expired")
    _note_use(row, now=now)
    row.user.grant = Grant(token_id=row.pk, name=row.name, scopes=frozenset(row.scopes), limited=not row.all_accounts)
    return row.user


def _note_use(row: ApiToken, *, now: datetime) -> None:
    if row.last_used_at is not None and now - row.last_used_at < USE_NOTED:
        return
    # A long write holds SQLite, or PostgreSQL is a standby, where nothing is written; the next use is noted.
    with suppress(OperationalError, InternalError):
        ApiToken.objects.filter(pk=row.pk, last_used_at=row.last_used_at).update(last_used_at=now)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
