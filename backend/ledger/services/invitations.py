"""Invitations: an owner gives somebody a link, and whoever uses it first, within a week, becomes an owner too.

Only a hash of the secret in the link is kept. An invitation counts as long as its inviter owns the account.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from backend.ledger import access, errors, posting, watch
from backend.ledger.models import BankAccount, Invitation, User

from . import owners, users

MARK = "mbi_"
LIFE = timedelta(days=7)
MOST = 20
"""Invitations to one account that count at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new invitation: its row, and the secret of its link, which is nowhere else."""

    row: Invitation
    secret: str


def invite(*, actor: User, account_id: UUID, now: datetime) -> Made:
    """Make an invitation to one of the actor's accounts.

    Raises NotFound, Conflict (too many), and InsufficientScope for an actor who comes with an API token.
    """
    access.check_signed_in(actor)
    account = access.one(access.accounts(actor), account_id)
    if _pending(now=now).filter(bank_account=account).count() >= MOST:
        raise errors.Conflict(f"At most {MOST} invitations to an account are open: revoke one.")
    secret = MARK + token_urlsafe(32)
    row = Invitation.objects.create(
        bank_account=account,
        inviter=actor,
        secret_hash=_hash(secret),
        created_at=now,
        expires_at=now + LIFE,
    )
    watch.note("invitation_created", user=actor.pk, thing=row.pk)
    return Made(row=row, secret=secret)


def revoke(*, actor: User, invitation_id: UUID, now: datetime) -> Invitation:
    """Let an invitation to one of the actor's accounts not count any more; one that was used or revoked stays as it is.

    Raises NotFound, and InsufficientScope for an actor who comes with an API token.
    """
    access.check_signed_in(actor)
    rows = access.invitations(actor)
    if rows.filter(pk=invitation_id, used_at=None, revoked_at=None).update(revoked_at=now):
        watch.note("invitation_revoked", user=actor.pk, thing=invitation_id)
    return access.one(rows.select_related("inviter", "used_by"), invitation_id)


@transaction.atomic
def accept(*, actor: User, secret: str, now: datetime) -> BankAccount:
    """Make the actor an owner of the account that the invitation is to; of two at once one is.

    Raises NotFound naming `secret`, the same for an invitation that never was and one that does not count any more,
    Conflict for somebody who owns the account already, and InsufficientScope for an actor who comes with an API token.
    """
    access.check_signed_in(actor)
    found = _counting(secret, now=now)
    account = posting.lock(found.bank_account_id, actor=actor)
    if access.accounts(actor).filter(pk=account.pk).exists():
        raise errors.Conflict("You own this account already.")
    if not _pending(now=now).filter(pk=found.pk).update(used_at=now, used_by=actor):
        raise _absent()
    watch.note("invitation_accepted", user=actor.pk, thing=found.pk)
    owners.admit(account, actor, by=actor, now=now)
    return account


@transaction.atomic
def register(*, secret: str, username: str, password: str, name: str, timezone: str, now: datetime) -> User:
    """Make a user who can sign in, and let them accept the invitation; both or neither.

    Raises what `accept` and `users.create` do. The invitation is looked at first: who has none learns nothing.
    """
    _counting(secret, now=now)
    user = users.create(username=username, password=password, name=name, timezone=timezone)
    accept(actor=user, secret=secret, now=now)
    return user


def _pending(*, now: datetime) -> QuerySet[Invitation]:
    """The invitations that count: their inviters own what they invite to."""
    return Invitation.objects.filter(
        used_at=None,
        revoked_at=None,
        expires_at__gt=now,
        inviter__is_active=True,
        bank_account__owners=F("inviter"),
    )


def _counting(secret: str, *, now: datetime) -> Invitation:
    found = _pending(now=now).filter(secret_hash=_hash(secret)).first()
    if found is None:
        raise _absent()
    return found


def _absent() -> errors.NotFound:
    return errors.NotFound("There is no such invitation, or it does not count any more.", field="secret")


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
