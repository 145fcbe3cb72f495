"""What a user can do with a profile: their own, or as staff another's."""

from functools import cache
from typing import TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from backend.ledger import access, errors
from backend.ledger.models import User
from backend.ledger.selectors.users import SYSTEM_USER

COLUMNS = {"default_bank_account": "default_bank_account_id"}
"""Fields that the table names otherwise."""


class Changes(TypedDict, total=False):
    name: str
    timezone: str
    default_bank_account: UUID | None


def create(*, username: str, password: str, name: str, timezone: str, is_staff: bool = False) -> User:
    """Make somebody who can sign in. Staff are superusers: the admin asks for permissions, and nobody else grants them.

    Raises InvalidValue as `check_name` does, and naming `password` for a weak one.
    """
    user = check_name(username, name=name, timezone=timezone)
    user.is_staff = user.is_superuser = is_staff
    try:
        password_validation.validate_password(password, user)
    except ValidationError as refusal:
        raise errors.InvalidValue(" ".join(refusal.messages), field="password") from refusal
    user.set_password(password)
    user.save()
    return user


def check_name(username: str, *, name: str, timezone: str) -> User:
    """A user who could be made with that, unsaved.

    Raises InvalidValue naming the field: a name that cannot be or is taken in any case, an unknown time zone.
    """
    user = User(username=User.normalize_username(username.strip()), name=name, timezone=known_zone(timezone))
    taken = User.objects.filter(username__iexact=user.username).exists()
    if taken or user.username.lower() == SYSTEM_USER:
        raise errors.InvalidValue(f"There is a user named {user.username} already.", field="username")
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as refusal:
        field, messages = next(iter(refusal.message_dict.items()))
        raise errors.InvalidValue(" ".join(messages), field=field) from refusal
    return user


def update_me(*, actor: User, changes: Changes) -> User:
    """Change one's own profile. Raises NotFound (an account that is not one's own), InvalidValue (time zone)."""
    return _update(actor, changes=changes)


def update(*, actor: User, username: str, changes: Changes) -> User:
    """Change somebody's profile, as staff. Raises Forbidden, NotFound, InvalidValue."""
    if not actor.is_staff:
        raise errors.Forbidden("Only staff may change other users.")
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise errors.NotFound("There is no such user.")
    return _update(user, changes=changes)


def _update(user: User, *, changes: Changes) -> User:
    """Store what differs, so that two changes at once of different fields both hold."""
    if "timezone" in changes:
        known_zone(changes["timezone"])
    account_id = changes.get("default_bank_account")
    if account_id is not None:
        access.one(access.accounts(user), account_id, field="default_bank_account")
    given = {COLUMNS.get(field, field): value for field, value in changes.items()}
    differing = [column for column, value in given.items() if getattr(user, column) != value]
    for column in differing:
        setattr(user, column, given[column])
    if differing:
        user.save(update_fields=differing)
    return user


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}


def known_zone(name: str) -> str:
    """`name`, if it is an IANA time zone; else InvalidValue."""
    if name not in _zones():
        raise errors.InvalidValue(f"“{name[:100]}” is not a known time zone.", field="timezone")
    return name
